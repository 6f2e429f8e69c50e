//! From sources to findings: runs the stages between reading and settling, in parallel over files.
//!
//! Every file is worked on by one thread from start to end, and what files learn of each other is exchanged only
//! between rounds, so the result does not depend on the number of threads. Routes that wait for what is run once for many have a
//! round of their own, in groups that do not depend on it either.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use crate::auth_map::{self, Route};
use crate::finding::{Diagnostic, DiagnosticKind, Finding};
use crate::flow::bounds::{Bound, Reached};
use crate::flow::entry::{Entry, FileEntries};
use crate::flow::event::Event;
use crate::flow::interpreter::Interpreter;
use crate::flow::origin::{OriginKind, Store};
use crate::flow::placement::Placement;
use crate::flow::shared_run::Shared;
use crate::flow::value::{Constant, Shape, Value};
use crate::models::Models;
use crate::program::{Index, Program, triage};
use crate::rules::shared::Context;
use crate::rules::{RULES, Rule};
use crate::source::{FileId, Place, Purpose, Span};
use crate::syntax::tree::{Argument, Expression, ExpressionKind, Name};
use crate::watch::Watch;

/// What to look for.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Ids of the rules that run.
    pub rules: Vec<&'static str>,
    /// Files for which the strict profile is on: rules say there what only somebody who asks wants to hear.
    pub strict: FxHashSet<FileId>,
    /// Whether every file and function is run, whatever words it holds.
    pub skips_triage: bool,
    /// A line that is to be explained.
    pub watched: Option<Place>,
}

/// What a run over a program found, not yet settled.
#[derive(Debug, Default)]
pub struct Analysis {
    /// In no particular order; suppressed ones and repeats included.
    pub findings: Vec<Finding>,
    /// Files that could not be analysed, wholly or in part.
    pub diagnostics: Vec<Diagnostic>,
    /// String literals that were judged secret: masked in every output.
    pub secret_literals: Vec<Place>,
    /// Counters for `--statistics`.
    pub statistics: Statistics,
    /// What is known at the line that is to be explained.
    pub explanation: Vec<String>,
    /// The routes of the program, in order, where they were asked for.
    pub routes: Vec<Route>,
}

/// Counters of a run.
#[derive(Debug, Default, Clone)]
pub struct Statistics {
    /// Files that were parsed.
    pub parsed_files: usize,
    /// Entries (routes, hooks, callbacks, functions judged alone) that were run.
    pub entries: usize,
    /// Entries that reached a bound of the interpreter.
    pub bounded_entries: usize,
    /// The same by bound; an entry can reach several.
    pub bounded_by: [usize; Bound::ALL.len()],
}

/// What one file gave in one round.
#[derive(Debug, Default)]
struct FileResult {
    findings: Vec<Finding>,
    routes: Vec<Route>,
    secret_literals: BTreeSet<Place>,
    explanation: Vec<String>,
    reached: FxHashSet<Place>,
    called: FxHashSet<Place>,
    /// Entries that wait for what is run once for many: their number in the file, and what that is.
    waiting: Vec<(usize, Shared)>,
    entries: usize,
    bounded: usize,
    bounded_by: [usize; Bound::ALL.len()],
    panicked: bool,
}

impl FileResult {
    /// Counts an entry and the bounds it reached.
    fn count(&mut self, reached: &Reached) {
        self.entries += 1;
        self.bounded += usize::from(reached.is_any());
        for (count, bound) in self.bounded_by.iter_mut().zip(Bound::ALL) {
            *count += usize::from(reached.at(bound).is_some());
        }
    }
}

/// Routes that one thread runs behind a long way: few enough for the other threads to have some, and a number that
/// does not depend on how many there are.
const MAX_RUN_TOGETHER: usize = 100;

/// Analyses a program. The result does not depend on the number of threads.
pub fn analyse(program: &Program, options: &Options) -> Analysis {
    analyse_with(program, options, crate::models::embedded())
}

