//! Calls: which function they mean, what it gets, and what one run of it says for all equal calls.

use super::bounds::{REACH_BEHIND_PROOF, REACH_OF_ROUTES};
use super::event::{SecretRole, Stage};
use super::evidence::CheckKind;
use super::interpreter::{Branches, Frame, Interpreter, RaisedClass, Summary, one};
use super::origin::{OriginKind, Origins, Step};
use super::reads::Footprint;
use super::state::{Locals, State};
use super::summary::{accepts_everything, continue_after, merge_raised, merge_returns, stub_origin, summary_key};
use super::value::{Arguments, Closure, Code, Dictionary, Shape, Value};
use crate::finding::Confidence;
use crate::program::vocabulary;
use crate::source::Place;
use crate::syntax::tree::{Argument, Expression, ExpressionKind, Name, ParameterKind};
use smallvec::SmallVec;
use std::rc::Rc;

impl<'p> Interpreter<'p, '_> {
    /// `callee(arguments)`.
    pub(super) fn call_expression(
        &mut self,
        state: State<'p>,
        expression: &'p Expression,
        callee: &'p Expression,
        arguments: &'p [Argument],
    ) -> Branches<'p> {
        let place = self.place(expression.span);
        if let ExpressionKind::Name(name) = &callee.kind
            && name == "super"
            && let Some(value) = self.super_of(&state, arguments)
        {
            return one(state, value);
        }
        let behind = self.reached_behind(&state, callee);
        let callees = match behind {
            Some(handler) => one(state, handler),
            None => self.evaluate(state, callee),
        };
        let mut all: Branches<'p> = SmallVec::new();
        for (state, callee_value) in callees {
            for (state, given) in self.arguments(state, arguments) {
                for (name, value) in &given.keywords {
                    self.is_named(value, name, place);
                }
                self.applied_by_hand(callee, &given);
                let state = self.mutate(state, callee, &callee_value, &given, place);
                let results = self.call(state, &callee_value, given.clone(), place);
                let is_own = matches!(callee_value.shape, Shape::Function(_));
                let results = if is_own { super::handed_defaults::named(results, place) } else { results };
                all.extend(self.guessed_after_call(results, (callee, &callee_value), arguments, &given, place));
            }
        }
        super::expression::merge_branches(all)
    }

    /// Calls a value.
    pub(super) fn call(
        &mut self,
        state: State<'p>,
        callee: &Value<'p>,
        arguments: Arguments<'p>,
        place: Place,
    ) -> Branches<'p> {
        if !self.spend(place) {
            return one(state, Value::unknown());
        }
        match &callee.shape {
            Shape::Function(closure) => self.call_closure(state, closure, &arguments, place),
            Shape::Class(class) => match self.answering_method(*class) {
                Some(method) => self.call(state, &method, arguments, place),
                None => self.instantiate(state, *class, arguments, place),
            },
            Shape::Method(pair) => {
                let (receiver, name) = (&pair.0, &pair.1);
                // `Class.as_view()`: the view stands for its class, and which method answers is known when it is called.
                if let Shape::Class(class) = receiver.shape
                    && self.view_class_model(class).is_some_and(|model| model.made_by.as_deref() == Some(name))
                {
                    return one(state, receiver.clone());
                }
                if let (Shape::Class(class), [only]) = (&receiver.shape, arguments.positional.as_slice())
                    && self.outside_bases(*class).iter().any(|base| self.models.is_made_from(base, name))
                {
                    let filled = Arguments { rest: Some(only.clone()), ..Arguments::default() };
                    return self.instantiate(state, *class, filled, place);
                }
                self.call_method(state, receiver, name, arguments, place)
            }
            Shape::Partial(pair) => {
                let mut all = pair.1.clone();
                all.positional.extend(arguments.positional);
                all.keywords.extend(arguments.keywords);
                all.rest = all.rest.or(arguments.rest);
                self.call(state, &pair.0, all, place)
            }
            Shape::Wrapped(pair) => {
                let mut state = state;
                state.evidence.add(CheckKind::Opaque, pair.1);
                self.call(state, &pair.0, arguments, place)
            }
            Shape::Guarded(pair) => {
                let guarded = self.guard(state, &pair.1);
                self.then(guarded, |this, state, _| this.call(state, &pair.0, arguments.clone(), place))
            }
            Shape::LibraryDecorator(decorator) => match arguments.positional.first() {
                Some(inner) if is_callable(inner) => {
                    let shape = Shape::Guarded(Rc::new((inner.clone(), Rc::clone(decorator))));
                    one(state, Value::of(shape))
                }
                _ => self.guard(state, &Rc::clone(decorator)),
            },
            Shape::Continuation(number) => self.go_on(state, *number),
            Shape::ForMethods(parts) => self.call_for_methods(state, parts, arguments, place),
            Shape::External(path) => {
                let path = path.clone();
                self.call_library(state, &path, arguments, place)
            }
            Shape::ExternalInstance { class, .. } if self.models.method(class, "__call__").is_some() => {
                self.call_method(state, callee, &Name::new("__call__"), arguments, place)
            }
            Shape::Instance { class, .. } => match self.find_method(*class, "__call__") {
                Some((owner, function)) => {
                    let method = Self::plain_function(owner.file, function, Some(owner));
                    let mut all = Arguments::of(vec![callee.clone()]);
                    all.positional.extend(arguments.positional);
                    all.keywords = arguments.keywords;
                    self.call(state, &method, all, place)
                }
                None => self.unknown_call(state, "", Some(callee), &arguments, place),
            },
            Shape::Union(members) => {
                let mut all: Branches<'p> = SmallVec::new();
                for member in members.iter().filter(|member| is_callable(member)) {
                    all.extend(self.call(state.clone(), member, arguments.clone(), place));
                }
                if all.is_empty() {
                    self.unknown_call(state, "", None, &arguments, place)
                } else {
                    super::expression::merge_branches(all)
                }
            }
            _ => self.unknown_call(state, "", Some(callee), &arguments, place),
        }
    }

    /// A call that nobody can follow. Whatever saw the credential may have checked it.
    pub(super) fn unknown_call(
        &mut self,
        mut state: State<'p>,
        name: &str,
        receiver: Option<&Value<'p>>,
        arguments: &Arguments<'p>,
        place: Place,
    ) -> Branches<'p> {
        // A decorator from outside: what it wraps still runs.
        if let [only] = arguments.positional.as_slice()
            && arguments.keywords.is_empty()
            && matches!(
                only.shape,
                Shape::Function(_) | Shape::Partial(_) | Shape::Wrapped(_) | Shape::Guarded(_) | Shape::Class(_)
            )
        {
            return one(state, Value::of(Shape::Wrapped(Rc::new((only.clone(), place)))));
        }
        if name.is_empty() && super::logs::names_log_method(self.callee_text(place)) {
            return self.log_by_name(state, arguments, place, Confidence::Medium);
        }
        self.unknown_call_sees_header(
            if name.is_empty() { self.callee_text(place) } else { name },
            receiver,
            arguments,
            place,
        );
        let values: Vec<&Value<'p>> = arguments.iter().chain(receiver).collect();
        let mut is_opaque = self.saw(&mut state, &values, place);
        super::unheeded::failure_is_shown(&mut state, &values, place);
        let written = if name.is_empty() { self.callee_text(place) } else { name };
        if is_inquiry(self.callee_text(place)) || is_decryption(written) {
            self.is_inquired(&values, place);
        }
        let last = written.rsplit('.').next().unwrap_or_default();
        if vocabulary::sounds_like_check(last) && !self.models.is_parser(last) {
            state.evidence.add(CheckKind::Opaque, place);
            is_opaque = true;
        }
        if is_opaque && self.frame().open_tries > 0 {
            self.raise(state.clone(), RaisedClass::Unknown, Origins::default(), place);
        }
        let found = Self::found_by(&state, &values);
        one(state, found)
    }

    /// Request data goes to somebody who may know whether it is true.
    pub(super) fn is_inquired(&mut self, values: &[&Value<'p>], place: Place) {
        let is_sent = |kind: &OriginKind| matches!(kind, OriginKind::RequestData | OriginKind::Body { .. });
        if self.is_loud() && values.iter().any(|value| value.deep_origins().any(is_sent)) {
            self.facts.inquiries.insert(place);
        }
    }

    /// The text before the first parenthesis of a call.
    pub(super) fn callee_text(&self, place: Place) -> &'p str {
        let text = self.index.text(place);
        text.split('(').next().unwrap_or_default()
    }

    /// Runs a function of the program, or remembers what it gave for the same arguments in the same world.
    fn call_closure(
        &mut self,
        state: State<'p>,
        closure: &Rc<Closure<'p>>,
        arguments: &Arguments<'p>,
        place: Place,
    ) -> Branches<'p> {
        let identity = closure.code.place(closure.file);
        self.called.insert(identity);
        let is_recursive = self.is_recursive(identity);
        if !self.can_matter(&state, closure, arguments) {
            return one(state, Value::unknown());
        }
        let is_far = state.evidence.is_proved() && self.depth() > REACH_BEHIND_PROOF;
        if is_recursive || is_far || !self.may_go_deeper(place) {
            let mut state = state;
            let values: Vec<&Value<'p>> = arguments.iter().collect();
            self.saw(&mut state, &values, place);
            return one(state, Value::unknown());
        }
        // What is only looked up tells nobody anything: it is still to be judged.
        if self.is_loud() {
            self.reached.insert(identity);
        }
        let locals = self.bind_parameters(closure, arguments, place);
        let key = summary_key(identity, closure, arguments, &state);
        let known = self.summaries.get(&key).into_iter().flatten();
        let alike = known
            .rev()
            .find(|summary| summary.footprint.sees_the_same(|part| self.part_fingerprint(&state, part)))
            .map(Rc::clone);
        let summary = if let Some(known) = alike {
            known.footprint.note(state.log());
            known
        } else {
            let summary = Rc::new(self.summarise(&state, closure, locals, identity));
            self.summaries.entry(key).or_default().push(Rc::clone(&summary));
            self.failure_is_answered(&summary);
            summary
        };
        if self.entry == Some(identity) {
            let ways_out = summary.returns.iter().map(|(state, ..)| state);
            for state in ways_out.chain(summary.raised.iter().map(|raised| &raised.state)) {
                self.note_stage(&state.evidence, &Stage::Body);
            }
            self.note_ways_out(&state, &summary);
        }
        for raised in &summary.raised {
            let mut raised = raised.clone();
            raised.state = continue_after(&state, &summary, &raised.state);
            self.frame().raised.push(raised);
        }
        let stub = stub_origin(closure, arguments, &summary);
        let mut all: Branches<'p> = SmallVec::new();
        for (inner, value, at) in &summary.returns {
            let mut value = value.step(*at, &Step::Returned(closure.code.name()));
            if let Some(stub) = &stub {
                value.origins = value.origins.union(&Origins::from_list(vec![stub.clone()]));
            }
            all.push((continue_after(&state, &summary, inner), value));
        }
        all
    }

    /// How many calls are followed into each other since the request last went on.
    pub(super) fn depth(&self) -> usize {
        self.running.len().saturating_sub(self.went_on_at)
    }

    /// Whether a function runs already: a second round of a recursion near the entry is worth a look, since wrappers of one
    /// decorator are one function.
    fn is_recursive(&self, identity: Place) -> bool {
        let rounds = if self.depth() > REACH_OF_ROUTES { 1 } else { 2 };
        self.running.iter().filter(|running| **running == identity).count() >= rounds
    }

    fn summarise(
        &mut self,
        state: &State<'p>,
        closure: &Rc<Closure<'p>>,
        locals: Locals<'p>,
        identity: Place,
    ) -> Summary<'p> {
        let touched_by_caller = state.log().begin();
        let mut inner = state.enter(locals);
        inner.evidence = state.evidence.of_callee();
        let went_on_at = self.went_on_at;
        if self.entry == Some(identity) {
            self.went_on_at = self.running.len();
        }
        self.running.push(identity);
        self.outer_evidence.push(state.evidence.clone());
        let mut frame = Frame::new(closure.file, Some(Rc::clone(closure)));
        frame.scoping = self.scoping(closure);
        frame.is_caller_checked = self.is_caller_checked(state);
        self.frames.push(frame);
        match closure.code {
            Code::Function(function) => {
                let end = Place { file: closure.file, span: function.name_span };
                let rest = self.block(vec![inner], &function.body);
                let falls_through = rest.into_iter().map(|state| (state, Value::none(), end));
                self.frame().returns.extend(falls_through);
            }
            Code::Lambda(_, body, _) => {
                let at = Place { file: closure.file, span: body.span };
                let values = self.evaluate(inner, body);
                self.frame().returns.extend(values.into_iter().map(|(state, value)| (state, value, at)));
            }
        }
        self.running.pop();
        self.went_on_at = went_on_at;
        self.outer_evidence.pop();
        let touched = state.log().end(touched_by_caller);
        let Some(frame) = self.frames.pop() else { return Summary::default() };
        let mut returns = frame.returns;
        if let Some(yields) = frame.yields {
            let walked = Value::of(Shape::Elements(Rc::new(yields)));
            returns.iter_mut().for_each(|(_, value, _)| *value = walked.clone());
        }
        let says_yes = accepts_everything(&closure.code.name(), &returns, &frame.raised);
        Summary {
            footprint: Footprint::new(touched, |part| self.part_fingerprint(state, part)),
            before: state.enter(Locals::default()),
            returns: merge_returns(returns),
            raised: merge_raised(frame.raised),
            says_yes,
        }
    }

    /// The names of a function when it begins.
    fn bind_parameters(&mut self, closure: &Rc<Closure<'p>>, arguments: &Arguments<'p>, place: Place) -> Locals<'p> {
        let mut locals = Locals::default();
        let mut positional = arguments.positional.iter();
        let parameters = closure.code.parameters();
        let function = closure.code.name();
        let mut used: Vec<&Name> = Vec::new();
        for parameter in parameters {
            let step = Step::Passed { function: function.clone(), parameter: parameter.name.clone() };
            let value = match parameter.kind {
                ParameterKind::ArgumentList => {
                    let rest: Vec<Value<'p>> = positional.by_ref().cloned().collect();
                    match (&arguments.rest, rest.is_empty()) {
                        (Some(more), true) => Value::of(Shape::Elements(Rc::new(more.clone()))),
                        _ => Value::of(Shape::Sequence(Rc::new(rest))),
                    }
                }
                ParameterKind::KeywordDictionary => {
                    let entries =
                        arguments.keywords.iter().filter(|(name, _)| !used.contains(&name)).cloned().collect();
                    Value::of(Shape::Dictionary(Rc::new(Dictionary { entries, rest: arguments.rest.clone() })))
                }
                kind => {
                    used.push(&parameter.name);
                    let by_name = arguments.keyword(&parameter.name);
                    let given = if kind == ParameterKind::KeywordOnly {
                        by_name
                    } else {
                        by_name.or_else(|| positional.next())
                    };
                    match given.or(arguments.rest.as_ref()) {
                        Some(value) => value.step(place, &step),
                        None => self.default_of(closure, parameter),
                    }
                }
            };
            let at = Place { file: closure.file, span: parameter.span };
            self.is_named(&value, &parameter.name, at);
            locals.set(parameter.name.clone(), value);
        }
        locals
    }

    fn default_of(&mut self, closure: &Rc<Closure<'p>>, parameter: &'p crate::syntax::tree::Parameter) -> Value<'p> {
        let default = parameter.default.as_ref();
        let value = default.map(|default| self.at_module_level(closure.file, |this| this.evaluate_alone(default)));
        value.unwrap_or_else(Value::unknown)
    }

    /// A value is used as a secret: rules want to know where it is a literal.
    pub(super) fn secret_is_used(&mut self, value: &Value<'p>, role: SecretRole, user: &str, place: Place) {
        if matches!(role, SecretRole::Key | SecretRole::Comparison) && !self.models.makes_client(user) {
            self.secret_checks(value);
        }
        if self.is_loud() && role == SecretRole::Key {
            let names = value.origins.iter().filter_map(|origin| match &origin.kind {
                OriginKind::Setting { name, .. } if !name.is_empty() => Some(name.clone()),
                _ => None,
            });
            self.facts.key_settings.extend(names);
        }
        self.emit(&super::event::Event::SecretUse { value, role, user, place });
    }

    /// Claims leave what can be followed.
    pub(super) fn claims_escape(&mut self, origins: &Origins, place: Place, what: &'static str) {
        if !self.is_loud() {
            return;
        }
        for origin in origins {
            match &origin.kind {
                OriginKind::Claims { decode, is_verified: true } => drop(self.facts.escaped_claims.insert(*decode)),
                OriginKind::Claim { decode, is_verified: true, name } => {
                    self.facts.claim_checks.insert((*decode, name.clone()));
                }
                OriginKind::Claims { decode, is_verified: false } => {
                    let decision = super::event::Decision { decode: *decode, claim: Name::default(), place, what };
                    self.facts.decisions.insert(decision);
                }
                OriginKind::Claim { decode, is_verified: false, name } => {
                    let decision = super::event::Decision { decode: *decode, claim: name.clone(), place, what };
                    self.facts.decisions.insert(decision);
                }
                _ => {}
            }
        }
    }
}

