//! A compact written form of the tree, close to Python but with every structure spelled out: what tests compare.

use crate::syntax::tree::*;

pub(super) fn statements(body: &[Statement]) -> String {
    body.iter().map(|one| statement(&one.kind)).collect::<Vec<_>>().join("; ")
}

fn block(body: &[Statement]) -> String {
    format!("{{{}}}", statements(body))
}

fn list(items: &[Expression]) -> String {
    items.iter().map(expression).collect::<Vec<_>>().join(", ")
}

fn optional(lead: &str, item: Option<&Expression>) -> String {
    item.map(|item| format!("{lead}{}", expression(item))).unwrap_or_default()
}

fn otherwise(word: &str, body: &[Statement]) -> String {
    if body.is_empty() { String::new() } else { format!(" {word} {}", block(body)) }
}

fn statement(kind: &StatementKind) -> String {
    match kind {
        StatementKind::Expression(value) => expression(value),
        StatementKind::Assign { targets, value } => {
            targets.iter().map(|target| format!("{} = ", expression(target))).collect::<Vec<_>>().concat()
                + &expression(value)
        }
        StatementKind::AnnotatedAssign { target, annotation, value } => {
            format!("{}: {}{}", expression(target), expression(annotation), optional(" = ", value.as_ref()))
        }
        StatementKind::AugmentedAssign { target, operator, value } => {
            format!("{} {operator:?}= {}", expression(target), expression(value))
        }
        StatementKind::Return(value) => format!("return{}", optional(" ", value.as_ref())),
        StatementKind::Raise { exception, cause } => {
            format!("raise{}{}", optional(" ", exception.as_ref()), optional(" from ", cause.as_ref()))
        }
        StatementKind::Assert { test, message } => {
            format!("assert {}{}", expression(test), optional(", ", message.as_ref()))
        }
        StatementKind::Delete(targets) => format!("del {}", list(targets)),
        StatementKind::Pass => "pass".to_owned(),
        StatementKind::Break => "break".to_owned(),
        StatementKind::Continue => "continue".to_owned(),
        StatementKind::Global(names) => format!("global {}", names.join(" ")),
        StatementKind::Nonlocal(names) => format!("nonlocal {}", names.join(" ")),
        StatementKind::Import(names) => format!("import {}", imported(names)),
        StatementKind::ImportFrom { level, module, names, star } => {
            format!("from {level}:{module} import {}", if *star { "*".to_owned() } else { imported(names) })
        }
        StatementKind::If { branches, otherwise: rest } => {
            let branch = |(test, body): &(Expression, Vec<Statement>)| format!("{} {}", expression(test), block(body));
            let branches = branches.iter().map(branch).collect::<Vec<_>>().join(" elif ");
            format!("if {branches}{}", otherwise("else", rest))
        }
        StatementKind::While { test, body, otherwise: rest } => {
            format!("while {} {}{}", expression(test), block(body), otherwise("else", rest))
        }
        StatementKind::For { target, iterable, body, otherwise: rest } => {
            let head = format!("for {} in {}", expression(target), expression(iterable));
            format!("{head} {}{}", block(body), otherwise("else", rest))
        }
        StatementKind::Try { body, handlers, otherwise: rest, finally } => {
            let handlers = handlers.iter().map(handler).collect::<Vec<_>>().concat();
            format!("try {}{handlers}{}{}", block(body), otherwise("else", rest), otherwise("finally", finally))
        }
        StatementKind::With { items, body } => {
            let item = |(context, target): &(Expression, Option<Expression>)| {
                expression(context) + &optional(" as ", target.as_ref())
            };
            format!("with {} {}", items.iter().map(item).collect::<Vec<_>>().join(", "), block(body))
        }
        StatementKind::Match { subject, cases } => {
            let cases = cases.iter().map(case).collect::<Vec<_>>().concat();
            format!("match {}{cases}", expression(subject))
        }
        StatementKind::Function(function) => self::function(function),
        StatementKind::Class(class) => {
            let head = format!("class {}{}", class.name, type_parameters(&class.type_parameters));
            format!("{}{head}({}) {}", decorators(&class.decorators), arguments(&class.arguments), block(&class.body))
        }
        StatementKind::Error => "ERROR".to_owned(),
    }
}

