//! The pass over pieces: which rows meet which condition, and what is kept of each.

use super::at_once::at_once;
use super::family::{Group, Source};
use super::lanes::tests;
use super::nodes::{Mask, NodeId};
use super::pairs::Shared;
use super::row::Rows;
use super::take::{Codes, Look};
use super::tally::Book;
use crate::calendar::Date;
use crate::data::stream::{LaneCells, NOBODY, Piece, TextSet};
use crate::value::DAY_MICROS;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

/// What is the same for all workers.
#[derive(Debug)]
pub(in crate::engine::column) struct Scan<'s, 'p> {
    pub(super) source: &'s Source<'p>,
    /// How many rows the table of accounts has.
    accounts: usize,
    /// By row of the table above: the row of the account, where they are not the same.
    account_of: Option<Vec<u32>>,
    as_of: Date,
    pub(super) texts: Mutex<TextSet>,
    /// By family what the workers keep together.
    shared: Vec<Arc<Shared>>,
}

/// What one worker has seen.
#[derive(Debug)]
pub(in crate::engine::column) struct Worker {
    pub(super) books: Vec<Book>,
    /// By group and account: the first day of a row whose condition read an unreadable cell.
    pub(super) filters: HashMap<(u32, u32), i32>,
    /// Family, account and day of rows whose value read an unreadable cell.
    pub(super) values: HashSet<(u32, u32, i32)>,
    /// The first and the last day of a row, and how many rows are dated after the as-of date.
    pub(super) dates: Option<(i32, i32)>,
    pub(super) after: u64,
    masks: Vec<Mask>,
    days: Vec<i32>,
    kept: Vec<u64>,
    suspects: Vec<u32>,
    /// The rows of a group, and those of them inside a window; a bit per row.
    rows: Vec<u64>,
    inside: Vec<u64>,
    codes: Codes,
}

impl<'s, 'p> Scan<'s, 'p> {
    /// For so many rows of accounts.
    pub(in crate::engine::column) fn new(
        source: &'s Source<'p>,
        accounts: usize,
        account_of: Option<Vec<u32>>,
        as_of: Date,
    ) -> Scan<'s, 'p> {
        let shared = source.families.iter().map(|_| Arc::default()).collect();
        Scan { source, accounts, account_of, as_of, texts: Mutex::default(), shared }
    }

    /// With fewer accounts one core is as fast as two.
    pub(super) fn is_large(&self) -> bool {
        self.accounts >= 4096
    }

    /// A worker that has seen nothing.
    pub(in crate::engine::column) fn start(&self) -> Worker {
        let families = self.source.families.iter().zip(&self.shared);
        Worker {
            books: families.map(|(family, shared)| Book::of(family, self.accounts, shared)).collect(),
            filters: HashMap::new(),
            values: HashSet::new(),
            dates: None,
            after: 0,
            masks: Vec::new(),
            days: Vec::new(),
            kept: Vec::new(),
            suspects: Vec::new(),
            rows: Vec::new(),
            inside: Vec::new(),
            codes: Codes::default(),
        }
    }

    fn account(&self, owner: u32) -> u32 {
        match &self.account_of {
            Some(account_of) => account_of.get(owner as usize).copied().unwrap_or(NOBODY),
            None => owner,
        }
    }

    /// Shows a piece to a worker.
    pub(in crate::engine::column) fn visit(&self, worker: &mut Worker, piece: &Piece) {
        self.days(worker, piece);
        worker.suspects.clear();
        let mut masks = std::mem::take(&mut worker.masks);
        let mut suspects = std::mem::take(&mut worker.suspects);
        let (first, last) = self.dates(worker);
        let apart = |group: &Group| last < group.first || group.last < first;
        let needed = |node: NodeId| self.source.groups.iter().any(|group| group.needs(node) && !apart(group));
        self.source.nodes.masks(piece, needed, &mut masks, &mut suspects);
        let look = Look { piece, masks: &masks, clean: piece.lanes.iter().all(|lane| lane.unreadable.is_empty()) };
        for (place, group) in self.source.groups.iter().enumerate() {
            self.blame_filters(worker, piece, place as u32, group);
            if let Some(mask) = masks.get(group.filter as usize).filter(|_| !apart(group)) {
                self.group(worker, look, group, mask, (first, last));
            }
        }
        for row in &suspects {
            let owner = piece.owners.get(*row as usize).copied().unwrap_or(NOBODY);
            let account = self.account(owner);
            if owner != NOBODY && account != NOBODY {
                worker.books.iter_mut().for_each(|book| {
                    book.hard.insert(account);
                });
            }
        }
        (worker.masks, worker.suspects) = (masks, suspects);
    }

    /// The day of every row, and which rows are kept.
    fn days(&self, worker: &mut Worker, piece: &Piece) {
        let Worker { days, kept, .. } = worker;
        days.clear();
        let lane = self.source.at.and_then(|at| piece.lanes.get(at as usize));
        match lane.map(|lane| &lane.cells) {
            Some(LaneCells::Days(list)) => days.extend_from_slice(list),
            Some(LaneCells::Micros(list)) => {
                days.extend(list.iter().map(|micros| micros.div_euclid(DAY_MICROS) as i32));
            }
            _ => {}
        }
        days.resize(piece.rows, 0);
        kept.clear();
        for owners in piece.owners.chunks(64) {
            kept.push(tests(owners, |owner| owner != NOBODY));
        }
        if let Some(lane) = lane.filter(|lane| lane.valid.count(piece.rows) < piece.rows) {
            for row in (0..piece.rows).filter(|row| !lane.valid.has(*row)) {
                if let Some(word) = kept.get_mut(row / 64) {
                    *word &= !(1 << (row % 64));
                }
            }
        }
    }

