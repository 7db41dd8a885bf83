//! The pass over pieces: which rows meet which condition, and what is kept of each.

use super::family::{Basis, Family, Group, Reading, Source, Test};
use super::many::Many;
use super::nodes::{Mask, NodeId, tests};
use super::row::{Hard, Rows};
use super::short::short;
use super::tally::{Book, Keeping, Kept, Run, Seen, Tally};
use crate::calendar::Date;
use crate::data::stream::{Lane, LaneCells, NOBODY, Piece, TextList, TextSet};
use crate::engine::column::slots::{Cell, Tag, Texts};
use crate::engine::reference::fold;
use crate::number::{Decimal, SCALE};
use crate::value::{DAY_MICROS, Value};
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

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

/// The codes of texts that were met before, by column and whether capitals make a difference.
#[derive(Debug, Default)]
struct Codes {
    /// Of a list that is met again: which it is, and the code of each of its texts, if it is known.
    lists: HashMap<(u32, bool), (u64, Vec<i64>)>,
    /// Of other texts: which were met, and by their numbers the codes.
    texts: HashMap<(u32, bool), (TextSet, Vec<i64>)>,
}

impl Codes {
    const UNKNOWN: i64 = i64::MIN;

    /// The code of a text of a list; `find` finds it out.
    fn of(&mut self, whose: (u32, bool), list: &TextList, place: u32, find: impl FnOnce(&str) -> i64) -> i64 {
        let text = list.get(place);
        if !list.is_lasting() {
            let (set, codes) = self.texts.entry(whose).or_default();
            let number = set.number(text) as usize;
            if number == codes.len() {
                codes.push(find(text));
            }
            return codes.get(number).copied().unwrap_or(Codes::UNKNOWN);
        }
        let (id, codes) = self.lists.entry(whose).or_default();
        if *id != list.id() {
            *id = list.id();
            codes.clear();
            codes.resize(list.len(), Codes::UNKNOWN);
        }
        match codes.get_mut(place as usize) {
            Some(code) => {
                if *code == Codes::UNKNOWN {
                    *code = find(text);
                }
                *code
            }
            None => find(text),
        }
    }
}

/// A piece that is looked at.
#[derive(Clone, Copy)]
struct Look<'a> {
    piece: &'a Piece,
    /// By node which rows meet it.
    masks: &'a [Mask],
    /// Every cell can be read.
    clean: bool,
}

/// What was read of a row.
struct Got {
    value: Option<Kept>,
    /// A cell that was read on the way is unreadable.
    bad: bool,
}

impl<'s, 'p> Scan<'s, 'p> {
    /// For so many rows of accounts.
    pub(in crate::engine::column) fn new(
        source: &'s Source<'p>,
        accounts: usize,
        account_of: Option<Vec<u32>>,
        as_of: Date,
    ) -> Scan<'s, 'p> {
        Scan { source, accounts, account_of, as_of, texts: Mutex::default() }
    }

    /// With fewer accounts one core is as fast as two.
    pub(super) fn is_large(&self) -> bool {
        self.accounts >= 4096
    }

