//! The encoding a Python source declares (PEP 263): finding the declaration, and what its name means to Python.
//!
//! Python's names are not the web's: `latin-1` and `ascii` are what they say, and some web names do not exist.

use encoding_rs::Encoding;

/// A declaration found in the first two lines.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Declaration {
    /// As it is written.
    pub(super) name: String,
    /// 1-based line.
    pub(super) line: u32,
}

/// What a declared name means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Meaning {
    /// UTF-8, or ASCII, which is a part of it.
    Utf8,
    /// Every byte is the character of that number.
    Latin1,
    /// An encoding with a table.
    Table(&'static Encoding),
    /// ASCII bytes do not mean ASCII in it: code could hide from us.
    NotAscii,
    /// Nothing we know. Its ASCII bytes can be read.
    Unknown,
}

/// Finds `coding: name` or `coding=name` in a comment on line 1, or on line 2 where line 1 is blank or a comment.
pub(super) fn find(bytes: &[u8]) -> Option<Declaration> {
    let mut start = 0;
    for line in 1..=2 {
        let rest = bytes.get(start..)?;
        let length = memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        let content = rest.get(..length)?;
        let indentation = content.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\x0c')).count();
        match content.get(indentation) {
            Some(b'#') => {
                if let Some(name) = name_in(content) {
                    return Some(Declaration { name: name.to_owned(), line });
                }
            }
            Some(_) => return None,
            None => {}
        }
        let is_pair = rest.get(length..length + 2) == Some(b"\r\n");
        start += length + if is_pair { 2 } else { 1 };
    }
    None
}

/// The name in `…coding[:=]\s*name…`.
fn name_in(line: &[u8]) -> Option<&str> {
    memchr::memmem::find_iter(line, b"coding").find_map(|at| {
        let after = at + b"coding".len();
        if !matches!(line.get(after), Some(b':' | b'=')) {
            return None;
        }
        let rest = line.get(after + 1..)?;
        let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let name = rest.get(blanks..)?;
        let is_of_name = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        let length = name.iter().take_while(is_of_name).count();
        let name = std::str::from_utf8(name.get(..length)?).ok()?;
        (!name.is_empty()).then_some(name)
    })
}

/// What Python takes a name to mean. Names are compared as Python does: in lower case, `_` like `-`.
pub(super) fn meaning(name: &str) -> Meaning {
    let name = name.to_ascii_lowercase().replace('_', "-");
    match name.as_str() {
        "utf-8" | "utf8" | "u8" | "utf" | "utf-8-sig" | "cp65001" | "ascii" | "us-ascii" | "646" | "ansi-x3.4-1968"
        | "iso-646" => Meaning::Utf8,
        "latin-1" | "latin1" | "latin" | "l1" | "iso-8859-1" | "iso8859-1" | "iso8859" | "8859" | "cp819"
        | "iso-latin-1" => Meaning::Latin1,
        "utf-7" | "u7" | "unicode-escape" | "raw-unicode-escape" | "hz" | "hz-gb" | "hz-gb-2312" | "punycode"
        | "idna" => Meaning::NotAscii,
        name if name.starts_with("utf-8-") => Meaning::Utf8,
        name if name.starts_with("utf-16") || name.starts_with("utf-32") || name.starts_with("utf16") => {
            Meaning::Unknown
        }
        name if name.starts_with("iso2022") || name.starts_with("iso-2022") => Meaning::NotAscii,
        name => table(name),
    }
}

/// The table for a name; Python's own names are put in the words of the web's list first.
fn table(name: &str) -> Meaning {
    let web = match name {
        "cp932" | "mskanji" | "ms-kanji" | "shiftjis" | "s-jis" => "shift_jis",
        "cp936" | "936" => "gbk",
        "cp949" | "949" | "uhc" | "ms949" | "euckr" => "euc-kr",
        "cp950" | "950" => "big5",
        "eucjp" | "ujis" | "u-jis" => "euc-jp",
        "mac-roman" | "macroman" => "macintosh",
        "koi8" => "koi8-r",
        other => other,
    };
    let numbered = web.strip_prefix("latin-").map(|number| format!("latin{number}"));
    let label = numbered.as_deref().unwrap_or(web);
    match Encoding::for_label_no_replacement(label.as_bytes()) {
        Some(encoding) if encoding.is_ascii_compatible() => Meaning::Table(encoding),
        Some(_) => Meaning::NotAscii,
        // The web's list has underscores in a few names.
        None => Encoding::for_label_no_replacement(label.replace('-', "_").as_bytes())
            .map_or(Meaning::Unknown, Meaning::Table),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Option<String> {
        find(text.as_bytes()).map(|declaration| declaration.name)
    }

    #[test]
    fn declarations_stand_in_comments_of_the_first_two_lines() {
        let found = |wanted: &str| Some(wanted.to_owned());
        assert_eq!(name("# -*- coding: latin-1 -*-\n"), found("latin-1"));
        assert_eq!(name("#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n"), found("cp1252"));
        assert_eq!(name("\r\n\t# coding:utf-8"), found("utf-8"));
        assert_eq!(name("# coding is fun, coding: koi8-r"), found("koi8-r"));
        assert_eq!(name("x = 1\n# coding: latin-1\n"), None);
        assert_eq!(name("\n\n# coding: latin-1\n"), None);
        assert_eq!(name("# coding : latin-1\n"), None);
        assert_eq!(name("x = 'coding: latin-1'\n"), None);
    }

    #[test]
    fn a_declaration_knows_its_line() {
        assert_eq!(find(b"\n# coding: big5\n"), Some(Declaration { name: "big5".to_owned(), line: 2 }));
    }

    #[test]
    fn names_mean_what_python_says() {
        assert_eq!(meaning("UTF_8"), Meaning::Utf8);
        assert_eq!(meaning("ascii"), Meaning::Utf8);
        assert_eq!(meaning("iso-8859-1"), Meaning::Latin1);
        assert_eq!(meaning("cp1252"), Meaning::Table(encoding_rs::WINDOWS_1252));
        assert_eq!(meaning("latin-2"), Meaning::Table(encoding_rs::ISO_8859_2));
        assert_eq!(meaning("euc_jp"), Meaning::Table(encoding_rs::EUC_JP));
        assert_eq!(meaning("shift_jis"), Meaning::Table(encoding_rs::SHIFT_JIS));
        assert_eq!(meaning("cp949"), Meaning::Table(encoding_rs::EUC_KR));
        assert_eq!(meaning("utf-7"), Meaning::NotAscii);
        assert_eq!(meaning("iso2022_jp"), Meaning::NotAscii);
        assert_eq!(meaning("klingon"), Meaning::Unknown);
        assert_eq!(meaning("utf-16"), Meaning::Unknown);
    }
}
