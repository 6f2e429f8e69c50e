//! One run from the command line to the exit code: the stages in order, and what happens where one of them fails.
//!
//! Decides nothing itself; each stage has its module. Here lives the only place that maps troubles to exit codes.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::panic;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use rayon::prelude::*;

use crate::analysis::{self, Analysis, Options};
use crate::cli::{Arguments, CheckRequest, Command, Inputs, RuleArguments};
use crate::config::{Choice, ConfigError, Configurations, OwnModel, Policy, Wishes};
use crate::finding::{Diagnostic, DiagnosticKind, Finding};
use crate::input::{self, Found, requirements};
use crate::models::{self, schema::ModelFile};
use crate::output::{self, Written};
use crate::program::Program;
use crate::program::versions::Versions;
use crate::report::mask::Masker;
use crate::report::present::{visible, visible_line};
use crate::report::{self, Format, Outcome, Report, Style};
use crate::root::Root;
use crate::rules::catalogue;
use crate::settle::{self, Settled};
use crate::source::{FileId, Place, Source, Span};
use crate::suppress::{self, Suppressions};

/// Wall time the parser gets for one file.
pub(crate) const PARSE_BUDGET: Duration = Duration::from_secs(5);

/// Stack of a worker thread: depth is bounded by design, this is room to spare.
const STACK_BYTES: usize = 16 * 1024 * 1024;

