//! Every fix that a rule offers for a bad example of a page, made and looked at: the file still parses, the finding is gone,
//! nothing new is found, and a second time there is nothing left to do. What fixes do to attacks stands in `tests/exploits.rs`.
//!
//! `testdata/fixes/RULE.md` says what the fixes of a rule make of code of many shapes: a block `python before`, then all of them made,
//! `python after`, with the word `safe` where all of them are and `unsafe` where one is not; `python none` where none is offered.

#[path = "support/fixes.rs"]
mod fixes;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use bearerlint::finding::Finding;
use bearerlint::rules::catalogue::{self, Category, Profile, RulePage};
use fixes::{Files, Run, run};

/// Every rule that offers a fix for an example of a page, and how safe they are: one that is lost is missed here.
const OFFERED: &[(&str, &str)] = &[
    ("check-skipped-when-unset", "unsafe"),
    ("claims-not-validated", "unsafe"),
    ("decorator-above-route", "unsafe"),
    ("default-secret", "unsafe"),
    ("hardcoded-secret", "unsafe"),
    ("ineffective-claim-check", "unsafe"),
    ("logged-authorization-header", "unsafe"),
    ("logged-token", "unsafe"),
    ("loose-scheme-parsing", "both"),
    ("missing-audience-check", "unsafe"),
    ("missing-expiry-check", "unsafe"),
    ("missing-issuer-check", "unsafe"),
    ("none-algorithm", "unsafe"),
    ("optional-auth-unchecked", "unsafe"),
    ("plain-token-comparison", "both"),
    ("predictable-token", "safe"),
    ("tls-verification-disabled", "unsafe"),
    ("token-in-insecure-cookie", "unsafe"),
    ("token-over-http", "unsafe"),
    ("unset-secret-bypass", "unsafe"),
    ("weak-signing-key", "unsafe"),
];

#[test]
fn every_fix_mends_its_finding_and_nothing_else() {
    let mut failures = String::new();
    let mut made: BTreeMap<&'static str, [usize; 2]> = BTreeMap::new();
    for (place, files) in bad_examples().iter().flat_map(written_in_all_ways) {
        let before = run(&files, &rules());
        for finding in before.findings.iter().filter(|finding| finding.fix.is_some()) {
            let is_safe = finding.fix.as_ref().is_some_and(|fix| fix.is_safe);
            made.entry(finding.rule).or_default()[usize::from(is_safe)] += 1;
            if let Some(problem) = problem(&files, &before, finding) {
                let (path, line) = place_of(&before, finding);
                writeln!(failures, "{place}: {} at {path}:{line}: {problem}", finding.rule).ok();
            }
        }
    }
    let mut table = String::from("fixes made on examples of pages: rule, unsafe, safe\n");
    for (rule, [risky, safe]) in &made {
        writeln!(table, "{rule:34} {risky:4} {safe:4}").ok();
    }
    // Written to the stream itself: the test runner holds back what `println!` says of a test that passes.
    writeln!(std::io::stderr(), "{table}").ok();
    assert!(failures.is_empty(), "\n{failures}");
    let offered: Vec<(&str, &str)> = made.iter().map(|(rule, counts)| (*rule, kinds(*counts))).collect();
    assert_eq!(offered, OFFERED, "the rules that offer fixes on the left");
}

/// How safe the fixes of a rule are.
fn kinds([risky, safe]: [usize; 2]) -> &'static str {
    match (risky > 0, safe > 0) {
        (true, true) => "both",
        (true, false) => "unsafe",
        _ => "safe",
    }
}

/// Path and 1-based line of a finding.
fn place_of(run: &Run, finding: &Finding) -> (String, u32) {
    let source = run.program.source(finding.primary.place.file);
    (source.path.display().to_string(), source.line(finding.primary.place.span.start))
}

fn rules() -> Vec<&'static str> {
    let is_default = |page: &&RulePage| page.profile == Profile::Default && page.category != Category::Housekeeping;
    catalogue::pages().iter().filter(is_default).map(|page| page.id).collect()
}

