//! Imports: relative levels, aliases, stars and `__future__`.

use smol_str::SmolStr;

use super::{dotted, name_of};
use crate::syntax::flat::Node;
use crate::syntax::kinds::{Field, Kind};
use crate::syntax::tree::{ImportedName, Name, StatementKind};

pub(super) fn import(node: Node<'_>) -> StatementKind {
    StatementKind::Import(imported(node))
}

pub(super) fn import_from(node: Node<'_>) -> StatementKind {
    let Some(from) = node.child(Field::ModuleName) else { return StatementKind::Error };
    let (level, module) = module_of(from);
    StatementKind::ImportFrom { level, module, names: imported(node), star: node.has(Kind::WildcardImport) }
}

pub(super) fn import_future(node: Node<'_>) -> StatementKind {
    let module = SmolStr::new_static("__future__");
    StatementKind::ImportFrom { level: 0, module, names: imported(node), star: false }
}

fn module_of(from: Node<'_>) -> (u32, Name) {
    if from.kind() != Kind::RelativeImport {
        return (0, dotted(from));
    }
    let dots = from.child_of_kind(Kind::ImportPrefix).map_or("", Node::text);
    let level = dots.bytes().filter(|&byte| byte == b'.').count() as u32;
    (level, from.child_of_kind(Kind::DottedName).map(dotted).unwrap_or_default())
}

fn imported(node: Node<'_>) -> Vec<ImportedName> {
    node.children().filter(|part| part.field() == Field::Name).map(imported_name).collect()
}

fn imported_name(node: Node<'_>) -> ImportedName {
    let name = node.child(Field::Name).map_or_else(|| dotted(node), dotted);
    ImportedName { name, alias: node.child(Field::Alias).map(name_of), span: node.span() }
}
