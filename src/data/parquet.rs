//! Parquet, column by column in batches; only the columns that the program has are unpacked.

use super::binding::Place;
use super::cells::Raw;
use super::header::match_headers;
use super::stream;
use super::table::{Source, TableBuilder};
use super::{DataError, RejectReason};
use crate::calendar::Date;
use crate::number::{DIGITS, Decimal, SCALE};
use ::parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type as Physical};
use ::parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use ::parquet::data_type::{ByteArray, DataType, FixedLenByteArray, Int96};
use ::parquet::errors::ParquetError;
use ::parquet::file::reader::{FileReader, RowGroupReader};
use ::parquet::file::serialized_reader::SerializedFileReader;
use ::parquet::schema::types::{ColumnDescriptor, SchemaDescriptor};
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Rows per batch.
const BATCH: usize = 4096;

/// Reads a whole file into the table: a large one many rows at a time, a small one cell by cell.
pub fn read(builder: &mut TableBuilder<'_>, file: &Place) {
    // The library checks most of what a damaged file can hold, but not all of it.
    let result = catch_unwind(AssertUnwindSafe(|| rows(builder, file)));
    let problem = match result {
        Ok(Ok(())) => return,
        Ok(Err(problem)) => problem.to_string(),
        Err(_) => "its inner structure does not fit together".to_string(),
    };
    builder.errors.push(super::load::broken_parquet(&file.shown, &problem));
}

fn rows(builder: &mut TableBuilder<'_>, file: &Place) -> Result<(), ParquetError> {
    let handle = File::open(&file.path).map_err(|e| ParquetError::General(e.to_string()))?;
    let reader = SerializedFileReader::new(handle)?;
    if reader.metadata().file_metadata().num_rows() > BATCH as i64 && stream::has_plain_keys(builder) {
        stream::parquet(builder, file);
        return Ok(());
    }
    let schema = reader.metadata().file_metadata().schema_descr_ptr();
    let headers = names(&schema);
    let Some((slots, wanted)) = columns_of(builder, &schema, &file.shown) else { return Ok(()) };
    let mut line: u64 = 0;
    for group in 0..reader.num_row_groups() {
        let group = reader.get_row_group(group)?;
        let total = usize::try_from(group.metadata().num_rows()).unwrap_or(0);
        let mut columns = Vec::with_capacity(wanted.len());
        for place in &wanted {
            columns.push(Column::new(group.as_ref(), *place, &schema.column(*place))?);
        }
        let mut done = 0;
        while done < total {
            let size = BATCH.min(total - done);
            for column in &mut columns {
                column.fill(size)?;
            }
            for row in 0..size {
                line += 1;
                let cells = Cells { columns: &columns, slots: &slots, row };
                match columns.iter().position(|c| c.broken(row)) {
                    Some(bad) => {
                        let name = wanted.get(bad).and_then(|place| headers.get(*place)).map_or("?", String::as_str);
                        builder.reject_row(line, RejectReason::Encoding, format!("`{name}` is not UTF-8"));
                    }
                    None => builder.row(line, &cells),
                }
            }
            done += size;
        }
        if let Some(progress) = builder.about().binding.progress.as_ref() {
            progress.add(group.metadata().compressed_size().unsigned_abs());
        }
    }
    Ok(())
}

/// Which columns of the file are read, and which of them each column of the program is; says what is wrong otherwise.
pub(super) fn columns_of(
    builder: &mut TableBuilder<'_>,
    schema: &SchemaDescriptor,
    file: &str,
) -> Option<(Vec<Option<usize>>, Vec<usize>)> {
    let places = match_headers(builder, &names(schema), None, file)?;
    // Several columns of the program may be read from one of the file.
    let mut wanted: Vec<usize> = places.iter().copied().flatten().collect();
    wanted.sort_unstable();
    wanted.dedup();
    let slots = places.iter().map(|place| place.and_then(|p| wanted.iter().position(|w| *w == p))).collect();
    for place in &wanted {
        let column = schema.column(*place);
        if column.max_rep_level() > 0 {
            builder.errors.push(DataError {
                place: file.to_string(),
                message: format!("column `{}` holds lists, not single values", column.path().string()),
                help: Some("flatten it, or declare the column optional and leave it out of the file".to_string()),
            });
            return None;
        }
    }
    Some((slots, wanted))
}