/// The same with other models than those that come with the program.
pub fn analyse_with(program: &Program, options: &Options, models: &Models) -> Analysis {
    let index = Index::new(program);
    let rules: Vec<Rule> = RULES.iter().filter(|rule| options.rules.contains(&rule.id)).copied().collect();
    let run = Run { index: &index, models, rules: &rules, options, wants_routes: false };
    let FirstRound { files, entries, placement, mut results } = run.run_all_entries();

    // Functions that nobody calls come first: what they reach is judged with what it really gets.
    let called = called_names(program, &files);
    for wants_called in [false, true] {
        let reached: FxHashSet<Place> = results.iter().flat_map(|(_, result)| result.reached.iter().copied()).collect();
        let known: FxHashSet<Place> = results.iter().flat_map(|(_, result)| result.called.iter().copied()).collect();
        let round: Vec<(FileId, FileResult)> = files
            .par_iter()
            .zip(&entries)
            .map(|(file, own)| {
                let is_due = |name: &Name| called.contains(name) == wants_called;
                (*file, run.run_alone(*file, own, (&reached, &known), &is_due, &placement))
            })
            .collect();
        results.extend(round);
    }
    settle(program, results)
}

/// The routes of a program with what guards them. No rule runs.
pub fn routes(program: &Program, models: &Models) -> Analysis {
    let index = Index::new(program);
    let options = Options::default();
    let run = Run { index: &index, models, rules: &[], options: &options, wants_routes: true };
    let FirstRound { results, .. } = run.run_all_entries();
    settle(program, results)
}

fn settle(program: &Program, results: Vec<(FileId, FileResult)>) -> Analysis {
    let mut analysis = Analysis::default();
    let mut secrets = BTreeSet::new();
    for (file, result) in results {
        analysis.findings.extend(result.findings);
        analysis.routes.extend(result.routes);
        secrets.extend(result.secret_literals);
        analysis.explanation.extend(result.explanation);
        analysis.statistics.entries += result.entries;
        analysis.statistics.bounded_entries += result.bounded;
        for (all, one) in analysis.statistics.bounded_by.iter_mut().zip(result.bounded_by) {
            *all += one;
        }
        if result.panicked {
            analysis.diagnostics.push(Diagnostic {
                path: program.source(file).path.clone(),
                at: None,
                kind: DiagnosticKind::Failed,
                message: "bearerlint failed on this file; that is a bug in bearerlint: please report it".to_owned(),
            });
        }
    }
    analysis.secret_literals = secrets.into_iter().collect();
    auth_map::put_in_order(&mut analysis.routes);
    for file in program.files() {
        if let Some(refusal) = program.refusal(file) {
            let path = program.source(file).path.clone();
            analysis.diagnostics.push(Diagnostic {
                path,
                at: None,
                kind: DiagnosticKind::Failed,
                message: refusal.to_string(),
            });
        }
        analysis.statistics.parsed_files += usize::from(program.parsed_module(file).is_some());
    }
    analysis.diagnostics.sort();
    analysis.diagnostics.dedup();
    analysis
}

/// What every thread shares.
#[derive(Clone, Copy)]
struct Run<'r, 'p> {
    index: &'r Index<'p>,
    models: &'r Models,
    rules: &'r [Rule],
    options: &'r Options,
    wants_routes: bool,
}

/// The files that can matter, what frameworks call in each, and what running that gave.
struct FirstRound<'p> {
    files: Vec<FileId>,
    entries: Vec<FileEntries<'p>>,
    placement: Placement<'p>,
    results: Vec<(FileId, FileResult)>,
}

