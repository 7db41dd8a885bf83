//! What must be the same before and after.

use crate::ast::File;
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::format::tokens::Tokens;
use crate::source::Source;
use crate::syntax;
use std::hash::{Hash, Hasher};

/// All that a text says: its tokens, its comments, and its tree without places.
#[derive(Debug, PartialEq, Eq)]
pub struct Facts {
    tokens: Vec<String>,
    tree: Vec<u8>,
}

impl Facts {
    /// Of a source; or what is wrong with it.
    pub fn of(id: u16, source: &Source) -> Result<Facts, Vec<Diagnostic>> {
        let mut diagnostics = Diagnostics::new();
        let file = syntax::parse(id, source, &mut diagnostics);
        if diagnostics.has_errors() {
            return Err(diagnostics.sorted());
        }
        Ok(Facts { tokens: words(&source.text), tree: recorded(&file) })
    }
}

/// The text without blanks, piece by piece: pieces that stand side by side without a blank are one or several, whichever way
/// they were written, so they are compared character by character.
fn words(text: &str) -> Vec<String> {
    let tokens = Tokens::new(text);
    let mut out: Vec<String> = Vec::new();
    let mut open = false;
    for token in &tokens.list {
        // Comments and quoted texts are compared whole, with their blanks; all between as one run of characters.
        if token.is_comment() || token.is_text(text) {
            out.push(token.text(text).to_string());
            open = false;
        } else if open && let Some(last) = out.last_mut() {
            last.push_str(token.text(text));
        } else {
            out.push(token.text(text).to_string());
            open = true;
        }
    }
    out
}

/// The tree as bytes: everything that its hash is made of, and spans are not ([`crate::span::Span`]).
fn recorded(file: &File) -> Vec<u8> {
    let mut record = Record(Vec::new());
    file.hash(&mut record);
    record.0
}

/// Keeps what it is told to hash, so that equal records are equal trees and not only likely so.
struct Record(Vec<u8>);

impl Hasher for Record {
    fn finish(&self) -> u64 {
        0
    }
    fn write(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }
}
