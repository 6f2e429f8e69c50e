//! Bytes to text as Python does it, and, where Python gives up, as much of the text as can be read, with a notice.
//!
//! Only what cannot be Python, or could hide code from us, is refused: UTF-16 and UTF-32, NUL bytes, encodings in
//! which ASCII bytes do not mean ASCII.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use super::declaration::{self, Declaration, Meaning};
use super::{MAX_BYTES, ReadError, ReadSource, Source, Span};
use crate::finding::{Diagnostic, DiagnosticKind};

const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";

/// What is wrong with a declaration.
type Complaint = Option<&'static str>;

/// Decodes the bytes of a file or of standard input.
#[expect(clippy::needless_pass_by_value, reason = "nobody needs the bytes of a file once it is text")]
pub fn decode(path: PathBuf, bytes: Vec<u8>) -> Result<ReadSource, ReadError> {
    refuse(&bytes)?;
    let has_mark = bytes.starts_with(UTF8_MARK);
    let content = bytes.strip_prefix(UTF8_MARK).unwrap_or(&bytes);
    let declaration = declaration::find(content);
    let meaning = declaration.as_ref().map_or(Meaning::Utf8, |declaration| declaration::meaning(&declaration.name));
    let (text, complaint): (Cow<'_, str>, Complaint) = match meaning {
        Meaning::NotAscii => return Err(ReadError::UnsupportedEncoding(shown(declaration.as_ref()).to_owned())),
        Meaning::Unknown => (String::from_utf8_lossy(content), Some("is not known here")),
        Meaning::Utf8 => (String::from_utf8_lossy(content), None),
        // Python refuses a file that contradicts itself; the mark is right more often than the comment.
        _ if has_mark => (String::from_utf8_lossy(content), Some("contradicts the file's UTF-8 byte order mark")),
        Meaning::Latin1 => (content.iter().map(|&byte| char::from(byte)).collect(), None),
        Meaning::Table(encoding) => {
            let (text, has_errors) = encoding.decode_without_bom_handling(content);
            (text, has_errors.then_some("does not fit all of the file's bytes"))
        }
    };
    let notice = match (complaint, &declaration) {
        (Some(complaint), Some(declaration)) => Some(declared(&path, &text, declaration, complaint)),
        _ if meaning == Meaning::Utf8 => invalid(&path, content),
        _ => None,
    };
    Ok(ReadSource { source: Source::new(path, text.as_ref()), notices: notice.into_iter().collect() })
}

fn refuse(bytes: &[u8]) -> Result<(), ReadError> {
    if bytes.len() as u64 > MAX_BYTES {
        return Err(ReadError::TooLarge { size: bytes.len() as u64, limit: MAX_BYTES });
    }
    if bytes.starts_with(b"\xff\xfe\0\0") || bytes.starts_with(b"\0\0\xfe\xff") {
        return Err(ReadError::WideEncoding("UTF-32"));
    }
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Err(ReadError::WideEncoding("UTF-16"));
    }
    match memchr::memchr(0, bytes) {
        Some(at) => Err(ReadError::NulByte { line: line_of(bytes, at) }),
        None => Ok(()),
    }
}

/// 1-based line of an offset.
fn line_of(bytes: &[u8], at: usize) -> u32 {
    let before = bytes.get(..at).unwrap_or_default();
    memchr::memchr_iter(b'\n', before).count() as u32 + 1
}

/// The declared name: letters, digits, `-`, `_` and `.` only, so it is safe to show; bounded, as all we show.
fn shown(declaration: Option<&Declaration>) -> &str {
    declaration.map_or("", |declaration| declaration.name.get(..40).unwrap_or(&declaration.name))
}

fn declared(path: &Path, text: &str, declaration: &Declaration, complaint: &str) -> Diagnostic {
    // Looked up in the text, because bytes before it may have become more or fewer.
    let start = text.find(&declaration.name).unwrap_or_default() as u32;
    let span = Span::new(start, start + declaration.name.len() as u32);
    let name = shown(Some(declaration));
    let message = format!("the declared encoding {name} {complaint}; what could be read was analysed");
    notice(path, (declaration.line, span), message)
}

