//! Values that others can foresee: what becomes of them when they are put together with others, and what names they get.
//! What makes them stands in the models. A part nobody knows anything about could be a secret, and then nothing is said.

use super::expression::join_all;
use super::interpreter::{Branches, Interpreter};
use super::library::parameter;
use super::origin::{Guess, Origin, OriginKind, Origins, Part, Store};
use super::state::State;
use super::value::{Arguments, Constant, Shape, Value};
use crate::finding::Confidence;
use crate::flow::event::SecretRole;
use crate::models::Meaning;
use crate::models::schema::GuessableModel;
use crate::program::{ClassRef, making};
use crate::source::Place;
use crate::syntax::tree::{Argument, ArgumentKind, BinaryOperator, Expression, ExpressionKind, FormattedPart, Name};
use std::rc::Rc;

/// Fewer results than this are a die or an index and no credential.
const MANY: i64 = 1000;
/// Levels of a container that are looked into.
const MAX_NESTING: u8 = 3;
/// Parameters of fields and columns that take what makes their values.
const MAKERS: [&str; 5] = ["default", "default_factory", "factory", "insert_default", "missing"];

/// What a call makes that a model calls guessable.
pub(super) fn made<'p>(model: &GuessableModel, arguments: &Arguments<'p>, place: Place) -> Value<'p> {
    let bound = parameter(&model.parameters, arguments, "bound").or_else(|| {
        let only = arguments.positional.first().filter(|_| arguments.positional.len() == 1);
        only.filter(|_| model.parameters.iter().any(|parameter| parameter.starts_with("bound")))
    });
    let by = match bound {
        Some(bound) if bound.as_integer().is_none_or(|bound| bound < MANY) => Guess::Pick,
        _ => model.by,
    };
    let one = guess(by, place);
    if model.gives_several { Value::of(Shape::Elements(Rc::new(one))) } else { one }
}

fn guess<'p>(by: Guess, place: Place) -> Value<'p> {
    Value::present().with_origins(origin(by, place))
}

/// The origin of something guessable.
pub(super) fn origin(by: Guess, place: Place) -> Origins {
    Origins::one(OriginKind::Guessable { by }, Confidence::High, place, "the value is made here")
}

fn is_guess(kind: &OriginKind) -> bool {
    matches!(kind, OriginKind::Guessable { .. })
}

/// What of a value others can foresee.
pub(super) fn guesses(origins: &Origins) -> Origins {
    if origins.any(is_guess) { kept(origins, Some) } else { Origins::default() }
}

/// Whether what is called may also be something that nobody was seen to foresee: `SystemRandom()`, and `Random(seed)` for whoever
/// asks for what can be repeated.
fn is_perhaps_another(callee: &Value<'_>) -> bool {
    matches!(&callee.shape, Shape::Union(members) if members.iter().any(|member| matches!(member.shape, Shape::Unknown)))
}

/// The guessable origins, changed or dropped.
fn kept(origins: &Origins, change: impl Fn(Guess) -> Option<Guess>) -> Origins {
    origins.filter_map(|origin| match origin.kind {
        OriginKind::Guessable { by } => {
            Some(Origin { kind: OriginKind::Guessable { by: change(by)? }, ..origin.clone() })
        }
        _ => None,
    })
}

