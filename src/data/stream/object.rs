//! Objects one by one, with all care: what is wanted of each, and which names there are.

use crate::data::account::Count;
use crate::data::cells::Raw;
use crate::data::fold::fold;
use crate::data::header::match_headers;
use crate::data::input::MAX_ROW;
use crate::data::ndjson::{self, MOST_NAMES, TOO_LONG, array, not_json};
use crate::data::table::TableBuilder;
use crate::data::wording::{note, plural};
use crate::data::{NoteKind, Origin, RejectReason};
use hashbrown::{HashMap, HashSet};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;

/// A name that was met, and where first: the line, and how many names there are up to it; none, where the line is a list.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Met {
    origin: Origin,
    count: usize,
    name: String,
    columns: Vec<(usize, bool)>,
}

/// What is wanted of the objects of a file.
pub(in crate::data) struct Objects {
    /// By column that is read: the name that means it, and that name folded.
    names: Vec<(String, String)>,
}

/// For a name: the columns it is for, and whether it is exactly theirs.
#[derive(Debug, Default)]
pub(super) struct Known(HashMap<String, Vec<(usize, bool)>>);

impl Known {
    pub(super) fn get(&self, name: &str) -> Option<&[(usize, bool)]> {
        self.0.get(name).map(Vec::as_slice).filter(|_| name != NUMBER)
    }
}

/// What a worker knows of names and remembers of a line.
#[derive(Debug)]
pub(super) struct Names {
    pub(super) known: Known,
    /// By column: its value in this line, and whether its name was exact.
    slots: Vec<Option<(bool, Value)>>,
    file: u32,
    met: Vec<Met>,
    /// Columns that this line has more than once, and by file and name in how many lines that is so.
    again: Vec<usize>,
    twice: BTreeMap<(u32, String), Count>,
}

impl Default for Names {
    fn default() -> Names {
        Names {
            known: Known::default(),
            slots: Vec::new(),
            file: u32::MAX,
            met: Vec::new(),
            again: Vec::new(),
            twice: BTreeMap::new(),
        }
    }
}

/// What is on a line.
pub(super) enum Seen {
    Nothing,
    /// An object, the values of which are in the slots.
    Object,
    Refused(RejectReason, String),
}

/// The key under which a number comes whose digits are all kept.
const NUMBER: &str = "$serde_json::private::Number";

impl Names {
    /// Goes on to another file; false if it is the same.
    pub(super) fn turn_to(&mut self, file: u32) -> bool {
        let other = self.file != file;
        if other {
            self.file = file;
            self.known.0.clear();
        }
        other
    }

    /// The value of the last line for a column.
    pub(super) fn raw(&self, column: usize) -> Raw<'_> {
        ndjson::raw(self.slots.get(column).and_then(Option::as_ref).map(|(_, value)| value))
    }
}

impl Objects {
    /// For columns by the names that mean them.
    pub(super) fn new(names: impl Iterator<Item = String>) -> Objects {
        let folded = names.map(|name| {
            let folded = fold(&name);
            (name, folded)
        });
        Objects { names: folded.collect() }
    }

    /// How many columns are wanted.
    pub(super) fn columns(&self) -> usize {
        self.names.len()
    }

    /// Reads a line.
    pub(super) fn read(&self, bytes: &[u8], origin: Origin, names: &mut Names) -> Seen {
        if bytes.len() > MAX_ROW {
            return Seen::Refused(RejectReason::TooLong, TOO_LONG.to_string());
        }
        let bytes = bytes.trim_ascii_end();
        if bytes.is_empty() {
            return Seen::Nothing;
        }
        let Ok(text) = std::str::from_utf8(bytes) else {
            return Seen::Refused(RejectReason::Encoding, "not UTF-8; save the file as UTF-8".to_string());
        };
        if origin.line == 1 && text.trim_start().starts_with('[') {
            names.met.push(Met { origin, count: 0, name: String::new(), columns: Vec::new() });
            return Seen::Nothing;
        }
        names.slots.clear();
        names.slots.resize(self.names.len(), None);
        names.again.clear();
        let mut reader = serde_json::Deserializer::from_str(text);
        let (mut count, before) = (0, names.met.len());
        let row = Row { objects: self, names: &mut *names, origin, count: &mut count };
        match row.deserialize(&mut reader).and_then(|object| reader.end().map(|()| object)) {
            Ok(true) => {
                for column in names.again.drain(..) {
                    let name = self.names.get(column).map_or("?", |(name, _)| name.as_str());
                    names.twice.entry((origin.file, name.to_string())).or_default().add(origin);
                }
                Seen::Object
            }
            Ok(false) => Seen::Refused(RejectReason::Malformed, "not a JSON object".to_string()),
            Err(error) => {
                // Names of a line that cannot be read are none.
                for met in names.met.drain(before..) {
                    names.known.0.remove(&met.name);
                }
                Seen::Refused(RejectReason::Malformed, not_json(&error))
            }
        }
    }

