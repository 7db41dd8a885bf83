//! Stored values into what lanes hold, whatever their type: many of a kind in one go, one by one where they are not plain.

use super::super::owners::{Asked, Owners};
use super::super::plan::{Fast, Wanted};
use super::super::{Bits, TextList, quick};
use super::pages::{Beyond, Values};
use crate::calendar::Date;
use crate::data::cells::{Cell, CellReader, Raw};
use crate::data::parquet::{Meaning, float, uuid, whole};
use crate::number::Decimal;
use crate::program::Type;
use crate::value::DAY_MICROS;
use ::parquet::basic::{TimeUnit, Type as Physical};
use ::parquet::data_type::Int96;

/// A cell that is not plain, until its row is settled.
#[derive(Debug, Clone)]
pub(in crate::data::stream) enum Odd {
    Blank,
    /// Not UTF-8.
    Broken,
    Text(Box<str>),
    Number(Decimal),
    TooLarge,
    Boolean(bool),
    Date(Date),
    Instant(i64),
    Naive(i64),
    Nested,
}

impl Odd {
    fn of(raw: &Raw<'_>) -> Odd {
        match raw {
            Raw::Blank => Odd::Blank,
            Raw::Text(text) => Odd::Text(Box::from(*text)),
            Raw::Number(n) => Odd::Number(*n),
            Raw::TooLarge | Raw::Numeral(_, None) => Odd::TooLarge,
            Raw::Numeral(_, Some(n)) => Odd::Number(*n),
            Raw::Boolean(b) => Odd::Boolean(*b),
            Raw::Date(date) => Odd::Date(*date),
            Raw::Instant(micros) => Odd::Instant(*micros),
            Raw::Naive(micros) => Odd::Naive(*micros),
            Raw::Nested => Odd::Nested,
        }
    }

    pub(super) fn raw(&self) -> Raw<'_> {
        match self {
            Odd::Blank => Raw::Blank,
            Odd::Text(text) => Raw::Text(text),
            Odd::Number(n) => Raw::Number(*n),
            Odd::TooLarge => Raw::TooLarge,
            Odd::Boolean(b) => Raw::Boolean(*b),
            Odd::Date(date) => Raw::Date(*date),
            Odd::Instant(micros) => Raw::Instant(*micros),
            Odd::Naive(micros) => Raw::Naive(*micros),
            Odd::Nested | Odd::Broken => Raw::Nested,
        }
    }
}

/// In place of a value: its cell is not plain.
pub(super) const ODD: i64 = i64::MIN;
/// In place of a value: its cell is blank, and there is nothing to say about that.
pub(super) const BLANK: i64 = i64::MIN + 1;

/// A value of a column while it is converted, whatever its type: a row of the table above, a day, microseconds,
/// billionths, a place in a list, yes as 1.
pub(super) struct Convert<'a> {
    pub(super) wanted: &'a Wanted<'a>,
    pub(super) owners: Option<&'a Owners<'a>>,
    /// Keys are needed too, not only rows.
    pub(super) keys: bool,
    pub(super) reader: CellReader,
    pub(super) symbols: quick::Symbols,
    pub(super) meaning: Meaning,
    pub(super) physical: Physical,
    /// Microseconds of the file are those of the project.
    pub(super) direct: bool,
    /// Texts are looked at one by one.
    pub(super) careful: bool,
    /// Cells that are not plain, by the place of their value among those that were converted.
    pub(super) odd: Vec<(u32, Odd)>,
}

/// Instants of the years 1 to 9999.
const INSTANTS: std::ops::RangeInclusive<i64> = -62_135_596_800_000_000..=253_402_300_799_999_999;
/// Days of the years 1 to 9999.
const DAYS: std::ops::RangeInclusive<i64> = -719_162..=2_932_896;

/// The next of values that stand with their length before them.
#[inline]
fn long<'d>(data: &'d [u8], at: &mut usize) -> Result<&'d [u8], Beyond> {
    let size = data.get(*at..).and_then(|rest| rest.first_chunk::<4>()).ok_or(Beyond)?;
    let start = *at + 4;
    let end = start.checked_add(u32::from_le_bytes(*size) as usize).ok_or(Beyond)?;
    let bytes = data.get(start..end).ok_or(Beyond)?;
    *at = end;
    Ok(bytes)
}

