//! Writing to the outside: standard output and error, and report files that are never seen half written.
//!
//! The only place that touches the process's streams.

use std::fs::{self, File, Permissions};
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::path::Path;

use crate::cli::Colour;
use crate::report::Style;

/// How writing went, where nothing went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// Everything was taken.
    Whole,
    /// The reader has gone; whatever it was, it has seen enough.
    ReaderGone,
}

/// Writes a report to standard output.
pub fn to_stdout(text: &str) -> io::Result<Written> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Ok(()) => Ok(Written::Whole),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(Written::ReaderGone),
        Err(error) => Err(error),
    }
}

/// Writes lines to standard error. Where even that fails there is nobody left to tell.
pub fn to_stderr(text: &str) {
    let mut stderr = io::stderr().lock();
    let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.write_all(b"\n"));
}

/// Writes a report file: completely, or not at all. A device or pipe is written to as it is.
pub fn to_file(path: &Path, text: &str) -> io::Result<()> {
    let existing = fs::metadata(path).ok();
    if existing.as_ref().is_some_and(|known| !known.is_file()) {
        return File::options().write(true).open(path)?.write_all(text.as_bytes());
    }
    // Through a link to the file it names: the link stays a link.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let mut builder = tempfile::Builder::new();
    let permissions = existing.map(|known| known.permissions()).or_else(usual_permissions);
    if let Some(permissions) = permissions {
        builder.permissions(permissions);
    }
    let mut file = builder.prefix(".bearerlint-").tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(&target).map_err(|error| error.error)?;
    Ok(())
}

/// Those of a file that anybody creates, which the user's mask then limits; a temporary file's own are narrower.
#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "other systems have no such permissions")]
fn usual_permissions() -> Option<Permissions> {
    use std::os::unix::fs::PermissionsExt;
    Some(Permissions::from_mode(0o666))
}

#[cfg(not(unix))]
fn usual_permissions() -> Option<Permissions> {
    None
}

/// Whether a report to standard output is coloured.
pub fn style(colour: Colour) -> Style {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let is_coloured = decide(colour, &variable, io::stdout().is_terminal());
    if is_coloured { Style::Coloured } else { Style::Plain }
}

/// What was typed wins, then `NO_COLOR`, then a demand for colour, then what the terminal can do.
fn decide(colour: Colour, variable: &dyn Fn(&str) -> Option<std::ffi::OsString>, on_terminal: bool) -> bool {
    let demanded = |name: &str| variable(name).is_some_and(|value| value != "0");
    match colour {
        Colour::Always => true,
        Colour::Never => false,
        Colour::Auto if variable("NO_COLOR").is_some() => false,
        Colour::Auto if demanded("FORCE_COLOR") || demanded("CLICOLOR_FORCE") => true,
        Colour::Auto => on_terminal && variable("TERM").is_none_or(|terminal| terminal != "dumb"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decided(colour: Colour, set: &[(&str, &str)], on_terminal: bool) -> bool {
        let variable = |name: &str| set.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).into());
        decide(colour, &variable, on_terminal)
    }

    #[test]
    fn colour_follows_option_environment_and_terminal() {
        assert!(decided(Colour::Auto, &[], true));
        assert!(!decided(Colour::Auto, &[], false));
        assert!(!decided(Colour::Auto, &[("NO_COLOR", "1"), ("FORCE_COLOR", "1")], true));
        assert!(decided(Colour::Auto, &[("FORCE_COLOR", "1")], false));
        assert!(decided(Colour::Auto, &[("CLICOLOR_FORCE", "1")], false));
        assert!(!decided(Colour::Auto, &[("CLICOLOR_FORCE", "0")], false));
        assert!(!decided(Colour::Auto, &[("TERM", "dumb")], true));
        assert!(decided(Colour::Always, &[("NO_COLOR", "1")], false));
        assert!(!decided(Colour::Never, &[("FORCE_COLOR", "1")], true));
    }

    #[test]
    fn a_report_file_is_replaced_whole() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("report.txt");
        to_file(&path, "first, and longer")?;
        to_file(&path, "second")?;
        assert_eq!(fs::read_to_string(&path)?, "second");
        assert_eq!(fs::read_dir(folder.path())?.count(), 1);
        assert!(to_file(&folder.path().join("missing/report.txt"), "x").is_err());
        Ok(())
    }
}