/// Why a run ended before it could report.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("{0}\nhelp: {help}", help = .0.help)]
    Configuration(#[from] ConfigError),
    #[error("{0}")]
    Usage(String),
    #[error("the report could not be written to {to}: {error}")]
    Output { to: String, error: std::io::Error },
    #[error("the worker threads could not be started: {0}")]
    Threads(#[from] rayon::ThreadPoolBuildError),
}

/// Runs the program on the process's arguments.
pub fn main() -> ExitCode {
    panic::set_hook(Box::new(|trouble| output::to_stderr(&panic_message(trouble.location()))));
    let arguments = Arguments::parse();
    let result = panic::catch_unwind(|| match arguments.command {
        Command::Check(arguments) => check(&arguments.request()),
        Command::Rule(arguments) => rule(&arguments),
        Command::Routes(arguments) => crate::routes::routes(&arguments.request()),
    });
    match result {
        Ok(Ok(outcome)) => ExitCode::from(outcome.code()),
        Ok(Err(failure)) => {
            output::to_stderr(&visible(&format!("error: {failure}")));
            ExitCode::from(Outcome::Trouble.code())
        }
        // The hook has said where.
        Err(_) => ExitCode::from(Outcome::Trouble.code()),
    }
}

/// Says where in our own code a panic arose. Its text stays unsaid: it may quote the source that is being read.
fn panic_message(location: Option<&panic::Location<'_>>) -> String {
    let place = location.map_or_else(|| "an unknown place".to_owned(), |at| format!("{}:{}", at.file(), at.line()));
    format!("error: bearerlint {} failed at {place}; this is a bug, please report this line", env!("CARGO_PKG_VERSION"))
}

fn rule(arguments: &RuleArguments) -> Result<Outcome, Failure> {
    let text = crate::explain::rule(arguments.name.as_deref(), arguments.format).map_err(Failure::Usage)?;
    print(&text)?;
    Ok(Outcome::Clean)
}

pub(crate) fn print(text: &str) -> Result<Written, Failure> {
    output::to_stdout(text).map_err(|error| Failure::Output { to: "standard output".to_owned(), error })
}

fn check(request: &CheckRequest) -> Result<Outcome, Failure> {
    in_pool(request.jobs, || check_in_pool(request))
}

/// Runs something on as many threads as are wanted.
pub(crate) fn in_pool<T: Send>(
    jobs: Option<NonZeroUsize>,
    work: impl FnOnce() -> Result<T, Failure> + Send,
) -> Result<T, Failure> {
    let mut pool = rayon::ThreadPoolBuilder::new().stack_size(STACK_BYTES);
    if let Some(jobs) = jobs {
        pool = pool.num_threads(jobs.get());
    }
    pool.build()?.install(work)
}

fn check_in_pool(request: &CheckRequest) -> Result<Outcome, Failure> {
    let inputs = collect(&request.inputs, &request.configuration, &request.wishes)?;
    let root = Root::of(&request.inputs.paths);
    let versions = versions(&inputs.sources, &request.inputs, &root);
    let program = Program::new(inputs.sources, PARSE_BUDGET).with_versions(versions);
    let policies = inputs.policies;
    let policy = |file: FileId| policies.get(file.0 as usize).map_or(&inputs.fallback, Arc::as_ref);
    let rules: BTreeSet<&'static str> = policies.iter().flat_map(|policy| policy.rules.iter().copied()).collect();
    let strict = program.files().filter(|file| policy(*file).is_strict).collect();
    let watched = request.explained.as_ref().map(|line| explained(&program, line)).transpose()?;
    let options =
        Options { rules: rules.iter().copied().collect(), strict, skips_triage: request.skips_triage, watched };
    let own = (!inputs.models.is_empty()).then(|| models::with_own(inputs.models));
    let analysis = analysis::analyse_with(&program, &options, own.as_ref().unwrap_or_else(|| models::embedded()));

    let suppressions = suppressions(&program);
    let context = settle::Context { program: &program, root: &root, policy: &policy };
    let Analysis { findings, diagnostics, secret_literals, statistics, explanation, routes: _ } = analysis;
    let settled = settle::settle(&context, findings, suppressions);
    let diagnostics = all_diagnostics(&program, [inputs.diagnostics, diagnostics, nothing_selected(&policies)]);

    let shown = files_shown(settled.findings.iter().chain(&settled.suppressed));
    let masker = Masker::new(&program, &secret_literals, &shown);
    let outcome = outcome(&settled, &diagnostics, &policy);
    let Settled { findings, suppressed, below_confidence } = settled;
    let report = Report {
        program: &program,
        findings,
        suppressed,
        shows_suppressed: request.shows_suppressed,
        below_confidence,
        diagnostics,
        rules: rules.into_iter().collect(),
        masker,
        scope: scope(&root, &request.inputs),
        root,
        outcome,
        statistics,
    };
    if request.explained.is_some() {
        return explain(&report, &explanation, watched);
    }
    deliver(request, &report)
}

/// The place of a line that somebody asked about.
fn explained(program: &Program, (path, line): &(PathBuf, u32)) -> Result<Place, Failure> {
    let wanted = crate::root::absolute(path);
    let file = program.files().find(|file| crate::root::absolute(&program.source(*file).path) == wanted);
    let told = || format!("--explain names {}:{line}, which is not among the linted files", crate::root::display(path));
    let file = file.ok_or_else(|| Failure::Usage(told()))?;
    let source = program.source(file);
    let text = source.text.as_bytes();
    let mut start = 0;
    for _ in 1..*line {
        let rest = text.get(start..).unwrap_or_default();
        start += memchr::memchr(b'\n', rest).ok_or_else(|| Failure::Usage(told()))? + 1;
    }
    let length = memchr::memchr(b'\n', text.get(start..).unwrap_or_default()).unwrap_or(text.len() - start);
    Ok(Place { file, span: Span::new(start as u32, (start + length) as u32) })
}

/// Prints what is known at the line, masked and escaped as a report is.
fn explain(report: &Report<'_>, explanation: &[String], watched: Option<Place>) -> Result<Outcome, Failure> {
    let mut text = String::new();
    let is_there = |finding: &&Finding| {
        let at = finding.primary.place;
        watched
            .is_some_and(|line| line.file == at.file && at.span.start < line.span.end && line.span.start < at.span.end)
    };
    let reported = report.findings.iter().filter(is_there).map(|one| format!("reported: {}", one.rule));
    let hidden = report.suppressed.iter().filter(is_there).map(|one| format!("suppressed by a comment: {}", one.rule));
    let mut lines: Vec<String> = explanation.iter().cloned().chain(reported).chain(hidden).collect();
    if lines.iter().any(|line| line.starts_with("rule ")) {
        let why = "a rule that speaks and is not reported is a repeat, said better by another rule (docs/precedence.md), below the \
                   wanted confidence, or not selected for this file";
        lines.push(why.to_owned());
    }
    for line in &lines {
        text.push_str(&visible_line(&report.masker.prose(line)));
        text.push('\n');
    }
    if text.is_empty() {
        text.push_str("nothing runs there: no entry reaches the line, or no statement begins on it\n");
    }
    print(&text)?;
    Ok(report.outcome)
}

/// Which versions of libraries the sources use, as the files say that lie beside and above them in their project.
pub(crate) fn versions(sources: &[Source], inputs: &Inputs, root: &Root) -> Versions {
    let bounds: Vec<PathBuf> = inputs.paths.iter().cloned().chain([root.folder().to_path_buf()]).collect();
    Versions::of(&requirements::near(sources.iter().map(|source| source.path.as_path()), &bounds))
}

/// What was read, and what is wanted for each file of it.
pub(crate) struct Collected {
    pub(crate) sources: Vec<Source>,
    policies: Vec<Arc<Policy>>,
    /// What the configurations of these files say of the users' own code.
    pub(crate) models: Vec<ModelFile>,
    fallback: Policy,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// Finds and reads what a run is about.
pub(crate) fn collect(inputs: &Inputs, configuration: &Choice, wishes: &Wishes) -> Result<Collected, Failure> {
    let root = Root::of(&inputs.paths);
    let mut configurations = Configurations::new(configuration.clone(), wishes.clone());
    let Found { files, mut diagnostics } = input::find(inputs);
    let Wanted { files: wanted, policies, models } = wanted(&files, &mut configurations)?;
    if wanted.is_empty() && diagnostics.is_empty() {
        diagnostics.push(nothing_found(inputs));
    }
    let read: Vec<input::Read> = wanted.par_iter().map(|file| input::read(file, inputs)).collect();
    let fallback = wishes.policy();
    let mut collected = Collected { sources: Vec::new(), policies: Vec::new(), models, fallback, diagnostics };
    for (one, policy) in read.into_iter().zip(policies) {
        collected.diagnostics.extend(one.diagnostics);
        if let Some(mut source) = one.source {
            source.purpose = policy.purpose.unwrap_or_else(|| root.purpose(&source.path, &source.text));
            collected.sources.push(source);
            collected.policies.push(policy);
        }
    }
    Ok(collected)
}

/// Files that are wanted, the policy of each, and what the configurations that govern any of them say of code.
#[derive(Default)]
struct Wanted<'f> {
    files: Vec<&'f input::File>,
    policies: Vec<Arc<Policy>>,
    pub(crate) models: Vec<ModelFile>,
}

/// The files that no configuration excludes, each with its policy. Excludes hold for files named one by one, too: a
/// commit hook names every file.
fn wanted<'f>(found: &'f [input::File], configurations: &mut Configurations) -> Result<Wanted<'f>, Failure> {
    let mut wanted = Wanted::default();
    let mut governing: Vec<Arc<crate::config::Settings>> = Vec::new();
    let mut last: Option<(Arc<crate::config::Settings>, Arc<Policy>)> = None;
    for file in found {
        let absolute = crate::root::absolute(&file.path);
        let settings = configurations.settings(&absolute)?;
        if settings.excludes(&absolute) {
            continue;
        }
        let policy = match &last {
            Some((known, policy)) if Arc::ptr_eq(known, &settings) && settings.is_uniform() => Arc::clone(policy),
            _ => Arc::new(settings.policy(&absolute)),
        };
        if !settings.models().is_empty() && !governing.iter().any(|known| Arc::ptr_eq(known, &settings)) {
            wanted.models.extend(settings.models().iter().map(OwnModel::file));
            governing.push(Arc::clone(&settings));
        }
        last = Some((settings, Arc::clone(&policy)));
        wanted.files.push(file);
        wanted.policies.push(policy);
    }
    Ok(wanted)
}

