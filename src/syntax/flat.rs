//! The parser's tree copied into one flat list: what lowering reads, and where comments and syntax errors are found.
//!
//! The copy is made with a cursor and a stack of its own, never by recursion, so the depth of a hostile tree costs
//! memory and not stack. Tokens that carry no meaning (brackets, keywords) are left out. Knows nothing of Python.

use tree_sitter::{Tree, TreeCursor};

use super::kinds::{Field, Kind, Vocabulary};
use super::tree::SyntaxError;
use crate::source::Span;

/// More errors than this in one file tell nothing new.
const MAX_ERRORS: usize = 100;

/// Room for more nodes than this is given back to the system: 20 MB.
const MAX_KEPT_ROOM: usize = 1_000_000;

/// The nodes of one text in order of place.
#[derive(Debug)]
pub(super) struct Flat<'t> {
    text: &'t str,
    records: Vec<Record>,
    /// Comments in order of place, `#` included, without the line end.
    pub(super) comments: Vec<Span>,
    /// What the parser could not read, in order of place, each at most one line.
    pub(super) errors: Vec<SyntaxError>,
}

/// Memory for nodes, kept from text to text.
#[derive(Debug, Default)]
pub(super) struct Room(Vec<Record>);

#[derive(Debug, Clone, Copy)]
struct Record {
    kind: Kind,
    field: Field,
    has_error: bool,
    /// For an error node: where its trouble begins (after the whole statements it has swallowed).
    start: u32,
    end: u32,
    /// Index after the last descendant.
    after: u32,
}

/// One node.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node<'f> {
    flat: &'f Flat<'f>,
    at: u32,
    record: Record,
}

impl<'f> Node<'f> {
    /// What it is.
    pub(super) fn kind(self) -> Kind {
        self.record.kind
    }

    /// The part it plays in its parent.
    pub(super) fn field(self) -> Field {
        self.record.field
    }

    /// Where it stands.
    pub(super) fn span(self) -> Span {
        Span::new(self.record.start, self.record.end)
    }

    /// Whether it or anything in it could not be read, or is missing.
    pub(super) fn has_error(self) -> bool {
        self.record.has_error
    }

    /// Its source text.
    pub(super) fn text(self) -> &'f str {
        self.flat.slice(self.span())
    }

    /// The nodes directly in it, in order.
    pub(super) fn children(self) -> Children<'f> {
        Children { flat: self.flat, next: self.at + 1, end: self.record.after }
    }

    /// The first child that plays a part.
    pub(super) fn child(self, field: Field) -> Option<Self> {
        self.children().find(|child| child.field() == field)
    }

    /// The first child of a kind.
    pub(super) fn child_of_kind(self, kind: Kind) -> Option<Self> {
        self.children().find(|child| child.kind() == kind)
    }

    /// Whether a child of a kind is there.
    pub(super) fn has(self, kind: Kind) -> bool {
        self.child_of_kind(kind).is_some()
    }

    /// The children that are not tokens kept for their meaning.
    pub(super) fn parts(self) -> impl Iterator<Item = Self> + use<'f> {
        self.children().filter(|child| {
            !matches!(
                child.kind(),
                Kind::Async | Kind::Colon | Kind::Comma | Kind::Equal | Kind::From | Kind::Operator | Kind::Punctuation
            )
        })
    }
}

/// Children of a node in order.
#[derive(Debug)]
pub(super) struct Children<'f> {
    flat: &'f Flat<'f>,
    next: u32,
    end: u32,
}

impl<'f> Iterator for Children<'f> {
    type Item = Node<'f>;

    fn next(&mut self) -> Option<Node<'f>> {
        if self.next >= self.end {
            return None;
        }
        let node = self.flat.node(self.next)?;
        self.next = node.record.after;
        Some(node)
    }
}

