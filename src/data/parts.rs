//! Parts of a table that are read at the same time on several cores, and put together in their order.

use super::account::Account;
use super::column::Filled;
use super::stream::Lane;
use super::table::TableBuilder;
use super::{Origins, Reject, RejectReason};
use crate::calendar::Date;
use crate::program::FieldId;
use crate::threads;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Some rows of a table, with what became of those that were not taken.
struct Part {
    columns: Vec<Filled>,
    origins: Origins,
    keys: Vec<Arc<str>>,
    read: u64,
    rejected: BTreeMap<RejectReason, u64>,
    first_rejected: BTreeMap<RejectReason, (String, String)>,
    latest: Option<Date>,
    rejects: Vec<Reject>,
}

/// Reads the parts of a file that is the last of the table's: `next` says what is in the next of them, and `read` takes its
/// rows, with something that was made by `start` for each thread and is given back when all is read.
pub(super) fn read<J: Send, W: Send>(
    builder: &mut TableBuilder<'_>,
    threads: usize,
    mut next: impl FnMut() -> Option<J> + Send,
    start: impl Fn() -> W + Sync,
    read: impl Fn(&mut TableBuilder<'_>, &mut W, J) + Sync,
) -> Vec<W> {
    if threads <= 1 {
        let mut state = start();
        while let Some(job) = next() {
            read(builder, &mut state, job);
        }
        return vec![state];
    }
    let (about, files) = (builder.about(), builder.files.clone());
    let jobs = Mutex::new((0usize.., next));
    let done = Mutex::new(BTreeMap::new());
    let work = |settle: &mut dyn FnMut()| {
        let rejects = RefCell::new(Vec::new());
        let mut reject = |row| rejects.borrow_mut().push(row);
        let mut own =
            TableBuilder::new(about.program, about.table, about.binding, about.profile, about.zone, &mut reject);
        own.files.clone_from(&files);
        let mut state = start();
        loop {
            let job = {
                let (numbers, next) = &mut *lock(&jobs);
                next().and_then(|job| Some((numbers.next()?, job)))
            };
            let Some((number, job)) = job else { break };
            read(&mut own, &mut state, job);
            let part = own.take_part(rejects.take());
            lock(&done).insert(number, part);
            settle();
        }
        let accounts: Vec<Account> = own.columns.into_iter().map(|column| column.account).collect();
        (state, accounts)
    };
    // Parts are put together on this thread, as soon as all before them are there.
    let mut at = 0;
    let mut settle = || {
        loop {
            let part = lock(&done).remove(&at);
            let Some(part) = part else { break };
            builder.append(part);
            at += 1;
        }
    };
    let given = threads::beside(threads, || work(&mut || {}), || work(&mut settle));
    settle();
    let merge = |(state, accounts): (W, Vec<Account>)| {
        for (column, account) in builder.columns.iter_mut().zip(accounts) {
            column.account.merge(account);
        }
        state
    };
    given.into_iter().map(merge).collect()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl TableBuilder<'_> {
    /// The rows so far, to go on with an empty table; `rejects` are those that were not taken.
    fn take_part(&mut self, rejects: Vec<Reject>) -> Part {
        use std::mem::take;
        Part {
            columns: self.columns.iter_mut().map(super::column::ColumnBuilder::take).collect(),
            origins: take(&mut self.origins),
            keys: take(&mut self.keys),
            read: take(&mut self.read),
            rejected: take(&mut self.rejected),
            first_rejected: take(&mut self.first_rejected),
            latest: self.latest.take(),
            rejects,
        }
    }

    /// Adds rows of a piece, from this line on, of which there is nothing to say; one lane for each column.
    pub(super) fn extend(&mut self, lanes: &[Lane], rows: Range<usize>, line: u64) {
        let before = self.origins.len();
        if rows.is_empty() || self.is_full(before + rows.len(), self.here(line)) {
            return;
        }
        for (column, lane) in self.columns.iter_mut().zip(lanes) {
            column.extend(lane, rows.clone());
            column.account.readable = column.account.readable || rows.clone().any(|row| lane.valid.has(row));
        }
        (line..).take(rows.len()).for_each(|line| self.origins.push(self.here(line)));
        self.read += rows.len() as u64;
        let added = before..before + rows.len();
        let column = |id: Option<FieldId>| id.and_then(|id| self.columns.get(id.index()));
        if let Some(key) = column(self.table.key) {
            self.keys.extend(added.clone().filter_map(|row| key.key(row)));
        }
        let kind = &self.table.kind;
        let latest = column(kind.at().or(kind.since())).and_then(|at| added.filter_map(|row| at.date(row)).max());
        self.latest = self.latest.max(latest);
    }

    /// Adds the rows that come next.
    fn append(&mut self, part: Part) {
        let rows = self.origins.len();
        if self.is_full(rows + part.origins.len(), part.origins.get(0).unwrap_or_default()) {
            return;
        }
        for (column, filled) in self.columns.iter_mut().zip(part.columns) {
            column.append(filled, rows as u32);
        }
        self.origins.append(part.origins);
        self.keys.extend(part.keys);
        self.read += part.read;
        for (reason, count) in part.rejected {
            *self.rejected.entry(reason).or_default() += count;
        }
        for (reason, first) in part.first_rejected {
            self.first_rejected.entry(reason).or_insert(first);
        }
        self.latest = self.latest.max(part.latest);
        part.rejects.into_iter().for_each(|row| (self.reject)(row));
    }
}