/// The names of the columns of a file.
pub(super) fn names(schema: &SchemaDescriptor) -> Vec<String> {
    schema.columns().iter().map(|c| c.path().parts().join(".")).collect()
}

struct Cells<'a> {
    columns: &'a [Column],
    slots: &'a [Option<usize>],
    row: usize,
}

impl Source for Cells<'_> {
    fn cell(&self, field: usize) -> Raw<'_> {
        let slot = self.slots.get(field).copied().flatten();
        slot.and_then(|s| self.columns.get(s)).map_or(Raw::Blank, |c| c.cell(self.row))
    }
}

/// What the stored values mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Meaning {
    /// As they are: booleans, signed numbers, floats, texts.
    Plain,
    /// Numbers without a sign.
    Unsigned,
    /// Whole numbers, of which so many digits are the fraction.
    Scaled(u32),
    /// Days since 1970.
    Date,
    /// Time since 1970; in UTC, or on some clock.
    Timestamp { unit: TimeUnit, utc: bool },
    /// Sixteen bytes that are written in hexadecimal.
    Uuid,
    /// Two bytes.
    Half,
    /// None that a cell can have.
    Other,
}

impl Meaning {
    /// A whole number as it is stored.
    pub(super) fn integer<'a>(self, n: i64) -> Raw<'a> {
        match self {
            Meaning::Date => i32::try_from(n).map_or(Raw::TooLarge, |days| Raw::Date(Date(days))),
            Meaning::Scaled(scale) => scaled(i128::from(n), scale),
            Meaning::Timestamp { unit, utc } => {
                let micros = match unit {
                    TimeUnit::MILLIS => n.checked_mul(1000),
                    TimeUnit::MICROS => Some(n),
                    TimeUnit::NANOS => Some(n.div_euclid(1000)),
                };
                match (micros, utc) {
                    (None, _) => Raw::TooLarge,
                    (Some(micros), true) => Raw::Instant(micros),
                    (Some(micros), false) => Raw::Naive(micros),
                }
            }
            Meaning::Unsigned => whole(i128::from(n.cast_unsigned())),
            _ => whole(i128::from(n)),
        }
    }

    pub(super) fn bytes<'a>(self, bytes: &'a [u8]) -> Raw<'a> {
        match self {
            Meaning::Scaled(scale) => {
                let sign = bytes.first().is_some_and(|b| *b >= 0x80);
                let fill = if sign { 0xff } else { 0 };
                // Big-endian; bytes beyond the sixteenth may only repeat the sign.
                let (extra, low) = bytes.split_at(bytes.len().saturating_sub(16));
                let mut wide = [fill; 16];
                for (to, from) in wide.iter_mut().rev().zip(low.iter().rev()) {
                    *to = *from;
                }
                let value = i128::from_be_bytes(wide);
                if extra.iter().any(|b| *b != fill) || (value < 0) != sign {
                    return Raw::TooLarge;
                }
                scaled(value, scale)
            }
            Meaning::Half => match bytes {
                [low, high] => {
                    let value = half(u16::from_le_bytes([*low, *high]));
                    float(f64::from(value), &value.to_string())
                }
                _ => Raw::Blank,
            },
            _ => std::str::from_utf8(bytes).map_or(Raw::Nested, Raw::Text),
        }
    }
}

/// A column of a row group, one batch at a time.
pub(super) struct Column {
    reader: ColumnReader,
    meaning: Meaning,
    full: i16,
    levels: Vec<i16>,
    /// Per row of the batch the place of its value.
    places: Vec<Option<u32>>,
    values: Values,
    /// The values as texts, where they have to be written out first.
    texts: Vec<String>,
}

enum Values {
    Boolean(Vec<bool>),
    Int32(Vec<i32>),
    Int64(Vec<i64>),
    Int96(Vec<Int96>),
    Float(Vec<f32>),
    Double(Vec<f64>),
    Bytes(Vec<ByteArray>),
    Fixed(Vec<FixedLenByteArray>),
}

