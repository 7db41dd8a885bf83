//! From what the passes over rows found to the values of slots at one as-of date, on all cores.

use super::plan::{How, Plan, Slot};
use super::scan::finish::{Accounts, Found, Wanted, covered};
use super::scan::tally::Book;
use super::slots::{Cell, SlotColumn, SlotId, SlotValues, Tag, Texts};
use crate::data::Dataset;
use crate::engine::reference::Evaluator;
use crate::program::TableId;
use crate::threads;
use crate::value::Missing;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// With fewer accounts one core is as fast.
const MANY: usize = 4096;

/// The values of these slots. Where `last` says that nobody will ask again, what was kept of rows is forgotten as soon as
/// the values are there that are made of it.
pub(super) fn of(
    found: &mut [(TableId, Found<'_, '_>)],
    last: bool,
    plan: &Plan<'_>,
    slots: &[SlotId],
    plain: &Evaluator<'_>,
    threads: usize,
) -> SlotValues {
    let (rows, data) = (plain.account_rows(), plain.data);
    let mut slots: Vec<(usize, usize, SlotId)> = slots.iter().filter_map(|id| kept(plan, *id)).collect();
    slots.sort_unstable();
    // What is made of the same rows is made by the same thread.
    let families: Vec<&[(usize, usize, SlotId)]> = slots.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)).collect();
    let mut book = |of: Option<&(usize, usize, SlotId)>| {
        let (source, family, _) = of.filter(|_| last)?;
        let table = plan.sources.get(*source)?.table;
        found.iter_mut().find(|(known, _)| *known == table)?.1.take_book(*family)
    };
    let books: Vec<Mutex<Option<Book>>> = families.iter().map(|family| Mutex::new(book(family.first()))).collect();
    let pairs: Vec<_> = families.iter().zip(books).collect();
    let (found, next) = (&*found, AtomicUsize::new(0));
    let rows = rows.as_slice();
    let work = || {
        let mut part = Part::default();
        while let Some((family, book)) = pairs.get(next.fetch_add(1, Ordering::Relaxed)) {
            let book = book.lock().unwrap_or_else(PoisonError::into_inner).take();
            for (_, _, id) in family.iter() {
                // What nobody found stays unknown.
                let _ = part.take((found, book.as_ref()), plan, data, rows, *id);
            }
        }
        part
    };
    let parts = threads::on(if rows.len() < MANY { 1 } else { threads.min(families.len()) }, work);
    let unknown = |slot: &Slot<'_>| match slot.how {
        How::Unread => SlotColumn::Same(Cell::default()),
        How::Rows { .. } | How::Asked => SlotColumn::Unknown,
    };
    let columns = plan.slots.iter().map(unknown).collect();
    let mut values = SlotValues { columns, ..SlotValues::default() };
    let hard: Vec<(SlotId, u32)> = parts.into_iter().flat_map(|part| part.into(&mut values)).collect();
    one_by_one(hard, plan, plain, &mut values);
    values
}

/// Source, family and id of a slot that is found while rows go by.
fn kept(plan: &Plan<'_>, id: SlotId) -> Option<(usize, usize, SlotId)> {
    match plan.slots.get(id.index())?.how {
        How::Rows { source, family, .. } => Some((source, family, id)),
        How::Asked | How::Unread => None,
    }
}

/// What one thread made.
#[derive(Default)]
struct Part {
    columns: Vec<(SlotId, SlotColumn)>,
    /// Faults and texts.
    values: SlotValues,
    hard: Vec<(SlotId, u32)>,
}

impl Part {
    fn take(
        &mut self,
        (found, book): (&[(TableId, Found<'_, '_>)], Option<&Book>),
        plan: &Plan<'_>,
        data: &Dataset,
        rows: &[u32],
        id: SlotId,
    ) -> Option<()> {
        let slot = plan.slots.get(id.index())?;
        let How::Rows { source, family, place } = slot.how else { return None };
        let of = plan.sources.get(source)?.table;
        let (_, found) = found.iter().find(|(known, _)| *known == of)?;
        let (aggregate, date, what) = (slot.aggregate, slot.date, slot.what);
        let column = match covered(data.table(of)?, plan.calendar, aggregate, date) {
            true => {
                let wanted = Wanted { slot: id, aggregate, date, what, family, place };
                let book = book.or_else(|| found.book(family));
                found.column(&wanted, book, &Accounts { rows }, &mut self.values, &mut self.hard)
            }
            false => SlotColumn::Same(Cell::missing(Missing::NoData)),
        };
        self.columns.push((id, column));
        Some(())
    }

    /// Puts it where it belongs; gives what the reference has to say.
    fn into(self, all: &mut SlotValues) -> Vec<(SlotId, u32)> {
        let Part { columns, values, hard } = self;
        for (id, mut column) in columns {
            match &mut column {
                SlotColumn::Cells(cells) => {
                    for place in cells.texts().collect::<Vec<_>>() {
                        let mut cell = cells.get(place).unwrap_or_default();
                        move_text(&mut cell, &values.texts, all);
                        cells.set(place, cell);
                    }
                }
                SlotColumn::Same(cell) => move_text(cell, &values.texts, all),
                SlotColumn::Counts(_) | SlotColumn::Unknown => {}
            }
            if let Some(to) = all.columns.get_mut(id.index()) {
                *to = column;
            }
        }
        all.faults.extend(values.faults);
        hard
    }
}

/// A text of one thread gets the code that it has for all.
fn move_text(cell: &mut Cell, from: &Texts, all: &mut SlotValues) {
    if cell.tag == Tag::Text
        && let Some(text) = u32::try_from(cell.bits).ok().and_then(|code| from.get(code))
    {
        cell.bits = i128::from(all.texts.code(text));
    }
}

/// Looks at the rows that have to be looked at one by one.
fn one_by_one(hard: Vec<(SlotId, u32)>, plan: &Plan<'_>, plain: &Evaluator<'_>, values: &mut SlotValues) {
    for (id, account) in hard {
        let Some(slot) = plan.slots.get(id.index()) else { continue };
        if plain.data.table(slot.aggregate.source).is_none_or(|table| table.went_by.is_some()) {
            values.open = true;
            continue;
        }
        let (value, faults) = plain.aggregate_of(account, slot.aggregate, slot.date, slot.what);
        values.set(id, account, &value, faults);
    }
}
