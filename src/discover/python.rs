//! Which files met in a walk are Python: `.py`, and scripts whose first line names a Python.

use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Kernels read no more of a first line than this.
const FIRST_BYTES: u64 = 128;

/// Whether a file's name alone says Python.
pub(super) fn has_extension(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "py")
}

/// Whether a regular file without an extension is a Python script.
pub(super) fn is_script(path: &Path) -> bool {
    let is_hidden = path.file_name().is_none_or(|name| name.as_encoded_bytes().starts_with(b"."));
    if is_hidden || path.extension().is_some() {
        return false;
    }
    let mut first = Vec::new();
    let read = File::open(path).and_then(|file| file.take(FIRST_BYTES).read_to_end(&mut first));
    read.is_ok() && names_python(&first)
}

/// Whether a first line is `#!` and an interpreter of Python, be it behind `env`, `uv run` or `pipx run`.
fn names_python(first: &[u8]) -> bool {
    let Some(line) = first.strip_prefix(b"#!").and_then(|rest| rest.split(|byte| *byte == b'\n').next()) else {
        return false;
    };
    let line = String::from_utf8_lossy(line);
    let mut words = line.split_whitespace().map(|word| word.rsplit(['/', '\\']).next().unwrap_or(word));
    let is_python = |word: &str| word.starts_with("python") || word.starts_with("pypy");
    let is_runner = |word: &str| word == "uv" || word == "pipx";
    words.clone().any(is_python) || (words.any(is_runner) && words.any(|word| word == "run"))
}

#[cfg(test)]
mod tests {
    use super::names_python;

    #[test]
    fn first_lines_of_python_scripts() {
        for line in [
            "#!/usr/bin/env python3\nx",
            "#!/usr/bin/python",
            "#! /usr/local/bin/python3.12 -u\n",
            "#!/usr/bin/env -S uv run --script\n",
            "#!/usr/bin/env pypy3",
            "#!/usr/bin/env python\r\n",
        ] {
            assert!(names_python(line.as_bytes()), "{line}");
        }
        for line in ["#!/bin/sh\n# python", "python", "", "#!", "#!/usr/bin/env uv", "#!/usr/bin/env ruby -run"] {
            assert!(!names_python(line.as_bytes()), "{line}");
        }
    }
}
