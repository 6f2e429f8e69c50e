//! Every fix that a rule offers for a bad example of a page, made and looked at: the file still parses, the finding is gone,
//! nothing new is found, and a second time there is nothing left to do. What fixes do to attacks stands in `tests/exploits.rs`.

#[path = "support/fixes.rs"]
mod fixes;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use bearerlint::finding::Finding;
use bearerlint::rules::catalogue::{self, Category, Profile, RulePage};
use fixes::{Files, Run, run};

#[test]
fn every_fix_mends_its_finding_and_nothing_else() {
    let mut failures = String::new();
    let mut made: BTreeMap<&'static str, [usize; 2]> = BTreeMap::new();
    for (place, files) in bad_examples() {
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
    assert!(!made.is_empty(), "no rule offers a fix");
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
    let mut found = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        if !line.starts_with("```python bad") {
            continue;
        }
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
        found.push((at + 1, files));
    }
    found
}