    /// The first and the last day of rows that are kept.
    fn dates(&self, worker: &mut Worker) -> (i32, i32) {
        let (mut first, mut last, mut after) = (i32::MAX, i32::MIN, 0u64);
        for (days, kept) in worker.days.chunks(64).zip(&worker.kept) {
            if *kept == u64::MAX {
                first = days.iter().copied().fold(first, i32::min);
                last = days.iter().copied().fold(last, i32::max);
                after += u64::from(tests(days, |day| day > self.as_of.0).count_ones());
                continue;
            }
            for (i, day) in days.iter().enumerate() {
                if kept >> i & 1 == 1 {
                    (first, last) = (first.min(*day), last.max(*day));
                    after += u64::from(*day > self.as_of.0);
                }
            }
        }
        if first <= last {
            let (known_first, known_last) = worker.dates.unwrap_or((first, last));
            worker.dates = Some((known_first.min(first), known_last.max(last)));
            worker.after += after;
        }
        (first, last)
    }

    /// Notes the accounts of rows whose condition reads an unreadable cell, as far as it gets to it.
    fn blame_filters(&self, worker: &mut Worker, piece: &Piece, place: u32, group: &Group) {
        let lanes = || group.lanes.iter().filter_map(|lane| piece.lanes.get(*lane as usize));
        if lanes().all(|lane| lane.unreadable.is_empty()) {
            return;
        }
        let family = group.families.first().and_then(|family| self.source.families.get(*family));
        let Some((filter, date)) = family.and_then(|family| family.written) else { return };
        let rows = Rows { nodes: &self.source.nodes, piece, date };
        let mut open: Vec<u32> = lanes().flat_map(|lane| lane.unreadable.iter().copied()).collect();
        open.sort_unstable();
        open.dedup();
        for row in open {
            let row = row as usize;
            let account = piece.owners.get(row).map_or(NOBODY, |owner| self.account(*owner));
            let kept = worker.kept.get(row / 64).is_some_and(|word| word >> (row % 64) & 1 == 1);
            if account == NOBODY || !kept {
                continue;
            }
            let mut bad = false;
            let hard = rows.eval(filter, row, &mut bad).is_err();
            let day = match self.source.at {
                Some(_) => worker.days.get(row).copied().unwrap_or(i32::MIN),
                None => i32::MIN,
            };
            if hard {
                for family in &group.families {
                    worker.books.get_mut(*family).map(|book| book.hard.insert(account));
                }
            } else if bad {
                worker.filters.entry((place, account)).and_modify(|first| *first = day.min(*first)).or_insert(day);
            }
        }
    }

    /// Keeps what the families of a group keep of the rows of a piece, which are dated between two days.
    fn group(&self, worker: &mut Worker, look: Look<'_>, group: &Group, mask: &Mask, dated: (i32, i32)) {
        let piece = look.piece;
        let Worker { books, values, days, kept, rows, inside, codes, .. } = worker;
        rows.clear();
        rows.extend(mask.yes.iter().zip(&*kept).map(|(yes, kept)| yes & kept));
        for place in &group.families {
            let (Some(family), Some(book)) = (self.source.families.get(*place), books.get_mut(*place)) else {
                continue;
            };
            // Rows outside all of its windows are none of its.
            let (first, last) = family.ends;
            if dated.1 < first || last < dated.0 {
                continue;
            }
            match first <= dated.0 && dated.1 <= last {
                true => inside.clone_from(rows),
                false => within(days, rows, (first, last), inside),
            }
            if self.account_of.is_none() && at_once(family, book, piece, (inside, days)) {
                continue;
            }
            each_row(inside, |row| {
                let (Some(owner), Some(day)) = (piece.owners.get(row), days.get(row)) else { return };
                let (account, run) = (self.account(*owner), family.run(*day));
                if account != NOBODY
                    && run.from < run.to
                    && self.take(family, book, look, (row, account, *day), run, codes).is_bad()
                {
                    values.insert((*place as u32, account, *day));
                }
            });
        }
    }
}

impl Worker {
    /// What all workers have seen together.
    pub(super) fn together(workers: Vec<Worker>) -> Option<Worker> {
        workers.into_iter().reduce(|mut all, worker| {
            all.books.iter_mut().zip(worker.books).for_each(|(mine, theirs)| mine.join(theirs));
            for (whose, day) in worker.filters {
                all.filters.entry(whose).and_modify(|first| *first = day.min(*first)).or_insert(day);
            }
            all.values.extend(worker.values);
            let ends = all.dates.into_iter().chain(worker.dates);
            all.dates = ends.reduce(|(first, last), (a, b)| (first.min(a), last.max(b)));
            all.after += worker.after;
            all
        })
    }
}

/// Of these rows those that are dated from the first day to the last.
fn within(days: &[i32], rows: &[u64], (first, last): (i32, i32), inside: &mut Vec<u64>) {
    inside.clear();
    if first == i32::MIN && last == i32::MAX {
        return inside.extend_from_slice(rows);
    }
    inside.extend(days.chunks(64).zip(rows).map(|(days, rows)| match rows {
        0 => 0,
        rows => rows & tests(days, |day| (first <= day) & (day <= last)),
    }));
}

/// Shows the rows whose bit is set.
#[inline]
pub(super) fn each_row(words: &[u64], mut show: impl FnMut(usize)) {
    for (i, word) in words.iter().enumerate() {
        let mut word = *word;
        while word != 0 {
            show(i * 64 + word.trailing_zeros() as usize);
            word &= word - 1;
        }
    }
}

/// The last day of a date.
pub(super) fn seen(day: i32, date: Date) -> bool {
    day <= date.0
}
