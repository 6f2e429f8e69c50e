//! Text to module: the only part that knows tree-sitter. Error tolerant; never fails, reports what it could not read.

pub mod tree;
