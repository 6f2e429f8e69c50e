//! Walking one named folder.
//!
//! `walkdir` walks and the `ignore` crate matches, rather than its `WalkBuilder` doing both: what a named path
//! overrides differs here from what it overrides there, and order must not depend on threads.

use std::path::Path;

use walkdir::{DirEntry, WalkDir};

use super::excludes::{self, Excludes};
use super::ignored::IgnoreFiles;
use super::{DiscoverOptions, Found, python};

/// Adds what is found below `root`, whose real path is `real`.
pub(super) fn walk(root: &Path, real: &Path, options: &DiscoverOptions, excludes: &Excludes, found: &mut Found) {
    let ignored = if options.use_ignore_files { Some(IgnoreFiles::above(real, found)) } else { None };
    Walk { root, real, excludes, ignored, found }.run();
}

struct Walk<'w> {
    root: &'w Path,
    real: &'w Path,
    excludes: &'w Excludes,
    ignored: Option<IgnoreFiles>,
    found: &'w mut Found,
}

impl Walk<'_> {
    fn run(mut self) {
        // Links to folders are not followed, as in git: what they lead to is met where it is, and no loop can close.
        let mut entries = WalkDir::new(self.root).follow_root_links(true).sort_by_file_name().into_iter();
        while let Some(entry) = entries.next() {
            match entry {
                Ok(entry) => {
                    if !self.meet(&entry) && entry.file_type().is_dir() {
                        entries.skip_current_dir();
                    }
                }
                Err(error) => self.unreadable(&error),
            }
        }
    }

    /// Looks at an entry; says whether a folder is to be walked.
    fn meet(&mut self, entry: &DirEntry) -> bool {
        // No link was followed below the root, so the rest of the path is real.
        let relative = entry.path().strip_prefix(self.root).unwrap_or(entry.path());
        let real = if entry.depth() == 0 { self.real.to_path_buf() } else { self.real.join(relative) };
        // A root that is a link to a folder is a folder.
        let is_folder = entry.depth() == 0 || entry.file_type().is_dir();
        if entry.depth() > 0 && self.is_left_out(entry, &real, is_folder) {
            return false;
        }
        if is_folder {
            if let Some(ignored) = &mut self.ignored {
                ignored.enter(&real, entry.depth(), self.found);
            }
        } else {
            self.meet_file(entry, &real);
        }
        is_folder
    }

    fn is_left_out(&mut self, entry: &DirEntry, real: &Path, is_folder: bool) -> bool {
        if (is_folder && excludes::is_default(real)) || self.excludes.match_itself(real, is_folder) {
            return true;
        }
        self.ignored.as_mut().is_some_and(|ignored| {
            ignored.leave(entry.depth());
            ignored.ignore(real, is_folder)
        })
    }

    fn meet_file(&mut self, entry: &DirEntry, real: &Path) {
        let shown = super::short(entry.path());
        let has_extension = python::has_extension(&shown);
        if entry.path_is_symlink() {
            if has_extension {
                self.meet_link(&shown);
            }
        } else if !entry.file_type().is_file() {
            if has_extension {
                self.found.notice(&shown, "this is not a regular file; it is left out".to_owned());
            }
        } else if has_extension || python::is_script(real) {
            self.found.file(&shown, real.to_path_buf(), false);
        }
    }

    /// A link counts as the file it leads to, wherever that is, unless that file is excluded.
    fn meet_link(&mut self, link: &Path) {
        let target = link.canonicalize().and_then(|real| Ok((std::fs::metadata(&real)?, real)));
        match target {
            Ok((metadata, real)) if metadata.is_file() => {
                if !self.excludes.cover(&real, false) {
                    self.found.file(link, real, true);
                }
            }
            Ok(_) => {}
            Err(_) => self.found.notice(link, format!("{}; it is left out", super::dead_link(link))),
        }
    }

    fn unreadable(&mut self, error: &walkdir::Error) {
        let path = super::short(error.path().unwrap_or(self.root));
        let reason = error.io_error().map_or_else(|| "a loop of links".to_owned(), |error| error.kind().to_string());
        self.found.failed(&path, format!("the folder cannot be read ({reason}); make it readable, or exclude it"));
    }
}
