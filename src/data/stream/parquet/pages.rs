//! Pages of a column, taken apart into which rows have a value, and the values as they are stored.

use super::super::Bits;
use super::levels::{Runs, Short};
use super::shared::Shared;
use ::parquet::basic::{Encoding, Type as Physical};
use ::parquet::column::page::{Page, PageReader};
use ::parquet::errors::ParquetError;
use ::parquet::file::metadata::ParquetMetaData;
use ::parquet::file::serialized_reader::SerializedPageReader;
use bytes::Bytes;
use std::sync::Arc;

/// Why pages cannot be taken apart here: nothing is wrong with the file, or the library will say what.
#[derive(Debug)]
pub(super) struct Beyond;

impl From<Short> for Beyond {
    fn from(_: Short) -> Beyond {
        Beyond
    }
}

/// Values as they are stored, one after the other.
#[derive(Debug)]
pub(super) enum Values {
    /// Of a fixed width, in bytes; 0 for booleans, which are bits.
    Fixed(Bytes, usize),
    /// Each with its length before it.
    Long(Bytes),
    /// Places in the dictionary.
    Places(Runs),
    /// Booleans in runs.
    Flags(Runs),
}

/// The pages of one column of a row group.
pub(super) struct Pages {
    reader: SerializedPageReader<Shared>,
    physical: Physical,
    width: usize,
    /// The level of rows that have a value; 0 if all have.
    full: u32,
    levels: Option<Runs>,
    values: Values,
    /// Where in the values of the page the next one is: bytes, or bits of booleans.
    pub(super) at: usize,
    /// Rows that are left in the page.
    left: usize,
    /// The dictionary, until it is taken.
    pub(super) dictionary: Option<(Bytes, usize)>,
}

impl Pages {
    /// The pages of a column chunk.
    pub(super) fn new(
        handle: &Arc<Shared>,
        about: &ParquetMetaData,
        (group, place): (usize, usize),
    ) -> Result<Pages, ParquetError> {
        let group = about.row_group(group);
        let column = group.column(place);
        let rows = usize::try_from(group.num_rows()).unwrap_or(0);
        let descriptor = column.column_descr();
        let physical = descriptor.physical_type();
        Ok(Pages {
            reader: SerializedPageReader::new(Arc::clone(handle), column, rows, None)?,
            physical,
            width: match physical {
                Physical::BOOLEAN | Physical::BYTE_ARRAY => 0,
                Physical::INT32 | Physical::FLOAT => 4,
                Physical::INT64 | Physical::DOUBLE => 8,
                Physical::INT96 => 12,
                Physical::FIXED_LEN_BYTE_ARRAY => usize::try_from(descriptor.type_length()).unwrap_or(0),
            },
            full: u32::try_from(descriptor.max_def_level()).unwrap_or(0),
            levels: None,
            values: Values::Long(Bytes::new()),
            at: 0,
            left: 0,
            dictionary: None,
        })
    }

    /// How many rows are left in the page at hand.
    pub(super) fn left(&self) -> usize {
        self.left
    }

    /// The values of the page at hand.
    pub(super) fn values(&mut self) -> (&mut Values, &mut usize) {
        (&mut self.values, &mut self.at)
    }

    /// Goes on to the next page with rows.
    pub(super) fn next(&mut self) -> Result<(), Beyond> {
        while self.left == 0 {
            let page = self.reader.get_next_page().map_err(|_| Beyond)?.ok_or(Beyond)?;
            match page {
                Page::DictionaryPage { buf, num_values, encoding, .. } => {
                    if !matches!(encoding, Encoding::PLAIN | Encoding::PLAIN_DICTIONARY) {
                        return Err(Beyond);
                    }
                    self.dictionary = Some((buf, num_values as usize));
                }
                Page::DataPage { buf, num_values, encoding, def_level_encoding, .. } => {
                    let mut values = buf;
                    self.levels = None;
                    if self.full > 0 {
                        if def_level_encoding != Encoding::RLE {
                            return Err(Beyond);
                        }
                        let size = values.first_chunk::<4>().map(|size| u32::from_le_bytes(*size)).ok_or(Beyond)?;
                        let end = (size as usize).checked_add(4).filter(|end| *end <= values.len()).ok_or(Beyond)?;
                        self.levels = Some(Runs::new(values.slice(4..end), self.level_width()));
                        values = values.slice(end..);
                    }
                    self.begin(values, encoding, num_values as usize)?;
                }
                Page::DataPageV2 { buf, num_values, encoding, def_levels_byte_len, rep_levels_byte_len, .. } => {
                    let (skip, size) = (rep_levels_byte_len as usize, def_levels_byte_len as usize);
                    let end = skip.checked_add(size).filter(|end| *end <= buf.len()).ok_or(Beyond)?;
                    self.levels = (self.full > 0).then(|| Runs::new(buf.slice(skip..end), self.level_width()));
                    self.begin(buf.slice(end..), encoding, num_values as usize)?;
                }
            }
        }
        Ok(())
    }

    fn level_width(&self) -> u32 {
        u32::BITS - self.full.leading_zeros()
    }

    fn begin(&mut self, values: Bytes, encoding: Encoding, rows: usize) -> Result<(), Beyond> {
        self.values = match (encoding, self.physical) {
            (Encoding::PLAIN_DICTIONARY | Encoding::RLE_DICTIONARY, _) => {
                let width = values.first().copied().unwrap_or(0);
                Values::Places(Runs::new(values.slice(1.min(values.len())..), u32::from(width)))
            }
            (Encoding::PLAIN, Physical::BYTE_ARRAY) => Values::Long(values),
            (Encoding::PLAIN, _) => Values::Fixed(values, self.width),
            (Encoding::RLE, Physical::BOOLEAN) => Values::Flags(Runs::new(values.slice(4.min(values.len())..), 1)),
            _ => return Err(Beyond),
        };
        (self.at, self.left) = (0, rows);
        Ok(())
    }

    /// Says which of the next rows of the page have a value; how many do.
    pub(super) fn present(&mut self, rows: usize, present: &mut Bits) -> Result<usize, Beyond> {
        present.clear();
        let found = match &mut self.levels {
            Some(levels) => levels.full(rows, self.full, present)?,
            None => {
                present.extend(true, rows);
                rows
            }
        };
        self.left -= rows.min(self.left);
        Ok(found)
    }
}
