//! Names and source are an attacker's: nothing in them steers the terminal that a report is shown on.

use serde_json::Value;

use crate::support::{FORMATS, Project};

/// Steers a terminal, hides text or turns it round: ESC, BEL, C1's CSI, DEL, bidirectional controls, zero width, line
/// separators, a byte order mark.
const NOISE: &str = "\u{1b}[2J\u{7}\u{9b}31m\u{7f}\u{202e}\u{2066}\u{200b}\u{2028}\u{feff}\u{61c}\u{8}";

fn is_dangerous(letter: char) -> bool {
    let separates_lines = matches!(letter, '\n' | '\t');
    (letter.is_control() && !separates_lines) || (NOISE.contains(letter) && !letter.is_ascii())
}

/// Takes away `ESC [ digits and semicolons m`, the only sequences that are ours.
fn without_our_colours(text: &str) -> String {
    let mut pieces = text.split("\u{1b}[");
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let is_number = |letter: char| letter.is_ascii_digit() || letter == ';';
        match piece.trim_start_matches(is_number).strip_prefix('m') {
            Some(rest) => out.push_str(rest),
            None => out.extend(["\u{1b}[", piece]),
        }
    }
    out
}

/// A file with findings whose messages, labels and excerpts hold noise wherever a user can put some.
fn hostile_source() -> String {
    format!(
        "import os\nfrom flask import Flask, request\napp = Flask(__name__)\nprint('{NOISE}')\n\n\n\
         @app.post('/orders{NOISE}')  # {NOISE}\ndef orders():\n    \
         token = request.headers.get('X-{NOISE}Key')  # {NOISE}\n    app.logger.info('{NOISE} %s', token)\n    \
         if token == os.environ['TOKEN{NOISE}']:  # {NOISE}\n        return '{NOISE}'\n    return 'no', 401\n\n\n\
         @app.get('/{NOISE}')\ndef empty{NOISE}():\n    if not request.headers.get('X-Api-Key'):\n        \
         return 'no', 401\n    return 'ok'\n\n\n# bearerlint: ignore[{NOISE}] {NOISE}\nx = 1\n"
    )
}

#[test]
fn no_report_holds_what_steers_a_terminal() {
    // A file system may refuse some of the letters; those that stay are enough.
    let name = format!("a{}b.py", NOISE.replace('\u{2028}', ""));
    let broken = format!("{name}.broken.py");
    let project = Project::new(&[(&name, &hostile_source()), (&broken, "x = '\0'\n")]);
    let gone = format!("gone{NOISE}.py");
    for format in FORMATS {
        for colour in ["never", "always"] {
            let options = ["check", "--format", format, "--color", colour, "--profile", "strict", "--statistics"];
            let answer = project.run(&[&options, &[".", &gone][..]].concat());
            assert_eq!(answer.code, Some(2), "{answer:?}");
            assert!(answer.stdout.contains("plain-token-comparison"), "{answer:?}");
            for text in [&answer.stdout, &answer.stderr] {
                let shown = without_our_colours(text);
                let found = shown.chars().find(|&letter| is_dangerous(letter));
                assert_eq!(found, None, "{format}, colour {colour}:\n{shown:?}");
            }
        }
    }
}

/// What is escaped for the eye is still there for a program that reads it.
#[test]
fn json_gives_names_back_as_they_are() {
    let name = "a\u{1b}[2J\u{202e}b.py";
    let project = Project::new(&[(name, &hostile_source())]);
    let answer = project.run(&["check", "--format", "json"]);
    let document: Value = serde_json::from_str(&answer.stdout).unwrap_or_else(|error| panic!("{error}: {answer:?}"));
    assert_eq!(document["findings"][0]["location"]["path"], name);
}

#[test]
fn mistakes_on_the_command_line_and_in_configurations_are_escaped() {
    let project = Project::new(&[("a.py", "x = 1\n"), ("bearerlint.toml", "\"ig\\u001b[2Jnore\" = []\n")]);
    let unknown_rule = format!("no{NOISE}rule");
    let no_file = format!("no{NOISE}file.toml");
    for arguments in [&["check"][..], &["rule", &unknown_rule], &["check", "--config", &no_file]] {
        let answer = project.run(arguments);
        assert_eq!(answer.code, Some(2), "{answer:?}");
        assert!(!answer.stderr.contains(is_dangerous), "{:?}", answer.stderr);
    }
}

/// Every branch tests and takes data of the request, as scripts that route by hand do. Paths that stayed apart from test to
/// test once multiplied with each `elif`.
#[test]
fn a_long_chain_of_elif_reaches_no_bound() {
    use std::fmt::Write as _;
    let mut text = String::from(
        "import os\nfrom flask import Flask, abort, request\napp = Flask(__name__)\n\n\n@app.post('/change')\ndef change():\n    \
         path = request.path\n    kind = request.headers.get('X-Kind', '')\n    answer = {}\n",
    );
    for number in 0..60 {
        let word = if number == 0 { "if" } else { "elif" };
        write!(
            text,
            "    {word} request.method == 'POST' and path.startswith('/p{number}') and (kind == 'k{number}' or not kind):\n        \
             value = request.form.get('value{number}')\n        answer['{number}'] = value or request.args['v']\n"
        )
        .expect("a string takes text");
    }
    text.push_str(
        "    if request.headers.get('X-Api-Key') != os.environ['API_KEY']:\n        abort(401)\n    return answer\n",
    );
    let project = Project::new(&[("app.py", &text)]);
    let answer = project.run(&["check", "--isolated", "--statistics", "--format", "concise"]);
    assert!(
        answer.stdout.contains("plain-token-comparison"),
        "what follows the chain is still judged: {}",
        answer.stdout
    );
    assert!(answer.stderr.contains(" 0  entries that reached a bound"), "{}", answer.stderr);
}
