//! A column of a row group on its way into a lane: numbers, dates and keys are converted in one go, values of a dictionary
//! once for the dictionary, and rows whose cell is not plain are put aside.

use super::super::owners::{Asked, Owners};
use super::super::plan::{Fast, Wanted};
use super::super::take::Taker;
use super::super::{TextList, lane, quick};
use super::pages::{Beyond, Pages, Values};
use super::shared::Shared;
use crate::calendar::Date;
use crate::data::cells::{Cell, CellReader, Raw};
use crate::data::parquet::{Column as Library, Meaning, float, uuid, whole};
use crate::number::Decimal;
use crate::program::Type;
use crate::value::DAY_MICROS;
use ::parquet::basic::{TimeUnit, Type as Physical};
use ::parquet::data_type::Int96;
use ::parquet::errors::ParquetError;
use ::parquet::file::metadata::ParquetMetaData;
use ::parquet::file::reader::FileReader;
use ::parquet::file::serialized_reader::SerializedFileReader;
use chrono_tz::Tz;
use std::sync::Arc;

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
            Raw::TooLarge => Odd::TooLarge,
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
const ODD: i64 = i64::MIN;
/// In place of a value: its cell is blank, and there is nothing to say about that.
const BLANK: i64 = i64::MIN + 1;

/// Why rows could not be converted.
enum Trouble {
    /// The library has to do it.
    Beyond,
    /// What the library says about it.
    Damage(ParquetError),
}

impl From<Beyond> for Trouble {
    fn from(_: Beyond) -> Trouble {
        Trouble::Beyond
    }
}

/// Where pages come from, and who takes them apart.
enum Source {
    Pages(Box<Pages>),
    /// The library does, cell by cell: encodings that are seldom met, and files that are damaged.
    Library(Box<Library>),
}

/// A value of a column while it is converted, whatever its type: a row of the table above, a day, microseconds,
/// billionths, a place in a list, yes as 1.
struct Convert<'a> {
    wanted: &'a Wanted<'a>,
    owners: Option<&'a Owners>,
    /// Keys are needed too, not only rows.
    keys: bool,
    reader: CellReader,
    symbols: quick::Symbols,
    meaning: Meaning,
    physical: Physical,
    /// Microseconds of the file are those of the project.
    direct: bool,
    /// Texts are looked at one by one.
    careful: bool,
    /// Cells that are not plain, by the place of their value among those that were converted.
    odd: Vec<(u32, Odd)>,
}

/// A column of a row group.
pub(super) struct Column<'a> {
    pub(super) name: String,
    source: Source,
    handle: Arc<Shared>,
    about: Arc<ParquetMetaData>,
    at: (usize, usize),
    /// Rows that have been converted.
    done: usize,
    convert: Convert<'a>,
    /// What each value of the dictionary is, and its cell where it is not plain.
    dictionary: Vec<i64>,
    odd_values: Vec<(u32, Odd)>,
    /// None of its values is odd or blank.
    plain: bool,
    /// The texts of the dictionary.
    texts: Arc<TextList>,
    present: Vec<bool>,
    places: Vec<u32>,
    values: Vec<i64>,
    /// All of these are known to be neither odd nor blank.
    clean: bool,
    /// Of the column of dates, the cells of the piece.
    moments: Vec<i64>,
    any: bool,
}

