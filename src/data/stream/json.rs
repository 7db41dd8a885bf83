//! Objects, one per line, block by block; only the values that are wanted are kept.

use super::Piece;
use super::plan::Plan;
use super::take::{Refused, Taker};
use crate::data::cells::{Bad, NumberReader, Raw};
use crate::data::fold::fold;
use crate::data::header::match_headers;
use crate::data::input::MAX_ROW;
pub(super) use crate::data::ndjson::TOO_LONG;
use crate::data::ndjson::{MOST_NAMES, array, not_json};
use crate::data::table::{TableBuilder, clip_line};
use crate::data::{Origin, RejectReason};
use crate::program::Unit;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use std::collections::HashMap;
use std::fmt;

/// A name that was met, and where first: the line, and how many names came before it there.
pub(super) type Met = (Origin, usize, String);

/// A file of objects.
pub(super) struct JsonFile {
    /// By column that is read: the name that means it, and that name folded.
    names: Vec<(String, String)>,
}

/// What a worker knows of names and remembers of a line.
pub(super) struct Names {
    /// For a name: the columns it is for, and whether it is exactly theirs.
    known: HashMap<String, Vec<(usize, bool)>>,
    /// By column: its value in this line, and whether its name was exact.
    slots: Vec<Option<(bool, Value)>>,
    numbers: NumberReader,
    file: u32,
    pub(super) met: Vec<Met>,
    /// The file is one list.
    pub(super) array: bool,
}

impl Default for Names {
    fn default() -> Names {
        Names {
            known: HashMap::new(),
            slots: Vec::new(),
            numbers: NumberReader::new(Unit::Plain, false, None, Some(None), None),
            file: u32::MAX,
            met: Vec::new(),
            array: false,
        }
    }
}

/// The key under which a number comes whose digits are all kept.
const NUMBER: &str = "$serde_json::private::Number";

impl JsonFile {
    pub(super) fn new(clerk: &TableBuilder<'_>, plan: &Plan<'_>) -> JsonFile {
        let names = plan.wanted.iter().map(|wanted| {
            let name = clerk.header_of(wanted.index).unwrap_or(&wanted.field.name).to_string();
            let folded = fold(&name);
            (name, folded)
        });
        JsonFile { names: names.collect() }
    }

    /// Takes all lines of a block, which begins on this line.
    pub(super) fn rows(
        &self,
        taker: &mut Taker<'_>,
        block: &[u8],
        (at, first): (u32, u64),
        names: &mut Names,
        show: &mut dyn FnMut(&Piece),
    ) {
        if names.file != at {
            names.file = at;
            names.known.clear();
        }
        let lines = block.strip_suffix(b"\n").unwrap_or(block);
        for (line, bytes) in (first..).zip(lines.split(|byte| *byte == b'\n')) {
            let origin = Origin { file: at, line: clip_line(line) };
            if bytes.len() > MAX_ROW {
                taker.reject_row(origin, RejectReason::TooLong, || TOO_LONG.to_string());
                continue;
            }
            let bytes = bytes.trim_ascii_end();
            if bytes.is_empty() {
                continue;
            }
            let Ok(text) = std::str::from_utf8(bytes) else {
                let detail = || "not UTF-8; save the file as UTF-8".to_string();
                taker.reject_row(origin, RejectReason::Encoding, detail);
                continue;
            };
            if line == 1 && text.trim_start().starts_with('[') {
                names.array = true;
                names.met.push((origin, 0, String::new()));
                continue;
            }
            names.slots.clear();
            names.slots.resize(self.names.len(), None);
            let mut reader = serde_json::Deserializer::from_str(text);
            let (mut count, before) = (0, names.met.len());
            let line = Line { file: self, names: &mut *names, origin, count: &mut count };
            match line.deserialize(&mut reader).and_then(|object| reader.end().map(|()| object)) {
                Ok(true) => self.row(taker, origin, names, show),
                Ok(false) => {
                    taker.reject_row(origin, RejectReason::Malformed, || "not a JSON object".to_string());
                }
                Err(error) => {
                    // Names of a line that cannot be read are none.
                    for (_, _, name) in names.met.drain(before..) {
                        names.known.remove(&name);
                    }
                    taker.reject_row(origin, RejectReason::Malformed, || not_json(&error));
                }
            }
        }
    }

