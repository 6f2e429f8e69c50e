//! Reading a file without being hung, flooded or fooled by it: regular files only, opened once, up to a size.
//!
//! Never maps a file into memory (it may shrink while we look). Knows nothing of encodings: `decode` does.

use std::fs::{File, FileType, Metadata};
use std::io::{self, Read};
use std::path::Path;

use super::{MAX_BYTES, Source, decode};
use crate::finding::Diagnostic;

/// A source, and what is worth saying about how it was read.
#[derive(Debug)]
pub struct ReadSource {
    /// The text.
    pub source: Source,
    /// Notices on its encoding.
    pub notices: Vec<Diagnostic>,
}

/// Why a file cannot be analysed at all.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// There is no such file.
    #[error("no such file; check the path")]
    NotFound,
    /// The user may not read it.
    #[error("permission denied; make the file readable, or exclude it")]
    PermissionDenied,
    /// It is a folder, device, pipe or socket.
    #[error("this is {0}, not a file; name a file, or exclude it")]
    NotRegular(&'static str),
    /// It is larger than the limit.
    #[error("the file has {size} bytes, more than the limit of {limit}; raise the limit, or exclude the file")]
    TooLarge {
        /// Its size, or the part of it that was seen, in bytes.
        size: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// It is UTF-16 or UTF-32.
    #[error("the file is {0}, which Python does not read as source; save it as UTF-8")]
    WideEncoding(&'static str),
    /// It holds a NUL byte.
    #[error("line {line} holds a NUL byte, which Python does not read; save the file as text, or exclude it")]
    NulByte {
        /// 1-based line of the first one.
        line: u32,
    },
    /// It declares an encoding in which even its ASCII bytes do not mean ASCII, and which cannot be read here.
    #[error("the file declares the encoding {0}, which cannot be read here; save it as UTF-8")]
    UnsupportedEncoding(String),
    /// The system failed to read it.
    #[error("the file cannot be read ({0}); check the file and its disk")]
    Io(io::Error),
}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::NotFound,
            io::ErrorKind::PermissionDenied => Self::PermissionDenied,
            _ => Self::Io(error),
        }
    }
}

/// Reads and decodes a regular file of at most `max_bytes` bytes.
pub fn read(path: &Path, max_bytes: u64) -> Result<ReadSource, ReadError> {
    let limit = max_bytes.min(MAX_BYTES);
    // Before opening: opening a pipe waits for its writer, and opening a device can do anything.
    check(&std::fs::metadata(path)?, limit)?;
    let file = File::open(path)?;
    // After opening: the path may name something else by now; the open file cannot change into it.
    let metadata = file.metadata()?;
    check(&metadata, limit)?;
    let bytes = read_bounded(file, metadata.len(), limit)?;
    decode(path.to_path_buf(), bytes)
}

fn check(metadata: &Metadata, limit: u64) -> Result<(), ReadError> {
    if !metadata.is_file() {
        return Err(ReadError::NotRegular(describe(metadata.file_type())));
    }
    if metadata.len() > limit {
        return Err(ReadError::TooLarge { size: metadata.len(), limit });
    }
    Ok(())
}

fn describe(file_type: FileType) -> &'static str {
    if file_type.is_dir() {
        return "a folder";
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if file_type.is_fifo() {
            return "a pipe";
        }
        if file_type.is_socket() {
            return "a socket";
        }
        if file_type.is_char_device() || file_type.is_block_device() {
            return "a device";
        }
    }
    "something else"
}

/// The size a file says it has is a hint only: it may grow, and files of `/proc` say 0.
fn read_bounded(file: File, size: u64, limit: u64) -> Result<Vec<u8>, ReadError> {
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default() + 1);
    file.take(limit + 1).read_to_end(&mut bytes)?;
    let size = bytes.len() as u64;
    if size > limit { Err(ReadError::TooLarge { size, limit }) } else { Ok(bytes) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_file(bytes: &[u8], max_bytes: u64) -> Result<ReadSource, ReadError> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("a.py");
        std::fs::write(&path, bytes).expect("a writable folder");
        read(&path, max_bytes)
    }

    #[test]
    fn a_file_is_read_up_to_its_limit() {
        let text = |read: ReadSource| read.source.text.to_string();
        assert_eq!(read_file(b"x = 1\n", 6).map(text).expect("small enough"), "x = 1\n");
        let refused = read_file(b"x = 1\n", 5).expect_err("too large");
        assert!(matches!(refused, ReadError::TooLarge { size: 6, limit: 5 }));
        assert!(refused.to_string().contains("raise the limit"));
    }

    #[test]
    fn a_huge_file_is_refused_without_being_read() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("huge.py");
        File::create(&path).and_then(|file| file.set_len(1 << 40)).expect("a sparse file");
        let started = std::time::Instant::now();
        assert!(matches!(read(&path, u64::MAX), Err(ReadError::TooLarge { limit: MAX_BYTES, .. })));
        assert!(started.elapsed().as_millis() < 100);
    }

    #[test]
    fn folders_and_missing_files_are_refused() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        assert!(matches!(read(folder.path(), 10), Err(ReadError::NotRegular("a folder"))));
        assert!(matches!(read(&folder.path().join("a.py"), 10), Err(ReadError::NotFound)));
    }

    #[cfg(unix)]
    #[test]
    fn devices_and_pipes_are_refused_without_waiting() {
        assert!(matches!(read(Path::new("/dev/zero"), 10), Err(ReadError::NotRegular("a device"))));
        let folder = tempfile::tempdir().expect("a temporary folder");
        let pipe = folder.path().join("pipe.py");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        if made.is_ok_and(|status| status.success()) {
            assert!(matches!(read(&pipe, 10), Err(ReadError::NotRegular("a pipe"))));
        }
    }
}
