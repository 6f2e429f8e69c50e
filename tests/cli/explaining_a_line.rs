//! `check --explain FILE:LINE`: what is known at a line, and why rules spoke or stayed silent.

use crate::support::Project;

const CODE: &str = "\
import os
from flask import Flask, abort, request
from elsewhere import inspect

app = Flask(__name__)


@app.get('/plain')
def plain():
    token = request.headers.get('X-Api-Key')
    if token != os.environ['API_KEY']:  # bearerlint: ignore[plain-token-comparison] told elsewhere
        abort(401)
    return {}


@app.get('/opaque')
def opaque():
    token = request.headers.get('Authorization')
    if not token:
        abort(401)
    inspect(token)
    return {}


def unused():
    password = 'correct-horse-battery-1'
    return app.config.update(SECRET_KEY=password)
";

fn explained(line: &str) -> crate::support::Answer {
    Project::new(&[("app.py", CODE)]).run(&["check", "--explain", line])
}

#[test]
fn values_evidence_rules_and_what_became_of_findings_are_told() {
    let told = explained("app.py:11").stdout;
    assert!(told.contains("in `plain`, on a path that established nothing"), "{told}");
    assert!(told.contains("`token` holds the key from the `X-Api-Key` header (high confidence); app.py:10:"), "{told}");
    assert!(told.contains("reached from the route `/plain` (`plain`)"), "{told}");
    assert!(told.contains("a path ends in refusal with status 401"), "{told}");
    assert!(told.contains("rule plain-token-comparison speaks here with high confidence"), "{told}");
    assert!(told.contains("suppressed by a comment: plain-token-comparison"), "{told}");
}

#[test]
fn what_made_a_path_opaque_is_named() {
    let told = explained("app.py:22").stdout;
    assert!(told.contains("presence at app.py:19"), "{told}");
    assert!(told.contains("opaque (nobody can see what was done with the credential) at app.py:21"), "{told}");
    assert!(!told.contains("rule presence-only-check speaks"), "{told}");
}

#[test]
fn no_secret_is_told_and_mistakes_end_with_two() {
    let told = explained("app.py:27").stdout;
    assert!(told.contains("in `unused`") && !told.contains("correct-horse"), "{told}");
    assert!(explained("app.py:6").stdout.contains("nothing runs there"));
    for wrong in ["app.py:900", "other.py:1", "app.py", "app.py:x"] {
        assert_eq!(explained(wrong).code, Some(2), "{wrong}");
    }
}