fn imported(names: &[ImportedName]) -> String {
    let one = |name: &ImportedName| match &name.alias {
        Some(alias) => format!("{} as {alias}", name.name),
        None => name.name.to_string(),
    };
    names.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn handler(handler: &Handler) -> String {
    let name = handler.name.as_ref().map(|name| format!(" as {name}")).unwrap_or_default();
    format!(" except{}{name} {}", optional(" ", handler.exception.as_ref()), block(&handler.body))
}

fn case(case: &Case) -> String {
    format!(" case {}{} {}", pattern(&case.pattern), optional(" if ", case.guard.as_ref()), block(&case.body))
}

fn pattern(one: &Pattern) -> String {
    let patterns = |all: &[Pattern], between: &str| all.iter().map(pattern).collect::<Vec<_>>().join(between);
    match one {
        Pattern::Value(value) => format!("=={}", expression(value)),
        Pattern::Capture(name) => name.as_deref().unwrap_or("_").to_owned(),
        Pattern::Or(all) => format!("({})", patterns(all, " | ")),
        Pattern::As { pattern: inner, name } => format!("{} as {name}", pattern(inner)),
        Pattern::Sequence(all) => format!("[{}]", patterns(all, ", ")),
        Pattern::Star(name) => format!("*{}", name.as_deref().unwrap_or("_")),
        Pattern::Mapping { entries, rest } => {
            let entry = |(key, value): &(Expression, Pattern)| format!("{}: {}", expression(key), pattern(value));
            let mut all: Vec<String> = entries.iter().map(entry).collect();
            all.extend(rest.as_ref().map(|rest| format!("**{rest}")));
            format!("{{{}}}", all.join(", "))
        }
        Pattern::Class { class, positional, keyword } => {
            let mut all: Vec<String> = positional.iter().map(pattern).collect();
            all.extend(keyword.iter().map(|(name, value)| format!("{name}={}", pattern(value))));
            format!("{}({})", expression(class), all.join(", "))
        }
        Pattern::Unknown => "UNKNOWN".to_owned(),
    }
}

fn decorators(all: &[Expression]) -> String {
    all.iter().map(|one| format!("@{} ", expression(one))).collect::<Vec<_>>().concat()
}

fn type_parameters(names: &[Name]) -> String {
    if names.is_empty() { String::new() } else { format!("[{}]", names.join(", ")) }
}

fn function(function: &Function) -> String {
    let lead = decorators(&function.decorators) + if function.is_async { "async " } else { "" };
    let word = if function.is_generator { "generator" } else { "def" };
    let head = format!("{word} {}{}", function.name, type_parameters(&function.type_parameters));
    let returns = optional(" -> ", function.returns.as_ref());
    format!("{lead}{head}({}){returns} {}", parameters(&function.parameters), block(&function.body))
}

fn parameters(all: &[Parameter]) -> String {
    let one = |parameter: &Parameter| {
        let (lead, tail) = match parameter.kind {
            ParameterKind::PositionalOnly => ("", "/"),
            ParameterKind::Normal => ("", ""),
            ParameterKind::ArgumentList => ("*", ""),
            ParameterKind::KeywordOnly => ("", "!"),
            ParameterKind::KeywordDictionary => ("**", ""),
        };
        let annotation = optional(": ", parameter.annotation.as_ref());
        format!("{lead}{}{tail}{annotation}{}", parameter.name, optional(" = ", parameter.default.as_ref()))
    };
    all.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn arguments(all: &[Argument]) -> String {
    let one = |argument: &Argument| match &argument.kind {
        ArgumentKind::Positional => expression(&argument.value),
        ArgumentKind::Keyword(name) => format!("{name}={}", expression(&argument.value)),
        ArgumentKind::List => format!("*{}", expression(&argument.value)),
        ArgumentKind::Dictionary => format!("**{}", expression(&argument.value)),
    };
    all.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn formatted(parts: &[FormattedPart]) -> String {
    let one = |part: &FormattedPart| match part {
        FormattedPart::Text(text) => format!("{text:?}"),
        FormattedPart::Value { value, conversion, has_format, format } => {
            let conversion = conversion.map(|letter| format!("!{letter}")).unwrap_or_default();
            let format = if *has_format { format!(":[{}]", formatted(format)) } else { String::new() };
            format!("{{{}{conversion}{format}}}", expression(value))
        }
    };
    parts.iter().map(one).collect::<Vec<_>>().join(" ")
}

pub(super) fn expression(one: &Expression) -> String {
    match &one.kind {
        ExpressionKind::Name(name) => name.to_string(),
        ExpressionKind::String(text) => format!("{text:?}"),
        ExpressionKind::Bytes(text) => format!("b{text:?}"),
        ExpressionKind::Integer(value) => value.map_or("HUGE".to_owned(), |value| value.to_string()),
        ExpressionKind::Float(value) => format!("{value:?}"),
        ExpressionKind::Boolean(value) => value.to_string(),
        ExpressionKind::None => "None".to_owned(),
        ExpressionKind::Ellipsis => "...".to_owned(),
        ExpressionKind::Formatted(parts) => format!("f<{}>", formatted(parts)),
        ExpressionKind::Attribute { value, name, .. } => format!("{}.{name}", expression(value)),
        ExpressionKind::Subscript { value, index } => format!("{}[{}]", expression(value), expression(index)),
        ExpressionKind::Slice { lower, upper, step } => {
            let bound = |bound: &Option<Box<Expression>>| bound.as_deref().map(expression).unwrap_or_default();
            format!("{}:{}:{}", bound(lower), bound(upper), bound(step))
        }
        ExpressionKind::Call { callee, arguments: all } => format!("{}({})", expression(callee), arguments(all)),
        ExpressionKind::Unary { operator, operand } => format!("({operator:?} {})", expression(operand)),
        ExpressionKind::Binary { left, operator, right } => {
            format!("({} {operator:?} {})", expression(left), expression(right))
        }
        ExpressionKind::BooleanOperation { is_and, values } => {
            let word = if *is_and { " and " } else { " or " };
            format!("({})", values.iter().map(expression).collect::<Vec<_>>().join(word))
        }
        ExpressionKind::Compare { left, rest } => {
            let rest = rest
                .iter()
                .map(|(word, right)| format!(" {word:?} {}", expression(right)))
                .collect::<Vec<_>>()
                .concat();
            format!("({}{rest})", expression(left))
        }
        ExpressionKind::Conditional { test, body, otherwise } => {
            format!("({} if {} else {})", expression(body), expression(test), expression(otherwise))
        }
        ExpressionKind::Lambda { parameters: all, body } => {
            format!("(lambda {}: {})", parameters(all), expression(body))
        }
        ExpressionKind::Tuple(items) => format!("<{}>", list(items)),
        ExpressionKind::List(items) => format!("[{}]", list(items)),
        ExpressionKind::Set(items) => format!("set{{{}}}", list(items)),
        ExpressionKind::Dictionary(entries) => {
            let one = |(key, value): &(Option<Expression>, Expression)| match key {
                Some(key) => format!("{}: {}", expression(key), expression(value)),
                None => format!("**{}", expression(value)),
            };
            format!("{{{}}}", entries.iter().map(one).collect::<Vec<_>>().join(", "))
        }
        ExpressionKind::Comprehension { kind, key, element, clauses } => {
            let key = key.as_deref().map(|key| format!("{}: ", expression(key))).unwrap_or_default();
            let one = |clause: &ComprehensionClause| {
                let conditions = clause
                    .conditions
                    .iter()
                    .map(|test| format!(" if {}", expression(test)))
                    .collect::<Vec<_>>()
                    .concat();
                format!(" for {} in {}{conditions}", expression(&clause.target), expression(&clause.iterable))
            };
            format!("{kind:?}({key}{}{})", expression(element), clauses.iter().map(one).collect::<Vec<_>>().concat())
        }
        ExpressionKind::Walrus { target, value, .. } => format!("({target} := {})", expression(value)),
        ExpressionKind::Starred(value) => format!("*{}", expression(value)),
        ExpressionKind::Await(value) => format!("(await {})", expression(value)),
        ExpressionKind::Yield(value) => format!("(yield{})", optional(" ", value.as_deref())),
        ExpressionKind::YieldFrom(value) => format!("(yield from {})", expression(value)),
        ExpressionKind::Opaque => "OPAQUE".to_owned(),
    }
}
