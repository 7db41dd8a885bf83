//! `std`: the package that is always there. What can be said in laud is said in laud, in `src/std/*.laud`, which is part of
//! the binary; `laud explain std` shows it.
//!
//! Its sources have numbers of their own above those of any project, so that a finding can point into them without their
//! being part of every compilation. Each is read once, when something in it is first asked for.

mod entry;

pub use entry::{Definition, Example};

use crate::ast::{Item, ItemKind};
use crate::diagnostics::Diagnostics;
use crate::source::Source;
use crate::syntax;
use std::collections::HashMap;
use std::iter::repeat;
use std::sync::{LazyLock, OnceLock};

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

/// The package. A file is read when the first of its definitions is asked for: most programs call few of them.
#[derive(Debug)]
pub struct Library {
    sources: Vec<Source>,
    /// What each file defines, once it has been read.
    read: Vec<OnceLock<Vec<Definition>>>,
    /// The file of each definition, by name.
    files: HashMap<&'static str, usize>,
}

static LIBRARY: LazyLock<Library> = LazyLock::new(Library::new);

/// The package.
pub fn library() -> &'static Library {
    &LIBRARY
}

/// A source of the package, by the number that spans carry.
pub fn source(id: u16) -> Option<&'static Source> {
    let place = id.checked_sub(FIRST_SOURCE)?;
    library().sources.get(usize::from(place))
}

/// The definition behind `std.roi`, written with the name of the package. Other names cost nothing.
pub fn find(qualified: &str) -> Option<&'static Definition> {
    let name = qualified.strip_prefix(NAME)?.strip_prefix('.')?;
    library().get(name)
}

impl Library {
    fn new() -> Library {
        let declared = |text: &'static str| text.lines().filter_map(declared);
        Library {
            sources: FILES.iter().map(|(name, text)| Source::new(*name, *text)).collect(),
            read: FILES.iter().map(|_| OnceLock::new()).collect(),
            files: FILES.iter().enumerate().flat_map(|(place, (_, text))| declared(text).zip(repeat(place))).collect(),
        }
    }

    /// The files, in order.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// All definitions, file by file.
    pub fn definitions(&self) -> impl Iterator<Item = &Definition> {
        (0..self.sources.len()).flat_map(|place| self.of_file(place))
    }

    /// The definition of this name, without that of the package.
    pub fn get(&self, name: &str) -> Option<&Definition> {
        self.of_file(*self.files.get(name)?).iter().find(|definition| definition.name() == name)
    }

    /// The names as they are called: `std.roi`.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.definitions().map(Definition::qualified)
    }

    fn of_file(&self, place: usize) -> &[Definition] {
        let (Some(source), Some(read)) = (self.sources.get(place), self.read.get(place)) else { return &[] };
        read.get_or_init(|| {
            let id = u16::try_from(place).map_or(u16::MAX, |place| FIRST_SOURCE.saturating_add(place));
            let file = syntax::parse(id, source, &mut Diagnostics::new());
            file.items.into_iter().filter_map(|item| definition(item, source)).collect()
        })
    }
}

/// The name that a line declares: every definition of the package begins a line, which a test sees to.
fn declared(line: &'static str) -> Option<&'static str> {
    let (name, _) = line.strip_prefix("define ")?.split_once(['(', ' '])?;
    Some(name)
}

/// The package holds definitions only; a test sees to it.
fn definition(item: Item, source: &Source) -> Option<Definition> {
    matches!(item.kind, ItemKind::Define(_)).then(|| Definition::new(item, source))
}