impl Column {
    pub(super) fn new(
        group: &dyn RowGroupReader,
        place: usize,
        about: &ColumnDescriptor,
    ) -> Result<Column, ParquetError> {
        let values = match about.physical_type() {
            Physical::BOOLEAN => Values::Boolean(Vec::new()),
            Physical::INT32 => Values::Int32(Vec::new()),
            Physical::INT64 => Values::Int64(Vec::new()),
            Physical::INT96 => Values::Int96(Vec::new()),
            Physical::FLOAT => Values::Float(Vec::new()),
            Physical::DOUBLE => Values::Double(Vec::new()),
            Physical::BYTE_ARRAY => Values::Bytes(Vec::new()),
            Physical::FIXED_LEN_BYTE_ARRAY => Values::Fixed(Vec::new()),
        };
        Ok(Column {
            reader: group.get_column_reader(place)?,
            meaning: meaning(about),
            full: about.max_def_level(),
            levels: Vec::new(),
            places: Vec::new(),
            values,
            texts: Vec::new(),
        })
    }

    pub(super) fn fill(&mut self, size: usize) -> Result<(), ParquetError> {
        fn batch<T: DataType>(
            reader: &mut ColumnReaderImpl<T>,
            levels: &mut Vec<i16>,
            values: &mut Vec<T::T>,
            size: usize,
        ) -> Result<usize, ParquetError> {
            values.clear();
            let mut rows = 0;
            while rows < size {
                let (read, _, _) = reader.read_records(size - rows, Some(levels), None, values)?;
                if read == 0 {
                    break;
                }
                rows += read;
            }
            Ok(rows)
        }
        self.levels.clear();
        let levels = &mut self.levels;
        let rows = match (&mut self.reader, &mut self.values) {
            (ColumnReader::BoolColumnReader(r), Values::Boolean(v)) => batch(r, levels, v, size)?,
            (ColumnReader::Int32ColumnReader(r), Values::Int32(v)) => batch(r, levels, v, size)?,
            (ColumnReader::Int64ColumnReader(r), Values::Int64(v)) => batch(r, levels, v, size)?,
            (ColumnReader::Int96ColumnReader(r), Values::Int96(v)) => batch(r, levels, v, size)?,
            (ColumnReader::FloatColumnReader(r), Values::Float(v)) => batch(r, levels, v, size)?,
            (ColumnReader::DoubleColumnReader(r), Values::Double(v)) => batch(r, levels, v, size)?,
            (ColumnReader::ByteArrayColumnReader(r), Values::Bytes(v)) => batch(r, levels, v, size)?,
            (ColumnReader::FixedLenByteArrayColumnReader(r), Values::Fixed(v)) => batch(r, levels, v, size)?,
            _ => 0,
        };
        if rows < size {
            return Err(ParquetError::General("a column ends before the others".to_string()));
        }
        if let (Meaning::Uuid, Values::Fixed(values)) = (self.meaning, &self.values) {
            self.texts = values.iter().map(|v| uuid(v.data())).collect();
        }
        self.places.clear();
        let mut next = 0;
        for row in 0..size {
            // Columns that are always present have no levels.
            let present = self.full == 0 || self.levels.get(row) == Some(&self.full);
            self.places.push(present.then_some(next));
            next += u32::from(present);
        }
        Ok(())
    }

    fn text(&self, row: usize) -> Option<&[u8]> {
        let place = self.places.get(row).copied().flatten()? as usize;
        match (&self.values, self.meaning) {
            (Values::Bytes(v), Meaning::Plain) => v.get(place).map(ByteArray::data),
            (Values::Fixed(v), Meaning::Plain) => v.get(place).map(|b| b.data()),
            _ => None,
        }
    }

    /// True for a text that is not UTF-8.
    pub(super) fn broken(&self, row: usize) -> bool {
        self.text(row).is_some_and(|bytes| std::str::from_utf8(bytes).is_err())
    }

    pub(super) fn cell(&self, row: usize) -> Raw<'_> {
        let Some(place) = self.places.get(row).copied().flatten() else { return Raw::Blank };
        let place = place as usize;
        match self.meaning {
            Meaning::Other => return Raw::Nested,
            Meaning::Uuid => return self.texts.get(place).map_or(Raw::Nested, |t| Raw::Text(t)),
            _ => {}
        }
        let raw = match &self.values {
            Values::Boolean(v) => v.get(place).map(|b| Raw::Boolean(*b)),
            Values::Int32(v) => v.get(place).map(|n| match self.meaning {
                Meaning::Unsigned => whole(i128::from(n.cast_unsigned())),
                meaning => meaning.integer(i64::from(*n)),
            }),
            Values::Int64(v) => v.get(place).map(|n| self.meaning.integer(*n)),
            // Some tools write UTC into this old type, some their own clock, and none says which.
            Values::Int96(v) => v.get(place).map(|n| Raw::Naive(n.to_micros())),
            Values::Float(v) => v.get(place).map(|n| float(f64::from(*n), &n.to_string())),
            Values::Double(v) => v.get(place).map(|n| float(*n, &n.to_string())),
            Values::Bytes(v) => v.get(place).map(|b| self.meaning.bytes(b.data())),
            Values::Fixed(v) => v.get(place).map(|b| self.meaning.bytes(b.data())),
        };
        raw.unwrap_or(Raw::Blank)
    }
}