/// Whether a call asks a service for what it knows: `stripe.Event.retrieve`, `client.payments.get`. A look into the program's
/// own database is none.
fn is_inquiry(callee: &str) -> bool {
    let lower = callee.to_ascii_lowercase();
    let last = lower.rsplit('.').next().unwrap_or_default();
    let is_own = ["query", "objects", "session", "cache", "redis", "db."].iter().any(|word| lower.contains(word));
    let asks = ["retrieve", "fetch", "lookup"].iter().any(|verb| last.starts_with(verb))
        || (last == "get" && ["client", "api", "sdk"].iter().any(|word| lower.contains(word)));
    asks && !is_own
}

/// Whether a call opens what only its sender could seal, as far as anybody sees: `cipher.decrypt`, `box.unseal`.
fn is_decryption(callee: &str) -> bool {
    let last = callee.rsplit('.').next().unwrap_or_default();
    vocabulary::words(last).first().is_some_and(|word| matches!(word.as_str(), "decrypt" | "unseal" | "decipher"))
}

/// Whether calling a value could run something.
pub(super) fn is_callable(value: &Value<'_>) -> bool {
    matches!(
        value.shape,
        Shape::Function(_)
            | Shape::Class(_)
            | Shape::Method(_)
            | Shape::Partial(_)
            | Shape::Wrapped(_)
            | Shape::Guarded(_)
            | Shape::LibraryDecorator(_)
            | Shape::ForMethods(_)
            | Shape::Continuation(_)
            | Shape::External(_)
            | Shape::Instance { .. }
    )
}
