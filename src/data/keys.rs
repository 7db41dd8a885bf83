//! What rows mean to each other: repeats, merged accounts, accounts that do not exist.

use super::account::Count;
use super::by_key::Index;
use super::orphans::{Orphans, Whole};
use super::table::TableBuilder;
use super::wording::{note, plural, told};
use super::{ByKey, DataError, Note, NoteKind, RejectReason, TableData};
use crate::program::{FieldId, Table};
use crate::value::MASK;
use hashbrown::hash_table::Entry;
use hashbrown::{DefaultHashBuilder, HashTable};
use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::BuildHasher;
use std::sync::Arc;

/// Where merged-away keys went: old key to the key that holds its rows now.
pub type Moved = HashMap<Arc<str>, Arc<str>>;

/// Makes the pair of currencies the key of a table of rates, which has no other: two rates of one pair and day are in
/// conflict.
pub fn of_pairs(builder: &mut TableBuilder<'_>, pair: [FieldId; 2]) {
    let code = |field: FieldId, row: usize| match builder.columns.get(field.index()) {
        Some(column) => column.text(row).map_or_else(|| column.place(row), |text| text.trim().to_uppercase()),
        None => String::new(),
    };
    let keys = (0..builder.origins.len()).map(|row| Arc::from(pair.map(|field| code(field, row)).join(" to ")));
    builder.keys = keys.collect();
}

/// Drops rows whose key was there before: of rows that differ, the one recorded last stays, or else the first.
pub fn dedupe(builder: &mut TableBuilder<'_>) {
    if builder.keys.is_empty() {
        return;
    }
    let index = index_of(builder, &builder.keys);
    if index.is_unique(builder.keys.len()) {
        builder.index = Some(index);
        return;
    }
    drop(index);
    let rows = builder.origins.len();
    let date = builder.table.kind.since();
    let recorded = builder.table.fields.iter().position(|f| f.recorded);
    let date_of =
        |b: &TableBuilder<'_>, row: usize| date.and_then(|d| b.columns.get(d.index())).and_then(|c| c.date(row));
    let recorded_at =
        |b: &TableBuilder<'_>, row: usize| recorded.and_then(|i| b.columns.get(i)).and_then(|c| c.micros(row));
    // The row that stays per key; the others are settled once it is known.
    let hashes = DefaultHashBuilder::default();
    let hash = |row: usize| hashes.hash_one((builder.keys.get(row), date_of(builder, row)));
    let mut places: HashTable<u32> = HashTable::with_capacity(rows);
    let mut best: Vec<u32> = Vec::with_capacity(rows);
    let mut repeated: Vec<(u32, u32)> = Vec::new();
    for row in 0..rows {
        let row_of = |place: &u32| best.get(*place as usize).map_or(0, |row| *row as usize);
        let is = |place: &u32| {
            let first = row_of(place);
            builder.keys.get(first) == builder.keys.get(row) && date_of(builder, first) == date_of(builder, row)
        };
        match places.entry(hash(row), is, |place| hash(row_of(place))) {
            Entry::Vacant(free) => {
                free.insert(best.len() as u32);
                best.push(row as u32);
            }
            Entry::Occupied(taken) => {
                let place = *taken.get();
                let Some(stays) = best.get_mut(place as usize) else { continue };
                if recorded_at(builder, row) > recorded_at(builder, *stays as usize) {
                    repeated.push((*stays, place));
                    *stays = row as u32;
                } else {
                    repeated.push((row as u32, place));
                }
            }
        }
    }
    drop(places);
    if repeated.is_empty() {
        return;
    }
    repeated.sort_unstable();
    let mut keep = vec![true; rows];
    for (row, place) in repeated {
        let Some(stays) = best.get(place as usize).map(|r| *r as usize) else { continue };
        let row = row as usize;
        if let Some(flag) = keep.get_mut(row) {
            *flag = false;
        }
        let place = builder.place(stays);
        if builder.columns.iter().all(|c| c.same(row, stays)) {
            builder.reject_taken(row, RejectReason::Duplicate, format!("the same as {place}"));
        } else {
            let later = recorded.is_some() && recorded_at(builder, stays) > recorded_at(builder, row);
            let why = if later { "recorded later, is kept" } else { "the first, is kept" };
            let key = told_key(builder.table, builder.keys.get(row).map_or("", |k| k));
            let detail = format!("`{key}` is also the key of a different row: {place}, {why}");
            builder.reject_taken(row, RejectReason::Conflict, detail);
        }
    }
    builder.retain(&keep);
}

