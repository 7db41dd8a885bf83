//! `std`: the package that is always there. What can be said in laud is said in laud, in `src/std/*.laud`, which is part of
//! the binary; `laud explain std` shows it.
//!
//! Its sources have numbers of their own above those of any project, so that a finding can point into them without their
//! being part of every compilation. They are read once, when first asked for.

mod entry;

pub use entry::{Definition, Example};

use crate::ast::{Item, ItemKind};
use crate::diagnostics::Diagnostics;
use crate::source::Source;
use crate::syntax;
use std::collections::HashMap;
use std::sync::LazyLock;

/// The name that its definitions are called under: `std.roi(…)`.
pub const NAME: &str = "std";

/// The number of its first source; those of a project are below.
pub const FIRST_SOURCE: u16 = 0xFF00;

/// The files, by what they are about.
const FILES: &[(&str, &str)] = &[
    ("std/money.laud", include_str!("../std/money.laud")),
    ("std/rates.laud", include_str!("../std/rates.laud")),
    ("std/surveys.laud", include_str!("../std/surveys.laud")),
    ("std/engagement.laud", include_str!("../std/engagement.laud")),
    ("std/care.laud", include_str!("../std/care.laud")),
    ("std/prediction.laud", include_str!("../std/prediction.laud")),
];

/// The package, read.
#[derive(Debug)]
pub struct Library {
    sources: Vec<Source>,
    definitions: Vec<Definition>,
    places: HashMap<String, usize>,
}

static LIBRARY: LazyLock<Library> = LazyLock::new(Library::read);

/// The package.
pub fn library() -> &'static Library {
    &LIBRARY
}

/// A source of the package, by the number that spans carry.
pub fn source(id: u16) -> Option<&'static Source> {
    let place = id.checked_sub(FIRST_SOURCE)?;
    library().sources.get(usize::from(place))
}

/// The definition behind `std.roi`, written with the name of the package.
pub fn find(qualified: &str) -> Option<&'static Definition> {
    library().get(qualified.strip_prefix(NAME)?.strip_prefix('.')?)
}

impl Library {
    fn read() -> Library {
        let mut found = Diagnostics::new();
        let mut library = Library { sources: Vec::new(), definitions: Vec::new(), places: HashMap::new() };
        for (place, (name, text)) in FILES.iter().enumerate() {
            let source = Source::new(*name, *text);
            let id = u16::try_from(place).map_or(u16::MAX, |place| FIRST_SOURCE.saturating_add(place));
            let file = syntax::parse(id, &source, &mut found);
            library.definitions.extend(file.items.into_iter().filter_map(|item| definition(item, &source)));
            library.sources.push(source);
        }
        let names = library.definitions.iter().enumerate();
        library.places = names.map(|(place, definition)| (definition.name().to_string(), place)).collect();
        library
    }

    /// The files, in order.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// All definitions, file by file.
    pub fn definitions(&self) -> &[Definition] {
        &self.definitions
    }

    /// The definition of this name, without that of the package.
    pub fn get(&self, name: &str) -> Option<&Definition> {
        self.definitions.get(*self.places.get(name)?)
    }

    /// The names as they are called: `std.roi`.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.definitions.iter().map(Definition::qualified)
    }
}

/// The package holds definitions only; a test sees to it.
fn definition(item: Item, source: &Source) -> Option<Definition> {
    matches!(item.kind, ItemKind::Define(_)).then(|| Definition::new(item, source))
}