/// What goes wrong when one fix is made; nothing where it does what it says.
fn problem(files: &Files, before: &Run, finding: &Finding) -> Option<String> {
    let Some(fixed) = before.fixed(files, finding) else { return Some("the edits cannot be made".to_owned()) };
    let after = run(&fixed, &rules());
    let shown = || fixed.iter().flat_map(|(path, text)| ["# ", path, "\n", text]).collect::<String>();
    if after.trouble != before.trouble {
        return Some(format!("no longer read as before: {:?}\n{}", after.trouble, shown()));
    }
    let count = |run: &Run, rule: &str| run.findings.iter().filter(|found| found.rule == rule).count();
    for rule in rules() {
        let (was, is) = (count(before, rule), count(&after, rule));
        if rule == finding.rule && is >= was {
            return Some(format!("the finding is still there\n{}", shown()));
        }
        if is > was {
            return Some(format!("{rule} is found now\n{}", shown()));
        }
    }
    // What is left of the rule is about other places; making their fixes never brings this one back.
    let (path, line) = place_of(before, finding);
    let is_offered_again = after.findings.iter().any(|left| {
        left.rule == finding.rule
            && place_of(&after, left) == (path.clone(), line)
            && left.identity == finding.identity
            && left.fix == finding.fix
    });
    is_offered_again.then(|| format!("it is offered again\n{}", shown()))
}

/// Where they stand, and their files: every bad example of every page.
fn bad_examples() -> Vec<(String, Vec<(String, String)>)> {
    let mut all = Vec::new();
    for folder in ["rules", "testdata/models", "testdata/flow"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let entries = std::fs::read_dir(path).expect("the folder of the pages exists");
        let mut pages: Vec<_> = entries.map(|entry| entry.expect("its entries are readable").path()).collect();
        pages.retain(|page| page.extension().is_some_and(|extension| extension == "md"));
        pages.sort();
        for page in pages {
            let text = std::fs::read_to_string(&page).expect("a page is readable text");
            let name = page.file_name().expect("a page has a name").to_string_lossy().into_owned();
            all.extend(examples(&text).into_iter().map(|(line, files)| (format!("{folder}/{name}:{line}"), files)));
        }
    }
    all
}

/// The bad blocks of a page: 1-based line, files.
fn examples(text: &str) -> Vec<(usize, Vec<(String, String)>)> {
    blocks(text).into_iter().filter(|block| block.word == "bad").map(|block| (block.line, block.files)).collect()
}

/// A fenced block of a page.
struct Block {
    /// 1-based.
    line: usize,
    /// What follows `python`.
    word: String,
    /// What follows that.
    rest: String,
    files: Vec<(String, String)>,
}

fn blocks(text: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        let Some(head) = line.strip_prefix("```python ") else { continue };
        let (word, rest) = head.split_once(' ').unwrap_or((head, ""));
        let mut files: Vec<(String, String)> = Vec::new();
        for (_, line) in lines.by_ref().take_while(|(_, line)| *line != "```") {
            match line.strip_prefix("# file: ") {
                Some(name) => files.push((name.trim().to_owned(), String::new())),
                None if files.is_empty() => files.push(("app.py".to_owned(), format!("{line}\n"))),
                None => files.iter_mut().next_back().into_iter().for_each(|(_, text)| {
                    text.push_str(line);
                    text.push('\n');
                }),
            }
        }
        found.push(Block { line: at + 1, word: word.to_owned(), rest: rest.to_owned(), files });
    }
    found
}

/// The same files with other line ends, indentation by tabs, and text before the code that has more bytes than characters.
fn written_in_all_ways(example: &(String, Vec<(String, String)>)) -> Vec<(String, Vec<(String, String)>)> {
    WAYS.iter().map(|(way, rewrite)| (format!("{} ({way})", example.0), rewritten(&example.1, *rewrite))).collect()
}

type Rewrite = fn(&str) -> String;

const WAYS: &[(&str, Rewrite)] = &[
    ("as it is", str::to_owned),
    ("line ends of Windows", |text| text.replace('\n', "\r\n")),
    ("tabs", |text| text.replace("    ", "\t")),
    ("after other letters", |text| format!("# Schlüssel – ключ 🔑\n{text}")),
];

fn rewritten(files: &Files, rewrite: Rewrite) -> Vec<(String, String)> {
    files.iter().map(|(path, text)| (path.clone(), rewrite(text))).collect()
}