/// What may be said of a key.
pub(super) fn told_key(table: &Table, key: &str) -> String {
    match table.key.and_then(|id| table.fields.get(id.index())) {
        Some(field) => told(field, key.to_string()),
        None => key.to_string(),
    }
}

/// The latest row per key, by the as-of date if there is one.
pub fn latest_by_key(builder: &TableBuilder<'_>, keys: Vec<Arc<str>>) -> ByKey {
    let index = builder.index.clone().unwrap_or_else(|| index_of(builder, &keys));
    ByKey::of(keys, index)
}

/// The same once nothing else is asked of the table.
pub fn last_by_key(builder: &mut TableBuilder<'_>) -> ByKey {
    let keys = std::mem::take(&mut builder.keys);
    let index = builder.index.take().unwrap_or_else(|| index_of(builder, &keys));
    ByKey::of(keys, index)
}

fn index_of(builder: &TableBuilder<'_>, keys: &[Arc<str>]) -> Index {
    let dates = builder.table.kind.since().and_then(|d| builder.columns.get(d.index()));
    let date_of = |row: u32| dates.and_then(|dates| dates.date(row as usize));
    Index::new(keys, |row, first| date_of(row) > date_of(first))
}

/// Names of rows, with their keys.
type Names = Vec<(Arc<str>, Arc<str>)>;

/// Notes rows that point at a row that does not exist, the first of them with what it points at; `said` is what they are,
/// and what stands between the two keys.
pub fn nowhere(builder: &mut TableBuilder<'_>, field: &str, rows: &[(usize, Arc<str>)], said: [&str; 2]) {
    let Some((row, target)) = rows.first() else { return };
    let key = told_key(builder.table, builder.keys.get(*row).map_or("", |k| k));
    let target = told_key(builder.table, target);
    let ([what, between], count) = (said, rows.len() as u64);
    let text = format!("{} {what}: `{key}`{between}`{target}` at {}", plural(count, "row"), builder.place(*row));
    builder.notes.push(note(NoteKind::Other, Some(field), count, text));
}

/// Drops the rows of accounts that were merged into others, and says where each went and what they were called.
pub fn merge(builder: &mut TableBuilder<'_>) -> (Moved, Names) {
    let mut moved = Moved::new();
    let Some(merged) = builder.table.fields.iter().position(|f| f.merged) else { return (moved, Names::new()) };
    if builder.table.key.is_none() {
        return (moved, Names::new());
    }
    let by_key = latest_by_key(builder, builder.keys.clone());
    let target = |row: u32| builder.columns.get(merged).and_then(|c| c.text(row as usize)).filter(|t| !t.is_empty());
    let mut unknown: Vec<(usize, Arc<str>)> = Vec::new();
    let mut next: BTreeMap<Arc<str>, Arc<str>> = BTreeMap::new();
    for (key, row) in by_key.iter() {
        let Some(into) = target(row) else { continue };
        if by_key.contains_key(into) {
            next.insert(Arc::clone(key), Arc::clone(into));
        } else {
            unknown.push((row as usize, Arc::clone(into)));
        }
    }
    unknown.sort();
    let field = builder.table.fields.get(merged).map_or_else(String::new, |f| f.name.clone());
    nowhere(builder, field.as_str(), &unknown, ["merged into one that does not exist; kept", " into "]);
    let words = Round {
        itself: "is merged into itself",
        circle: "rows are merged in a circle",
        between: " into ",
        help: format!("leave `{field}` blank for the one that stays"),
    };
    let (ends, errors) = circles(builder, &next, &words, &by_key);
    moved.extend(ends);
    let failed = !errors.is_empty();
    builder.errors.extend(errors);
    if failed || moved.is_empty() {
        return (moved, Names::new());
    }
    let name = builder.table.name_field().and_then(|f| builder.columns.get(f.index()));
    let called = |row: u32| name.and_then(|c| c.text(row as usize)).filter(|name| !name.is_empty()).cloned();
    let gone = by_key.iter().filter(|(key, _)| moved.contains_key(*key));
    let mut names: Names = gone.filter_map(|(key, row)| Some((called(row)?, Arc::clone(key)))).collect();
    names.sort();
    let mut keep = vec![true; builder.keys.len()];
    for row in 0..builder.keys.len() {
        let Some(into) = builder.keys.get(row).and_then(|key| moved.get(key)).cloned() else { continue };
        if let Some(flag) = keep.get_mut(row) {
            *flag = false;
        }
        builder.reject_taken(row, RejectReason::Merged, format!("merged into `{}`", told_key(builder.table, &into)));
    }
    builder.retain(&keep);
    (moved, names)
}