    /// The columns that a name is for.
    fn meaning(&self, name: &str) -> Vec<(usize, bool)> {
        let folded = fold(name);
        let means = |(i, (exact, alike)): (usize, &(String, String))| {
            let same = exact == name || (*alike == folded && !folded.is_empty());
            same.then_some((i, exact == name))
        };
        self.names.iter().enumerate().filter_map(means).collect()
    }
}

/// The names of all objects, by file; and those that lines have more than once.
pub(super) struct Headers<'n> {
    files: BTreeMap<u32, Vec<&'n Met>>,
    twice: BTreeMap<(u32, &'n str), Count>,
}

impl<'n> Headers<'n> {
    pub(super) fn new(workers: &'n [Names]) -> Headers<'n> {
        let mut files: BTreeMap<u32, Vec<&Met>> = BTreeMap::new();
        for met in workers.iter().flat_map(|names| &names.met) {
            files.entry(met.origin.file).or_default().push(met);
        }
        files.values_mut().for_each(|met| met.sort());
        let mut twice: BTreeMap<(u32, &str), Count> = BTreeMap::new();
        for ((file, name), count) in workers.iter().flat_map(|names| &names.twice) {
            twice.entry((*file, name)).or_default().merge(*count);
        }
        Headers { files, twice }
    }

    /// Says which names of a file are not used, and which are missing.
    pub(super) fn tell(&self, clerk: &mut TableBuilder<'_>, at: u32, file: &str) {
        // An export of no rows has no names either.
        let Some(met) = self.files.get(&at) else { return };
        if met.first().is_some_and(|met| met.origin.line == 1 && met.count == 0) {
            clerk.errors.push(array(file));
            return;
        }
        let exact: HashSet<usize> =
            met.iter().flat_map(|met| &met.columns).filter(|(_, exact)| *exact).map(|(column, _)| *column).collect();
        let (mut headers, mut seen) = (Vec::new(), HashSet::new());
        for Met { name, columns, .. } in met {
            // Where the exact name is not there, one alike counts; neither is that unused.
            let stands_in = !columns.is_empty() && columns.iter().all(|(column, own)| !own && exact.contains(column));
            let room = !columns.is_empty() || headers.len() < MOST_NAMES;
            if !stands_in && room && seen.insert(name) {
                headers.push(name.clone());
            }
        }
        match_headers(clerk, &headers, None, file);
        for ((_, name), Count { count, first }) in self.twice.iter().filter(|((file, _), _)| *file == at) {
            let have = if *count == 1 { "has" } else { "have" };
            let rows = plural(*count, "row");
            let text = format!("{rows} {have} `{name}` twice, the first at {file}:{}; the last one counts", first.line);
            clerk.notes.push(note(NoteKind::Other, None, *count, text));
        }
    }
}

/// Reads a line: true if it is an object.
struct Row<'l> {
    objects: &'l Objects,
    names: &'l mut Names,
    origin: Origin,
    count: &'l mut usize,
}

impl<'de> DeserializeSeed<'de> for Row<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<bool, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Row<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<bool, A::Error> {
        let Row { objects, names, origin, count } = self;
        while let Some(name) = map.next_key::<String>()? {
            if *count == 0 && name == NUMBER {
                map.next_value_seed(Skip)?;
                return Ok(false);
            }
            *count += 1;
            let new;
            let columns = match names.known.0.get(&name) {
                Some(known) => known,
                None => {
                    new = objects.meaning(&name);
                    // However many names there are, none that is wanted is passed over.
                    if names.known.0.len() < if new.is_empty() { MOST_NAMES } else { 2 * MOST_NAMES } {
                        let (name, columns) = (name.clone(), new.clone());
                        names.met.push(Met { origin, count: *count, name: name.clone(), columns: columns.clone() });
                        names.known.0.insert(name, columns);
                    }
                    &new
                }
            };
            match columns.as_slice() {
                [] => map.next_value_seed(Skip)?,
                columns => {
                    let value: Value = map.next_value()?;
                    for (i, exact) in columns {
                        let Some(slot) = names.slots.get_mut(*i) else { continue };
                        // The exact name counts before others, and of the same name twice the last.
                        if slot.as_ref().is_some_and(|(known, _)| known == exact) && !names.again.contains(i) {
                            names.again.push(*i);
                        }
                        if slot.as_ref().is_none_or(|(known, _)| *exact || !known) {
                            *slot = Some((*exact, value.clone()));
                        }
                    }
                }
            }
        }
        Ok(true)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<bool, A::Error> {
        while list.next_element_seed(Skip)?.is_some() {}
        Ok(false)
    }

    fn visit_bool<E>(self, _: bool) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_i64<E>(self, _: i64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_u64<E>(self, _: u64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_f64<E>(self, _: f64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_str<E>(self, _: &str) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_unit<E>(self) -> Result<bool, E> {
        Ok(false)
    }
}

/// Reads past a value, checking it as if it were read.
struct Skip;

impl<'de> DeserializeSeed<'de> for Skip {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Skip {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while map.next_key::<String>()?.is_some() {
            map.next_value_seed(Skip)?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(Skip)?.is_some() {}
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}