    /// A worker that has seen nothing.
    pub(in crate::engine::column) fn start(&self) -> Worker {
        let book = |family: &Family<'_>| Book::of(family, self.accounts);
        Worker {
            books: self.source.families.iter().map(book).collect(),
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
            let owners = &piece.owners;
            match (&mut book.tally, &self.account_of) {
                (Tally::Small(counts), None) => {
                    each_row(inside, |row| owners.get(row).into_iter().for_each(|owner| counts.add(*owner)));
                    continue;
                }
                (Tally::Many(Many::Counts(counts)), None) => {
                    each_row(inside, |row| {
                        let (Some(owner), Some(day)) = (owners.get(row), days.get(row)) else { return };
                        match family.place(*day) {
                            Some(place) => counts.count_on(*owner, place, || family.run(*day)),
                            None => counts.count(*owner, family.run(*day)),
                        }
                    });
                    continue;
                }
                (Tally::Spans(spans), None) => {
                    each_row(inside, |row| {
                        let (Some(owner), Some(day)) = (owners.get(row), days.get(row)) else { return };
                        spans.add(*owner, *day);
                    });
                    continue;
                }
                _ => {}
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

    /// Keeps what a family keeps of a row.
    #[inline]
    fn take(
        &self,
        family: &Family<'_>,
        book: &mut Book,
        look: Look<'_>,
        (row, account, day): (usize, u32, i32),
        run: Run,
        codes: &mut Codes,
    ) -> Taken {
        if family.keeping == Keeping::Count {
            book.count(account, run);
            return Taken::Well;
        }
        if let Some(present) = family.present {
            match self.read(present, look, (row, day), false, codes) {
                // What the value itself notes, the value's own slot notes.
                Ok(Got { value: None, .. }) => return Taken::Well,
                Ok(_) => {}
                Err(Hard) => {
                    book.hard.insert(account);
                    return Taken::Well;
                }
            }
        }
        let folded = family.keeping == Keeping::Distinct;
        let (value, taken) = match self.read(family.value, look, (row, day), folded, codes) {
            Ok(Got { value, bad }) => (value, if bad { Taken::Badly } else { Taken::Well }),
            Err(Hard) => {
                book.hard.insert(account);
                return Taken::Well;
            }
        };
        let Some(value) = value else { return taken };
        match family.keeping {
            Keeping::Count => {}
            Keeping::Sum => match basis(family.basis, value) {
                Some(basis) => book.add(account, run, basis),
                None => {
                    book.hard.insert(account);
                }
            },
            Keeping::Best { .. } => book.best(account, run, value),
            Keeping::Edge { .. } => {
                let lane = self.source.at.and_then(|at| look.piece.lanes.get(at as usize)).map(|lane| &lane.cells);
                let moment = match lane {
                    Some(LaneCells::Micros(micros)) => micros.get(row).copied().unwrap_or(0),
                    _ => i64::from(day) * DAY_MICROS,
                };
                book.edge(account, run, moment, value);
            }
            Keeping::Distinct => match i64::try_from(value.bits) {
                Ok(bits) => {
                    let day = if book.width > 1 { day } else { 0 };
                    book.see(Seen { account, tag: value.tag, value: bits, day, times: 1 });
                }
                Err(_) => {
                    book.hard.insert(account);
                }
            },
            Keeping::Capped { .. } if book.mark(account, day) => {}
            Keeping::Capped { .. } => {
                book.see(Seen { account, tag: Tag::Date, value: i64::from(day), day: 0, times: 1 });
            }
        }
        taken
    }

    fn read(
        &self,
        reading: Reading<'_>,
        look: Look<'_>,
        (row, day): (usize, i32),
        folded: bool,
        codes: &mut Codes,
    ) -> Result<Got, Hard> {
        let Look { piece, masks, clean } = look;
        let plain = |tag, bits| Ok(Got { value: Some(Kept { tag, bits }), bad: false });
        match reading {
            Reading::Nothing => plain(Tag::Boolean, 1),
            Reading::Day => plain(Tag::Date, i128::from(day)),
            Reading::Lane(id) => {
                let Some(lane) = piece.lanes.get(id as usize) else { return Ok(Got { value: None, bad: false }) };
                if !lane.valid.has(row) {
                    let bad = !lane.unreadable.is_empty() && lane.unreadable.binary_search(&(row as u32)).is_ok();
                    return Ok(Got { value: None, bad });
                }
                Ok(Got { value: self.cell(lane, row, (folded, id), codes), bad: false })
            }
            Reading::Test(test) if clean => {
                let has = |words: &[u64]| words.get(row / 64).is_some_and(|word| word >> (row % 64) & 1 == 1);
                let value = match masks.get(test.node as usize) {
                    Some(mask) if has(&mask.yes) => test.met,
                    Some(mask) if !has(&mask.unknown) => test.not,
                    _ => test.unknown,
                };
                Ok(Got { value, bad: false })
            }
            Reading::Expr(expr, date) | Reading::Test(Test { written: (expr, date), .. }) => {
                let mut bad = false;
                let rows = Rows { nodes: &self.source.nodes, piece, date };
                let value = rows.eval(expr, row, &mut bad)?;
                let value = if folded { fold(value) } else { value };
                Ok(Got { value: (!value.is_missing()).then(|| self.kept(value, folded)), bad })
            }
        }
    }

    fn cell(&self, lane: &Lane, row: usize, (folded, id): (bool, u32), codes: &mut Codes) -> Option<Kept> {
        let kept = |tag, bits| Kept { tag, bits };
        Some(match &lane.cells {
            LaneCells::Absent => return None,
            LaneCells::Days(days) => kept(Tag::Date, i128::from(*days.get(row)?)),
            LaneCells::Micros(micros) => kept(Tag::Instant, i128::from(*micros.get(row)?)),
            LaneCells::Flags(bits) => kept(Tag::Boolean, i128::from(bits.get(row))),
            LaneCells::Codes(symbols) => kept(Tag::Symbol, i128::from(*symbols.get(row)?)),
            LaneCells::Small(cells) => kept(Tag::Number, i128::from(*cells.get(row)?)),
            LaneCells::Wide(cells) => kept(Tag::Number, *cells.get(row)?),
            LaneCells::Texts { list, codes: of } => {
                let place = *of.get(row)?;
                if folded && let Some(number) = short(list.get(place)) {
                    return Some(kept(Tag::Text, i128::from(number)));
                }
                let code = codes.of((id, folded), list, place, |text| self.code(text, folded));
                kept(Tag::Text, i128::from(code))
            }
        })
    }

    fn kept(&self, value: Value, folded: bool) -> Kept {
        let Cell { tag, bits } = match &value {
            Value::Text(text) => Cell { tag: Tag::Text, bits: i128::from(self.code(text, folded)) },
            other => Cell::of(other, &mut Texts::default()),
        };
        Kept { tag, bits }
    }

    /// The code of a text, the same for all workers. Of one that is folded it is that of what [`fold`] makes of it: a number
    /// that says the text if it is [`short`], and below zero if it is not.
    fn code(&self, text: &str, folded: bool) -> i64 {
        let known = |text: &str| i64::from(self.texts.lock().unwrap_or_else(PoisonError::into_inner).number(text));
        if !folded {
            return known(text);
        }
        let number = |text: &str| short(text).unwrap_or_else(|| -1 - known(text));
        let mut room = [0u8; 64];
        let trimmed = text.trim().as_bytes();
        if let Some(small) = room.get_mut(..trimmed.len()).filter(|_| trimmed.is_ascii()) {
            small.copy_from_slice(trimmed);
            small.make_ascii_lowercase();
            if let Ok(small) = std::str::from_utf8(small) {
                return number(small);
            }
        }
        match fold(Value::Text(text.into())) {
            Value::Text(text) => number(&text),
            _ => -1,
        }
    }
}

/// How a row was taken.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Taken {
    Well,
    /// A cell that it needs is unreadable.
    Badly,
}

impl Taken {
    fn is_bad(self) -> bool {
        self == Taken::Badly
    }
}

/// What a value adds; `None` where the reference has to say.
fn basis(basis: Basis, value: Kept) -> Option<i128> {
    let whole = |n: i64| i128::from(n) * SCALE;
    Some(match basis {
        Basis::Plain => value.bits,
        Basis::Truth => value.bits,
        Basis::Nps if value.bits >= whole(9) => 1,
        Basis::Nps if value.bits <= whole(6) => -1,
        Basis::Nps => 0,
        Basis::Margin if value.bits >= whole(9) => 1,
        Basis::Margin if value.bits <= whole(6) => 1 << 32,
        Basis::Margin => 0,
        Basis::Csat => i128::from(value.bits >= whole(4)),
        Basis::CsatMean => Decimal::from_raw(value.bits)?.sub(Decimal::ONE)?.div(Decimal::int(4))?.raw(),
    })
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
fn each_row(words: &[u64], mut show: impl FnMut(usize)) {
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