#[test]
fn fixes_make_of_code_of_many_shapes_what_their_page_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/fixes");
    let mut failures = String::new();
    for entry in std::fs::read_dir(folder).expect("the folder exists") {
        let page = entry.expect("its entries are readable").path();
        let rule = page.file_stem().expect("a page has a name").to_string_lossy().into_owned();
        let rule = catalogue::page(&rule).unwrap_or_else(|| panic!("{rule} is no rule")).id;
        assert!(OFFERED.iter().any(|(offers, _)| *offers == rule), "{rule} offers no fix");
        let mut count = 0;
        let mut blocks = blocks(&std::fs::read_to_string(&page).expect("a page is readable text")).into_iter();
        while let Some(before) = blocks.next() {
            let after = match before.word.as_str() {
                "before" => blocks.next().filter(|after| after.word == "after"),
                "none" => None,
                word => panic!("{}:{}: `{word}` begins nothing", page.display(), before.line),
            };
            assert_eq!(after.is_some(), before.word == "before", "{}:{}", page.display(), before.line);
            for (way, rewrite) in WAYS {
                count += usize::from(after.is_some());
                let wanted = after.as_ref().map(|after| (after.rest.as_str(), rewritten(&after.files, *rewrite)));
                if let Some(problem) = shape_problem(rule, &rewritten(&before.files, *rewrite), wanted) {
                    writeln!(failures, "{rule}.md:{} ({way}): {problem}", before.line).ok();
                }
            }
        }
        assert!(count >= WAYS.len(), "{rule}.md shows no fix that is made");
    }
    assert!(failures.is_empty(), "\n{failures}");
}

/// What is not as a page of shapes says.
fn shape_problem(rule: &'static str, files: &Files, wanted: Option<(&str, Vec<(String, String)>)>) -> Option<String> {
    let mut files = files.to_vec();
    let mut is_safe = None;
    let first = run(&files, &[rule]);
    if first.findings.is_empty() {
        return Some("nothing is found".to_owned());
    }
    for _ in 0..first.findings.len() {
        let run = run(&files, &[rule]);
        let Some(finding) = run.findings.iter().find(|finding| finding.fix.is_some()) else { break };
        is_safe = Some(is_safe.unwrap_or(true) && finding.fix.as_ref().is_some_and(|fix| fix.is_safe));
        let Some(fixed) = run.fixed(&files, finding) else { return Some("the edits cannot be made".to_owned()) };
        files = fixed;
    }
    let last = run(&files, &[rule]);
    let text = || files.iter().map(|(_, text)| text.as_str()).collect::<String>();
    match wanted {
        None => is_safe.map(|_| format!("a fix is offered:\n{}", text())),
        Some(_) if is_safe.is_none() => Some("no fix is offered".to_owned()),
        Some((_, wanted)) if wanted != files => Some(format!("it becomes\n{}", text())),
        Some((word, _)) if (word == "safe") != (is_safe == Some(true)) => {
            Some(format!("the page says `{word}`, the fix {is_safe:?}"))
        }
        Some(_) if last.trouble != first.trouble => Some("it no longer reads as before".to_owned()),
        Some(_) => (!last.findings.is_empty()).then(|| "something is still found".to_owned()),
    }
}

#[test]
fn every_message_is_a_sentence_that_holds_no_secret() {
    let mut failures = String::new();
    for (place, files) in bad_examples() {
        let run = run(&files, &rules());
        let secrets: Vec<&str> = files.iter().flat_map(|(_, text)| text.split(['"', '\''])).filter(is_secret).collect();
        for finding in &run.findings {
            let edits = finding.fix.iter().flat_map(|fix| fix.edits.iter().map(|edit| edit.text.as_str()));
            let words = [finding.message.as_str(), finding.help.as_str()];
            let told = words.into_iter().chain(edits).any(|text| secrets.iter().any(|secret| text.contains(secret)));
            let begins = |text: &str, upper: bool| {
                text.chars().next().is_some_and(|first| first == '`' || first.is_uppercase() == upper)
            };
            let is_sentence = begins(&finding.message, true) && finding.message.ends_with('.');
            let is_clause = begins(&finding.help, false) && !finding.help.ends_with('.');
            let is_smooth = words.iter().all(|text| !text.contains("  ") && !text.contains("``"));
            if told || !is_sentence || !is_clause || !is_smooth {
                writeln!(failures, "{place}: {}: {} | {}", finding.rule, finding.message, finding.help).ok();
            }
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
}

/// A text that can be nothing but a secret: long, letters and digits mixed, no address, header, path or sentence.
fn is_secret(text: &&str) -> bool {
    let count = |is_it: fn(&char) -> bool| text.chars().filter(is_it).count();
    text.len() >= 12
        && !text.starts_with("X-")
        && count(char::is_ascii_digit) >= 3
        && count(char::is_ascii_alphabetic) >= 3
        && text.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.'))
        && text.chars().any(|letter| letter.is_ascii_lowercase())
}
