//! All modules of a run: their sources, parsed on demand, and what names in them mean.

mod calls;
pub mod development;
mod index;
pub mod making;
mod modules;
mod scope;
pub mod triage;
pub mod versions;
pub mod vocabulary;

use std::sync::OnceLock;
use std::time::Duration;

use crate::source::{FileId, Place, Source, Span};
use crate::syntax::tree::{Class, Module};
use crate::syntax::{self, Refusal};

pub use index::Index;
pub use modules::ModulePaths;
pub use scope::{Binding, Bound, ModuleScope, body_scope};
use versions::Versions;

/// The run's files. Modules are parsed when first asked for.
#[derive(Debug)]
pub struct Program {
    sources: Vec<Source>,
    modules: Vec<OnceLock<Result<Module, Refusal>>>,
    paths: ModulePaths,
    parse_budget: Duration,
    versions: Versions,
}

impl Program {
    /// A program over sources in their final order (sorted by path).
    pub fn new(sources: Vec<Source>, parse_budget: Duration) -> Self {
        let modules = sources.iter().map(|_| OnceLock::new()).collect();
        let paths = ModulePaths::new(&sources);
        Self { sources, modules, paths, parse_budget, versions: Versions::default() }
    }

    /// The same program with what its requirement files state.
    #[must_use]
    pub fn with_versions(self, versions: Versions) -> Self {
        Self { versions, ..self }
    }

    /// Which versions of libraries its files use.
    pub fn versions(&self) -> &Versions {
        &self.versions
    }

    /// Every file.
    pub fn files(&self) -> impl Iterator<Item = FileId> + use<> {
        (0..self.sources.len() as u32).map(FileId)
    }

    /// A file's text.
    pub fn source(&self, file: FileId) -> &Source {
        &self.sources[file.0 as usize]
    }

    /// A file's tree, parsed now if it was not yet; none where the parser refused it.
    pub fn module(&self, file: FileId) -> Option<&Module> {
        self.parsed(file).as_ref().ok()
    }

    /// A file's tree where something asked for it before; parses nothing.
    pub fn parsed_module(&self, file: FileId) -> Option<&Module> {
        self.modules[file.0 as usize].get().and_then(|parsed| parsed.as_ref().ok())
    }

    /// Why a file that was asked for has no tree.
    pub fn refusal(&self, file: FileId) -> Option<&Refusal> {
        self.modules[file.0 as usize].get().and_then(|parsed| parsed.as_ref().err())
    }

    /// Which files are which modules.
    pub fn paths(&self) -> &ModulePaths {
        &self.paths
    }

    fn parsed(&self, file: FileId) -> &Result<Module, Refusal> {
        self.modules[file.0 as usize]
            .get_or_init(|| syntax::parse(&self.sources[file.0 as usize].text, self.parse_budget))
    }
}

/// A class and the file it stands in.
#[derive(Clone, Copy, Debug)]
pub struct ClassRef<'p> {
    /// The file.
    pub file: FileId,
    /// The class.
    pub class: &'p Class,
}

impl ClassRef<'_> {
    /// Where its name stands: its identity.
    pub fn place(&self) -> Place {
        Place { file: self.file, span: self.class.name_span }
    }
}

/// A place in a file.
pub fn place(file: FileId, span: Span) -> Place {
    Place { file, span }
}
