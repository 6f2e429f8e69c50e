//! The auth map of every application in `testdata/apps`, as the binary writes it. A snapshot is accepted only after it was
//! read beside the code: `INSTA_UPDATE=always cargo test --test routes`.

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use serde_json::Value;

fn apps() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/apps");
    let entries = fs::read_dir(folder).expect("the folder is part of the repository");
    let mut apps: Vec<PathBuf> = entries.map(|entry| entry.expect("its entries are readable").path()).collect();
    apps.retain(|path| path.is_dir());
    apps.sort();
    apps
}

/// Exit code and standard output of `bearerlint routes` in an application's folder.
fn map(app: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::cargo_bin("bearerlint").expect("the binary is built");
    let output = command.current_dir(app).args(["routes", "--isolated"]).args(arguments).output().expect("it runs");
    (output.status.code(), String::from_utf8(output.stdout).expect("it writes UTF-8"))
}

fn document(app: &Path, arguments: &[&str]) -> Value {
    let (code, text) = map(app, &[&["--format", "json"], arguments].concat());
    assert_eq!(code, Some(0), "{text}");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn app(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/apps").join(name)
}

#[test]
fn every_application_has_the_map_that_was_read_beside_its_code() {
    for app in apps() {
        let (code, text) = map(&app, &[]);
        assert_eq!(code, Some(0), "{text}");
        let name = app.file_name().expect("a folder has a name").to_string_lossy().into_owned();
        insta::assert_snapshot!(name, text);
    }
}

#[test]
fn the_formats_tell_of_the_same_routes() {
    for app in apps() {
        let document = document(&app, &[]);
        let routes = document["routes"].as_array().expect("a list of routes");
        let (_, table) = map(&app, &["--format", "markdown"]);
        assert_eq!(table.lines().count(), routes.len() + 2, "a row a route, and two lines of heading");
        assert!(table.lines().all(|line| line.replace("\\|", "").matches('|').count() == 8), "{table}");
        let (_, human) = map(&app, &[]);
        let handlers = human.lines().filter(|line| line.starts_with("    handler ")).count();
        assert_eq!(handlers, routes.len());
    }
}

#[test]
fn filters_leave_out_and_count() {
    let all = document(&app("factory"), &[]);
    let open = document(&app("factory"), &["--unprotected"]);
    let count = |document: &Value| document["routes"].as_array().map(Vec::len).unwrap_or_default();
    assert!(count(&open) > 0 && count(&open) < count(&all));
    let words = ["open", "open on some paths"];
    let is_open = |route: &Value| words.contains(&route["protection"].as_str().unwrap_or_default());
    assert!(open["routes"].as_array().is_some_and(|routes| routes.iter().all(is_open)));
    assert_eq!(open["left_out"], count(&all) - count(&open));
    let under_api = document(&app("factory"), &["--path", "/api/**"]);
    let is_under_api = |route: &Value| route["path"].as_str().is_some_and(|path| path.starts_with("/api/"));
    assert!(count(&under_api) > 0);
    assert!(under_api["routes"].as_array().is_some_and(|routes| routes.iter().all(is_under_api)));
}

#[test]
fn the_number_of_threads_and_the_order_of_paths_change_nothing() {
    let folder = app("factory");
    let once = map(&folder, &["--jobs", "1", "shop", "wsgi.py"]);
    assert_eq!(once, map(&folder, &["--jobs", "3", "wsgi.py", "shop"]));
}

#[test]
fn a_file_that_cannot_be_read_makes_the_map_partial() {
    let (code, text) = map(&app("factory"), &["wsgi.py", "gone.py"]);
    assert_eq!(code, Some(2), "{text}");
}

#[test]
fn a_map_can_be_written_to_a_file() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = folder.path().join("map.md");
    let file_name = file.to_string_lossy().into_owned();
    let (code, text) = map(&app("factory"), &["--format", "markdown", "--output", &file_name]);
    assert_eq!((code, text.as_str()), (Some(0), ""));
    let written = fs::read_to_string(&file).expect("the file is there");
    assert!(written.starts_with("| route | handler |"), "{written}");
}

#[test]
fn no_map_steers_a_terminal_or_shows_a_secret() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let code = "from flask import Flask, request\napp = Flask(__name__)\n\n\n@app.post('/a\\x1b[31m/sk9-f3Kq81LmZx|b')\ndef a():\n    if request.headers.get('X-Api-Key') != 'sk9-f3Kq81LmZx':\n        return 'no', 401\n    return 'yes'\n";
    fs::write(folder.path().join("app.py"), code).expect("the folder is writable");
    for format in ["human", "json", "markdown"] {
        let (_, text) = map(folder.path(), &["--format", format]);
        assert!(!text.contains('\u{1b}') && !text.contains("sk9-f3Kq81LmZx"), "{format}: {text}");
        assert!(text.contains("POST"), "{format}: {text}");
    }
}

/// What turns callers away is told by its status, also where a helper makes a number of it.
#[test]
fn a_refusal_by_a_helper_that_makes_a_number_of_its_status_is_one() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let code = r#"
import os
from http import HTTPStatus

import jwt
from flask import Flask, request

app = Flask(__name__)


def answer(words, status=HTTPStatus.OK):
    return {"message": words}, int(status)


@app.post("/orders")
def order():
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    try:
        claims = jwt.decode(token, os.environ["SHOP_KEY"], algorithms=["RS256"], audience="shop", issuer="login")
    except jwt.InvalidTokenError:
        return answer("not this way", HTTPStatus.UNAUTHORIZED)
    return answer(f"ordered for {claims['sub']}")
"#;
    fs::write(folder.path().join("app.py"), code).expect("a writable folder");
    let (exit, written) = map(folder.path(), &["--format", "json"]);
    assert_eq!(exit, Some(0));
    assert!(written.contains("\"protection\": \"checked\""), "{written}");
}
