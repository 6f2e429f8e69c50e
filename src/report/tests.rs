//! What holds for every format, and the look of each.

use serde_json::Value;

use super::present::is_hostile;
use super::test_support::{SECRET, application, finding, place, program, report};
use super::*;
use crate::finding::{FindingBuilder, Label};

const FORMATS: [Format; 5] = [Format::Human, Format::Concise, Format::Json, Format::Jsonl, Format::Sarif];

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn sarif_schema() -> jsonschema::Validator {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/sarif-schema-2.1.0.json");
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"));
    // The pattern of language tags has a stray bracket, which only browsers' regular expressions forgive.
    let text = text.replace("{2}]?$", "{2}?$");
    jsonschema::validator_for(&json(&text)).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn no_format_shows_a_judged_secret() {
    let program = application();
    let mut all = report(&program, vec![finding(&program)]);
    let mut suppressed = finding(&program);
    suppressed.suppressed = Some(format!("it is {SECRET}"));
    all.suppressed.push(suppressed);
    all.shows_suppressed = true;
    all.scope = SECRET.to_owned();
    for format in FORMATS {
        for style in [Style::Plain, Style::Coloured] {
            let text = all.render(format, style);
            assert!(!text.contains(SECRET), "{format:?}: {text}");
            assert!(!text.contains("not judged"), "{format:?}: {text}");
        }
    }
    let line = diagnostic_line(&all.diagnostics[0], &all.masker);
    assert!(line.starts_with("error: /r/broken file.py: could not") && !line.contains(SECRET), "{line}");
}

#[test]
fn a_fix_that_would_show_a_secret_is_left_out() {
    let program = application();
    let mut leaking = finding(&program);
    if let Some(fix) = &mut leaking.fix {
        fix.edits[0].text = format!("x = '{SECRET}'");
    }
    let text = report(&program, vec![leaking]).render(Format::Json, Style::Plain);
    assert_eq!(json(&text)["findings"][0]["fix"], Value::Null);
}

#[test]
fn human() {
    let program = application();
    let mut clean = report(&program, vec![finding(&program)]);
    clean.diagnostics.clear();
    insta::assert_snapshot!(clean.render(Format::Human, Style::Plain), @r"
    warning[plain-token-comparison] high confidence

      ⚠ `token` is compared with `API_TOKEN` (************) by `==`: an attacker
      │ can time [it]
       ╭─[/r/app.py:8:8]
     6 │ def index():
     7 │     token = request.headers.get('Authorization')
       ·             ──────────────────┬─────────────────
       ·                               ╰── the credential enters
     8 │     if token == API_TOKEN:  # *************************
       ·        ─────────┬────────
       ·                 ╰── they meet here
     9 │         return 'ok'
       ╰────
      ☞ see also /r/config.py
       ╭─[/r/config.py:1:13]
     1 │ API_TOKEN = '*************************'
       ·             ─────────────┬─────────────
       ·                          ╰── the secret comes from here
     2 │ OTHER_TOKEN = '**********'
       ╰────
      help: compare with `hmac.compare_digest(token, API_TOKEN)`

    1 finding (1 warning) in 2 files
    ");
}

/// What fits a terminal of 80 columns in the source fits one in the report.
#[test]
fn human_reports_wrap_words_and_labels() {
    let program = program(&[
        ("/r/a.py", "x = 1\n    if some.long_name == os.environ['EXPECTED_BEARER_TOKEN']:\n"),
        ("/r/b.py", ""),
    ]);
    let [whole, right] =
        ["some.long_name == os.environ['EXPECTED_BEARER_TOKEN']", "os.environ['EXPECTED_BEARER_TOKEN']"]
            .map(|piece| place(&program, 0, piece));
    let wide = FindingBuilder::new("plain-token-comparison", Severity::Error, whole, "they meet here")
        .message(
            "Words that need more than one line because they say who does what, and what comes of it for all of us.",
        )
        .help("so do these, which say what to do about it in a sentence that is somewhat longer than a line")
        .related(right, "the environment variable `EXPECTED_BEARER_TOKEN` is read here")
        .flow(vec![Label { place: right, text: "a step on a line that has its label".to_owned() }])
        .build();
    let mut all = report(&program, vec![wide]);
    all.diagnostics.clear();
    insta::assert_snapshot!(all.render(Format::Human, Style::Plain), @r"
    error[plain-token-comparison] high confidence

      × Words that need more than one line because they say who does what, and
      │ what comes of it for all of us.
       ╭─[/r/a.py:2:8]
     1 │ x = 1
     2 │     if some.long_name == os.environ['EXPECTED_BEARER_TOKEN']:
       ·        ────────┬──────── ─────────────────┬─────────────────
       ·                │                          ╰─┤ the environment variable
       ·                │                            │ `EXPECTED_BEARER_TOKEN` is
       ·                │                            │ read here
       ·                ╰── they meet here
     3 │
       ╰────
      help: so do these, which say what to do about it in a sentence that is
            somewhat longer than a line

    1 finding (1 error) in 2 files
    ");
}

#[test]
fn human_is_quiet_on_success_and_says_what_is_missing() {
    let program = application();
    let mut empty = report(&program, Vec::new());
    assert_eq!(
        empty.render(Format::Human, Style::Plain),
        "no findings in 2 files; 1 not analysed, so the result is partial (exit code 2)\n"
    );
    empty.diagnostics.clear();
    empty.below_confidence = 3;
    empty.suppressed = vec![finding(&program)];
    assert_eq!(
        empty.render(Format::Human, Style::Plain),
        "no findings in 2 files; 1 suppressed; 3 below the wanted confidence\n"
    );
}

#[test]
fn concise() {
    let program = application();
    let text = report(&program, vec![finding(&program)]).render(Format::Concise, Style::Plain);
    assert_eq!(
        text,
        "/r/app.py:8:8: warning[plain-token-comparison] `token` is compared with `API_TOKEN` (************) by `==`: \
         an attacker can time [it]\n"
    );
}

#[test]
fn json_documents_carry_version_findings_and_troubles() {
    let program = application();
    let document = json(&report(&program, vec![finding(&program)]).render(Format::Json, Style::Plain));
    assert_eq!(document["version"], 1);
    assert_eq!(document["findings"][0]["location"]["line"], 8);
    assert_eq!(document["findings"][0]["related"][1]["path"], "/r/config.py");
    assert_eq!(document["findings"][0]["fingerprint"], "0123456789abcdef:1");
    assert_eq!(document["diagnostics"][0]["kind"], "failed");
    assert_eq!(document["summary"]["exit_code"], 2);
}

#[test]
fn json_lines_begin_and_end_with_their_frame() {
    let program = application();
    let text = report(&program, vec![finding(&program)]).render(Format::Jsonl, Style::Plain);
    let kinds: Vec<Value> = text.lines().map(|line| json(line)["type"].clone()).collect();
    assert_eq!(kinds, ["header", "finding", "diagnostic", "summary"]);
}

#[test]
fn sarif_is_valid_and_complete() {
    let program = application();
    let mut all = report(&program, vec![finding(&program)]);
    let mut suppressed = finding(&program);
    suppressed.suppressed = Some("known".to_owned());
    all.suppressed.push(suppressed);
    let log = json(&all.render(Format::Sarif, Style::Plain));
    let schema = sarif_schema();
    let errors: Vec<String> = schema.iter_errors(&log).map(|error| error.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new());

    let run = &log["runs"][0];
    assert_eq!(run["results"].as_array().map(Vec::len), Some(1), "suppressed results stay out");
    assert_eq!(run["columnKind"], "utf16CodeUnits");
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
    assert_eq!(run["invocations"][0]["exitCode"], 2);
    let notification = &run["invocations"][0]["toolExecutionNotifications"][0];
    let address = &notification["locations"][0]["physicalLocation"]["artifactLocation"];
    assert_eq!((&address["uri"], &address["uriBaseId"]), (&"broken%20file.py".into(), &"%SRCROOT%".into()));
    assert_eq!(run["originalUriBaseIds"]["%SRCROOT%"]["uri"], "file:///r/");

    let result = &run["results"][0];
    let region = serde_json::json!({"startLine": 8, "startColumn": 8, "endLine": 8, "endColumn": 26});
    assert_eq!(result["locations"][0]["physicalLocation"]["region"], region);
    assert_eq!(result["codeFlows"][0]["threadFlows"][0]["locations"].as_array().map(Vec::len), Some(2));
    assert_eq!(result["relatedLocations"][1]["id"], 2);
    assert_eq!(
        result["message"]["text"],
        "`token` is compared with `API_TOKEN` (************) by `==`: an attacker can time [it]\n\
         See: [the credential enters](1); [the secret comes from here](2)\n\
         Help: compare with `hmac.compare_digest(token, API_TOKEN)`"
    );
    assert_eq!(result["partialFingerprints"]["bearerlint/v1"], "0123456789abcdef:1");
    assert!(result["partialFingerprints"]["primaryLocationLineHash"].is_string());
    assert_eq!(result["fixes"][0]["artifactChanges"][0]["replacements"].as_array().map(Vec::len), Some(1));
    for rule in run["tool"]["driver"]["rules"].as_array().into_iter().flatten() {
        for part in ["shortDescription", "fullDescription", "help"] {
            assert!(rule[part]["text"].as_str().is_some_and(|text| !text.is_empty()), "{}: {part}", rule["id"]);
        }
        assert!(rule["properties"]["tags"].as_array().is_some_and(|tags| (1..=10).contains(&tags.len())));
    }
}

#[test]
fn sarif_shows_suppressed_results_on_demand() {
    let program = application();
    let mut all = report(&program, Vec::new());
    let mut suppressed = finding(&program);
    suppressed.suppressed = Some("known".to_owned());
    all.suppressed.push(suppressed);
    all.shows_suppressed = true;
    let log = json(&all.render(Format::Sarif, Style::Plain));
    let expected = serde_json::json!([{"kind": "inSource", "justification": "known"}]);
    assert_eq!(log["runs"][0]["results"][0]["suppressions"], expected);
    assert!(sarif_schema().is_valid(&log));
}

#[test]
fn sarif_counts_columns_in_utf16_units() {
    let program = program(&[("/r/a.py", "x = '\u{1f600}漢'; token == y\n"), ("/r/b.py", "")]);
    let at = place(&program, 0, "token == y");
    let wide = FindingBuilder::new("plain-token-comparison", Severity::Error, at, "").message("m").help("h").build();
    let log = json(&report(&program, vec![wide]).render(Format::Sarif, Style::Plain));
    assert_eq!(log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startColumn"], 12);
}

#[test]
fn sarif_cuts_what_no_service_accepts_and_says_so() {
    let program = application();
    let mut lengthy = finding(&program);
    let step = Label { place: lengthy.primary.place, text: "step".to_owned() };
    lengthy.flow = vec![step; 2_000];
    lengthy.related = vec![lengthy.primary.clone(); 300];
    let short = FindingBuilder::new("logged-token", Severity::Note, lengthy.primary.place, "").message("m").help("h");
    let mut findings = vec![lengthy];
    findings.extend(std::iter::repeat_n(short.build(), 25_000));
    let log = json(&report(&program, findings).render(Format::Sarif, Style::Plain));
    let run = &log["runs"][0];
    assert_eq!(run["results"].as_array().map(Vec::len), Some(25_000));
    let first = &run["results"][0];
    assert_eq!(first["codeFlows"][0]["threadFlows"][0]["locations"].as_array().map(Vec::len), Some(1_000));
    assert_eq!(first["relatedLocations"].as_array().map(Vec::len), Some(100));
    let said = run["invocations"][0]["toolExecutionNotifications"][1]["message"]["text"].as_str().unwrap_or_default();
    assert!(said.contains("25001 findings"), "{said}");
}

/// Source, names and our own words built from them are the attacker's; the terminal must not be.
#[test]
fn hostile_text_reaches_no_terminal() {
    let hostile: Vec<char> =
        ('\u{0}'..='\u{24f}').chain('\u{2000}'..='\u{2fff}').chain(['\u{feff}', '\u{e0001}']).collect();
    for (index, window) in hostile.chunks(64).enumerate() {
        let noise: String = window.iter().collect();
        let path = format!("/r/{noise}.py");
        let text = format!("a{noise} = '{noise}'\r\nif token{noise} == b: {noise}\rx");
        let program = program(&[(path.as_str(), text.as_str()), ("/r/b.py", noise.as_str())]);
        let whole = |file: u32| place(&program, file, &program.source(crate::source::FileId(file)).text);
        let odd =
            FindingBuilder::new("plain-token-comparison", Severity::Error, place(&program, 0, "token"), noise.as_str())
                .message(format!("m{noise}"))
                .help(format!("h{noise}"))
                .related(whole(0), noise.as_str())
                .related(whole(1), noise.as_str())
                .build();
        let mut all = report(&program, vec![odd]);
        all.diagnostics[0].path = path.clone().into();
        all.diagnostics[0].message.clone_from(&noise);
        for format in FORMATS {
            let shown = without_our_colours(&all.render(format, Style::Coloured));
            let bad = shown.chars().find(|&letter| is_hostile(letter));
            assert_eq!(bad, None, "{format:?}, window {index}: {shown:?}");
        }
        let line = diagnostic_line(&all.diagnostics[0], &all.masker);
        assert!(!line.contains(is_hostile), "{line:?}");
    }
}

/// Takes away `ESC [ digits and semicolons m`, the only sequences that are ours.
fn without_our_colours(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("\u{1b}[") {
        out.push_str(&rest[..at]);
        let after = &rest[at + 2..];
        let length = after.find(|letter: char| !letter.is_ascii_digit() && letter != ';').unwrap_or(after.len());
        rest = if after[length..].starts_with('m') { &after[length + 1..] } else { "\u{1b}" };
    }
    out + rest
}

#[test]
fn excerpts_of_giant_lines_stay_small() {
    let text = format!("{} == token{}", "a".repeat(1_000_000), "b".repeat(1_000_000));
    let program = program(&[("/r/a.py", text.as_str()), ("/r/b.py", "")]);
    let wide = FindingBuilder::new("plain-token-comparison", Severity::Error, place(&program, 0, "token"), "here");
    let text = report(&program, vec![wide.message("m").help("h").build()]).render(Format::Human, Style::Plain);
    assert!(text.len() < 2_000, "{}", text.len());
    assert!(text.contains("== token"), "{text}");
}