impl Convert<'_> {
    pub(super) fn aside(&mut self, place: usize, odd: Odd) -> i64 {
        self.odd.push((place as u32, odd));
        ODD
    }

    /// True if cells that are neither odd nor blank only have to be put into their lane, and blank ones nowhere; `whole` if
    /// none is blank.
    pub(super) fn nothing_to_say(&self, whole: bool) -> bool {
        let wanted = self.wanted;
        !wanted.parent && !wanted.at && (whole || (wanted.plain_blank && wanted.expected))
    }

    /// Converts stored values.
    pub(super) fn stored(
        &mut self,
        values: &mut Values,
        at: &mut usize,
        count: usize,
        mut list: Option<&mut TextList>,
        out: &mut Vec<i64>,
    ) -> Result<(), Beyond> {
        out.reserve(count);
        let mut flags = Bits::default();
        if self.flags(values, at, count, &mut flags)? {
            for i in 0..count {
                let value = self.flag(out.len(), flags.get(i));
                out.push(value);
            }
            return Ok(());
        }
        match values {
            Values::Places(_) | Values::Flags(_) => return Err(Beyond),
            Values::Fixed(data, width) => {
                let end = width.checked_mul(count).and_then(|size| at.checked_add(size)).ok_or(Beyond)?;
                let bytes = data.get(*at..end).ok_or(Beyond)?;
                *at = end;
                if *width == 0 {
                    return Err(Beyond);
                }
                self.fixed(bytes, *width, list, out);
            }
            Values::Long(data) if list.is_none() && self.owners_at_once().is_some() => {
                self.keys_to_rows(data, at, count, out)?;
            }
            Values::Long(data) => {
                let whole = match self.texts_at_once() {
                    true => self.region(data, *at, count)?,
                    false => None,
                };
                if let (Some(region), Some(list)) = (whole, list.as_deref_mut()) {
                    return self.texts_of(region, at, count, list, out);
                }
                for _ in 0..count {
                    let bytes = long(data, at)?;
                    let value = self.long(out.len(), bytes, list.as_deref_mut());
                    out.push(value);
                }
            }
        }
        Ok(())
    }

    /// The next of values that are bits already; false if they are not.
    pub(super) fn flags(
        &self,
        values: &mut Values,
        at: &mut usize,
        count: usize,
        flags: &mut Bits,
    ) -> Result<bool, Beyond> {
        flags.clear();
        match values {
            Values::Flags(runs) => {
                runs.full(count, 1, flags)?;
            }
            Values::Fixed(data, 0) if self.physical == Physical::BOOLEAN => {
                let (mut left, end) = (count, at.checked_add(count).ok_or(Beyond)?);
                let bytes = data.get(*at / 8..end.div_ceil(8)).ok_or(Beyond)?;
                // Of the first byte some bits may have been taken.
                let mut skip = *at % 8;
                for bytes in bytes.chunks(7) {
                    let word = bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
                    let these = left.min(bytes.len() * 8 - skip);
                    flags.push_word(word >> skip, these);
                    (left, skip) = (left - these, 0);
                }
                *at = end;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// True if values are texts that are taken as they are.
    fn texts_at_once(&self) -> bool {
        self.meaning == Meaning::Plain && matches!(self.wanted.fast, Fast::Text)
    }

    /// The next values with the lengths before them, if all of that is ASCII: then it is UTF-8, wherever it is cut.
    fn region<'d>(&self, data: &'d [u8], from: usize, count: usize) -> Result<Option<&'d str>, Beyond> {
        let mut end = from;
        for _ in 0..count {
            long(data, &mut end)?;
        }
        let region = data.get(from..end).filter(|region| region.is_ascii());
        Ok(region.and_then(|region| std::str::from_utf8(region).ok()))
    }

    /// Converts texts that stand in ASCII with their lengths between them.
    fn texts_of(
        &mut self,
        region: &str,
        at: &mut usize,
        count: usize,
        list: &mut TextList,
        out: &mut Vec<i64>,
    ) -> Result<(), Beyond> {
        let whole = list.push_whole(region);
        let mut next = 0;
        for _ in 0..count {
            let bytes = long(region.as_bytes(), &mut next)?;
            let plain = |byte: Option<&u8>| byte.is_some_and(|byte| matches!(byte, b'!'..=b'~'));
            let taken = plain(bytes.first())
                && plain(bytes.last())
                && bytes.first().is_some_and(|first| !self.reader.may_be_nothing(*first));
            out.push(match taken {
                true => i64::from(list.place(whole + next - bytes.len(), whole + next)),
                false => self.long(out.len(), bytes, Some(&mut *list)),
            });
        }
        *at += region.len();
        Ok(())
    }

    /// The owners of rows, if nothing but the row of each key is wanted.
    fn owners_at_once(&self) -> Option<&Owners<'_>> {
        let plain = self.meaning == Meaning::Plain && matches!(self.wanted.fast, Fast::Owner) && !self.keys;
        self.owners.filter(|owners| plain && !owners.has_merged())
    }

    /// Converts keys to the rows of what they belong to, many at once: all are asked for before the first is answered.
    fn keys_to_rows(&mut self, data: &[u8], at: &mut usize, count: usize, out: &mut Vec<i64>) -> Result<(), Beyond> {
        let Some(owners) = self.owners else { return Err(Beyond) };
        let mut asked: [(&[u8], Option<Asked>); 64] = [(&[], None); 64];
        let mut left = count;
        while left > 0 {
            let many = asked.get_mut(..left.min(64)).unwrap_or_default();
            left -= many.len();
            for one in many.iter_mut() {
                let bytes = long(data, at)?;
                let plain = bytes.first().is_some_and(|first| !self.reader.may_be_nothing(*first));
                *one = (bytes, if plain { owners.ask(bytes) } else { None });
            }
            for (bytes, asked) in many.iter() {
                // A key that is found is text.
                let value = match asked.and_then(|asked| owners.answer(asked)) {
                    Some(row) => i64::from(row),
                    None => self.long(out.len(), bytes, None),
                };
                out.push(value);
            }
        }
        Ok(())
    }

    fn flag(&mut self, place: usize, flag: bool) -> i64 {
        match self.wanted.field.ty {
            Type::Boolean => i64::from(flag),
            _ => self.any(place, &Raw::Boolean(flag), None),
        }
    }

    /// Converts values of one width.
    fn fixed(&mut self, bytes: &[u8], width: usize, mut list: Option<&mut TextList>, out: &mut Vec<i64>) {
        let (ty, instant) = (self.wanted.field.ty, self.wanted.field.ty == Type::Instant);
        match (self.physical, self.meaning, self.wanted.fast) {
            (Physical::INT64, Meaning::Timestamp { unit, .. }, _) if self.direct && ty.is_date() => {
                let words = bytes.as_chunks::<8>().0;
                if instant && unit == TimeUnit::MICROS {
                    let start = out.len();
                    out.extend(words.iter().map(|word| i64::from_le_bytes(*word)));
                    let added = out.get(start..).unwrap_or_default();
                    let ends = added.iter().fold((0, 0), |(least, most), n| (*n.min(&least), *n.max(&most)));
                    if INSTANTS.contains(&ends.0) && INSTANTS.contains(&ends.1) {
                        return;
                    }
                    out.truncate(start);
                }
                for word in words {
                    let n = i64::from_le_bytes(*word);
                    let micros = match unit {
                        TimeUnit::MICROS => Some(n),
                        TimeUnit::MILLIS => n.checked_mul(1000),
                        TimeUnit::NANOS => Some(n.div_euclid(1000)),
                    };
                    out.push(match micros.filter(|micros| INSTANTS.contains(micros)) {
                        Some(micros) if instant => micros,
                        Some(micros) => micros.div_euclid(DAY_MICROS),
                        None => self.aside(out.len(), Odd::of(&self.meaning.integer(n))),
                    });
                }
            }
            (Physical::INT32, Meaning::Date, _) if ty.is_date() => {
                for word in bytes.as_chunks::<4>().0 {
                    let day = i64::from(i32::from_le_bytes(*word));
                    out.push(match DAYS.contains(&day) {
                        true if instant => day * DAY_MICROS,
                        true => day,
                        false => self.aside(out.len(), Odd::Date(Date(day as i32))),
                    });
                }
            }
            (Physical::INT32, Meaning::Plain | Meaning::Scaled(0..=9), Fast::Number(_)) => {
                for word in bytes.as_chunks::<4>().0 {
                    let n = i32::from_le_bytes(*word);
                    let value = self.number(out.len(), i128::from(n));
                    out.push(value);
                }
            }
            (Physical::INT64, Meaning::Plain | Meaning::Scaled(0..=9), Fast::Number(_)) => {
                for word in bytes.as_chunks::<8>().0 {
                    let n = i64::from_le_bytes(*word);
                    let value = self.number(out.len(), i128::from(n));
                    out.push(value);
                }
            }
            (Physical::FIXED_LEN_BYTE_ARRAY, Meaning::Scaled(0..=9), Fast::Number(_)) if width <= 16 => {
                for number in bytes.chunks_exact(width) {
                    let mut wide = [if number.first().is_some_and(|b| *b >= 0x80) { 0xff } else { 0 }; 16];
                    if let Some(low) = wide.get_mut(16 - width..) {
                        low.copy_from_slice(number);
                    }
                    let value = self.number(out.len(), i128::from_be_bytes(wide));
                    out.push(value);
                }
            }
            (Physical::DOUBLE, Meaning::Plain, Fast::Number(bounds)) => {
                for word in bytes.as_chunks::<8>().0 {
                    let n = f64::from_le_bytes(*word);
                    let quick = billionths(n).filter(|b| bounds.hold(*b));
                    let value = match quick {
                        Some(billionths) => billionths,
                        None => self.any(out.len(), &float(n, &n.to_string()), list.as_deref_mut()),
                    };
                    out.push(value);
                }
            }
            _ => {
                for bytes in bytes.chunks_exact(width) {
                    let value = self.other(out.len(), bytes, list.as_deref_mut());
                    out.push(value);
                }
            }
        }
    }

    /// Converts a value that has no quick way.
    fn other(&mut self, place: usize, bytes: &[u8], list: Option<&mut TextList>) -> i64 {
        let raw = match (self.physical, self.meaning) {
            (_, Meaning::Other) => Raw::Nested,
            (_, Meaning::Uuid) => return self.any(place, &Raw::Text(&uuid(bytes)), list),
            (Physical::INT32, meaning) => {
                let n = bytes.first_chunk::<4>().map_or(0, |b| i32::from_le_bytes(*b));
                match meaning {
                    Meaning::Unsigned => whole(i128::from(n.cast_unsigned())),
                    meaning => meaning.integer(i64::from(n)),
                }
            }
            (Physical::INT64, meaning) => {
                meaning.integer(bytes.first_chunk::<8>().map_or(0, |b| i64::from_le_bytes(*b)))
            }
            (Physical::FLOAT, _) => {
                let n = bytes.first_chunk::<4>().map_or(0.0, |b| f32::from_le_bytes(*b));
                float(f64::from(n), &n.to_string())
            }
            (Physical::DOUBLE, _) => {
                let n = bytes.first_chunk::<8>().map_or(0.0, |b| f64::from_le_bytes(*b));
                float(n, &n.to_string())
            }
            (Physical::INT96, _) => {
                let mut words = bytes.as_chunks::<4>().0.iter().map(|word| u32::from_le_bytes(*word));
                let mut number = || words.next().unwrap_or(0);
                let mut stored = Int96::new();
                stored.set_data(number(), number(), number());
                Raw::Naive(stored.to_micros())
            }
            (_, Meaning::Plain) if std::str::from_utf8(bytes).is_err() => return self.aside(place, Odd::Broken),
            (_, meaning) => meaning.bytes(bytes),
        };
        self.any(place, &raw, list)
    }

    /// Converts a whole number of units of its scale.
    #[inline]
    fn number(&mut self, place: usize, units: i128) -> i64 {
        const UNITS: [i128; 10] =
            [1_000_000_000, 100_000_000, 10_000_000, 1_000_000, 100_000, 10_000, 1_000, 100, 10, 1];
        let scale = if let Meaning::Scaled(scale) = self.meaning { scale } else { 0 };
        let unit = UNITS.get(scale as usize).copied().unwrap_or(1);
        let billionths = units.checked_mul(unit).and_then(|n| i64::try_from(n).ok());
        if let Fast::Number(bounds) = self.wanted.fast
            && let Some(n) = billionths.filter(|n| !matches!(*n, ODD | BLANK) && bounds.hold(*n))
        {
            return n;
        }
        let raw = units.checked_mul(unit).and_then(Decimal::from_raw).map_or(Raw::TooLarge, Raw::Number);
        self.aside(place, Odd::of(&raw))
    }

    /// Converts a value with its own length.
    #[inline]
    fn long(&mut self, place: usize, bytes: &[u8], list: Option<&mut TextList>) -> i64 {
        if self.meaning == Meaning::Plain
            && let Some(first) = bytes.first()
            && !self.reader.may_be_nothing(*first)
        {
            match self.wanted.fast {
                // A key that is found is text.
                Fast::Owner if list.is_none() && !self.keys => {
                    let owners = self.owners.filter(|owners| !owners.has_merged());
                    if let Some(row) = owners.and_then(|owners| owners.find(bytes)) {
                        return i64::from(row);
                    }
                }
                Fast::Symbol => {
                    if let Some(code) = self.symbols.find(bytes) {
                        return i64::from(code);
                    }
                }
                Fast::Text => {
                    let plain = |byte: Option<&u8>| byte.is_some_and(|byte| matches!(byte, b'!'..=b'~'));
                    if plain(bytes.first())
                        && plain(bytes.last())
                        && let Ok(text) = std::str::from_utf8(bytes)
                    {
                        return list.map_or(0, |list| i64::from(list.push(text)));
                    }
                }
                _ => {}
            }
        }
        self.other(place, bytes, list)
    }

    /// Converts any value, as it would be read elsewhere.
    pub(super) fn any(&mut self, place: usize, raw: &Raw<'_>, list: Option<&mut TextList>) -> i64 {
        let wanted = self.wanted;
        let careful = wanted.names_currency
            || wanted.currency.is_some()
            || (self.reader.guesses_percent() && !wanted.held)
            || (self.careful && matches!(raw, Raw::Text(_)));
        let value = match self.reader.read(raw) {
            _ if careful => None,
            Ok(Cell::Blank) => (wanted.expected && !wanted.at && !wanted.parent).then_some(BLANK),
            Ok(Cell::Ignored) => (!wanted.at && !wanted.parent && !wanted.held).then_some(BLANK),
            Ok(Cell::Boolean(flag)) => Some(i64::from(flag)),
            Ok(Cell::Number(n)) => i64::try_from(n.raw()).ok().filter(|n| !matches!(*n, ODD | BLANK)),
            Ok(Cell::Moment(moment)) if moment.shift.is_some() => None,
            Ok(Cell::Moment(moment)) => match wanted.field.ty {
                Type::Instant => Some(moment.micros),
                _ => Some(i64::from(moment.day().0)),
            },
            Ok(Cell::Symbol(code)) => {
                if let Raw::Text(text) = raw {
                    self.symbols.insert(text, code);
                }
                Some(i64::from(code))
            }
            // A lane of keys is filled row by row.
            Ok(Cell::Text(text)) if wanted.parent => {
                let owners = self
                    .owners
                    .filter(|owners| !self.keys && wanted.lane.is_none() && owners.merged_into(&text).is_none());
                owners.and_then(|owners| owners.get(&text)).map(i64::from)
            }
            Ok(Cell::Text(text)) => Some(list.map_or(0, |list| i64::from(list.push(&text)))),
            Err(_) => None,
        };
        value.unwrap_or_else(|| self.aside(place, Odd::of(raw)))
    }
}

