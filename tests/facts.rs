//! What model files say of libraries, measured again on the pinned versions (`tests/facts/measure.py`): a library that
//! changed its mind fails here, by the name of the model file. `cargo test --test facts -- --nocapture` prints the table.

#[path = "support/python.rs"]
mod python;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use bearerlint::models::schema::ModelFile;

const LIBRARIES: &str = "requirements-libraries.txt";

/// Model files by the distribution they describe, where the one is not called like the other.
const OTHER_NAMES: [(&str, &str); 1] = [("werkzeug-security", "werkzeug")];

fn in_repository(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The pinned versions, by distribution in small letters.
fn pinned() -> BTreeMap<String, String> {
    let list = fs::read_to_string(in_repository("testdata").join(LIBRARIES)).expect("the list of pinned libraries");
    let pins = list.lines().filter_map(|line| line.split_once("=="));
    pins.map(|(name, version)| (name.trim().to_ascii_lowercase(), version.trim().to_owned())).collect()
}

#[test]
fn every_measured_fact_still_holds() {
    let output = Command::new(python::interpreter(LIBRARIES))
        .arg(in_repository("tests/facts/measure.py"))
        .output()
        .expect("the interpreter of the environment runs");
    let table = String::from_utf8_lossy(&output.stdout);
    // Written to the stream itself: the test runner holds back what `println!` says of a test that passes.
    std::io::Write::write_fmt(&mut std::io::stderr(), format_args!("{table}\n")).ok();
    let changed: Vec<&str> = table.lines().filter(|line| line.contains("\tCHANGED")).collect();
    assert!(output.status.success(), "{}\n{}", changed.join("\n"), String::from_utf8_lossy(&output.stderr));
    assert!(table.lines().count() >= 40, "only {} facts were measured", table.lines().count());
    let models = table.lines().filter_map(|line| line.split('\t').next());
    for model in models {
        assert!(in_repository(model).is_file(), "{model} is no model file");
    }
}

#[test]
fn model_files_were_measured_on_the_pinned_versions() {
    let pinned = pinned();
    let mut compared = 0;
    for name in bearerlint::models::file_names() {
        let text = fs::read_to_string(in_repository(&format!("rules/models/{name}.toml"))).expect("a model file");
        let file: ModelFile = toml::from_str(&text).expect("a model file that the build has checked");
        let distribution =
            OTHER_NAMES.iter().find(|(model, _)| *model == name).map_or(name, |(_, distribution)| *distribution);
        let Some(version) = pinned.get(distribution) else { continue };
        // A file for several libraries names each with a version no more exact than it needs.
        let is_one_version = file.measured.chars().all(|letter| letter.is_ascii_digit() || letter == '.');
        if is_one_version {
            assert_eq!(&file.measured, version, "rules/models/{name}.toml on the left, {LIBRARIES} on the right");
            compared += 1;
        }
    }
    assert!(compared >= 8, "only {compared} model files were compared");
}
