//! Secrets of the analysed source leave in no format, whole or in part; and what only looks like one stays readable.

use crate::support::{Answer, FORMATS, Project, repository};

const RANDOM: &str = "Zq7vR2m-9f3a1c77e2b84d60";
const WORDS: &str = "correct-horse-battery-staple";

/// How many letters of a secret in a row give it away.
const TELLING: usize = 8;

const ALL_IS_SHOWN: [&str; 8] =
    ["--profile", "strict", "--min-confidence", "low", "--show-suppressed", "--statistics", "--color", "always"];

/// Statements that bring a secret in, and the expression that a presented token is compared with. `§` is the secret.
const PLANTED: [(&str, &str); 14] = [
    ("EXPECTED = '§'", "EXPECTED"),
    ("EXPECTED = '§'  # was § before", "EXPECTED"),
    ("", "'§'"),
    ("EXPECTED = os.getenv('ORDERS_TOKEN', '§')", "EXPECTED"),
    ("EXPECTED = os.environ.get('ORDERS_TOKEN') or '§'", "EXPECTED"),
    ("app.config['ORDERS_TOKEN'] = '§'", "app.config['ORDERS_TOKEN']"),
    ("app.config.update(ORDERS_TOKEN='§')", "app.config['ORDERS_TOKEN']"),
    ("EXPECTED = b'§'.decode()", "EXPECTED"),
    ("EXPECTED = '''§'''", "EXPECTED"),
    ("EXPECTED = ('§'\n    '§')", "EXPECTED"),
    ("EXPECTED = {'orders': '§'}", "EXPECTED['orders']"),
    ("class Settings:\n    token = '§'", "Settings.token"),
    ("# bearerlint: ignore-file[hardcoded-secret] § is for tests\nEXPECTED = '§'", "EXPECTED"),
    ("EXPECTED = '§'\ndef broken(:\n    token = '§'", "EXPECTED"),
];

fn application(statement: &str, expected: &str, secret: &str) -> String {
    let (above, statement) = if statement.starts_with('#') { (statement, "") } else { ("", statement) };
    format!(
        "{above}\nimport os\nfrom flask import Flask, request\napp = Flask(__name__)\n{statement}\n\n\n\
         @app.post('/orders')\ndef orders():\n    \
         token = request.headers.get('Authorization', '').partition(' ')[2]\n    \
         if token == {expected}:  # not '§'\n        return 'ok'\n    return 'no', 401\n"
    )
    .replace('§', secret)
}

#[track_caller]
fn assert_hidden(answer: &Answer, secret: &str, about: &str) {
    let letters: Vec<char> = secret.chars().collect();
    for part in letters.windows(TELLING.min(letters.len())) {
        let part: String = part.iter().collect();
        for text in [&answer.stdout, &answer.stderr] {
            assert!(!text.contains(&part), "`{part}` of `{secret}` is shown, {about}:\n{text}");
        }
    }
}

#[test]
fn planted_secrets_leave_in_no_format() {
    for (statement, expected) in PLANTED {
        for secret in [RANDOM, WORDS] {
            let project = Project::new(&[("app.py", &application(statement, expected, secret))]);
            for format in FORMATS {
                let answer = project.run(&[&["check", "--format", format], &ALL_IS_SHOWN[..]].concat());
                let about = format!("{format}: {statement}");
                assert!(answer.stdout.contains("plain-token-comparison"), "no finding, {about}:\n{}", answer.stdout);
                assert_hidden(&answer, secret, &about);
            }
        }
    }
}

#[test]
fn the_articles_literal_leaves_in_no_format() {
    let claims = std::fs::read_to_string(repository("testdata/apps/article/claims.py")).expect("it is UTF-8");
    let (_, rest) = claims.split_once("FALLBACK = \"").expect("the literal is there");
    let (secret, _) = rest.split_once('"').expect("it ends");
    assert!(secret.len() > 20, "{secret}");
    let project = Project::new(&[]);
    project.copy("testdata/apps/article");
    for format in FORMATS {
        let answer = project.run(&[&["check", "--format", format], &ALL_IS_SHOWN[..]].concat());
        assert!(answer.stdout.contains("hardcoded-secret"), "{format}");
        assert_hidden(&answer, secret, format);
    }
}

#[test]
fn a_key_in_a_library_call_is_hidden_too() {
    let text = format!(
        "import jwt\nfrom flask import Flask, request\napp = Flask(__name__)\n\n\n@app.get('/me')\ndef me():\n    \
         token = request.headers.get('Authorization', '')[7:]\n    \
         claims = jwt.decode(token, '{RANDOM}', algorithms=['HS256'])\n    return claims['sub']\n"
    );
    let project = Project::new(&[("app.py", &text)]);
    for format in FORMATS {
        let answer = project.run(&[&["check", "--format", format], &ALL_IS_SHOWN[..]].concat());
        assert_eq!(answer.code, Some(1), "{format}: {}", answer.stdout);
        assert_hidden(&answer, RANDOM, format);
    }
}

/// A secret may be a word that also is a name, a folder or a part of our own sentences. Nothing but the literal itself
/// may become stars then.
#[test]
fn common_words_that_are_secrets_do_not_star_out_the_rest() {
    let words = ["orders", "compare", "shared_secret", "headers", "my-service", "X-Api-Key2", "request"];
    let reports = |secret: &str| {
        let text = "import os\nfrom flask import Flask, request\napp = Flask(__name__)\nshared_secret = '§'\n\n\n\
                    @app.post('/orders/my-service')\ndef orders():\n    \
                    token = request.headers.get('X-Api-Key')\n    \
                    if token == shared_secret:  # compare token and secret of orders\n        return 'ok'\n    \
                    return 'no', 401\n";
        let text = text.replace('§', secret);
        let project = Project::new(&[("orders/my-service/secret/app.py", &text)]);
        ["concise", "human"].map(|format| {
            let answer = project.run(&["check", "--format", format]);
            assert_eq!(answer.code, Some(1), "{answer:?}");
            without_line_of_literal(&answer.stdout)
        })
    };
    let expected = reports(RANDOM);
    assert!(
        expected[0].contains("orders/my-service/secret/app.py:10:8: warning[plain-token-comparison]"),
        "{expected:?}"
    );
    assert!(expected[1].contains("compare token and secret of orders"), "{expected:?}");
    for word in words {
        assert_eq!(expected, reports(word), "{word}");
    }
}

/// Without what shows how wide the literal is: the stars, and the two lines below that mark it.
fn without_line_of_literal(report: &str) -> String {
    let mut kept = String::new();
    let mut lines = report.lines();
    while let Some(line) = lines.next() {
        kept += &line.replace('*', "");
        kept.push('\n');
        if line.contains("shared_secret = '*") {
            lines.next();
            lines.next();
        }
    }
    kept
}
