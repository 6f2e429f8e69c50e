//! What holds the repository together: a rule is a page, a file, a registry line and a row of the README's table; pages
//! are complete; every source file says what it is for and stays small. `BEARERLINT_BLESS=1` writes the table instead of
//! comparing it.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use bearerlint::rules::catalogue::{self, Category, Profile, RulePage};

const HEADINGS: [&str; 5] = ["What it finds", "Why it matters", "Examples", "How to fix", "References"];
/// Lines of a file under `src/`: beyond them it has more than one purpose.
const MOST_LINES: usize = 600;

/// What must not be left in code, and why.
const UNWANTED: [(&str, &str); 5] = [
    (concat!("todo", "!("), "it ends the run of whoever meets it"),
    (concat!("unimplemented", "!("), "it ends the run of whoever meets it"),
    (concat!("#[", "allow("), "a lint is obeyed, or expected with its reason"),
    (concat!("#![", "allow("), "a lint is obeyed, or expected with its reason"),
    (concat!("#[", "ignore"), "a test that does not run proves nothing"),
];

const TABLE_BEGINS: &str = "<!-- rules:begin -->";
const TABLE_ENDS: &str = "<!-- rules:end -->";

#[test]
fn pages_rule_files_and_registry_name_the_same_rules() {
    let registry: BTreeSet<String> = catalogue::pages().iter().map(|page| page.id.to_owned()).collect();
    assert_eq!(stems("rules", "md"), registry, "rules/*.md on the left, src/rules/mod.rs on the right");
    let mut files: BTreeSet<String> = stems("src/rules", "rs").iter().map(|stem| stem.replace('_', "-")).collect();
    for shared in ["mod", "catalogue"] {
        files.remove(shared);
    }
    let housekeeping = |page: &&RulePage| page.category == Category::Housekeeping;
    // A housekeeping rule judges comments in the stage that reads them and needs no file here.
    let optional: BTreeSet<String> =
        catalogue::pages().iter().filter(housekeeping).map(|page| page.id.to_owned()).collect();
    let missing: Vec<_> = registry.difference(&files).filter(|id| !optional.contains(*id)).collect();
    assert!(missing.is_empty(), "rules without a file in src/rules: {missing:?}");
    let extra: Vec<_> = files.difference(&registry).collect();
    assert!(extra.is_empty(), "files in src/rules without a page: {extra:?}");
}

