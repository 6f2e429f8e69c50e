//! The README tells the truth: its sample is what the program prints, its options exist, its configuration is accepted.
//! `BEARERLINT_BLESS=1` writes the sample instead of comparing it.

use crate::support::{Project, command_in, repository};

const SAMPLE_BEGINS: &str = "<!-- sample -->";
const SAMPLE_ENDS: &str = "<!-- sample:end -->";

/// The findings that are shown, by rule and a part of the text that tells equals apart.
const SHOWN: [(&str, &str); 2] =
    [("unset-secret-bypass", "EXPECTED_AUDIENCE"), ("plain-token-comparison", "static.py")];

fn readme() -> String {
    std::fs::read_to_string(repository("README.md")).expect("README.md is part of the repository")
}

/// The article's report with most of its findings left out.
fn sample() -> String {
    let mut command = command_in(&repository(""));
    let output = command.args(["check", "testdata/apps/article"]).output().expect("the binary runs");
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let report = String::from_utf8(output.stdout).expect("reports are UTF-8");
    let (findings, closing) = report.trim_end().rsplit_once("\n\n").expect("a closing line follows the findings");
    let mut sample = "```console\n$ bearerlint check testdata/apps/article\n".to_owned();
    let blocks = blocks(findings);
    for (rule, part) in SHOWN {
        let is_it = |block: &&String| block.contains(&format!("[{rule}]")) && block.contains(part);
        let block = blocks.iter().find(is_it).unwrap_or_else(|| panic!("no {rule} about {part} in\n{report}"));
        sample.extend(["[…]\n\n", block, "\n\n"]);
    }
    sample + &format!("[…]\n\n{closing}\n```\n")
}

/// A report's findings: each begins with a line that is not indented.
fn blocks(findings: &str) -> Vec<String> {
    let mut blocks: Vec<String> = Vec::new();
    for line in findings.lines() {
        match blocks.last_mut() {
            Some(block) if line.is_empty() || line.starts_with(' ') => block.extend(["\n", line]),
            _ => blocks.push(line.to_owned()),
        }
    }
    blocks.iter().map(|block| block.trim_end().to_owned()).collect()
}

#[test]
fn the_sample_is_what_the_program_prints() {
    let readme = readme();
    let (before, rest) = readme.split_once(SAMPLE_BEGINS).expect("README.md holds the beginning of the sample");
    let (_, after) = rest.split_once(SAMPLE_ENDS).expect("README.md holds the end of the sample");
    let wanted = format!("{before}{SAMPLE_BEGINS}\n{}{SAMPLE_ENDS}{after}", sample());
    if std::env::var_os("BEARERLINT_BLESS").is_some() {
        std::fs::write(repository("README.md"), wanted).expect("README.md is writable");
        return;
    }
    assert!(
        readme == wanted,
        "the sample in README.md is out of date: run `BEARERLINT_BLESS=1 cargo test`; it would be\n{}",
        sample()
    );
}

#[test]
fn every_option_it_names_exists() {
    let project = Project::new(&[]);
    let help: String = ["check", "routes"].map(|command| project.run(&[command, "--help"]).stdout).concat();
    let readme = readme();
    let lines = readme.lines().filter(|line| !line.starts_with("cargo ") && !line.starts_with("<!--"));
    let words = lines.flat_map(|line| line.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-'));
    let options: Vec<&str> = words.filter(|word| word.starts_with("--") && word.len() > 2).collect();
    assert!(options.len() > 5, "{options:?}");
    for option in options.into_iter().filter(|option| !option.starts_with("---")) {
        assert!(help.contains(option), "{option}");
    }
}

#[test]
fn its_configuration_is_accepted() {
    let readme = readme();
    let (_, rest) = readme.split_once("```toml\n").expect("README.md shows a configuration");
    let (configuration, _) = rest.split_once("```").expect("the block ends");
    let project = Project::new(&[("a.py", "x = 1\n"), ("pyproject.toml", configuration)]);
    let answer = project.run(&["check"]);
    assert_eq!((answer.code, answer.stderr.as_str()), (Some(0), ""));
}

#[test]
fn its_suppression_suppresses() {
    let readme = readme();
    let line = readme.lines().find(|line| line.contains("# bearerlint: ignore[")).expect("README.md shows a comment");
    let text = format!(
        "from flask import Flask, request\napp = Flask(__name__)\nPARTNER_KEY = 'public-test-key'\n\n\n\
         @app.get('/')\ndef show():\n    key = request.headers.get('X-Api-Key')\n    {line}\n        return 'ok'\n    \
         return 'no', 401\n"
    );
    let answer = Project::new(&[("a.py", &text)]).run(&["check", "--select", "plain-token-comparison,housekeeping"]);
    assert_eq!((answer.code, answer.stdout.as_str()), (Some(0), "no findings in 1 file; 1 suppressed\n"), "{text}");
}
