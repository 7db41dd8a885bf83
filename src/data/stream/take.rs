//! Rows one by one into lanes: what is plain is read on the spot, all else by the same reader that loads tables, with the
//! same account of it.

use super::owners::Asked;
use super::plan::{Fast, Plan, Wanted};
use super::quick;
use super::refuse::{Rank, Remark};
use super::whose::{TOGETHER, Waiting};
use super::{Lane, LaneCells, NOBODY, PIECE, Piece};
use crate::calendar::Date;
use crate::data::account::{Account, Count, Tally};
use crate::data::cells::{Bad, Cell, CellReader, Raw, shown};
use crate::data::literals::Spellings;
use crate::data::wording::{clip, shorten, told};
use crate::data::{Origin, Reject, RejectReason};
use crate::program::Type;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// A row that is not kept, for whatever reason; it has been accounted for.
pub(super) struct Refused;

/// One column of those that are read.
pub(super) struct Column {
    pub(super) reader: CellReader,
    pub(super) account: Account,
    pub(super) tally: Tally,
    pub(super) symbols: quick::Symbols,
    /// Cells with one point in them that can be nothing but a decimal point.
    pub(super) points: u64,
    /// The text of the last cell, of columns that name currencies.
    said: Option<Arc<str>>,
}

/// What is found in the part of a table that one worker reads.
pub(super) struct Taker<'a> {
    pub(super) plan: &'a Plan<'a>,
    pub(super) piece: Piece,
    /// Texts that columns are compared with, by lane.
    pub(super) spellings: Vec<(usize, Spellings)>,
    /// In the order of [`Plan::wanted`].
    pub(super) columns: Vec<Column>,
    pub(super) read: u64,
    pub(super) kept: u64,
    pub(super) refused: BTreeMap<RejectReason, u64>,
    /// The latest date, of rows that are not kept too.
    pub(super) latest: Option<Date>,
    /// Per file how many rows were read, and how many of them were not refused on their own.
    pub(super) per_file: Vec<(u64, u64)>,
    /// Rows that belong to nothing.
    pub(super) orphans: HashMap<(u32, Arc<str>), Count>,
    /// Rows that were re-keyed, by old and new key.
    pub(super) moved: BTreeMap<(Arc<str>, Arc<str>), u64>,
    /// Each with its rank.
    pub(super) rejects: Vec<(Rank, Reject)>,
    /// Which of the parts of the table that are read at once is read now.
    pub(super) turn: u64,
    /// The row at hand.
    pub(super) origin: Origin,
    pub(super) owner: u32,
    /// The key of its owner, if it has none or rejects are listed.
    pub(super) key: Option<Arc<str>>,
    /// By column that is read: cells of the piece that are not plain, by rising row; only where columns are filled as such.
    #[cfg(feature = "parquet")]
    pub(super) odd: Vec<Vec<(u32, super::parquet::Odd)>>,
    /// What is to be said about its cells if it is kept.
    pub(super) remarks: Vec<(usize, Remark)>,
    /// Its owner may be found together with those of other rows.
    pub(super) later: bool,
    /// The key of its owner, if that is so.
    pub(super) asked: Option<Asked>,
    /// Rows of the piece whose owners have not been found yet; there is nothing to say about their cells.
    pub(super) waiting: Vec<Waiting>,
}