/// A value with something in it that nobody can foresee.
fn without_guesses(value: Value<'_>) -> Value<'_> {
    let stays = |kind: &OriginKind| !is_guess(kind) || matches!(kind, OriginKind::Guessable { by: Guess::Identifier });
    let origins = value.origins.filter_map(|origin| stays(&origin.kind).then(|| origin.clone()));
    value.with_origins(origins)
}

/// Many picks, one behind the other, are a text that the generator made.
pub(super) fn strung_together(value: Value<'_>) -> Value<'_> {
    let origins = value.origins.filter_map(|origin| {
        let kind = match origin.kind {
            OriginKind::Guessable { by: Guess::Pick } => OriginKind::Guessable { by: Guess::Generator },
            _ => origin.kind.clone(),
        };
        Some(Origin { kind, ..origin.clone() })
    });
    value.with_origins(origins)
}

/// Whether an assignment puts more behind what its name held: `text = text + more`.
pub(super) fn is_added_to(targets: &[Expression], value: &Expression) -> bool {
    let [Expression { kind: ExpressionKind::Name(target), .. }] = targets else { return false };
    let ExpressionKind::Binary { left, operator: BinaryOperator::Add, right } = &value.kind else { return false };
    [left, right].iter().any(|side| matches!(&side.kind, ExpressionKind::Name(name) if name == target))
}

/// A value, and the expression that gave it where there is one.
pub(super) type Written<'a, 'p> = (&'a Value<'p>, Option<&'p Expression>);

/// Whether something nobody can foresee may be in a value.
pub(super) fn may_hide(value: &Value<'_>, written: Option<&Expression>) -> bool {
    may_hide_to_depth(value, written, MAX_NESTING)
}

fn may_hide_to_depth(value: &Value<'_>, written: Option<&Expression>, depth: u8) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return true };
    // A digest of what others know is a guess itself; of anything else it may be one of a secret.
    let is_digest_of_unknown = value.origins.any(|kind| *kind == OriginKind::Digest) && !value.origins.any(is_guess);
    if is_digest_of_unknown || value.origins.iter().any(is_hidden) {
        return true;
    }
    let inner = |value: &Value<'_>| may_hide_to_depth(value, None, depth);
    match &value.shape {
        // A key that is written out is another flaw.
        Shape::Constant(Constant::Text { text, .. }) => is_key(text),
        Shape::Constant(_) | Shape::Moment(_) | Shape::External(_) => false,
        Shape::Sequence(elements) => {
            let parts = match written.map(|written| &written.kind) {
                Some(ExpressionKind::Tuple(parts) | ExpressionKind::List(parts)) if parts.len() == elements.len() => {
                    parts.as_slice()
                }
                _ => &[],
            };
            elements.iter().enumerate().any(|(at, element)| may_hide_to_depth(element, parts.get(at), depth))
        }
        Shape::Union(members) => members.iter().any(inner),
        Shape::Elements(element) => inner(element),
        Shape::Dictionary(dictionary) => dictionary.entries.values().chain(&dictionary.rest).any(inner),
        _ if !value.origins.is_empty() => false,
        _ => !written.is_some_and(is_public),
    }
}

/// Whether a text looks like a key and not like an alphabet that something is picked from.
fn is_key(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    crate::literals::looks_random(text) && !["abcd", "bcdf", "1234", "2345"].iter().any(|run| lower.contains(run))
}

fn is_hidden(origin: &Origin) -> bool {
    match &origin.kind {
        OriginKind::Credential(credential) => matches!(credential.part, Part::Whole | Part::Token),
        OriginKind::Mac | OriginKind::IssuedToken | OriginKind::TokenResponse | OriginKind::FewRandomBytes { .. } => {
            true
        }
        OriginKind::Guessable { by } => *by == Guess::Identifier,
        OriginKind::Setting { store, .. } => *store != Store::Literal,
        _ => false,
    }
}

/// Whether everything in an expression is known to others, or can be found out.
fn is_public(expression: &Expression) -> bool {
    match &expression.kind {
        ExpressionKind::String(_)
        | ExpressionKind::Bytes(_)
        | ExpressionKind::Integer(_)
        | ExpressionKind::Float(_) => true,
        ExpressionKind::Name(name) | ExpressionKind::Attribute { name, .. } => making::is_public(name),
        ExpressionKind::Subscript { index, .. } => {
            matches!(&index.kind, ExpressionKind::String(key) if making::is_public(key))
        }
        ExpressionKind::Formatted(parts) => parts.iter().all(|part| match part {
            FormattedPart::Text(_) => true,
            FormattedPart::Value { value, .. } => is_public(value),
        }),
        ExpressionKind::Binary { left, right, .. } => is_public(left) && is_public(right),
        ExpressionKind::Tuple(parts) | ExpressionKind::List(parts) => parts.iter().all(is_public),
        ExpressionKind::Call { callee, arguments } => {
            let of_receiver = match &callee.kind {
                ExpressionKind::Name(name) => matches!(name.as_str(), "str" | "bytes" | "int" | "repr"),
                ExpressionKind::Attribute { value, name, .. } if name == "get" => {
                    let key = arguments.first().map(|argument| &argument.value.kind);
                    return matches!(key, Some(ExpressionKind::String(key)) if making::is_public(key) && is_plain(value));
                }
                ExpressionKind::Attribute { value, name, .. } => super::texts::is_conversion(name) && is_public(value),
                _ => false,
            };
            of_receiver && arguments.iter().all(|argument| is_public(&argument.value))
        }
        _ => false,
    }
}

fn is_plain(expression: &Expression) -> bool {
    matches!(expression.kind, ExpressionKind::Name(_) | ExpressionKind::Attribute { .. })
}

/// Whether an expression is more than constants.
fn varies(expression: &Expression) -> bool {
    match &expression.kind {
        ExpressionKind::Binary { left, right, .. } => varies(left) || varies(right),
        ExpressionKind::String(_) | ExpressionKind::Bytes(_) | ExpressionKind::Integer(_) => false,
        ExpressionKind::Call { callee, arguments } => {
            let of_receiver = matches!(&callee.kind, ExpressionKind::Attribute { value, .. } if varies(value));
            of_receiver || arguments.iter().any(|argument| varies(&argument.value))
        }
        _ => true,
    }
}

/// Whether an expression is a number that grows by one each time.
fn counts(expression: &Expression) -> bool {
    match &expression.kind {
        ExpressionKind::Name(name) | ExpressionKind::Attribute { name, .. } => making::is_counter(name),
        ExpressionKind::Tuple(parts) => parts.iter().any(counts),
        ExpressionKind::Call { callee, arguments } if matches!(&callee.kind, ExpressionKind::Name(name) if name == "str") => {
            arguments.iter().any(|argument| counts(&argument.value))
        }
        _ => false,
    }
}

/// What others can foresee of a digest that more is put into.
pub(super) fn digested_further(digest: &Value<'_>, added: &Value<'_>) -> Origins {
    let known = guesses(&digest.origins);
    if known.is_empty() || may_hide(added, None) {
        Origins::default()
    } else {
        known.union(&guesses(&added.deep_origins()))
    }
}

/// Whether what is digested is known to others: nothing yet, or something that varies and holds no secret.
fn is_digest_of_public(written: &[Argument]) -> bool {
    let mut values = written.iter().map(|argument| &argument.value);
    values.clone().all(is_public) && (written.is_empty() || values.any(varies))
}

impl<'p> Interpreter<'p, '_> {
    /// What is known of values that an operator puts together.
    pub(super) fn guessed_together(
        value: Value<'p>,
        operator: BinaryOperator,
        left: Written<'_, 'p>,
        right: Written<'_, 'p>,
        place: Place,
    ) -> Value<'p> {
        let (of_left, of_right) = (guesses(&left.0.deep_origins()), guesses(&right.0.deep_origins()));
        let joins = matches!(operator, BinaryOperator::Add | BinaryOperator::Modulo);
        if of_left.is_empty() && of_right.is_empty() {
            let builds = left.0.as_text().is_some() || right.0.as_text().is_some();
            let is_counted = left.1.is_some_and(counts) || right.1.is_some_and(counts);
            let hides = |side: Written<'_, 'p>| side.1.is_none_or(|written| Self::part_may_hide(side.0, written));
            return if joins && builds && is_counted && !hides(left) && !hides(right) {
                let origins = value.origins.union(&origin(Guess::Counter, place));
                value.with_origins(origins)
            } else {
                value
            };
        }
        if may_hide(left.0, left.1) || may_hide(right.0, right.1) {
            return without_guesses(value);
        }
        let both = of_left.union(&of_right);
        // A length of time or a part of one says when, and little else; the time in smaller units is the time.
        let both = if joins || operator == BinaryOperator::Multiply {
            both
        } else {
            kept(&both, |by| (by != Guess::Clock).then_some(by))
        };
        let others = value.origins.filter_map(|origin| (!is_guess(&origin.kind)).then(|| origin.clone()));
        let value = value.with_origins(others.union(&both));
        let is_row = operator == BinaryOperator::Add && !of_left.is_empty() && !of_right.is_empty();
        if is_row { strung_together(value) } else { value }
    }

    /// The same of what a loop adds to, piece by piece.
    pub(super) fn guessed_further(value: Value<'p>, old: Written<'_, 'p>, added: Written<'_, 'p>) -> Value<'p> {
        if !value.origins.any(is_guess) {
            return value;
        }
        if may_hide(old.0, old.1) || may_hide(added.0, added.1) {
            without_guesses(value)
        } else {
            strung_together(value)
        }
    }

    /// The same of the parts of a formatted string.
    pub(super) fn guessed_in_text(
        value: Value<'p>,
        parts: &'p [FormattedPart],
        hides: bool,
        place: Place,
    ) -> Value<'p> {
        if hides {
            return if value.origins.any(is_guess) { without_guesses(value) } else { value };
        }
        let is_counted = |part: &FormattedPart| matches!(part, FormattedPart::Value { value, .. } if counts(value));
        if !value.origins.any(is_guess) && parts.iter().any(is_counted) {
            let origins = value.origins.union(&origin(Guess::Counter, place));
            return value.with_origins(origins);
        }
        value
    }

    /// Whether a part of a formatted string may hide something; a counter does not.
    pub(super) fn part_may_hide(value: &Value<'p>, written: &'p Expression) -> bool {
        !counts(written) && may_hide(value, Some(written))
    }

    /// What is known of the result of a call by what it was handed.
    pub(super) fn guessed_after_call(
        &mut self,
        mut branches: Branches<'p>,
        callee: (&'p Expression, &Value<'p>),
        written: &'p [Argument],
        given: &Arguments<'p>,
        place: Place,
    ) -> Branches<'p> {
        let strings = match &callee.0.kind {
            ExpressionKind::Attribute { name, .. } => name == "join",
            ExpressionKind::Name(name) => matches!(name.as_str(), "bytes" | "bytearray"),
            _ => false,
        };
        if strings {
            branches.iter_mut().for_each(|(_, value)| *value = strung_together(value.clone()));
        }
        if self.is_digest(callee.1) && is_digest_of_public(written) {
            for (_, value) in &mut branches {
                let origins = value.origins.union(&origin(Guess::PublicDigest, place));
                *value = value.clone().with_origins(origins);
            }
        }
        // What the program's own functions put together was looked at there.
        let is_handed_on = |value: &Value<'p>| {
            let mut handed = value.origins.iter().filter(|origin| is_guess(&origin.kind));
            handed.any(|origin| origin.trail.root().place != place)
        };
        if !matches!(callee.1.shape, Shape::Function(_)) && branches.iter().any(|(_, value)| is_handed_on(value)) {
            let mut positional = given.positional.iter();
            let hides = written.iter().any(|argument| {
                let value = match &argument.kind {
                    ArgumentKind::Positional => positional.next(),
                    ArgumentKind::Keyword(name) => given.keyword(name),
                    ArgumentKind::List | ArgumentKind::Dictionary => None,
                };
                value.is_none_or(|value| may_hide(value, Some(&argument.value)))
            });
            if hides {
                branches.iter_mut().for_each(|(_, value)| *value = without_guesses(value.clone()));
            }
        }
        if is_perhaps_another(callee.1) {
            branches.iter_mut().for_each(|(_, value)| *value = without_guesses(value.clone()));
        }
        branches
    }

    fn is_digest(&self, callee: &Value<'p>) -> bool {
        matches!(&callee.shape, Shape::External(path) if matches!(self.models.meaning(path), Some(Meaning::Digest)))
    }

    /// A value gets a name: where that is a credential's and others can foresee the value, rules want to know.
    pub(super) fn is_named(&mut self, value: &Value<'p>, name: &str, place: Place) {
        if self.is_telling(value) && making::is_made_credential(name) {
            self.secret_is_used(value, SecretRole::Named, name, place);
        }
    }

    /// What a function returns is called what the function is, or its class where that only says that something is made.
    pub(super) fn result_is_named(&mut self, value: &Value<'p>, place: Place) {
        if !self.is_telling(value) {
            return;
        }
        let Some(closure) = self.frame().closure.clone() else { return };
        let name = closure.code.name();
        let class = closure.class.map(|class| class.class.name.clone());
        let named = if making::only_makes(&name) {
            class.map(|class| making::without_maker(&class).into())
        } else {
            Some(name)
        };
        if let Some(named) = named {
            self.is_named(value, &named, place);
        }
    }

    /// Fields of a class and columns of a table that are credentials by their names, and what makes their defaults.
    pub(super) fn defaults_are_named(&mut self, class: ClassRef<'p>) {
        let scope = self.class_scope(class);
        let mut names: Vec<&Name> = scope.names.keys().filter(|name| making::is_made_credential(name)).collect();
        names.sort();
        for name in names {
            let bindings = scope.names.get(name).into_iter().flatten();
            for expression in bindings.filter_map(|bound| bound.binding.value()) {
                let ExpressionKind::Call { arguments, .. } = &expression.kind else { continue };
                let makes = |kind: &ArgumentKind| matches!(kind, ArgumentKind::Keyword(known) if MAKERS.contains(&known.as_str()));
                for argument in arguments.iter().filter(|argument| makes(&argument.kind)) {
                    let place = Place { file: class.file, span: argument.value.span };
                    let made = self.at_module_level(class.file, |this| {
                        let maker = this.evaluate_alone(&argument.value);
                        let made = this.call(State::default(), &maker, Arguments::default(), place);
                        join_all(made.into_iter().map(|(_, value)| value))
                    });
                    self.is_named(&made, name, place);
                }
            }
        }
    }

    /// Whether a value is guessable and no mere moment or choice.
    fn is_telling(&self, value: &Value<'p>) -> bool {
        let tells = |kind: &OriginKind| matches!(kind, OriginKind::Guessable { by } if *by != Guess::Pick);
        self.is_loud() && !matches!(value.shape, Shape::Moment(_)) && value.origins.any(tells)
    }

    /// The parameter of an address that a value is a part of in a formatted string: `?token={…}`.
    pub(super) fn parameter_is_filled(&mut self, before: &[FormattedPart], value: &Value<'p>, place: Place) {
        if !value.origins.any(is_guess) {
            return;
        }
        let pieces = before.iter().map(|part| match part {
            FormattedPart::Text(text) => text.as_str(),
            FormattedPart::Value { .. } => "{}",
        });
        let text: String = pieces.collect();
        let parameter = text.rsplit_once(['?', '&']).and_then(|(_, parameter)| parameter.split_once('='));
        if let Some((name, _)) = parameter {
            // In an address a moment is text like any other.
            self.is_named(&Value::present().with_origins(value.origins.clone()), name, place);
        }
    }

    /// What an attribute is of something guessable (`uuid1().hex`), or an element that it points at.
    pub(super) fn guessed_part(origins: &Origins) -> Origins {
        kept(&guesses(origins), |by| (by != Guess::Clock).then_some(by))
    }

    /// What a guessable index points at.
    pub(super) fn pointed_at(value: Value<'p>, index: &Value<'p>) -> Value<'p> {
        let picked = kept(&guesses(&index.origins), |_| Some(Guess::Pick));
        if picked.is_empty() || matches!(value.shape, Shape::Constant(_)) || !value.origins.is_empty() {
            return value;
        }
        value.with_origins(picked)
    }
}