/// `123e4567-e89b-12d3-a456-426614174000`
pub(super) fn uuid(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(36);
    for (i, byte) in bytes.iter().enumerate() {
        if matches!(i, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.push_str(&format!("{byte:02x}"));
    }
    text
}

/// A number of 16 bits, as IEEE 754 has them.
fn half(bits: u16) -> f32 {
    let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f32::from(bits & 0x3ff));
    sign * match exponent {
        0 => fraction * 2f32.powi(-24),
        31 if fraction == 0.0 => f32::INFINITY,
        31 => f32::NAN,
        _ => (1.0 + fraction / 1024.0) * 2f32.powi(exponent - 15),
    }
}

pub(super) fn whole<'a>(n: i128) -> Raw<'a> {
    n.checked_mul(SCALE).and_then(Decimal::from_raw).map_or(Raw::TooLarge, Raw::Number)
}

/// `value` is a count of units of the last of `scale` fractional digits.
fn scaled<'a>(value: i128, scale: u32) -> Raw<'a> {
    let raw = if scale <= DIGITS {
        value.checked_mul(10i128.pow(DIGITS - scale))
    } else {
        10i128.checked_pow(scale - DIGITS).map(|unit| {
            let (quotient, rest) = (value / unit, value % unit);
            let up = rest.unsigned_abs() >= unit.unsigned_abs() - rest.unsigned_abs();
            if up { quotient + value.signum() } else { quotient }
        })
    };
    raw.and_then(Decimal::from_raw).map_or(Raw::TooLarge, Raw::Number)
}

/// A float as the shortest text that means it; no number at all is how some tools write a blank.
pub(super) fn float<'a>(value: f64, text: &str) -> Raw<'a> {
    if value.is_nan() {
        return Raw::Blank;
    }
    if value.is_finite() { Decimal::parse(text).map_or(Raw::TooLarge, Raw::Number) } else { Raw::TooLarge }
}

pub(super) fn meaning(about: &ColumnDescriptor) -> Meaning {
    let scale = || u32::try_from(about.type_scale()).map_or(Meaning::Other, Meaning::Scaled);
    if let Some(logical) = about.logical_type_ref() {
        return match logical {
            LogicalType::String | LogicalType::Enum | LogicalType::Json => Meaning::Plain,
            LogicalType::Decimal(_) => scale(),
            LogicalType::Date => Meaning::Date,
            LogicalType::Timestamp(t) => Meaning::Timestamp { unit: t.unit, utc: t.is_adjusted_to_u_t_c },
            LogicalType::Integer(int) if !int.is_signed => Meaning::Unsigned,
            LogicalType::Integer(_) | LogicalType::Unknown => Meaning::Plain,
            LogicalType::Uuid => Meaning::Uuid,
            LogicalType::Float16 => Meaning::Half,
            _ => Meaning::Other,
        };
    }
    match about.converted_type() {
        ConvertedType::DECIMAL => scale(),
        ConvertedType::DATE => Meaning::Date,
        ConvertedType::TIMESTAMP_MILLIS => Meaning::Timestamp { unit: TimeUnit::MILLIS, utc: true },
        ConvertedType::TIMESTAMP_MICROS => Meaning::Timestamp { unit: TimeUnit::MICROS, utc: true },
        ConvertedType::UINT_8 | ConvertedType::UINT_16 | ConvertedType::UINT_32 | ConvertedType::UINT_64 => {
            Meaning::Unsigned
        }
        ConvertedType::TIME_MILLIS | ConvertedType::TIME_MICROS | ConvertedType::INTERVAL | ConvertedType::BSON => {
            Meaning::Other
        }
        _ => Meaning::Plain,
    }
}