impl<'a> Column<'a> {
    /// A column of a row group, by its places in the file.
    pub(super) fn new(
        (handle, about): (&Arc<Shared>, &Arc<ParquetMetaData>),
        at: (usize, usize),
        (meaning, name): (Meaning, String),
        taker: &Taker<'a>,
        wanted: &'a Wanted<'a>,
    ) -> Result<Column<'a>, ParquetError> {
        let request = &taker.plan.request;
        let physical = about.row_group(at.0).column(at.1).column_descr().physical_type();
        let options = &wanted.bound.options;
        let project = request.binding.time_zone;
        let direct = match meaning {
            Meaning::Timestamp { utc, .. } => project == Tz::UTC && (utc || options.time_zone == Some(Tz::UTC)),
            _ => false,
        };
        let formats = options.date_format.as_ref().is_some_and(|formats| !formats.is_empty());
        let texts_count =
            matches!(wanted.field.ty, Type::Number(_) | Type::Mixed) || (wanted.field.ty.is_date() && formats);
        Ok(Column {
            name,
            source: Source::Pages(Box::new(Pages::new(handle, about, at)?)),
            handle: Arc::clone(handle),
            about: Arc::clone(about),
            at,
            done: 0,
            convert: Convert {
                wanted,
                owners: request.owners.filter(|_| wanted.parent),
                keys: request.rejects,
                reader: wanted.reader.clone(),
                symbols: quick::Symbols::default(),
                meaning,
                physical,
                direct,
                careful: texts_count,
                odd: Vec::new(),
            },
            dictionary: Vec::new(),
            odd_values: Vec::new(),
            plain: false,
            texts: Arc::new(TextList::new(true)),
            present: Vec::new(),
            places: Vec::new(),
            values: Vec::new(),
            clean: false,
            moments: Vec::new(),
            any: false,
        })
    }

    /// True if the last rows had values.
    pub(super) fn has_values(&self) -> bool {
        self.any
    }

    /// The date of a row of the piece.
    pub(super) fn day(&self, row: usize) -> Option<Date> {
        self.moments.get(row).and_then(|moment| self.day_of(*moment))
    }

    /// The latest date of the piece, in rows that are not among these. Nobody asks for the dates of these any more.
    pub(super) fn latest(&mut self, but: &[u32]) -> Option<Date> {
        for row in but {
            if let Some(moment) = self.moments.get_mut(*row as usize) {
                *moment = BLANK;
            }
        }
        self.moments.iter().copied().max().and_then(|moment| self.day_of(moment))
    }

    fn day_of(&self, moment: i64) -> Option<Date> {
        let day = match self.convert.wanted.field.ty {
            Type::Instant => moment.div_euclid(DAY_MICROS),
            _ => moment,
        };
        (moment > BLANK).then_some(Date(day as i32))
    }

    /// Puts the cells of the next rows into the piece, where they are plain.
    pub(super) fn fill(&mut self, taker: &mut Taker<'_>, i: usize, rows: usize) -> Result<(), ParquetError> {
        self.any = false;
        self.moments.clear();
        let mut from = 0;
        while from < rows {
            let count = match self.segment(taker, i, from, rows - from) {
                Ok(count) => count,
                // The library can do more, and knows what to say about damage.
                Err(Trouble::Beyond) => self.fall_back()?,
                Err(Trouble::Damage(error)) => return Err(error),
            };
            from += count;
            self.done += count;
        }
        Ok(())
    }

    fn fall_back(&mut self) -> Result<usize, ParquetError> {
        if let Source::Library(_) = self.source {
            return Err(ParquetError::General("a column ends before the others".to_string()));
        }
        let reader = SerializedFileReader::new(self.handle.as_ref().clone())?;
        let group = reader.get_row_group(self.at.0)?;
        let descriptor = self.about.row_group(self.at.0).column(self.at.1).column_descr_ptr();
        let mut library = Library::new(group.as_ref(), self.at.1, &descriptor)?;
        let mut skip = self.done;
        while skip > 0 {
            let size = skip.min(4096);
            library.fill(size)?;
            skip -= size;
        }
        self.source = Source::Library(Box::new(library));
        Ok(0)
    }

    /// Puts the cells of at most so many rows into the piece, from a row on; how many.
    fn segment(&mut self, taker: &mut Taker<'_>, i: usize, from: usize, most: usize) -> Result<usize, Trouble> {
        self.values.clear();
        self.clean = false;
        self.convert.odd.clear();
        let texts =
            self.convert.wanted.lane.filter(|_| matches!(self.convert.wanted.field.ty, Type::Text | Type::Unknown));
        let texts = texts.and_then(|lane| taker.piece.lanes.get_mut(lane));
        let rows = match &mut self.source {
            Source::Library(library) => {
                // So many as keep the library's own buffers small.
                let rows = most.min(4096);
                library.fill(rows).map_err(Trouble::Damage)?;
                let mut list = texts.and_then(lane::own_texts);
                self.present.clear();
                for row in 0..rows {
                    let value = match library.broken(row) {
                        true => self.convert.aside(self.values.len(), Odd::Broken),
                        false => match library.cell(row) {
                            Raw::Blank => {
                                self.present.push(false);
                                continue;
                            }
                            raw => self.convert.any(self.values.len(), &raw, list.as_deref_mut()),
                        },
                    };
                    self.present.push(true);
                    self.values.push(value);
                }
                rows
            }
            Source::Pages(pages) => {
                pages.next()?;
                if let Some((data, count)) = pages.dictionary.take() {
                    let mut list = TextList::new(true);
                    let width = pages.values().0.width_of(self.convert.physical, &self.about, self.at);
                    self.dictionary.clear();
                    let mut values = if width == 0 { Values::Long(data) } else { Values::Fixed(data, width) };
                    // Of keys only the rows are wanted that they lead to.
                    let rows = self.convert.wanted.parent && self.convert.wanted.lane.is_none();
                    let texts = (!rows).then_some(&mut list);
                    self.convert.stored(&mut values, &mut 0, count, texts, &mut self.dictionary)?;
                    self.odd_values = std::mem::take(&mut self.convert.odd);
                    self.plain = self.dictionary.iter().all(|value| *value > BLANK);
                    self.texts = Arc::new(list);
                }
                let rows = most.min(pages.left());
                let found = pages.present(rows, &mut self.present)?;
                let (values, at) = pages.values();
                if let Values::Places(runs) = values {
                    self.places.clear();
                    runs.read(found, &mut self.places).map_err(Beyond::from)?;
                    let shared = texts.is_none_or(|lane| lane::share_texts(lane, &self.texts, from));
                    self.places_to_values(shared, taker)?;
                    self.clean = self.plain;
                } else {
                    let list = texts.and_then(lane::own_texts);
                    self.convert.stored(values, at, found, list, &mut self.values)?;
                }
                rows
            }
        };
        self.scatter(taker, i, from, rows);
        Ok(rows)
    }

    /// Looks up places in the dictionary.
    fn places_to_values(&mut self, shared: bool, taker: &mut Taker<'_>) -> Result<(), Beyond> {
        if self.places.iter().max().is_some_and(|most| *most as usize >= self.dictionary.len()) {
            return Err(Beyond);
        }
        let dictionary = self.dictionary.as_slice();
        let of = |place: &u32| dictionary.get(*place as usize).copied().unwrap_or(ODD);
        self.values.extend(self.places.iter().map(of));
        if !self.odd_values.is_empty() {
            for (at, (value, place)) in self.values.iter().zip(&self.places).enumerate() {
                if *value == ODD
                    && let Ok(found) = self.odd_values.binary_search_by_key(place, |(place, _)| *place)
                    && let Some((_, cell)) = self.odd_values.get(found)
                {
                    self.convert.odd.push((at as u32, cell.clone()));
                }
            }
        }
        if !shared && let Some(lane) = self.convert.wanted.lane.and_then(|lane| taker.piece.lanes.get_mut(lane)) {
            // The piece has texts of its own already: these join them.
            let Some(list) = lane::own_texts(lane) else { return Ok(()) };
            for value in self.values.iter_mut().filter(|value| !matches!(**value, ODD | BLANK)) {
                *value = i64::from(list.push(self.texts.get(*value as u32)));
            }
        }
        Ok(())
    }

    /// Puts values where they belong.
    fn scatter(&mut self, taker: &mut Taker<'_>, i: usize, from: usize, rows: usize) {
        let wanted = self.convert.wanted;
        let whole = self.values.len() == rows;
        let good = match self.clean {
            true => self.values.len(),
            false => self.values.iter().filter(|value| **value > BLANK).count(),
        };
        self.any |= good > 0;
        let plain = good == self.values.len();
        let blank = !(wanted.plain_blank && wanted.expected);
        // Of most columns there is nothing to say: rows have a value, or they are allowed to have none.
        if plain && !whole && !blank && !wanted.parent && !wanted.at {
            if let Some(lane) = wanted.lane.and_then(|lane| taker.piece.lanes.get_mut(lane)) {
                lane::some(lane, from, &self.values, &self.present);
            }
            return;
        }
        let plain = plain && whole;
        let mut by_row: Vec<i64> = Vec::new();
        let values: &[i64] = if whole {
            &self.values
        } else {
            let mut values = self.values.iter().copied();
            by_row.extend(self.present.iter().map(|present| match present {
                true => values.next().unwrap_or(ODD),
                false if blank => ODD,
                false => BLANK,
            }));
            &by_row
        };
        if !plain && (blank || !self.convert.odd.is_empty()) {
            taker.odd.resize_with(taker.plan.wanted.len(), Vec::new);
            let list = taker.odd.get_mut(i);
            if whole {
                let odd = self.convert.odd.drain(..).map(|(place, cell)| (from as u32 + place, cell));
                if let Some(list) = list {
                    list.extend(odd);
                }
            } else if let Some(list) = list {
                let mut odd = self.convert.odd.drain(..).peekable();
                let mut place = 0u32;
                for (row, present) in self.present.iter().enumerate() {
                    let at = (from + row) as u32;
                    if *present {
                        if let Some((_, cell)) = odd.next_if(|(odd, _)| *odd == place) {
                            list.push((at, cell));
                        }
                        place += 1;
                    } else if blank {
                        list.push((at, Odd::Blank));
                    }
                }
            }
        }
        if wanted.parent {
            let owners = taker.piece.owners.get_mut(from..).unwrap_or_default().iter_mut();
            owners.zip(values).for_each(|(owner, value)| *owner = if *value < 0 { u32::MAX } else { *value as u32 });
        }
        if wanted.at {
            self.moments.extend_from_slice(values);
        }
        let Some(lane) = wanted.lane.and_then(|lane| taker.piece.lanes.get_mut(lane)) else { return };
        if wanted.parent {
            return;
        }
        lane::bulk(lane, from, values, plain, |value| !matches!(value, ODD | BLANK));
    }
}