#[test]
fn every_page_is_complete() {
    let mut problems = Vec::new();
    for page in catalogue::pages() {
        problems.extend(problems_of(page).into_iter().map(|problem| format!("rules/{}.md: {problem}", page.id)));
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn the_readme_lists_every_rule() {
    let path = root().join("README.md");
    let readme = fs::read_to_string(&path).expect("README.md is part of the repository");
    let (before, rest) = readme.split_once(TABLE_BEGINS).expect("README.md holds the beginning of the rule table");
    let (_, after) = rest.split_once(TABLE_ENDS).expect("README.md holds the end of the rule table");
    let wanted = format!("{before}{TABLE_BEGINS}\n{}{TABLE_ENDS}{after}", rule_table());
    if std::env::var_os("BEARERLINT_BLESS").is_some() {
        fs::write(&path, wanted).expect("README.md is writable");
        return;
    }
    assert!(readme == wanted, "the rule table in README.md is out of date: run `BEARERLINT_BLESS=1 cargo test`");
}

#[test]
fn every_source_file_opens_with_what_it_is_for() {
    let mut files = rust_files(&["src", "tests"]);
    assert!(files.len() > 50, "the source files are found: {}", files.len());
    files.retain(|(_, text)| !text.starts_with("//! "));
    let names: Vec<_> = files.iter().map(|(name, _)| name).collect();
    assert!(names.is_empty(), "these do not open with a `//!` paragraph: {names:#?}");
}

#[test]
fn source_files_are_short() {
    let too_long: Vec<String> = rust_files(&["src"])
        .iter()
        .filter(|(_, text)| text.lines().count() > MOST_LINES)
        .map(|(name, text)| format!("{name}: {} lines, {} at most", text.lines().count(), MOST_LINES))
        .collect();
    assert!(too_long.is_empty(), "split these: {too_long:#?}");
}

#[test]
fn nothing_unfinished_or_silenced_is_left() {
    let mut problems = Vec::new();
    for (name, text) in rust_files(&["src", "tests"]) {
        let in_code = |line: &&str| !line.trim_start().starts_with("//");
        for (number, line) in text.lines().enumerate().filter(|(_, line)| in_code(line)) {
            let found = UNWANTED.iter().filter(|(unwanted, _)| line.contains(unwanted));
            problems.extend(found.map(|(unwanted, why)| format!("{name}:{}: `{unwanted}`: {why}", number + 1)));
        }
        if name.starts_with("src/") {
            let code = without_tests(&name, &text);
            let found = code.lines().enumerate().filter(|(_, line)| line.contains(".unwrap()"));
            problems.extend(found.map(|(number, _)| format!("{name}:{}: `unwrap` ends the run", number + 1)));
        }
    }
    assert!(problems.is_empty(), "{problems:#?}");
}

#[test]
fn every_key_of_the_model_schema_is_documented_and_some_model_uses_it() {
    let mut used = BTreeSet::new();
    for stem in stems("rules/models", "toml") {
        let text = fs::read_to_string(root().join(format!("rules/models/{stem}.toml"))).expect("models are readable");
        collect_keys(&text.parse::<toml::Table>().expect("the build has read it"), &mut used);
    }
    let mut keys = 0;
    let mut problems = Vec::new();
    for (name, text) in rust_files(&["src/models"]) {
        // Only what a file can say is read strictly.
        for structure in text.split("#[serde(deny_unknown_fields").skip(1) {
            let body = structure.split("\n}").next().unwrap_or_default();
            let mut above = "";
            for line in body.lines().map(str::trim) {
                let field = line.strip_prefix("pub ").and_then(|rest| rest.split_once(": "));
                let Some((field, _)) = field.filter(|(field, _)| !field.contains(' ')) else {
                    above = if line.starts_with("#[serde(default") { above } else { line };
                    continue;
                };
                keys += 1;
                // The other half of `before`, which one model at least uses.
                let is_half = field == "since";
                if !above.starts_with("#[serde(skip") && !is_half && !used.contains(&field.replace('_', "-")) {
                    problems.push(format!("{name}: no model uses `{field}`"));
                }
                if !above.starts_with("///") && !above.starts_with("#[serde(skip") {
                    problems.push(format!("{name}: `{field}` has no documentation"));
                }
                above = "";
            }
        }
    }
    assert!(keys > 150, "the keys are found: {keys}");
    assert!(problems.is_empty(), "{problems:#?}");
}

fn collect_keys(table: &toml::Table, into: &mut BTreeSet<String>) {
    for (key, value) in table {
        into.insert(key.clone());
        let tables = value.as_array().into_iter().flatten().chain([value]).filter_map(toml::Value::as_table);
        tables.for_each(|table| collect_keys(table, into));
    }
}

#[test]
fn files_that_the_documents_name_exist() {
    let mut missing = Vec::new();
    for document in ["ARCHITECTURE.md", "CONTRIBUTING.md"] {
        let text = fs::read_to_string(root().join(document)).expect("the document is part of the repository");
        for path in text.split('`').skip(1).step_by(2).filter(|quoted| names_a_file(quoted)) {
            if !["", "src"].iter().any(|folder| root().join(folder).join(path).exists()) {
                missing.push(format!("{document}: {path}"));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

/// Whether quoted words are a path of the repository: no command, no placeholder, nothing that a build makes.
fn names_a_file(quoted: &str) -> bool {
    let is_path = quoted.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-./".contains(&byte));
    let extension = Path::new(quoted).extension().and_then(|extension| extension.to_str());
    is_path
        && (quoted.contains('/') || matches!(extension, Some("rs" | "md" | "toml")))
        && !quoted.contains("NAME")
        && !quoted.starts_with("target")
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// File names in a folder of the repository, without their extension.
fn stems(folder: &str, extension: &str) -> BTreeSet<String> {
    fs::read_dir(root().join(folder))
        .expect("the folder exists")
        .map(|entry| entry.expect("its entries are readable").path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .filter_map(|path| path.file_stem().map(|stem| stem.to_string_lossy().into_owned()))
        .collect()
}

/// Every Rust file in these folders: its path in the repository, with `/`, and its text.
fn rust_files(folders: &[&str]) -> Vec<(String, String)> {
    let mut paths = Vec::new();
    for folder in folders {
        collect_rust_files(&root().join(folder), &mut paths);
    }
    paths.sort();
    let named = paths.iter().map(|path| {
        let name = path.strip_prefix(root()).expect("it lies in the repository").to_string_lossy().replace('\\', "/");
        (name, fs::read_to_string(path).expect("source files are UTF-8"))
    });
    named.collect()
}

/// The part of a file that is built into the program.
fn without_tests<'t>(name: &str, text: &'t str) -> &'t str {
    let stem = name.rsplit('/').next().unwrap_or(name).trim_end_matches(".rs");
    if stem == "tests" || stem == "test_support" || stem.ends_with("_tests") {
        return "";
    }
    text.split("#[cfg(test)]\nmod tests {").next().unwrap_or(text)
}

fn collect_rust_files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder exists") {
        let path = entry.expect("its entries are readable").path();
        if path.is_dir() {
            collect_rust_files(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
}

fn problems_of(page: &RulePage) -> Vec<String> {
    let mut problems = Vec::new();
    let mut require = |holds: bool, problem: &str| {
        if !holds {
            problems.push(problem.to_owned());
        }
    };
    let is_id = |id: &str| id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    require(is_id(page.id), "its name is not in lower case with hyphens");
    require(!page.title.is_empty() && !page.title.ends_with('.'), "its title is empty or ends with a full stop");
    require((0.0..=10.0).contains(&page.security_severity), "security-severity is not between 0 and 10");
    let headings: Vec<&str> = page.body.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    require(headings == HEADINGS, "its headings are not the five of every page, in their order");
    for heading in HEADINGS {
        require(!page.section(heading).is_empty(), &format!("nothing stands under `{heading}`"));
    }
    if page.category != Category::Housekeeping {
        require(!page.cwe.is_empty(), "it names no CWE");
        require(!page.owasp.is_empty(), "it names no OWASP item");
        let count = |kind: &str| page.section("Examples").matches(&format!("```python {kind}")).count();
        require(count("bad") >= 2, "it has fewer than two bad examples");
        require(count("good") >= 3, "it has fewer than three good examples");
    }
    problems
}

fn rule_table() -> String {
    let mut pages: Vec<&RulePage> = catalogue::pages().iter().collect();
    pages.sort_by_key(|page| (page.category, page.id));
    let mut table = String::from("| rule | category | severity | what it finds |\n|---|---|---|---|\n");
    for page in pages {
        let profile = if page.profile == Profile::Strict { ", strict" } else { "" };
        let row = format!(
            "| [`{id}`](rules/{id}.md) | {} | {}{profile} | {} |",
            page.category.as_str(),
            page.severity,
            page.title,
            id = page.id
        );
        writeln!(table, "{row}").ok();
    }
    table
}
