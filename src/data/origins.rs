//! Where the rows of a table were read. Most rows stand one below the other, so it is enough to know where each such run
//! begins.

use super::Origin;

/// Keeps what stands first in the files, and of what stands on one line the text that is first by its letters: parts of a file
/// are read in any order, and all of a file may stand on one line.
pub(super) fn keep_first<T>(
    known: &mut Option<T>,
    origin: Origin,
    new: impl FnOnce() -> T,
    of: impl Fn(&T) -> (Origin, &str),
) {
    match known.as_ref().map(|known| of(known).0) {
        Some(first) if first < origin => {}
        Some(first) if first == origin => {
            let new = new();
            if known.as_ref().is_some_and(|known| of(&new).1 < of(known).1) {
                *known = Some(new);
            }
        }
        _ => *known = Some(new()),
    }
}

/// The places of rows.
#[derive(Debug, Clone, Default)]
pub struct Origins {
    /// The first row of each run, and where it stands.
    runs: Vec<(u32, Origin)>,
    rows: usize,
}

impl Origins {
    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// True if there are no rows.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Where a row was read.
    pub fn get(&self, row: usize) -> Option<Origin> {
        if row >= self.rows {
            return None;
        }
        let next = self.runs.partition_point(|(first, _)| *first as usize <= row);
        let (first, origin) = self.runs.get(next.checked_sub(1)?)?;
        Some(Origin { line: origin.line.saturating_add(row as u32 - first), ..*origin })
    }

    /// Where all rows were read, in their order.
    pub fn iter(&self) -> impl Iterator<Item = Origin> {
        let ends = self.runs.iter().skip(1).map(|(first, _)| *first).chain([self.rows as u32]);
        self.runs.iter().zip(ends).flat_map(|((first, origin), end)| {
            (0..end - first).map(|more| Origin { line: origin.line.saturating_add(more), ..*origin })
        })
    }

    /// Adds a row.
    pub fn push(&mut self, origin: Origin) {
        let follows = self.runs.last().is_some_and(|(first, run)| {
            run.file == origin.file && run.line.checked_add(self.rows as u32 - first) == Some(origin.line)
        });
        if !follows {
            self.runs.push((self.rows as u32, origin));
        }
        self.rows += 1;
    }

    /// Adds so many rows that stand one below the other.
    #[cfg_attr(not(feature = "parquet"), allow(dead_code))] // only columns of Parquet come as lanes
    pub(super) fn push_run(&mut self, first: Origin, rows: usize) {
        if rows > 0 {
            self.push(first);
            self.rows += rows - 1;
        }
    }

    /// Adds the rows of another list.
    pub(super) fn append(&mut self, more: Origins) {
        let before = self.rows as u32;
        self.runs.extend(more.runs.into_iter().map(|(first, origin)| (before + first, origin)));
        self.rows += more.rows;
    }

    /// Drops the rows that are not kept.
    pub(super) fn retain(&mut self, keep: &[bool]) {
        *self = self.iter().zip(keep).filter(|(_, keep)| **keep).map(|(origin, _)| origin).collect();
    }

    /// How many rows of each file there are; a file may come more than once.
    pub(super) fn per_file(&self) -> impl Iterator<Item = (u32, u64)> {
        let ends = self.runs.iter().skip(1).map(|(first, _)| *first).chain([self.rows as u32]);
        self.runs.iter().zip(ends).map(|((first, origin), end)| (origin.file, u64::from(end - first)))
    }
}

impl FromIterator<Origin> for Origins {
    fn from_iter<I: IntoIterator<Item = Origin>>(origins: I) -> Origins {
        let mut all = Origins::default();
        origins.into_iter().for_each(|origin| all.push(origin));
        all
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn every_row_is_where_it_was_read() {
        let at = |file, line| Origin { file, line };
        let list = [at(0, 2), at(0, 3), at(0, 5), at(1, 6), at(1, 7), at(1, u32::MAX), at(1, u32::MAX), at(2, 0)];
        let mut origins: Origins = list.into_iter().collect();
        assert_eq!((origins.len(), origins.runs.len()), (8, 6));
        assert_eq!(origins.iter().collect::<Vec<_>>(), list);
        assert_eq!((0..9).map_while(|row| origins.get(row)).collect::<Vec<_>>(), list);
        assert_eq!(origins.per_file().map(|(file, rows)| u64::from(file) * rows).sum::<u64>(), 6);
        origins.push_run(at(2, 1), 3);
        assert_eq!((origins.runs.len(), origins.get(10)), (6, Some(at(2, 3))));
        origins.retain(&[[true; 8].as_slice(), &[false; 3]].concat());
        origins.append(list.into_iter().collect());
        let keep: Vec<bool> = (0..16).map(|row| row != 1 && row != 12).collect();
        origins.retain(&keep);
        let both = list.iter().chain(&list).zip(&keep).filter(|(_, keep)| **keep).map(|(origin, _)| *origin);
        assert_eq!(origins.iter().collect::<Vec<_>>(), both.collect::<Vec<_>>());
    }
}
