//! Where a file lies in its repository: the form in which paths go into fingerprints and SARIF.
//!
//! It deliberately does not decide what is linted; it only names things.

use std::fmt::Write as _;
use std::path::{Component, Path, PathBuf};

use crate::source::Purpose;

/// The folder that relative names start from: the repository's root, or the current folder outside of one.
#[derive(Clone, Debug)]
pub struct Root {
    folder: PathBuf,
    /// What was typed, from the system's root.
    typed: Vec<PathBuf>,
}

impl Root {
    /// The root for a run over `paths`: the repository they all lie in, else the current folder.
    pub fn of(paths: &[PathBuf]) -> Self {
        let current = std::env::current_dir().unwrap_or_default();
        let mut roots: Vec<PathBuf> = paths.iter().filter_map(|path| repository(&real(path))).collect();
        roots.sort();
        roots.dedup();
        let folder = match roots.as_slice() {
            [only] => only.clone(),
            _ => repository(&real(&current)).unwrap_or_else(|| real(&current)),
        };
        Self { folder, typed: paths.iter().map(|path| absolute(path)).collect() }
    }

    /// A root at a known folder.
    pub fn at(folder: PathBuf) -> Self {
        Self { folder, typed: Vec::new() }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The folder's `file:` address, with the closing slash SARIF asks for.
    pub fn address(&self) -> String {
        format!("{}/", absolute_address(&self.folder).trim_end_matches('/'))
    }

    /// A file's path relative to the root with `/` between its parts; none where it lies outside.
    pub fn relative(&self, path: &Path) -> Option<String> {
        let parts = self.parts(path)?;
        Some(parts.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/"))
    }

    /// What a file is for, by its path below the root, or else below what was typed: further up lies what has nothing to do
    /// with the project. Where the path says nothing, the text may.
    pub fn purpose(&self, path: &Path, text: &str) -> Purpose {
        // Links are not followed: that would ask the system about every file of a run.
        let absolute = absolute(path);
        let above = std::iter::once(&self.folder).chain(&self.typed);
        let inside =
            above.filter_map(|folder| absolute.strip_prefix(folder).ok()).find(|inside| inside.file_name().is_some());
        let name = || absolute.file_name().map(PathBuf::from).unwrap_or_default();
        Purpose::of(&inside.map_or_else(name, Path::to_path_buf).to_string_lossy().replace('\\', "/"), text)
    }

    /// A file's address for SARIF: percent-encoded and relative to the root, or absolute where it lies outside.
    pub fn uri(&self, path: &Path) -> Uri {
        let Some(parts) = self.parts(path) else { return Uri::Absolute(absolute_address(&real(path))) };
        let encoded: Vec<String> = parts.iter().map(|part| percent_encode(part.as_encoded_bytes())).collect();
        Uri::Relative(encoded.join("/"))
    }

    /// Links are followed: code scanning cannot show a link, only what it points to.
    fn parts(&self, path: &Path) -> Option<Vec<std::ffi::OsString>> {
        let real = real(path);
        let inside = real.strip_prefix(&self.folder).ok()?;
        let parts: Vec<_> = inside.components().map(|part| part.as_os_str().to_owned()).collect();
        (!parts.is_empty()).then_some(parts)
    }
}

/// An address in SARIF.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Uri {
    /// Relative to the root.
    Relative(String),
    /// With its `file:` scheme.
    Absolute(String),
}

/// A path for people: as typed, with `/` on every system.
pub fn display(path: &Path) -> String {
    let text = path.to_string_lossy();
    let text = if cfg!(windows) { text.replace('\\', "/") } else { text.into_owned() };
    text.strip_prefix("./").map(str::to_owned).unwrap_or(text)
}

/// The path from the system's root, without `.` and `..`; links are not looked at.
pub fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).map_or_else(|_| path.to_path_buf(), |absolute| without_dots(&absolute))
}

/// The path with links followed where it exists, else made absolute without looking.
fn real(path: &Path) -> PathBuf {
    std::fs::canonicalize(path).unwrap_or_else(|_| absolute(path))
}

fn without_dots(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir => {}
            _ => plain.push(part),
        }
    }
    plain
}

fn repository(path: &Path) -> Option<PathBuf> {
    path.ancestors().find(|folder| folder.join(".git").exists()).map(Path::to_path_buf)
}

fn absolute_address(path: &Path) -> String {
    let mut address = String::from("file://");
    for part in path.components() {
        match part {
            Component::Prefix(prefix) => {
                // `C:` keeps its colon; a verbatim prefix (`\\?\C:`) is an artefact of following links.
                let text = prefix.as_os_str().to_string_lossy();
                let _ = write!(address, "/{}", text.trim_start_matches(r"\\?\"));
            }
            Component::Normal(name) => {
                address.push('/');
                address.push_str(&percent_encode(name.as_encoded_bytes()));
            }
            Component::RootDir | Component::CurDir | Component::ParentDir => {}
        }
    }
    address
}

/// Encodes one path segment: RFC 3986's unreserved characters stay, all other bytes are written `%XX`. A colon is
/// encoded too, so that no first segment reads as a scheme.
fn percent_encode(segment: &[u8]) -> String {
    let mut out = String::with_capacity(segment.len());
    for &byte in segment {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_relative_and_encoded_by_segment() {
        let root = Root::at(PathBuf::from("/nowhere/repository"));
        let uri = |path: &str| root.uri(Path::new(path));
        assert_eq!(uri("/nowhere/repository/a b/ü#%.py"), Uri::Relative("a%20b/%C3%BC%23%25.py".to_owned()));
        assert_eq!(uri("/nowhere/repository/x/../c:d.py"), Uri::Relative("c%3Ad.py".to_owned()));
        assert_eq!(uri("/elsewhere/a b.py"), Uri::Absolute("file:///elsewhere/a%20b.py".to_owned()));
        assert_eq!(root.address(), "file:///nowhere/repository/");
        assert_eq!(root.relative(Path::new("/nowhere/repository/a/b.py")).as_deref(), Some("a/b.py"));
    }

    #[cfg(unix)]
    #[test]
    fn names_that_are_not_utf8_keep_their_bytes() {
        use std::os::unix::ffi::OsStrExt;
        let root = Root::at(PathBuf::from("/nowhere"));
        let path = PathBuf::from(std::ffi::OsStr::from_bytes(b"/nowhere/\xff.py"));
        assert_eq!(root.uri(&path), Uri::Relative("%FF.py".to_owned()));
    }
}