/// How keys that lead in a circle are told.
pub(super) struct Round {
    pub(super) itself: &'static str,
    pub(super) circle: &'static str,
    pub(super) between: &'static str,
    pub(super) help: String,
}

/// Where each key leads in the end, and the errors for those that lead in a circle.
pub(super) fn circles(
    builder: &TableBuilder<'_>,
    next: &BTreeMap<Arc<str>, Arc<str>>,
    words: &Round,
    by_key: &ByKey,
) -> (Moved, Vec<DataError>) {
    let mut ends = Moved::new();
    let mut errors = Vec::new();
    // Keys whose way was walked before and leads into a circle.
    let mut lost: HashSet<&Arc<str>> = HashSet::new();
    for start in next.keys() {
        let mut path: Vec<&Arc<str>> = Vec::new();
        let mut on_path: HashSet<&Arc<str>> = HashSet::new();
        let mut at = start;
        let end = loop {
            if let Some(end) = ends.get(at) {
                break Some(Arc::clone(end));
            }
            if lost.contains(at) || on_path.contains(at) {
                break None;
            }
            let Some(into) = next.get(at) else { break Some(Arc::clone(at)) };
            path.push(at);
            on_path.insert(at);
            at = into;
        };
        if let Some(end) = end {
            ends.extend(path.into_iter().map(|key| (Arc::clone(key), Arc::clone(&end))));
            continue;
        }
        if on_path.contains(at) && errors.len() < MOST_CIRCLES {
            let from = path.iter().position(|key| *key == at).unwrap_or(0);
            let round = path.get(from..).unwrap_or(&[]);
            errors.push(circle(builder, round, words, by_key));
        }
        lost.extend(path);
    }
    (ends, errors)
}

/// The error for keys that lead in a circle.
fn circle(builder: &TableBuilder<'_>, round: &[&Arc<str>], words: &Round, by_key: &ByKey) -> DataError {
    // The smallest key first, so that the message does not depend on where the walk began.
    let mut round = round.to_vec();
    let smallest = round.iter().enumerate().min_by(|a, b| a.1.cmp(b.1)).map_or(0, |(i, _)| i);
    round.rotate_left(smallest);
    let first = round.first().map_or("", |key| key);
    let row = by_key.get(first).unwrap_or(0);
    let told = |key| told_key(builder.table, key);
    let mut names: Vec<String> = round.iter().take(MOST_NAMED).map(|k| format!("`{}`", told(k))).collect();
    if round.len() > MOST_NAMED {
        names.push(format!("{} more", round.len() - MOST_NAMED));
    }
    let shown = told(first);
    names.push(format!("`{shown}`"));
    let message = match round.len() {
        1 => format!("`{shown}` {}", words.itself),
        _ => format!("{}: {}", words.circle, names.join(words.between)),
    };
    DataError { place: builder.place(row as usize), message, help: Some(words.help.clone()) }
}

/// How many circles are reported, and how many keys of one are named.
const MOST_CIRCLES: usize = 10;
const MOST_NAMED: usize = 8;