fn invalid(path: &Path, bytes: &[u8]) -> Option<Diagnostic> {
    let start = std::str::from_utf8(bytes).err()?.valid_up_to();
    let span = Span::new(start as u32, (start + char::REPLACEMENT_CHARACTER.len_utf8()) as u32);
    let message = "the file is not UTF-8 from this line on, so Python would not read it; what could be read was \
                   analysed, save the file as UTF-8 or declare its encoding";
    Some(notice(path, (line_of(bytes, start), span), message.to_owned()))
}

fn notice(path: &Path, at: (u32, Span), message: String) -> Diagnostic {
    Diagnostic { path: path.to_path_buf(), at: Some(at), kind: DiagnosticKind::Notice, message }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text, and the notice's place and message.
    fn decoded(bytes: &[u8]) -> (String, Option<(u32, String)>) {
        let read = decode(PathBuf::from("a.py"), bytes.to_vec()).expect("readable");
        let text = read.source.text.to_string();
        let notice = read.notices.first().and_then(|notice| notice.at.map(|(line, _)| (line, notice.message.clone())));
        assert!(read.notices.len() <= 1, "noted once");
        (text, notice)
    }

    fn refused(bytes: &[u8]) -> String {
        decode(PathBuf::from("a.py"), bytes.to_vec()).expect_err("refused").to_string()
    }

    #[test]
    fn utf8_is_read_as_it_is_and_its_mark_is_left_out() {
        assert_eq!(
            decoded(
                "s = 'ä'
"
                .as_bytes()
            ),
            (
                "s = 'ä'
"
                .to_owned(),
                None
            )
        );
        assert_eq!(decoded(b"\xef\xbb\xbfx = 1"), ("x = 1".to_owned(), None));
        assert_eq!(decoded(b""), (String::new(), None));
    }

    #[test]
    fn latin_1_is_not_windows_1252() {
        assert_eq!(decoded(b"# coding: latin-1\ns='\xe4\x80'").0, "# coding: latin-1\ns='ä\u{80}'");
        assert_eq!(decoded(b"# coding: cp1252\ns='\xe4\x80'").0, "# coding: cp1252\ns='ä€'");
        assert_eq!(decoded(b"#\n# coding: koi8-r\ns='\xc1'").0, "#\n# coding: koi8-r\ns='а'");
    }

    #[test]
    fn invalid_utf8_is_read_in_part_and_noted_with_its_line() {
        let (text, notice) = decoded(b"x = 1\ns = '\xe4'\n");
        assert_eq!(text, "x = 1\ns = '\u{fffd}'\n");
        assert_eq!(notice.expect("a notice").0, 2);
        assert!(decoded(b"# coding: utf-8\ns = '\xe4'\n").1.is_some());
    }

    #[test]
    fn declarations_that_lie_or_are_unknown_are_noted() {
        for (bytes, part) in [
            (&b"# coding: klingon\nx = 1\n"[..], "klingon is not known"),
            (b"# coding: euc-jp\ns = '\xff\xff'\n", "euc-jp does not fit"),
            (b"\xef\xbb\xbf# coding: latin-1\nx = 1\n", "latin-1 contradicts"),
        ] {
            let (_, notice) = decoded(bytes);
            let (line, message) = notice.expect("a notice");
            assert!(line == 1 && message.contains(part), "{message}");
        }
    }

    #[test]
    fn what_cannot_be_python_is_refused() {
        assert!(refused(b"\xff\xfex\0").contains("UTF-16"));
        assert!(refused(b"\xfe\xff\0x").contains("UTF-16"));
        assert!(refused(b"\xff\xfe\0\0x\0\0\0").contains("UTF-32"));
        assert!(refused(b"x = 1\ny = '\0'").contains("line 2 holds a NUL"));
        assert!(refused(b"# coding: utf-7\n").contains("utf-7"));
    }
}
