//! Reads one suppression comment: `# bearerlint: ignore[rule, other] reason`.
//!
//! Deliberately knows neither where the comment stands nor which findings there are.

use crate::source::{Source, Span};

/// What opens a comment of ours.
pub(super) const MARK: &str = "bearerlint:";

/// How far a comment reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// A statement.
    Statement,
    /// The file.
    File,
}

/// A well-formed suppression.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Directive {
    /// How far it reaches.
    pub(super) reach: Reach,
    /// The names in brackets and where each stands.
    pub(super) names: Vec<(String, Span)>,
    /// The text after the brackets.
    pub(super) reason: String,
}

/// What is wrong with a comment that speaks to us.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mistake {
    /// Where.
    pub(super) span: Span,
    /// What is wrong.
    pub(super) message: String,
    /// What to write.
    pub(super) help: String,
}

/// Reads the comment at `comment`; none where it does not speak to us.
pub(super) fn read(source: &Source, comment: Span) -> Option<Result<Directive, Mistake>> {
    let text = source.slice(comment);
    // Other tools' comments may stand before ours: `# noqa # bearerlint: ignore[…]`.
    let mut at = 0;
    for part in text.split('#') {
        let blank = part.len() - part.trim_start().len();
        if let Some(rest) = text.get(at + blank..).and_then(|rest| rest.strip_prefix(MARK)) {
            let offset = text.len() - rest.len();
            return Some(directive(rest, comment, comment.start + offset as u32));
        }
        at += part.len() + 1;
    }
    None
}

fn directive(text: &str, comment: Span, start: u32) -> Result<Directive, Mistake> {
    let blank = text.len() - text.trim_start().len();
    let body = text.trim_start();
    let word_end = body.find(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '-')).unwrap_or(body.len());
    let (word, rest) = body.split_at(word_end);
    let reach = match word {
        "ignore" => Reach::Statement,
        "ignore-file" => Reach::File,
        _ => return Err(unknown_word(word, comment)),
    };
    let inside = rest.trim_start().strip_prefix('[').ok_or_else(|| nameless(word, comment))?;
    let (list, reason) = inside.split_once(']').ok_or_else(|| unclosed(word, comment))?;
    let list_start = start as usize + blank + body.len() - inside.len();
    let names = names(list, list_start);
    if names.is_empty() {
        return Err(nameless(word, comment));
    }
    Ok(Directive { reach, names, reason: reason.trim().to_owned() })
}

fn names(list: &str, start: usize) -> Vec<(String, Span)> {
    let mut found = Vec::new();
    let mut at = start;
    for item in list.split(',') {
        let name = item.trim();
        if !name.is_empty() {
            let from = at + item.len() - item.trim_start().len();
            found.push((name.to_owned(), Span::new(from as u32, (from + name.len()) as u32)));
        }
        at += item.len() + 1;
    }
    found
}

fn unknown_word(word: &str, span: Span) -> Mistake {
    let message = if word.is_empty() {
        "this comment says nothing after `bearerlint:`, so it suppresses nothing".to_owned()
    } else {
        format!("`{word}` is no instruction, so this comment suppresses nothing")
    };
    Mistake {
        span,
        message,
        help: "write `# bearerlint: ignore[rule-name] reason`, or `ignore-file[rule-name]`".to_owned(),
    }
}

fn nameless(word: &str, span: Span) -> Mistake {
    Mistake {
        span,
        message: format!("`{word}` names no rule, so this comment suppresses nothing"),
        help: format!("name the rules in brackets: `# bearerlint: {word}[rule-name] reason`"),
    }
}

fn unclosed(word: &str, span: Span) -> Mistake {
    Mistake {
        span,
        message: format!("the bracket after `{word}` is not closed, so this comment suppresses nothing"),
        help: format!("close it: `# bearerlint: {word}[rule-name] reason`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> Option<Result<Directive, Mistake>> {
        let source = Source::new("a.py".into(), text);
        read(&source, Span::new(0, text.len() as u32))
    }

    fn names_of(text: &str) -> Vec<String> {
        let directive = read_text(text).and_then(Result::ok);
        directive.map(|found| found.names.into_iter().map(|(name, _)| name).collect()).unwrap_or_default()
    }

    #[test]
    fn names_and_reason_are_read() {
        let text = "# noqa: S105 # bearerlint: ignore[a-b, c] because, [really] #12";
        let directive = read_text(text).and_then(Result::ok);
        assert_eq!(directive.as_ref().map(|found| found.reason.as_str()), Some("because, [really] #12"));
        assert_eq!(directive.as_ref().map(|found| found.reach), Some(Reach::Statement));
        let spans: Vec<&str> = directive
            .iter()
            .flat_map(|found| &found.names)
            .map(|(_, span)| &text[span.start as usize..span.end as usize])
            .collect();
        assert_eq!(spans, ["a-b", "c"]);
        assert_eq!(names_of("#bearerlint:ignore-file[x]"), ["x"]);
        assert_eq!(names_of("# bearerlint: ignore [x,]"), ["x"]);
    }

    #[test]
    fn other_comments_are_not_ours() {
        assert!(read_text("# see bearerlint: it is a linter").is_none());
        assert!(read_text("# ignore[x]").is_none());
    }

    #[test]
    fn mistakes_never_suppress() {
        for text in [
            "# bearerlint: ignore",
            "# bearerlint: ignore because",
            "# bearerlint: ignore[]",
            "# bearerlint: ignore[ , ]",
            "# bearerlint: ignore[x",
            "# bearerlint: disable[x]",
            "# bearerlint:",
            "# bearerlint: ignöre[x]",
        ] {
            assert!(matches!(read_text(text), Some(Err(_))), "{text}");
        }
    }
}