impl<'a> Taker<'a> {
    pub(super) fn new(plan: &'a Plan<'a>) -> Taker<'a> {
        let column = |wanted: &Wanted<'_>| Column {
            reader: wanted.reader.clone(),
            account: Account::new(wanted.field, wanted.bound),
            tally: Tally::default(),
            symbols: quick::Symbols::default(),
            points: 0,
            said: None,
        };
        let mut taker = Taker {
            plan,
            piece: Piece { owners: vec![NOBODY; PIECE], ..Piece::default() },
            spellings: plan.spellings.clone(),
            columns: plan.wanted.iter().map(column).collect(),
            read: 0,
            kept: 0,
            refused: BTreeMap::new(),
            latest: None,
            per_file: vec![(0, 0); plan.files.len()],
            orphans: HashMap::new(),
            moved: BTreeMap::new(),
            rejects: Vec::new(),
            turn: 0,
            origin: Origin::default(),
            owner: NOBODY,
            key: None,
            #[cfg(feature = "parquet")]
            odd: Vec::new(),
            remarks: Vec::new(),
            later: false,
            asked: None,
            waiting: Vec::new(),
        };
        taker.piece.lanes = plan.lanes.iter().map(|_| Lane::default()).collect();
        taker.room();
        taker
    }

    /// Makes room for the rows of a piece.
    pub(super) fn room(&mut self) {
        self.piece.rows = 0;
        self.piece.kept = 0;
        self.piece.owners.resize(PIECE, NOBODY);
        for (lane, ty) in self.piece.lanes.iter_mut().zip(&self.plan.lanes) {
            super::lane::room(lane, *ty);
        }
    }

    /// Shows what there is, if there is anything.
    pub(super) fn show(&mut self, visit: &mut dyn FnMut(&Piece)) {
        let rows = self.piece.rows;
        if rows == 0 {
            return;
        }
        self.answer();
        self.piece.owners.truncate(rows);
        for lane in &mut self.piece.lanes {
            super::lane::finish(lane, rows);
        }
        self.spell();
        visit(&self.piece);
        self.room();
    }

    /// Looks for texts that columns are compared with, until they are found.
    fn spell(&mut self) {
        let piece = &self.piece;
        for (lane, spellings) in self.spellings.iter_mut().filter(|(_, spellings)| !spellings.exact) {
            let Some(Lane { cells: LaneCells::Texts { list, codes }, valid, .. }) = piece.lanes.get(*lane) else {
                continue;
            };
            for (row, (code, owner)) in codes.iter().zip(&piece.owners).enumerate() {
                if *owner != NOBODY && valid.has(row) {
                    spellings.see(list.get(*code));
                }
            }
        }
    }

    /// True if the piece must be shown before another row is taken.
    pub(super) fn is_full(&self) -> bool {
        self.piece.rows >= PIECE
    }

    /// Begins a row whose owner nobody asks for before it ends.
    #[inline]
    pub(super) fn begin_plain(&mut self, origin: Origin) {
        self.begin(origin);
        self.later = !self.plan.request.rejects && self.plan.request.owners.is_some_and(|owners| !owners.has_merged());
    }

    /// Begins a row.
    #[inline]
    pub(super) fn begin(&mut self, origin: Origin) {
        self.origin = origin;
        self.later = false;
        self.asked = None;
        self.owner = if self.plan.parent.is_some() { NOBODY } else { 0 };
        if self.key.is_some() {
            self.key = None;
        }
        if !self.remarks.is_empty() {
            self.remarks.clear();
        }
    }

    /// Takes the row as it has been read.
    #[inline]
    pub(super) fn end(&mut self, taken: Result<(), Refused>) {
        self.count_row(self.origin.file, taken.is_ok());
        let row = self.piece.rows;
        self.piece.rows += 1;
        if taken.is_ok()
            && let Some(asked) = self.asked
        {
            if self.remarks.is_empty() {
                self.waiting.push(Waiting { asked, row, origin: self.origin });
                if self.waiting.len() == TOGETHER {
                    self.answer();
                }
                return;
            }
            self.answered(asked);
        }
        let keep = taken.is_ok() && self.owner != NOBODY;
        if let Some(owner) = self.piece.owners.get_mut(row) {
            *owner = if keep { self.owner } else { NOBODY };
        }
        if keep {
            self.piece.kept += 1;
            self.kept += 1;
            if !self.remarks.is_empty() {
                self.remark(row);
            }
        } else if taken.is_ok() {
            self.orphan();
        }
    }

    /// Counts rows that are not refused on their own.
    pub(super) fn count_rows(&mut self, file: u32, rows: u64) {
        self.read += rows;
        if let Some((read, taken)) = self.per_file.get_mut(file as usize) {
            *read += rows;
            *taken += rows;
        }
    }

    pub(super) fn count_row(&mut self, file: u32, whole: bool) {
        self.read += 1;
        if let Some((read, taken)) = self.per_file.get_mut(file as usize) {
            *read += 1;
            *taken += u64::from(whole);
        }
    }

    /// Takes a cell that the file does not have.
    #[inline]
    pub(super) fn absent(&mut self, i: usize) -> Result<(), Refused> {
        match self.plan.wanted.get(i) {
            Some(wanted) if wanted.plain_blank && wanted.expected => Ok(()),
            _ => self.raw(i, &Raw::Blank),
        }
    }

    /// Takes a text.
    #[inline]
    pub(super) fn text(&mut self, i: usize, text: &str) -> Result<(), Refused> {
        let plan = self.plan;
        let (Some(wanted), Some(column)) = (plan.wanted.get(i), self.columns.get_mut(i)) else { return Ok(()) };
        if text.is_empty() && wanted.plain_blank {
            if !wanted.expected {
                self.remarks.push((i, Remark::Blank));
            }
            return Ok(());
        }
        let row = self.piece.rows;
        let lane = wanted.lane.and_then(|lane| self.piece.lanes.get_mut(lane));
        match wanted.fast {
            Fast::Slow => return self.raw(i, &Raw::Text(text)),
            Fast::Owner | Fast::Text => {
                let (Some(first), Some(last)) = (text.as_bytes().first(), text.as_bytes().last()) else {
                    return self.raw(i, &Raw::Text(text));
                };
                let plain = |byte: &u8| matches!(byte, b'!'..=b'~');
                if !plain(first) || !plain(last) || column.reader.is_nothing(text) {
                    return self.raw(i, &Raw::Text(text));
                }
                if let Some(lane) = lane {
                    super::lane::text(lane, row, text);
                }
                column.account.readable = true;
                if matches!(wanted.fast, Fast::Owner) {
                    self.belongs(text);
                }
                return Ok(());
            }
            Fast::Date(zones) => {
                if let Some(read) = quick::moment(text.as_bytes())
                    && zones.tell(read.clock)
                    && !column.reader.is_nothing(text)
                {
                    column.account.readable = true;
                    if wanted.at {
                        self.latest = self.latest.max(Some(Date(read.day)));
                    }
                    if let Some(lane) = lane {
                        super::lane::moment(lane, row, read.day, read.micros);
                    }
                    return Ok(());
                }
            }
            Fast::Number(bounds) => {
                if let Some((billionths, after)) = quick::number(text.as_bytes())
                    && bounds.hold(billionths)
                    && !(after == Some(3) && column.account.marks.is_some())
                    && !column.reader.is_nothing(text)
                {
                    column.account.readable = true;
                    column.points += u64::from(after.is_some());
                    if let Some(lane) = lane {
                        super::lane::small(lane, row, billionths);
                    }
                    return Ok(());
                }
            }
            Fast::Flag => {
                if let Some(flag) = quick::flag(text.as_bytes())
                    && !column.reader.is_nothing(text)
                {
                    column.account.readable = true;
                    if let Some(lane) = lane {
                        super::lane::flag(lane, row, flag);
                    }
                    return Ok(());
                }
            }
            Fast::Symbol => {
                if let Some(code) = column.symbols.get(text) {
                    column.account.readable = true;
                    if let Some(lane) = lane {
                        super::lane::code(lane, row, code);
                    }
                    return Ok(());
                }
                self.raw(i, &Raw::Text(text))?;
                // What has been read once is known by its spelling. A value called `none` does not make a column readable: it
                // is remembered when another did.
                if let Some(column) = self.columns.get_mut(i)
                    && column.account.readable
                    && let Ok(Cell::Symbol(code)) = column.reader.read(&Raw::Text(text))
                {
                    column.symbols.insert(text, code);
                }
                return Ok(());
            }
        }
        self.raw(i, &Raw::Text(text))
    }

    /// Takes a cell of any kind, as loading a table does.
    pub(super) fn raw(&mut self, i: usize, raw: &Raw<'_>) -> Result<(), Refused> {
        let plan = self.plan;
        let Some(wanted) = plan.wanted.get(i) else { return Ok(()) };
        let said = wanted.currency.and_then(|at| self.columns.get(at)).map(|column| column.said.clone());
        let Some(column) = self.columns.get_mut(i) else { return Ok(()) };
        if let Some(said) = said {
            column.reader.in_currency(said.as_deref());
        }
        column.said = None;
        let read = column.reader.read(raw);
        column.account.see(&column.reader, raw, &read, self.origin);
        let row = self.piece.rows;
        match read {
            Ok(nothing @ (Cell::Blank | Cell::Ignored)) => {
                let name = || format!("`{}` is blank", wanted.field.name);
                if wanted.parent {
                    return Err(self.refuse(i, RejectReason::NoKey, None, name));
                }
                if wanted.at {
                    return Err(self.refuse(i, RejectReason::BadDate, None, name));
                }
                if nothing == Cell::Blank && !wanted.expected {
                    self.remarks.push((i, Remark::Blank));
                }
            }
            Ok(cell) => {
                match &cell {
                    Cell::Moment(moment) => {
                        if wanted.at {
                            self.latest = self.latest.max(Some(moment.day()));
                        }
                        if let Some(shift) = moment.shift {
                            self.remarks.push((i, Remark::Shift(shift)));
                        }
                    }
                    Cell::Number(number) if column.reader.guesses_percent() => {
                        self.remarks.push((i, Remark::Ratio(*number)));
                    }
                    Cell::Text(text) if wanted.names_currency => column.said = Some(Arc::from(text.as_ref())),
                    Cell::Symbol(code) if wanted.names_currency => {
                        if let Type::Enum(list) = wanted.field.ty {
                            let list = plan.about.program.enums.get(list.index());
                            let name = list.and_then(|list| list.values.get(*code as usize));
                            column.said = name.map(|name| Arc::from(name.as_str()));
                        }
                    }
                    _ => {}
                }
                if let Some(lane) = wanted.lane.and_then(|lane| self.piece.lanes.get_mut(lane)) {
                    super::lane::cell(lane, row, &cell);
                }
                if wanted.parent
                    && let Cell::Text(text) = &cell
                {
                    self.belongs(text);
                }
            }
            Err(bad) => {
                let detail = |column: &Column| {
                    let text = told(wanted.field, clip(&shown(raw)));
                    match bad {
                        Bad::OutOfRange => column.reader.range_words(&wanted.field.name, &text),
                        _ => format!("`{text}` in `{}` {}", wanted.field.name, bad.words()),
                    }
                };
                let reason = if wanted.parent {
                    RejectReason::NoKey
                } else if wanted.at {
                    RejectReason::BadDate
                } else if bad == Bad::OutOfRange {
                    RejectReason::OutOfRange
                } else {
                    self.remarks.push((i, Remark::Bad(bad, shorten(&shown(raw), 200))));
                    return Ok(());
                };
                let detail = if plan.request.rejects { detail(column) } else { String::new() };
                return Err(self.refuse(i, reason, Some(raw), || detail));
            }
        }
        Ok(())
    }
}
