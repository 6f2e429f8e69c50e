//! Names of modules and classes, collected when first asked for and shared by all threads.

use std::sync::OnceLock;

use super::calls::CalledNames;
use super::{ClassRef, ModuleScope, Program, body_scope};
use crate::source::{FileId, Place};
use crate::syntax::tree::{Module, Name};

/// A program with the scopes of its modules.
#[derive(Debug)]
pub struct Index<'p> {
    /// The program.
    pub program: &'p Program,
    scopes: Vec<OnceLock<ModuleScope<'p>>>,
    /// Components that all files of the run share at the front of their folders.
    common_folder: usize,
    /// Whether that folder is one application.
    is_one_application: bool,
    called: OnceLock<CalledNames>,
}

impl<'p> Index<'p> {
    /// An index in which nothing is collected yet.
    pub fn new(program: &'p Program) -> Self {
        let scopes = program.files().map(|_| OnceLock::new()).collect();
        let common_folder = program.paths().common_folder_length();
        let is_one_application = program.paths().is_one_application(common_folder);
        Self { program, scopes, common_folder, is_one_application, called: OnceLock::new() }
    }

    /// A file's tree.
    pub fn module(&self, file: FileId) -> Option<&'p Module> {
        self.program.module(file)
    }

    /// The names of a module; empty where it could not be parsed.
    pub fn scope(&self, file: FileId) -> &ModuleScope<'p> {
        self.scopes[file.0 as usize]
            .get_or_init(|| self.program.module(file).map(|module| body_scope(&module.body)).unwrap_or_default())
    }

    /// The names of a class body.
    pub fn class_scope(class: ClassRef<'p>) -> ModuleScope<'p> {
        body_scope(&class.class.body)
    }

    /// Whether two files belong to one application: they share the first folder below what all files share, or
    /// that is one application.
    pub fn is_same_project(&self, left: FileId, right: FileId) -> bool {
        self.project_folder(left) == self.project_folder(right)
    }

    /// The folder that tells the application of a file from others; none where the run is one application.
    pub fn project_folder(&self, file: FileId) -> Option<&'p Name> {
        if self.is_one_application { None } else { self.program.paths().folder_at(file, self.common_folder) }
    }

    /// The names that the program calls.
    pub fn called_names(&self) -> &CalledNames {
        self.called.get_or_init(|| CalledNames::of(self.program, |file| self.project_folder(file)))
    }

    /// The text at a place.
    pub fn text(&self, place: Place) -> &'p str {
        self.program.source(place.file).slice(place.span)
    }
}