fn nothing_found(inputs: &Inputs) -> Diagnostic {
    let path = inputs.paths.first().cloned().unwrap_or_else(|| PathBuf::from("."));
    let message = "no Python files to lint here; check the path and the excludes".to_owned();
    Diagnostic { path, at: None, kind: DiagnosticKind::Notice, message }
}

/// A selection can cancel itself out; a run that then finds nothing must not look like a clean one.
fn nothing_selected(policies: &[Arc<Policy>]) -> Vec<Diagnostic> {
    let is_idle = !policies.is_empty() && policies.iter().all(|policy| policy.rules.is_empty());
    let message = "no rule is left to run; check select and ignore".to_owned();
    let notice = Diagnostic { path: PathBuf::from("."), at: None, kind: DiagnosticKind::Notice, message };
    is_idle.then_some(notice).into_iter().collect()
}

/// Comments are read only in files that have some of ours: the others need no tree.
fn suppressions(program: &Program) -> Vec<Suppressions> {
    let known: Vec<&str> = catalogue::pages().iter().map(|page| page.id).collect();
    let files: Vec<FileId> = program.files().filter(|&file| suppress::may_suppress(program.source(file))).collect();
    let collect = |&file: &FileId| {
        program.module(file).map(|module| Suppressions::collect(file, program.source(file), module, &known))
    };
    files.par_iter().filter_map(collect).collect()
}