impl<'t> Flat<'t> {
    /// Copies a tree of `text` into room that an earlier text may have left.
    pub(super) fn new(tree: &Tree, text: &'t str, room: Room) -> Self {
        let Room(mut records) = room;
        records.clear();
        let flat = Self { text, records, comments: Vec::new(), errors: Vec::new() };
        Copying { flat, open: Vec::new(), vocabulary: Vocabulary::get() }.run(tree)
    }

    /// Gives the room back for the next text, unless it has grown too large to be kept.
    pub(super) fn into_room(self) -> Room {
        if self.records.capacity() > MAX_KEPT_ROOM { Room::default() } else { Room(self.records) }
    }

    /// The whole text's node; none only where there is no tree at all.
    pub(super) fn root(&self) -> Option<Node<'_>> {
        self.node(0)
    }

    /// The text of a span.
    pub(super) fn slice(&self, span: Span) -> &'t str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    fn node(&self, at: u32) -> Option<Node<'_>> {
        self.records.get(at as usize).map(|&record| Node { flat: self, at, record })
    }
}

/// A node whose children are being copied.
struct Open {
    record: usize,
    kind: Kind,
    /// Inside an error node with no whole statement between: its errors are that node's error.
    is_inside_error: bool,
    errors_before: usize,
    /// Where the first child stands that is no whole statement.
    trouble: Option<u32>,
}

struct Copying<'t> {
    flat: Flat<'t>,
    open: Vec<Open>,
    vocabulary: &'static Vocabulary,
}

