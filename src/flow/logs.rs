//! What is written to logs: sinks that a model describes, and loggers known by their names.

use super::access::add_kept;
use super::event::Event;
use super::interpreter::{Branches, Interpreter, one};
use super::origin::{OriginKind, Store};
use super::state::State;
use super::value::{Arguments, Shape, Value};
use crate::finding::Confidence;
use crate::models::Meaning;
use crate::models::schema::{Access, LogModel};
use crate::source::Place;

impl<'p> Interpreter<'p, '_> {
    /// Every argument of a log call.
    pub(super) fn log(&mut self, sink: &LogModel, arguments: &Arguments<'p>, place: Place, confidence: Confidence) {
        if self.is_loud() {
            self.facts.idle.insert(place);
        }
        let keywords = arguments
            .keywords
            .iter()
            .filter(|(name, _)| !sink.ignore.contains(&name.to_string()))
            .map(|(_, value)| value);
        let by_place = arguments.positional.iter().enumerate().map(|(at, value)| (Some(at), value));
        for (position, value) in by_place.chain(keywords.chain(arguments.rest.iter()).map(|value| (None, value))) {
            if self.is_loud() {
                let settings = value.deep_origins();
                let settings = settings.iter().filter(
                    |origin| matches!(&origin.kind, OriginKind::Setting { store, .. } if *store != Store::Literal),
                );
                self.facts.logged_settings.extend(settings.map(|origin| (origin.clone(), sink.target.clone(), place)));
            }
            self.emit(&Event::Log { sink, value, position, place, confidence });
        }
    }

    /// Whether a call writes into an object of the program's instead, which keeps it for whoever reads it.
    pub(super) fn is_kept_instead(&self, state: &mut State<'p>, sink: &LogModel, arguments: &Arguments<'p>) -> bool {
        let Some(buffer) = sink.to.as_deref().and_then(|to| arguments.keyword(to)) else { return false };
        let Shape::ExternalInstance { class, .. } = &buffer.shape else { return false };
        let adds = |meaning: &Meaning| matches!(meaning, Meaning::Access(model) if model.does == Access::Add);
        let is_kept = self.models.meaning(&format!("{class}.write")).is_some_and(adds);
        if is_kept {
            arguments.positional.iter().for_each(|value| add_kept(state, buffer, value));
        }
        is_kept
    }

    /// A logger known by its name.
    pub(super) fn log_by_name(
        &mut self,
        state: State<'p>,
        arguments: &Arguments<'p>,
        place: Place,
        confidence: Confidence,
    ) -> Branches<'p> {
        let sink = LogModel {
            path: Vec::new(),
            target: "the log".to_owned(),
            ignore: ["exc_info", "stack_info", "stacklevel"].map(str::to_owned).to_vec(),
            object: None,
            to: None,
        };
        let arguments = self.all_shown(&state, arguments, place);
        self.log(&sink, &arguments, place, confidence);
        one(state, Value::none())
    }

    /// Whether a call logs, by the names of method and receiver.
    pub(super) fn is_logger_method(&self, receiver: &Value<'p>, name: &str, place: Place) -> bool {
        if !is_level(name)
            || !matches!(
                receiver.shape,
                Shape::Unknown
                    | Shape::Found(_)
                    | Shape::Method(_)
                    | Shape::External(_)
                    | Shape::ExternalInstance { .. }
            )
        {
            return false;
        }
        is_logger_name(self.callee_text(place).trim_end().trim_end_matches(name).trim_end_matches('.'))
    }
}

/// Whether a variable is called the method of a logger: which level it writes at was chosen before.
pub(super) fn names_log_method(written: &str) -> bool {
    matches!(written.trim(), "log_method" | "log_function" | "log_func" | "log_fn" | "logger_method")
}

/// Whether a receiver is called a logger: `log`, `self.logger`, `app.logger`, `LOG`.
pub(crate) fn is_logger_name(written: &str) -> bool {
    let last =
        written.rsplit('.').next().unwrap_or_default().trim_end_matches("()").trim_matches('_').to_ascii_lowercase();
    matches!(
        last.as_str(),
        "log" | "logger" | "logging" | "audit_log" | "auditlog" | "log_" | "get_logger" | "getlogger"
    ) || last.ends_with("_logger")
        || last.ends_with("logger")
        || last.starts_with("logger")
}

/// Whether a method is one that loggers write with.
pub(crate) fn is_level(name: &str) -> bool {
    matches!(
        name,
        "debug"
            | "info"
            | "warning"
            | "warn"
            | "error"
            | "exception"
            | "critical"
            | "fatal"
            | "trace"
            | "success"
            | "notice"
    )
}