impl<'p> Run<'_, 'p> {
    /// Finds what frameworks call, and runs it.
    fn run_all_entries(&self) -> FirstRound<'p> {
        let program = self.index.program;
        let is_due = |file: &FileId| {
            let source = program.source(*file);
            self.options.skips_triage
                || triage::may_matter(&source.text)
                || self.models.mentions_own(&source.text)
                || self.models.may_be_entered(&source.path, &source.text)
        };
        let files: Vec<FileId> = program.files().filter(is_due).collect();
        let mut entries: Vec<FileEntries<'p>> = files.par_iter().map(|file| self.entries(*file)).collect();
        let placement = Placement::of(&mut entries, self.index);
        let mut results: Vec<(FileId, FileResult)> = files
            .par_iter()
            .zip(&entries)
            .map(|(file, own)| (*file, self.run_entries(*file, own, &placement)))
            .collect();
        let waiting = self.run_waiting(&results, &entries, &placement);
        results.extend(waiting);
        FirstRound { files, entries, placement, results }
    }

    /// Runs the entries that waited, those together that wait for the same.
    fn run_waiting(
        &self,
        results: &[(FileId, FileResult)],
        entries: &[FileEntries<'p>],
        placement: &Placement<'p>,
    ) -> Vec<(FileId, FileResult)> {
        let mut waiting: BTreeMap<Shared, Vec<(FileId, &Entry<'p>)>> = BTreeMap::new();
        for ((file, result), own) in results.iter().zip(entries) {
            for (number, shared) in &result.waiting {
                let entry = own.entries.get(*number).map(|entry| (*file, entry));
                waiting.entry(*shared).or_default().extend(entry);
            }
        }
        let groups: Vec<&[(FileId, &Entry<'p>)]> =
            waiting.values().flat_map(|together| together.chunks(MAX_RUN_TOGETHER)).collect();
        let run = |group: &&[(FileId, &Entry<'p>)]| {
            let result = self.observed(placement, |interpreter, result| {
                for (_, entry) in *group {
                    interpreter.run_entry(entry);
                    result.count(&interpreter.bounds);
                }
            });
            // What fails is lost for every file of the group, and each is told of.
            let panicked = result.panicked;
            let files: BTreeSet<FileId> = group.iter().map(|(file, _)| *file).collect();
            let told = files.into_iter().map(|file| (file, FileResult { panicked, ..FileResult::default() }));
            let mut all: Vec<(FileId, FileResult)> = told.collect();
            if let Some((_, first)) = all.first_mut() {
                *first = result;
            }
            all
        };
        groups.par_iter().flat_map_iter(run).collect()
    }

    fn entries(&self, file: FileId) -> FileEntries<'p> {
        let found = catch_unwind(AssertUnwindSafe(|| {
            let mut deaf = |_: &Event<'_, 'p>| {};
            Interpreter::new(self.index, self.models, &mut deaf).entries(file)
        }));
        found.unwrap_or_default()
    }

    /// Runs routes, hooks and callbacks of a file, and its top level.
    fn run_entries(&self, file: FileId, own: &FileEntries<'p>, placement: &Placement<'p>) -> FileResult {
        self.observed(placement, |interpreter, result| {
            interpreter.may_wait = true;
            for (number, entry) in own.entries.iter().enumerate() {
                interpreter.run_entry(entry);
                match interpreter.waits_for {
                    Some(shared) => result.waiting.push((number, shared)),
                    None => result.count(&interpreter.bounds),
                }
            }
            interpreter.run_module(file);
        })
    }

    /// Runs functions that nothing has reached: of those that something called, the parameters are no credentials by their names.
    fn run_alone(
        &self,
        file: FileId,
        own: &FileEntries<'p>,
        (reached, called): (&FxHashSet<Place>, &FxHashSet<Place>),
        is_due: &dyn Fn(&Name) -> bool,
        placement: &Placement<'p>,
    ) -> FileResult {
        let entries: FxHashSet<Place> = own.entries.iter().map(|entry| entry.site.place()).collect();
        let due = own.sites.iter().filter(|site| {
            let place = site.place();
            is_due(&site.function.name) && !reached.contains(&place) && !entries.contains(&place)
        });
        let text = &self.index.program.source(file).text;
        let may_matter = |span: Span| {
            let body = text.get(span.start as usize..span.end as usize).unwrap_or_default();
            triage::function_may_matter(text, span) || self.models.mentions_own(body)
        };
        let skips_triage = self.options.skips_triage;
        let due: Vec<_> = due.filter(|site| skips_triage || may_matter(site.function.span)).collect();
        if due.is_empty() {
            return FileResult::default();
        }
        let result = self.observed(placement, |interpreter, result| {
            for site in due {
                if interpreter.reached.contains(&site.place()) {
                    continue;
                }
                let is_called = called.contains(&site.place()) || interpreter.called.contains(&site.place());
                interpreter.run_entry(&Entry { is_called, ..Interpreter::alone(*site) });
                result.count(&interpreter.bounds);
            }
        });
        self.within_tests(file, result)
    }

    /// A test hands the program tokens that it made itself: what the program does with those is no flaw of the program, and
    /// says nothing of what it does with others.
    fn within_tests(&self, file: FileId, mut result: FileResult) -> FileResult {
        let is_test = |file: FileId| self.index.program.source(file).purpose == Purpose::Test;
        if is_test(file) {
            result.findings.retain(|finding| is_test(finding.primary.place.file));
            result.reached.retain(|place| is_test(place.file));
            result.called.retain(|place| is_test(place.file));
        }
        result
    }

    /// Runs something with the rules listening.
    fn observed(
        &self,
        placement: &Placement<'p>,
        work: impl FnOnce(&mut Interpreter<'p, '_>, &mut FileResult),
    ) -> FileResult {
        let mut findings = Vec::new();
        let mut routes = Vec::new();
        let mut secrets = BTreeSet::new();
        let mut watch = Watch::new(self.options.watched);
        let mut result = FileResult::default();
        let context = Context { index: self.index, models: self.models, strict: &self.options.strict };
        let finished = catch_unwind(AssertUnwindSafe(|| {
            let mut observe = |event: &Event<'_, 'p>| {
                note_secrets(event, &mut secrets);
                let before = findings.len();
                if self.wants_routes {
                    routes.extend(auth_map::route(event, &context));
                }
                for rule in self.rules {
                    findings.extend((rule.judge)(event, &context));
                }
                watch.hear(self.index.program, event, findings.get(before..).unwrap_or_default());
            };
            let mut interpreter = Interpreter::new(self.index, self.models, &mut observe);
            interpreter.watched = self.options.watched;
            interpreter.placement = Some(placement);
            work(&mut interpreter, &mut result);
            (interpreter.reached, interpreter.called)
        }));
        match finished {
            Ok((reached, called)) => (result.reached, result.called) = (reached, called),
            Err(_) => result.panicked = true,
        }
        result.findings = findings;
        result.routes = routes;
        result.secret_literals = secrets;
        result.explanation = watch.lines;
        result
    }
}

/// Literals that are used as secrets, whatever the rules say of them: no output may show them.
fn note_secrets(event: &Event<'_, '_>, secrets: &mut BTreeSet<Place>) {
    let mut note = |value: &Value<'_>| {
        if let Shape::Constant(Constant::Text { at, .. }) = &value.shape {
            secrets.insert(*at);
        }
        let literals = value
            .origins
            .iter()
            .filter(|origin| matches!(origin.kind, OriginKind::Setting { store: Store::Literal, .. }));
        secrets.extend(literals.map(|origin| origin.trail.root().place));
    };
    match event {
        Event::SecretUse { value, .. } => note(value),
        Event::Comparison(comparison) => note(&comparison.expected.value),
        _ => {}
    }
}

/// The last names of everything that is called somewhere.
fn called_names(program: &Program, files: &[FileId]) -> FxHashSet<Name> {
    let sets: Vec<FxHashSet<Name>> = files
        .par_iter()
        .map(|file| {
            let mut names = FxHashSet::default();
            if let Some(module) = program.module(*file) {
                crate::syntax::visit::expressions(&module.body, &mut |expression| note_called(expression, &mut names));
            }
            names
        })
        .collect();
    sets.into_iter().flatten().collect()
}

fn note_called(expression: &Expression, names: &mut FxHashSet<Name>) {
    let ExpressionKind::Call { callee, arguments } = &expression.kind else { return };
    if let ExpressionKind::Name(name) | ExpressionKind::Attribute { name, .. } = &callee.kind {
        names.insert(name.clone());
    }
    // A function handed over may be called by whoever gets it.
    for Argument { value, .. } in arguments {
        if let ExpressionKind::Name(name) = &value.kind {
            names.insert(name.clone());
        }
    }
}