/// Gives each event row its parent's row: re-keyed where the parent was merged away, rejected where there is none.
///
/// The rows by parent come in order of date and time. Of rows at the same moment the one recorded earlier comes first,
/// then the lesser key, then the lesser cells from left to right: which row is the first or the last must not depend on
/// how an export happened to be sorted.
pub fn attach(
    builder: &mut TableBuilder<'_>,
    parents: &TableData,
    parent_table: &Table,
    parent: FieldId,
    moved: &Moved,
) -> Attached {
    let rows = builder.origins.len();
    let mut rekeyed = HashMap::new();
    let mut kept = 0;
    let mut owner: Vec<u32> = Vec::with_capacity(rows);
    let mut keep = vec![true; rows];
    let mut counts: BTreeMap<(Arc<str>, Arc<str>), u64> = BTreeMap::new();
    let hidden = builder.table.fields.get(parent.index()).is_some_and(|field| field.personal);
    let told = |key: &str| if hidden { MASK.to_string() } else { told_key(parent_table, key) };
    let mut lost: Vec<(usize, Arc<str>)> = Vec::new();
    for row in 0..rows {
        let Some(key) = builder.columns.get(parent.index()).and_then(|c| c.text(row)).cloned() else { continue };
        let new = moved.get(&key);
        match parents.by_key.get_key_value(new.unwrap_or(&key)) {
            Some((known, parent_row)) => {
                owner.push(parent_row);
                if new.is_some() {
                    rekeyed.insert(kept, Arc::clone(&key));
                    *counts.entry((key, Arc::clone(known))).or_default() += 1;
                }
                // The parent's own text, so that each key is held once.
                if let Some(super::Cells::Text(cells)) = builder.columns.get_mut(parent.index()).map(|c| &mut c.cells)
                    && let Some(cell) = cells.get_mut(row)
                {
                    *cell = Some(Arc::clone(known));
                }
                kept += 1;
            }
            None => {
                owner.push(u32::MAX);
                if let Some(flag) = keep.get_mut(row) {
                    *flag = false;
                }
                lost.push((row, key));
            }
        }
    }
    let mut orphans = Orphans::new(parents, parent_table, hidden, lost.iter().map(|(_, key)| key));
    let reason = match builder.table.kind.owner().map(|(of, _)| of) == builder.program.subject {
        true => RejectReason::UnknownAccount,
        false => RejectReason::UnknownOwner,
    };
    for (row, key) in &lost {
        let first = builder.origins.get(*row).unwrap_or_default();
        orphans.add(key, Count { count: 1, first });
        builder.reject_taken(*row, reason, orphans.detail(key));
    }
    let name = builder.table.fields.get(parent.index()).map_or("", |f| f.name.as_str());
    builder.notes.extend(moved_note(name, &counts, &told));
    let mut totals = vec![0; builder.files.len()];
    for (file, rows) in builder.origins.per_file() {
        if let Some(n) = totals.get_mut(file as usize) {
            *n += rows;
        }
    }
    let (files, unused) = (builder.files.clone(), builder.unused.clone());
    let whole = Whole { about: builder.about(), files: &files, unused: &unused, totals: &totals, parent };
    orphans.report(&whole, &mut builder.notes, &mut builder.errors);
    builder.retain(&keep);
    let mut flags = keep.iter();
    owner.retain(|_| flags.next().copied().unwrap_or(true));

    let mut by_parent: Vec<Vec<u32>> = vec![Vec::new(); parents.rows as usize];
    for (row, parent_row) in owner.iter().enumerate() {
        if let Some(list) = by_parent.get_mut(*parent_row as usize) {
            list.push(row as u32);
        }
    }
    for list in &mut by_parent {
        in_order(builder, list);
    }
    Attached { by_parent, owners: owner, rekeyed }
}

/// Says which rows were re-keyed; `counts` is by old and new key.
pub(super) fn moved_note(
    field: &str,
    counts: &BTreeMap<(Arc<str>, Arc<str>), u64>,
    told: &dyn Fn(&str) -> String,
) -> Option<Note> {
    let count: u64 = counts.values().sum();
    let mut list: Vec<_> =
        counts.iter().map(|((from, to), n)| (Reverse(*n), format!("`{}` to `{}`", told(from), told(to)))).collect();
    list.sort();
    let more = list.len().saturating_sub(5);
    let mut shown: Vec<String> = list.into_iter().take(5).map(|(n, text)| format!("{text} ({})", n.0)).collect();
    if more > 0 {
        shown.push(format!("{more} more"));
    }
    let text = format!("{} moved because of merges: {}", plural(count, "row"), shown.join(", "));
    (count > 0).then(|| note(NoteKind::Moved, Some(field), count, text))
}

/// What rows belong to.
pub struct Attached {
    /// By row of the table above: its rows, in order.
    pub by_parent: Vec<Vec<u32>>,
    /// By row: the row above.
    pub owners: Vec<u32>,
    /// The old key of each row that was re-keyed.
    pub rekeyed: HashMap<u32, Arc<str>>,
}

/// Puts rows in the order that nothing but what they say decides: by date and time, when they were recorded, key and
/// cells; rows without a date by key and cells.
pub fn in_order(builder: &TableBuilder<'_>, rows: &mut [u32]) {
    let moment = |field: usize, row: u32| builder.columns.get(field).and_then(|c| c.micros(row as usize));
    let at = builder.table.kind.at();
    let recorded = at.and_then(|_| builder.table.fields.iter().position(|f| f.recorded));
    let of_row = |row: u32| {
        let key = builder.keys.get(row as usize);
        (at.and_then(|at| moment(at.index(), row)), recorded.and_then(|i| moment(i, row)), key)
    };
    let cells = |a: u32, b: u32| {
        let mut orders = builder.columns.iter().map(|c| c.compare(a as usize, b as usize));
        orders.find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    };
    // Rows that agree in all of this are alike, and stay as they were read.
    rows.sort_by(|a, b| of_row(*a).cmp(&of_row(*b)).then_with(|| cells(*a, *b)));
}