/// The troubles of all stages, and those of the parser, in order and once each.
pub(crate) fn all_diagnostics<const N: usize>(program: &Program, stages: [Vec<Diagnostic>; N]) -> Vec<Diagnostic> {
    let mut all: Vec<Diagnostic> = stages.into_iter().flatten().collect();
    for file in program.files() {
        let source = program.source(file);
        let errors = program.parsed_module(file).map(|module| module.errors.as_slice()).unwrap_or_default();
        all.extend(errors.iter().map(|error| Diagnostic {
            path: source.path.clone(),
            at: Some((source.line(error.span.start), error.span)),
            kind: DiagnosticKind::Partial,
            message: error.message.clone(),
        }));
        all.extend(program.refusal(file).map(|refusal| Diagnostic {
            path: source.path.clone(),
            at: None,
            kind: DiagnosticKind::Failed,
            message: refusal.to_string(),
        }));
    }
    all.sort();
    all.dedup();
    all
}

fn files_shown<'f>(findings: impl Iterator<Item = &'f Finding>) -> BTreeSet<FileId> {
    findings
        .flat_map(|finding| std::iter::once(&finding.primary).chain(&finding.related).chain(&finding.flow))
        .map(|label| label.place.file)
        .collect()
}

fn outcome<'p>(settled: &Settled, diagnostics: &[Diagnostic], policy: &dyn Fn(FileId) -> &'p Policy) -> Outcome {
    let fails = |finding: &Finding| finding.severity >= policy(finding.primary.place.file).fail_on;
    if diagnostics.iter().any(|diagnostic| diagnostic.kind == DiagnosticKind::Failed) {
        Outcome::Trouble
    } else if settled.findings.iter().any(fails) {
        Outcome::Findings
    } else {
        Outcome::Clean
    }
}

/// The part of the repository that is linted, where it is one part and not the whole.
fn scope(root: &Root, inputs: &Inputs) -> String {
    match (inputs.paths.as_slice(), &inputs.stdin) {
        ([only], None) => root.relative(only).unwrap_or_default(),
        _ => String::new(),
    }
}

fn deliver(request: &CheckRequest, report: &Report<'_>) -> Result<Outcome, Failure> {
    for diagnostic in &report.diagnostics {
        output::to_stderr(&report::diagnostic_line(diagnostic, &report.masker));
    }
    let written = write(request, report)?;
    if request.wants_statistics {
        output::to_stderr(report.statistics_table().trim_end());
    }
    if report.outcome == Outcome::Trouble && request.format != Format::Human {
        output::to_stderr("error: some files were not analysed, so the result is partial (exit code 2)");
    }
    Ok(match written {
        Written::Whole => report.outcome,
        Written::ReaderGone => Outcome::Clean,
    })
}

fn write(request: &CheckRequest, report: &Report<'_>) -> Result<Written, Failure> {
    match &request.output {
        None => print(&report.render(request.format, output::style(request.colour))),
        Some(path) => {
            let text = report.render(request.format, file_style(request));
            let failed = |error| Failure::Output { to: crate::root::display(path), error };
            output::to_file(path, &text).map_err(failed).map(|()| Written::Whole)
        }
    }
}

/// A file is coloured only on demand.
fn file_style(request: &CheckRequest) -> Style {
    match request.colour {
        crate::cli::Colour::Always => Style::Coloured,
        _ => Style::Plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{FindingBuilder, Severity};
    use crate::source::{Place, Span};

    fn outcome_of(severities: &[Severity], kinds: &[DiagnosticKind]) -> Outcome {
        let place = Place { file: FileId(0), span: Span::default() };
        let finding =
            |&severity| FindingBuilder::new("logged-token", severity, place, "").message("m").help("h").build();
        let trouble = |&kind| Diagnostic { path: PathBuf::new(), at: None, kind, message: String::new() };
        let settled = Settled { findings: severities.iter().map(finding).collect(), ..Settled::default() };
        let policy = Wishes::default().policy();
        outcome(&settled, &kinds.iter().map(trouble).collect::<Vec<_>>(), &|_| &policy)
    }

    #[test]
    fn failing_severities_make_1_and_unread_files_make_2() {
        use DiagnosticKind::{Failed, Notice, Partial};
        assert_eq!(outcome_of(&[], &[Notice, Partial]), Outcome::Clean);
        assert_eq!(outcome_of(&[Severity::Note], &[]), Outcome::Clean);
        assert_eq!(outcome_of(&[Severity::Note, Severity::Warning], &[Partial]), Outcome::Findings);
        assert_eq!(outcome_of(&[Severity::Error], &[Failed]), Outcome::Trouble);
    }

    #[test]
    fn a_panic_is_told_without_its_text() {
        let told = panic_message(Some(panic::Location::caller()));
        assert!(told.contains("src/run.rs:") && told.contains("please report"), "{told}");
    }
}