impl<'t> Copying<'t> {
    fn run(mut self, tree: &Tree) -> Flat<'t> {
        let mut cursor = tree.walk();
        loop {
            if self.enter(&cursor) {
                if cursor.goto_first_child() {
                    continue;
                }
                self.close();
            }
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    return self.finish();
                }
                self.close();
            }
        }
    }

    /// Records the cursor's node; says whether its children are wanted (then `close` must follow).
    fn enter(&mut self, cursor: &TreeCursor<'_>) -> bool {
        let node = cursor.node();
        let kind = if node.is_error() { Kind::Error } else { self.vocabulary.kind(node.kind_id()) };
        let (start, end) = (node.start_byte() as u32, node.end_byte() as u32);
        self.note_trouble(kind, start);
        if node.is_missing() {
            self.missing(node.kind(), start);
            return false;
        }
        match kind {
            Kind::Punctuation | Kind::LineContinuation => return false,
            Kind::Comment => {
                self.comment(start, end);
                return false;
            }
            _ => {}
        }
        let has_error = node.has_error();
        let field = self.vocabulary.field(cursor.field_id().map(std::num::NonZero::get));
        let index = self.flat.records.len();
        self.flat.records.push(Record { kind, field, has_error, start, end, after: index as u32 + 1 });
        if !has_error && (is_leaf(kind) || self.says_all(kind, start, end)) {
            return false;
        }
        let was_inside = self.open.last().is_some_and(|parent| parent.is_inside_error);
        let is_inside_error = kind == Kind::Error || (was_inside && !kind.is_statement());
        self.open.push(Open {
            record: index,
            kind,
            is_inside_error,
            errors_before: self.flat.errors.len(),
            trouble: None,
        });
        true
    }

    /// Whether the text of a node says all about it: strings without values in them, names with dots between. They are
    /// so common that not looking at their children makes the copy cheaper by a quarter.
    fn says_all(&self, kind: Kind, start: u32, end: u32) -> bool {
        let text = self.flat.slice(Span::new(start, end));
        match kind {
            Kind::String => Self::is_plain_string(text),
            Kind::Attribute | Kind::DottedName => is_plain_dotted(text),
            _ => false,
        }
    }

    fn is_plain_string(text: &str) -> bool {
        let mut bytes = text.bytes();
        bytes
            .find(|byte| matches!(byte, b'\'' | b'"' | b'`' | b'f' | b'F' | b't' | b'T'))
            .is_some_and(|byte| matches!(byte, b'\'' | b'"'))
    }

    fn note_trouble(&mut self, kind: Kind, start: u32) {
        if let Some(parent) = self.open.last_mut()
            && parent.kind == Kind::Error
            && kind != Kind::Comment
            && !kind.is_statement()
        {
            parent.trouble.get_or_insert(start);
        }
    }

    fn comment(&mut self, start: u32, end: u32) {
        // The grammar's comment runs to `\n` and takes a `\r` before it along.
        let length = self.flat.slice(Span::new(start, end)).trim_end_matches('\r').len() as u32;
        self.flat.comments.push(Span::new(start, start + length));
    }

    fn missing(&mut self, token: &str, at: u32) {
        if self.open.last().is_some_and(|parent| parent.is_inside_error) {
            return;
        }
        let message = match token {
            "identifier" => "a name is missing here; the statement is skipped".to_owned(),
            "string_end" => "a string does not end; the statement is skipped".to_owned(),
            _ => format!("`{token}` is missing here; the statement is skipped"),
        };
        self.report(Span::new(at, at), message);
    }

    fn close(&mut self) {
        let Some(open) = self.open.pop() else { return };
        let after = self.flat.records.len() as u32;
        let was_inside = self.open.last().is_some_and(|parent| parent.is_inside_error);
        let Some(record) = self.flat.records.get_mut(open.record) else { return };
        record.after = after;
        if open.kind == Kind::Error {
            record.start = open.trouble.unwrap_or(record.start);
        }
        let span = Span::new(record.start, record.end);
        let is_unexplained = record.has_error && self.flat.errors.len() == open.errors_before;
        if open.kind == Kind::Error && !was_inside {
            self.report_unreadable(span);
        } else if is_unexplained && !open.is_inside_error {
            // A missing token that has no node of its own, such as the end of a line.
            self.report_unreadable(span);
        }
    }

    /// Marks the first line. An open bracket swallows what follows, up to the whole rest of the file: then the message
    /// says how far it goes, since that part must not be taken for analysed.
    fn report_unreadable(&mut self, span: Span) {
        let text = self.flat.slice(span).trim_end();
        let line = text.split(['\n', '\r']).next().unwrap_or_default().trim_end();
        let below = memchr::memchr_iter(b'\n', text.as_bytes()).count();
        let lost = match below {
            0 => "the statement is skipped".to_owned(),
            1 => "parts of it and of the line below it are skipped".to_owned(),
            _ => format!("parts of it and of the {below} lines below it are skipped"),
        };
        let span = Span::new(span.start, span.start + line.len() as u32);
        self.report(span, format!("this is not Python that can be read; {lost}"));
    }

    fn report(&mut self, span: Span, message: String) {
        self.flat.errors.push(SyntaxError { span, message });
    }

    fn finish(mut self) -> Flat<'t> {
        let errors = &mut self.flat.errors;
        errors.sort_by_key(|error| error.span);
        if errors.len() > MAX_ERRORS {
            errors.truncate(MAX_ERRORS);
            if let Some(last) = errors.last_mut() {
                "from here on there are more syntax errors than are listed".clone_into(&mut last.message);
            }
        }
        self.flat
    }
}

/// Whether a text is names with dots between and nothing else: no number, no `None.x`, no white space.
pub(super) fn is_plain_dotted(text: &str) -> bool {
    let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.';
    let begins_as_name = text.bytes().next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_');
    begins_as_name && text.bytes().all(is_of_name) && !matches!(text.split('.').next(), Some("None" | "True" | "False"))
}

/// Kinds whose children nobody asks for.
fn is_leaf(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Identifier
            | Kind::True
            | Kind::False
            | Kind::None
            | Kind::Async
            | Kind::From
            | Kind::StringContent
            | Kind::StringStart
            | Kind::Integer
            | Kind::Float
            | Kind::Operator
            | Kind::Comma
            | Kind::Colon
            | Kind::Equal
            | Kind::ImportPrefix
    )
}