impl Values {
    /// The width of the values of a dictionary; 0 if each has its own.
    fn width_of(&self, physical: Physical, about: &ParquetMetaData, at: (usize, usize)) -> usize {
        match physical {
            Physical::BOOLEAN | Physical::BYTE_ARRAY => 0,
            Physical::INT32 | Physical::FLOAT => 4,
            Physical::INT64 | Physical::DOUBLE => 8,
            Physical::INT96 => 12,
            Physical::FIXED_LEN_BYTE_ARRAY => {
                usize::try_from(about.row_group(at.0).column(at.1).column_descr().type_length()).unwrap_or(0)
            }
        }
    }
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
    fn aside(&mut self, place: usize, odd: Odd) -> i64 {
        self.odd.push((place as u32, odd));
        ODD
    }

    /// Converts stored values.
    fn stored(
        &mut self,
        values: &mut Values,
        at: &mut usize,
        count: usize,
        mut list: Option<&mut TextList>,
        out: &mut Vec<i64>,
    ) -> Result<(), Beyond> {
        out.reserve(count);
        match values {
            Values::Places(_) => return Err(Beyond),
            Values::Flags(runs) => {
                let mut flags = Vec::new();
                runs.read(count, &mut flags)?;
                for flag in flags {
                    let value = self.flag(out.len(), flag == 1);
                    out.push(value);
                }
            }
            Values::Fixed(data, 0) if self.physical == Physical::BOOLEAN => {
                for _ in 0..count {
                    let byte = data.get(*at / 8).ok_or(Beyond)?;
                    let value = self.flag(out.len(), byte >> (*at % 8) & 1 == 1);
                    out.push(value);
                    *at += 1;
                }
            }
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
                for _ in 0..count {
                    let bytes = long(data, at)?;
                    let value = self.long(out.len(), bytes, list.as_deref_mut());
                    out.push(value);
                }
            }
        }
        Ok(())
    }

    /// The owners of rows, if nothing but the row of each key is wanted.
    fn owners_at_once(&self) -> Option<&Owners> {
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
                for word in bytes.as_chunks::<8>().0 {
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
            (Physical::INT32, Meaning::Plain | Meaning::Scaled(0..=9), Fast::Number { .. }) => {
                for word in bytes.as_chunks::<4>().0 {
                    let n = i32::from_le_bytes(*word);
                    let value = self.number(out.len(), i128::from(n));
                    out.push(value);
                }
            }
            (Physical::INT64, Meaning::Plain | Meaning::Scaled(0..=9), Fast::Number { .. }) => {
                for word in bytes.as_chunks::<8>().0 {
                    let n = i64::from_le_bytes(*word);
                    let value = self.number(out.len(), i128::from(n));
                    out.push(value);
                }
            }
            (Physical::FIXED_LEN_BYTE_ARRAY, Meaning::Scaled(0..=9), Fast::Number { .. }) if width <= 16 => {
                for number in bytes.chunks_exact(width) {
                    let mut wide = [if number.first().is_some_and(|b| *b >= 0x80) { 0xff } else { 0 }; 16];
                    if let Some(low) = wide.get_mut(16 - width..) {
                        low.copy_from_slice(number);
                    }
                    let value = self.number(out.len(), i128::from_be_bytes(wide));
                    out.push(value);
                }
            }
            (Physical::DOUBLE, Meaning::Plain, Fast::Number { integer, low, high }) => {
                for word in bytes.as_chunks::<8>().0 {
                    let n = f64::from_le_bytes(*word);
                    let quick =
                        billionths(n).filter(|b| (!integer || b % 1_000_000_000 == 0) && (low..=high).contains(b));
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
        if let Fast::Number { integer, low, high } = self.wanted.fast
            && let Some(n) = billionths.filter(|n| !matches!(*n, ODD | BLANK))
            && (low..=high).contains(&n)
            && (!integer || n % 1_000_000_000 == 0)
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
    fn any(&mut self, place: usize, raw: &Raw<'_>, list: Option<&mut TextList>) -> i64 {
        let wanted = self.wanted;
        let careful = wanted.names_currency
            || wanted.currency.is_some()
            || self.reader.guesses_percent()
            || (self.careful && matches!(raw, Raw::Text(_)));
        let value = match self.reader.read(raw) {
            _ if careful => None,
            Ok(Cell::Blank) => (wanted.expected && !wanted.at && !wanted.parent).then_some(BLANK),
            Ok(Cell::Ignored) => (!wanted.at && !wanted.parent).then_some(BLANK),
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