    fn row(&self, taker: &mut Taker<'_>, origin: Origin, names: &Names, show: &mut dyn FnMut(&Piece)) {
        if taker.is_full() {
            taker.show(show);
        }
        taker.begin_plain(origin);
        let mut taken = Ok(());
        for (i, slot) in names.slots.iter().enumerate() {
            taken = match slot.as_ref().map(|(_, value)| value) {
                None | Some(Value::Null) => taker.absent(i),
                Some(Value::String(text)) => taker.text(i, text),
                Some(Value::Bool(b)) => taker.raw(i, &Raw::Boolean(*b)),
                Some(Value::Array(_) | Value::Object(_)) => taker.raw(i, &Raw::Nested),
                Some(Value::Number(number)) => match names.numbers.read(number.as_str()) {
                    Ok(n) => taker.raw(i, &Raw::Number(n)),
                    Err(Bad::TooLarge) => taker.raw(i, &Raw::TooLarge),
                    Err(_) => taker.raw(i, &Raw::Text(number.as_str())),
                },
            };
            if let Err(Refused) = taken {
                break;
            }
        }
        taker.end(taken);
    }

    /// The columns that a name is for.
    fn meaning(&self, name: &str) -> Vec<(usize, bool)> {
        let folded = fold(name);
        let means = |(i, (exact, alike)): (usize, &(String, String))| {
            (exact == name || *alike == folded).then_some((i, exact == name))
        };
        self.names.iter().enumerate().filter_map(means).collect()
    }
}

/// Says which names of all objects of a file are not used, and which are missing.
pub(super) fn match_names(clerk: &mut TableBuilder<'_>, workers: &[Names], at: u32, file: &str) {
    let met = workers.iter().flat_map(|names| &names.met).filter(|(origin, ..)| origin.file == at);
    let mut met: Vec<&Met> = met.collect();
    met.sort();
    if met.first().is_some_and(|(origin, _, name)| origin.line == 1 && name.is_empty())
        && workers.iter().any(|n| n.array)
    {
        clerk.errors.push(array(file));
        return;
    }
    let mut headers: Vec<String> = Vec::new();
    for (_, _, name) in met {
        if headers.len() < MOST_NAMES && !headers.contains(name) {
            headers.push(name.clone());
        }
    }
    // An export of no rows has no names either.
    if !headers.is_empty() {
        match_headers(clerk, &headers, None, file);
    }
}

/// Reads a line: true if it is an object.
struct Line<'l> {
    file: &'l JsonFile,
    names: &'l mut Names,
    origin: Origin,
    count: &'l mut usize,
}

impl<'de> DeserializeSeed<'de> for Line<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<bool, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Line<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<bool, A::Error> {
        let Line { file, names, origin, count } = self;
        while let Some(name) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            if *count == 0 && name == NUMBER {
                map.next_value_seed(Skip)?;
                return Ok(false);
            }
            *count += 1;
            if !names.known.contains_key(name.as_ref()) && names.known.len() < MOST_NAMES {
                names.met.push((origin, *count, name.to_string()));
                names.known.insert(name.to_string(), file.meaning(&name));
            }
            match names.known.get(name.as_ref()).map(Vec::as_slice) {
                None | Some([]) => map.next_value_seed(Skip)?,
                Some(columns) => {
                    let value: Value = map.next_value()?;
                    for (i, exact) in columns {
                        let Some(slot) = names.slots.get_mut(*i) else { continue };
                        // The exact name counts before others, and of the same name twice the last.
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
        while map.next_key::<std::borrow::Cow<'de, str>>()?.is_some() {
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
