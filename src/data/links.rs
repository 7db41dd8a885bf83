//! Columns that name rows of other tables: which row each names, and what there is to say about those that name none.

use super::keys::Moved;
use super::wording::{note, plural};
use super::{Cells, Link, Note, NoteKind, TableData, TableReport};
use crate::program::{FieldId, Program, TableId};
use crate::value::MASK;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Keys that are named in a note.
const NAMED: usize = 5;

/// Finds the rows that linked columns name, in all tables, once all are loaded.
pub fn follow(
    program: &Program,
    done: &mut HashMap<TableId, (TableData, TableReport)>,
    moved: &HashMap<TableId, Moved>,
) {
    for (index, table) in program.tables.iter().enumerate() {
        let id = TableId(index as u32);
        for (i, field) in table.fields.iter().enumerate() {
            let Some(to) = program.named_by(id, FieldId(i as u32)) else { continue };
            let hidden = field.personal || is_key_personal(program, to);
            let found = Linked::new(program, done, moved.get(&to), (id, i), to);
            let Some((data, report)) = done.get_mut(&id) else { continue };
            if let Some(Cells::Text(cells)) = data.columns.get_mut(i).map(|c| &mut c.cells) {
                for (row, key) in found.rewritten {
                    if let Some(cell) = cells.get_mut(row as usize) {
                        *cell = Some(key);
                    }
                }
            }
            let target = program.table(to).map_or("?", |t| t.header.name.as_str());
            let account = program.subject_table().map_or("account", |t| t.header.name.as_str());
            let tell = |counts: BTreeMap<String, u64>, kind: NoteKind, what: &dyn Fn(&str) -> String| -> Option<Note> {
                let total: u64 = counts.values().sum();
                let text = format!("{}: {}", what(&plural(total, "row")), listed(counts, hidden));
                (total > 0).then(|| note(kind, Some(&field.name), total, text))
            };
            report.notes.extend(tell(found.moved, NoteKind::Moved, &|rows| {
                format!("{rows} whose `{target}` was merged {} it", if rows == "1 row" { "follows" } else { "follow" })
            }));
            report.notes.extend(tell(found.nobody, NoteKind::Orphans, &|rows| match rows {
                "1 row" => format!("1 row kept that names a `{target}` that does not exist, and belongs to none"),
                rows => format!("{rows} kept that name a `{target}` that does not exist, and belong to none"),
            }));
            report.notes.extend(tell(found.foreign, NoteKind::Orphans, &|rows| match rows {
                "1 row" => format!("1 row names a `{target}` of another `{account}`, and counts for both"),
                rows => format!("{rows} name a `{target}` of another `{account}`, and count for both"),
            }));
            report.notes.sort_by_key(|n| n.kind);
            data.links.push(found.link);
        }
    }
}

fn is_key_personal(program: &Program, table: TableId) -> bool {
    let table = program.table(table);
    table.and_then(|t| t.fields.get(t.key?.index())).is_some_and(|field| field.personal)
}

/// `` `c9` (2), `c8` (1) ``, most frequent first.
fn listed(counts: BTreeMap<String, u64>, hidden: bool) -> String {
    if hidden {
        return MASK.to_string();
    }
    let mut list: Vec<(Reverse<u64>, String)> = counts.into_iter().map(|(key, n)| (Reverse(n), key)).collect();
    list.sort();
    let more = list.len().saturating_sub(NAMED);
    let mut shown: Vec<String> = list.into_iter().take(NAMED).map(|(n, key)| format!("`{key}` ({})", n.0)).collect();
    if more > 0 {
        shown.push(format!("{more} more"));
    }
    shown.join(", ")
}

/// What the cells of a column name.
#[derive(Default)]
struct Linked {
    link: Link,
    /// Cells that follow a merge, with the key that holds the row now.
    rewritten: Vec<(u32, Arc<str>)>,
    moved: BTreeMap<String, u64>,
    /// Keys that do not exist.
    nobody: BTreeMap<String, u64>,
    /// Keys of rows that belong to another account.
    foreign: BTreeMap<String, u64>,
}

impl Linked {
    fn new(
        program: &Program,
        done: &HashMap<TableId, (TableData, TableReport)>,
        moved: Option<&Moved>,
        (from, field): (TableId, usize),
        to: TableId,
    ) -> Linked {
        let mut out = Linked::default();
        out.link.field = field;
        let (Some((source, _)), Some((target, _))) = (done.get(&from), done.get(&to)) else { return out };
        let Some(Cells::Text(cells)) = source.columns.get(field).map(|c| &c.cells) else { return out };
        let account = |table: TableId, row: u32| account_of(program, done, table, row);
        out.link.from = vec![Vec::new(); target.rows as usize];
        for (row, cell) in (0u32..).zip(cells) {
            let named = cell.as_ref().and_then(|key| {
                let new = moved.and_then(|moved| moved.get(key));
                let found = target.by_key.get_key_value(new.unwrap_or(key));
                if let (Some(_), Some((known, _))) = (new, found) {
                    *out.moved.entry(key.to_string()).or_default() += 1;
                    out.rewritten.push((row, Arc::clone(known)));
                }
                if found.is_none() && target.loaded {
                    *out.nobody.entry(key.to_string()).or_default() += 1;
                }
                let named = found.map(|(_, row)| row)?;
                let (own, theirs) = (account(from, row), account(to, named));
                if own.is_some() && theirs.is_some() && own != theirs {
                    *out.foreign.entry(key.to_string()).or_default() += 1;
                }
                Some(named)
            });
            out.link.to.push(named);
        }
        // In the order in which the rows come everywhere else.
        for row in source.by_parent.iter().flatten() {
            let named = out.link.to.get(*row as usize).copied().flatten();
            if let Some(list) = named.and_then(|named| out.link.from.get_mut(named as usize)) {
                list.push(*row);
            }
        }
        out
    }
}

/// The account that a row belongs to.
fn account_of(
    program: &Program,
    done: &HashMap<TableId, (TableData, TableReport)>,
    table: TableId,
    row: u32,
) -> Option<u32> {
    let (mut table, mut row) = (table, row);
    for _ in 0..program.tables.len() {
        if Some(table) == program.subject {
            return Some(row);
        }
        let (of, _) = program.table(table)?.kind.owner()?;
        row = *done.get(&table)?.0.owners.get(row as usize)?;
        table = of;
    }
    None
}
