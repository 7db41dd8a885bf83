//! Which declaration mentions which: the words of the text, without comments and quoted text.
//!
//! A declaration's name can mean nothing else wherever it stands bare, so a word is enough. What only a test mentions is not
//! used; what nothing mentions at all is told apart.

use crate::ast::{File, Item, ItemKind};
use crate::source::Sources;
use crate::span::Span;
use std::collections::{HashMap, HashSet};

/// Who mentions whom.
#[derive(Debug, Default)]
pub struct Uses {
    /// By name: the declarations that mention it, other than itself, by their place in [`super::Facts::items`].
    by: HashMap<String, Vec<usize>>,
    /// The names of the declarations, by place.
    names: Vec<String>,
    /// Names that tests mention.
    tested: HashSet<String>,
    /// Names in the text of actions: `task "Call {name}"`.
    filled: HashSet<String>,
}

impl Uses {
    /// Of all declarations.
    pub fn new(files: &[File], sources: &Sources) -> Uses {
        let mut uses = Uses::default();
        for (place, item) in files.iter().flat_map(|f| &f.items).enumerate() {
            uses.names.push(item.name.text.clone());
            let mut own: HashSet<&str> = HashSet::new();
            let mut quoted = Vec::new();
            for word in words(text(sources, item.span), &mut quoted) {
                if (word != item.name.text || matches!(item.kind, ItemKind::Test(_) | ItemKind::Fixture(_)))
                    && own.insert(word)
                {
                    if matches!(item.kind, ItemKind::Test(_) | ItemKind::Fixture(_)) {
                        uses.tested.insert(word.to_string());
                    } else {
                        uses.by.entry(word.to_string()).or_default().push(place);
                    }
                }
            }
            for text in quoted {
                uses.filled.extend(placeholders(text).map(str::to_string));
            }
        }
        uses
    }

    /// The declarations that mention a name, by their place among all; tests are not among them.
    pub fn of(&self, name: &str) -> &[usize] {
        self.by.get(name).map_or(&[], Vec::as_slice)
    }

    /// True if a declaration or the text of an action mentions it; tests do not count.
    pub fn any(&self, name: &str) -> bool {
        !self.of(name).is_empty() || self.filled.contains(name)
    }

    /// True if anything mentions it that does not bear the name `owner`: bands and grades are named inside a declaration.
    pub fn elsewhere(&self, name: &str, owner: &str) -> bool {
        let others = self.of(name).iter().filter_map(|place| self.names.get(*place));
        others.into_iter().any(|other| other != owner) || self.filled.contains(name) || self.tested(name)
    }

    /// True if a declaration mentions both names, or tests do: a band beside its metric.
    pub fn together(&self, one: &str, other: &str) -> bool {
        let (one_by, other_by) = (self.of(one), self.of(other));
        let (few, many) = if one_by.len() < other_by.len() { (one_by, other_by) } else { (other_by, one_by) };
        few.iter().any(|place| many.binary_search(place).is_ok()) || (self.tested(one) && self.tested(other))
    }

    /// The declarations that read one of these names, themselves or through others; by their names. Tables declare columns
    /// but read nothing, so the way does not lead through them.
    pub fn readers<'n>(&'n self, items: &[&Item], names: impl IntoIterator<Item = &'n str>) -> HashSet<&'n str> {
        let mut open: Vec<&str> = names.into_iter().collect();
        let mut found: HashSet<&str> = HashSet::new();
        while let Some(name) = open.pop() {
            for place in self.of(name) {
                let table = items.get(*place).is_some_and(|item| {
                    matches!(item.kind, ItemKind::Table(_) | ItemKind::Events(_) | ItemKind::Rates(_))
                });
                if let (false, Some(reader)) = (table, self.names.get(*place))
                    && found.insert(reader)
                {
                    open.push(reader);
                }
            }
        }
        found
    }

    /// True if a test mentions it.
    pub fn tested(&self, name: &str) -> bool {
        self.tested.contains(name)
    }
}

/// The source text of a place.
pub(super) fn text(sources: &Sources, span: Span) -> &str {
    sources.get(span.source).and_then(|s| s.text.get(span.start as usize..span.end as usize)).unwrap_or("")
}

/// The names of a text; comments and quoted texts are passed over, and the latter handed out.
fn words<'t>(text: &'t str, quoted: &mut Vec<&'t str>) -> Vec<&'t str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let taken = match c {
            '#' => rest.find('\n').unwrap_or(rest.len()),
            '"' => {
                let end = closing(rest);
                quoted.push(rest.get(..end).unwrap_or(""));
                end
            }
            _ if c.is_alphanumeric() || c == '_' => {
                let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
                found.push(rest.get(..end).unwrap_or(""));
                end
            }
            _ => c.len_utf8(),
        };
        rest = rest.get(taken.max(1)..).unwrap_or("");
    }
    found
}

/// Where a quoted text ends.
fn closing(text: &str) -> usize {
    let mut escaped = false;
    for (i, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return i + 1,
            _ => {}
        }
    }
    text.len()
}

/// `name` and `arr` of `Call {name} about {arr}`.
fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).filter_map(|part| part.split_once('}').map(|(name, _)| name.trim()))
}

/// The first item that declares a name.
pub(super) fn declaring<'f>(items: &[&'f Item], name: &str) -> Option<&'f Item> {
    items
        .iter()
        .copied()
        .find(|item| item.name.text == name && !matches!(item.kind, ItemKind::Test(_) | ItemKind::Fixture(_)))
}
