//! Applies machine edits to a text. Knows nothing of rules, and writes no file.

use crate::finding::Edit;

/// The text with the edits made; none where they overlap or do not fit the text. `edits` are of one file, in any order.
pub fn apply<'e>(text: &str, edits: impl IntoIterator<Item = &'e Edit>) -> Option<String> {
    let mut edits: Vec<&Edit> = edits.into_iter().collect();
    // Stable: what is inserted at one offset keeps its order.
    edits.sort_by_key(|edit| edit.place.span);
    let mut fixed = String::with_capacity(text.len());
    let mut done = 0;
    for edit in edits {
        let (start, end) = (edit.place.span.start as usize, edit.place.span.end as usize);
        fixed.push_str(text.get(done..start).filter(|_| done <= start)?);
        fixed.push_str(&edit.text);
        text.get(start..end)?;
        done = end;
    }
    fixed.push_str(text.get(done..)?);
    Some(fixed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileId, Place, Span};

    fn edit(start: u32, end: u32, text: &str) -> Edit {
        Edit { place: Place { file: FileId(0), span: Span::new(start, end) }, text: text.to_owned() }
    }

    #[test]
    fn edits_are_made_in_order_of_place_and_bad_ones_refused() {
        let edits = [edit(4, 6, ", "), edit(0, 0, "eq("), edit(7, 7, ")")];
        assert_eq!(apply("left==b", &edits).as_deref(), Some("eq(left, b)"));
        assert_eq!(apply("left", &[edit(0, 3, ""), edit(2, 4, "")]), None);
        assert_eq!(apply("left", &[edit(3, 9, "")]), None);
        assert_eq!(apply("é", &[edit(1, 2, "")]), None);
    }
}
