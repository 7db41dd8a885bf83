//! The parser that pest makes of `grammar/laud.pest`.

#![allow(missing_docs)] // generated

/// The parser.
#[derive(pest_derive::Parser)]
#[grammar = "grammar/laud.pest"]
pub struct Grammar;
