//! `laud inspect`: a project as data, so that teams can hold it against policies of their own.
//!
//! Everything is told as it is written, in the project's own words: conditions as text, types in words. What has to be
//! computed is computed: who reads whom, and what a metric weighs in a score over all paths.
//!
//! Keys are added over time, never renamed.

mod declarations;
mod human;
mod weights;

pub use human::human;

use crate::ast::{File, Item};
use crate::number::Decimal;
use crate::outline::{Entry, Outline};
use crate::program::Program;
use crate::source::Sources;
use crate::span::Span;
use serde_json::{Value as Json, json};
use std::collections::{HashMap, HashSet};

/// A project that checked.
pub struct Inspected<'p> {
    /// What the project is called.
    pub project: &'p str,
    /// What each package is called here, and its folder.
    pub packages: &'p [(String, String)],
    /// The files as written; those of packages too.
    pub files: &'p [File],
    /// Their texts.
    pub sources: &'p Sources,
    /// What they mean.
    pub program: &'p Program,
}

/// The project as json.
pub fn json(of: &Inspected) -> Json {
    let view = View::new(of);
    let packages: Vec<Json> =
        of.packages.iter().map(|(name, folder)| json!({ "name": name, "folder": folder })).collect();
    json!({
        "project": of.project,
        "program": of.program.hash,
        "packages": packages,
        "files": of.sources.iter().take(of.files.len()).map(|(_, source)| source.name.as_str()).collect::<Vec<_>>(),
        "declarations": view.items().map(|(item, package)| view.declaration(item, package)).collect::<Vec<_>>(),
    })
}

/// A project with its names at hand.
struct View<'p> {
    of: &'p Inspected<'p>,
    outline: Outline,
    /// Entries by the place of their name.
    places: HashMap<(u16, u32), usize>,
    /// Names that tests read.
    tested: HashSet<String>,
    weights: weights::Weights,
}

impl<'p> View<'p> {
    fn new(of: &'p Inspected<'p>) -> View<'p> {
        let outline = Outline::new(of.files, of.sources, Some(of.program));
        let mut places = HashMap::new();
        for (number, entry) in outline.entries().iter().enumerate() {
            if let Some(place) = entry.place {
                places.entry((place.source, place.start)).or_insert(number);
            }
        }
        let uses = crate::lint::Uses::new(of.files, of.sources);
        let names = outline.entries().iter().filter(|entry| uses.tested(&entry.name)).map(|entry| entry.name.clone());
        View { of, places, tested: names.collect(), weights: weights::Weights::new(of.program), outline }
    }

    /// All declarations with the package that they belong to; extensions are declarations of their own.
    fn items(&self) -> impl Iterator<Item = (&'p Item, Option<&'p str>)> + use<'p> {
        let files = self.of.files;
        files.iter().flat_map(|file| file.items.iter().map(|item| (item, file.package.as_ref().map(|p| &*p.name))))
    }

    fn entry(&self, place: Span) -> Option<&Entry> {
        self.places.get(&(place.source, place.start)).and_then(|number| self.outline.entry(*number))
    }

    /// The text of a place with its blanks folded.
    fn text(&self, span: Span) -> String {
        self.of.sources.text(span).split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// A number with every digit.
fn number(value: Decimal) -> Json {
    serde_json::from_str(&value.to_string()).unwrap_or_else(|_| json!(value.to_string()))
}
