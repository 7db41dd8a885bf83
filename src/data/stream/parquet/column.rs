//! A column of a row group on its way into a lane: numbers, dates and keys are converted in one go, values of a dictionary
//! once for the dictionary, and rows whose cell is not plain are put aside.

use super::super::plan::Wanted;
use super::super::take::Taker;
use super::super::{Bits, TextList, lane, quick};
use super::convert::{BLANK, Convert, ODD, Odd};
use super::pages::{Beyond, Pages, Values};
use super::shared::Shared;
use crate::calendar::Date;
use crate::data::cells::Raw;
use crate::data::parquet::{Column as Library, Meaning};
use crate::program::Type;
use crate::value::DAY_MICROS;
use ::parquet::basic::Type as Physical;
use ::parquet::errors::ParquetError;
use ::parquet::file::metadata::ParquetMetaData;
use ::parquet::file::reader::FileReader;
use ::parquet::file::serialized_reader::SerializedFileReader;
use chrono_tz::Tz;
use std::sync::Arc;

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
    present: Bits,
    flags: Bits,
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
            present: Bits::default(),
            flags: Bits::default(),
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
        let latest = self.moments.iter().fold(i64::MIN, |latest, moment| latest.max(*moment));
        self.day_of(latest)
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
                    let most = self.places.iter().fold(0, |most, place| most.max(*place));
                    if found > 0 && most as usize >= self.dictionary.len() {
                        return Err(Trouble::Beyond);
                    }
                    let shared = texts.is_none_or(|lane| lane::share_texts(lane, &self.texts, from));
                    if shared && self.plain && self.convert.nothing_to_say(found == rows) {
                        self.any |= found > 0;
                        let lane = self.convert.wanted.lane.and_then(|lane| taker.piece.lanes.get_mut(lane));
                        if let Some(lane) = lane {
                            let value = |i: usize| self.places.get(i).and_then(|i| self.dictionary.get(*i as usize));
                            lane::some(lane, from, rows, |i| value(i).copied().unwrap_or(0), &self.present);
                        }
                        return Ok(rows);
                    }
                    self.places_to_values(shared, taker)?;
                    self.clean = self.plain;
                } else if self.convert.wanted.field.ty == Type::Boolean
                    && self.convert.nothing_to_say(found == rows)
                    && self.convert.flags(values, at, found, &mut self.flags)?
                {
                    self.any |= found > 0;
                    if let Some(lane) = self.convert.wanted.lane.and_then(|lane| taker.piece.lanes.get_mut(lane)) {
                        lane::flags(lane, from, &self.flags, &self.present);
                    }
                    return Ok(rows);
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
        let dictionary = self.dictionary.as_slice();
        let value = |place: &u32| dictionary.get(*place as usize).copied().unwrap_or(ODD);
        self.values.extend(self.places.iter().map(value));
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
        if plain && self.convert.nothing_to_say(whole) {
            if let Some(lane) = wanted.lane.and_then(|lane| taker.piece.lanes.get_mut(lane)) {
                lane::some(lane, from, rows, |i| self.values.get(i).copied().unwrap_or(0), &self.present);
            }
            return;
        }
        let plain = plain && whole;
        let mut by_row: Vec<i64> = Vec::new();
        let values: &[i64] = if whole {
            &self.values
        } else {
            let mut values = self.values.iter().copied();
            by_row.extend((0..rows).map(|row| match self.present.get(row) {
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
                for row in 0..rows {
                    let at = (from + row) as u32;
                    if self.present.get(row) {
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