/// The billionths of a float whose shortest text has few digits.
fn billionths(n: f64) -> Option<i64> {
    const SCALES: [(f64, i64); 4] = [(1.0, 1_000_000_000), (100.0, 10_000_000), (10_000.0, 100_000), (1e6, 1000)];
    SCALES.into_iter().find_map(|(scale, unit)| {
        let units = (n * scale).round();
        // Below 10^15 every text of at most 15 digits is the shortest of its float.
        if units.abs() >= 1e15 || units / scale != n {
            return None;
        }
        (units as i64).checked_mul(unit)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn floats_are_what_their_text_says() {
        let mut quick = 0;
        for i in -2_000_000i64..2_000_000 {
            let n = i as f64 / 997.0 * if i % 3 == 0 { 1e-3 } else { 1e4 };
            let rounded = (n * 100.0).round() / 100.0;
            for n in [n, rounded, i as f64, i as f64 / 10.0] {
                if let Some(found) = billionths(n) {
                    quick += 1;
                    assert_eq!(i128::from(found), Decimal::parse(&n.to_string()).unwrap().raw(), "{n}");
                }
            }
        }
        assert!(quick > 8_000_000);
        for n in [f64::NAN, f64::INFINITY, 1e300, -1e17] {
            assert_eq!(billionths(n), None);
        }
    }
}
