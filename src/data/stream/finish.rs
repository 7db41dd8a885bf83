//! When all rows have gone by: errors, notes, and the account of the table, as loading it would have given them.

use super::Streamed;
use super::object::Headers;
use super::plan::Plan;
use super::refuse::Rank;
use super::run::{Form, Left, Source};
use super::take::Taker;
use crate::data::binding::Place;
use crate::data::notes::Told;
use crate::data::orphans::{Orphans, Whole};
use crate::data::table::TableBuilder;
use crate::data::wording::told;
use crate::data::{DataError, Reject, TableData, TableReport, keys, load};
use crate::program::FieldId;
use crate::value::MASK;
use std::collections::HashMap;

/// Everything but the states of the workers.
pub(super) struct Done {
    table: TableData,
    report: TableReport,
    rejects: Vec<Reject>,
}

impl Done {
    pub(super) fn with<W>(self, workers: Vec<W>) -> Streamed<W> {
        let Done { table, report, rejects } = self;
        Streamed { workers, table, report, rejects }
    }
}

impl Taker<'_> {
    /// Settles what was put off for speed; to be called when the last row is in.
    pub(super) fn settle(&mut self) {
        for column in &mut self.columns {
            if let Some(marks) = &mut column.account.marks {
                marks.points(std::mem::take(&mut column.points));
            }
        }
        self.moved.retain(|_, count| *count > 0);
    }

    /// Adds what another worker found.
    pub(super) fn merge(&mut self, other: Taker<'_>) {
        for (ours, theirs) in self.columns.iter_mut().zip(other.columns) {
            ours.account.merge(theirs.account);
            ours.tally.merge(theirs.tally);
        }
        for ((_, ours), (_, theirs)) in self.spellings.iter_mut().zip(other.spellings) {
            ours.merge(theirs);
        }
        self.read += other.read;
        self.kept += other.kept;
        for (reason, count) in other.refused {
            *self.refused.entry(reason).or_default() += count;
        }
        self.latest = self.latest.max(other.latest);
        for (ours, theirs) in self.per_file.iter_mut().zip(other.per_file) {
            ours.0 += theirs.0;
            ours.1 += theirs.1;
        }
        for (key, count) in other.orphans {
            self.orphans.entry(key).or_default().merge(count);
        }
        for (keys, count) in other.moved {
            *self.moved.entry(keys).or_default() += count;
        }
        self.rejects.extend(other.rejects);
    }
}

/// Settles a table; `clerk` has no rows, but knows what was found in headers, and `asked` says whether rejected rows are to
/// be listed.
pub(super) fn finish(
    plan: &Plan<'_>,
    mut clerk: TableBuilder<'_>,
    mut total: Taker<'_>,
    left: Left<'_>,
    asked: bool,
) -> Result<Done, Vec<DataError>> {
    let skipped = sources(plan, &mut clerk, &mut total, &left);
    let mut columns: Vec<_> = total.columns.iter().zip(&plan.wanted).collect();
    columns.sort_by_key(|(_, wanted)| wanted.index);
    let mut errors = std::mem::take(&mut clerk.errors);
    for (column, wanted) in &columns {
        errors.extend(column.account.fatal(plan.about, &plan.files, &wanted.reader, wanted.index, wanted.field));
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let details = owners(plan, &mut clerk, &total);
    errors.append(&mut clerk.errors);
    let mut notes = std::mem::take(&mut clerk.notes);
    if total.kept == 0 && skipped == 0 {
        notes.extend(load::silence(plan.about, &plan.files, total.read, false));
    }
    let mut cells = Vec::new();
    for (column, wanted) in columns {
        let Some(field) = plan.about.table.fields.get(wanted.index) else { continue };
        let (about, files, reader) = (plan.about, plan.files.as_slice(), &wanted.reader);
        let told = Told { about, files, index: wanted.index, field, reader };
        cells.extend(told.notes(&column.account, &column.tally));
    }
    load::sort_notes(cells, plan.request.binding.strict, &mut notes, &mut errors);
    let mut rejects = rejects(plan, std::mem::take(&mut total.rejects), &details);
    if plan.request.binding.strict {
        let first = |reason| {
            let first = rejects.iter().find(|reject| reject.reason == reason)?;
            Some((format!("{}:{}", first.file, first.line), first.detail.clone()))
        };
        errors.extend(load::lost(total.refused.iter().map(|(reason, count)| (*reason, *count)), first));
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    for (_, spellings) in &total.spellings {
        let field = plan.about.table.fields.get(spellings.field.index());
        notes.extend(spellings.note(field.map_or("", |field| field.name.as_str())));
    }
    let loaded = !plan.files.is_empty();
    let report = TableReport {
        table: plan.about.table.header.name.clone(),
        files: plan.files.clone(),
        loaded,
        read: total.read,
        kept: total.kept,
        rejected: total.refused.iter().map(|(reason, n)| (*reason, *n)).collect(),
        notes,
        skipped,
    };
    debug_assert_eq!(report.read, report.kept + report.rejected_total(), "every row ends in exactly one place");
    let (bound, rows) = (plan.about.binding, total.kept.saturating_add(skipped));
    let table = TableData {
        loaded,
        rows: u32::try_from(rows).unwrap_or(u32::MAX),
        files: plan.files.clone(),
        covers_from: bound.covers_from,
        covers_to: bound.covers_to.or(total.latest.filter(|_| rows > 0)),
        ..TableData::default()
    };
    if !asked {
        rejects.clear();
    }
    Ok(Done { table, report, rejects })
}

/// The rejected rows in their order.
fn rejects(plan: &Plan<'_>, mut rejects: Vec<(Rank, Reject)>, details: &HashMap<String, String>) -> Vec<Reject> {
    rejects.sort_by_key(|(place, _)| *place);
    let rejects = rejects.into_iter().map(|(_, mut reject)| {
        // Of a row that belongs to nothing only the key was known.
        if reject.reason == plan.orphan {
            reject.detail = details.get(&reject.detail).cloned().unwrap_or_default();
        }
        reject
    });
    rejects.collect()
}

/// What is to be said about the files; how many rows were not read.
fn sources(plan: &Plan<'_>, clerk: &mut TableBuilder<'_>, total: &mut Taker<'_>, left: &Left<'_>) -> u64 {
    let mut skipped = 0;
    let headers = Headers::new(&left.headers);
    for (at, source) in left.sources {
        let Some(file) = plan.files.get(*at as usize) else { continue };
        match source {
            Source::Text(text) => {
                if let Form::Json(_) = &text.form {
                    headers.tell(clerk, *at, file);
                }
            }
            #[cfg(feature = "parquet")]
            Source::Parquet(parquet) => {
                clerk.notes.extend(parquet.note(file));
                skipped += parquet.skipped();
                total.latest = total.latest.max(parquet.latest());
            }
        }
    }
    for (at, error) in &left.broken {
        let read = total.per_file.get(*at as usize).map_or(0, |(read, _)| *read);
        let shown = plan.files.get(*at as usize).cloned().unwrap_or_default();
        clerk.errors.push(load::unreadable(&Place { shown, ..Place::default() }, read, error));
    }
    let mut trouble: Vec<&(u32, String)> = left.trouble.iter().collect();
    trouble.sort();
    trouble.dedup_by_key(|(at, _)| *at);
    for (at, problem) in trouble {
        clerk.errors.push(load::broken_parquet(plan.files.get(*at as usize).map_or("?", String::as_str), problem));
    }
    skipped
}

/// Accounts for rows that were re-keyed and rows that belong to nothing; what is wrong with each key of those.
fn owners(plan: &Plan<'_>, clerk: &mut TableBuilder<'_>, total: &Taker<'_>) -> HashMap<String, String> {
    let mut details = HashMap::new();
    let about = plan.about;
    let owner = about.table.kind.owner();
    let Some((parent, above)) = owner.and_then(|(of, parent)| Some((parent, about.program.table(of)?))) else {
        return details;
    };
    let nothing = TableData::default();
    let rows = plan.request.above.unwrap_or(&nothing);
    let field = about.table.fields.get(parent.index());
    let hidden = field.is_some_and(|field| field.personal);
    let told = |key: &str| match above.key.and_then(|id: FieldId| above.fields.get(id.index())) {
        _ if hidden => MASK.to_string(),
        Some(field) => told(field, key.to_string()),
        None => key.to_string(),
    };
    let name = field.map_or("", |field| field.name.as_str());
    clerk.notes.extend(keys::moved_note(name, &total.moved, &told));
    let mut orphans = Orphans::new(rows, above, hidden, total.orphans.keys().map(|(_, key)| key));
    for ((_, key), count) in &total.orphans {
        orphans.add(key, *count);
        if plan.request.rejects {
            details.insert(key.to_string(), orphans.detail(key));
        }
    }
    let totals: Vec<u64> = total.per_file.iter().map(|(_, whole)| *whole).collect();
    let unused = std::mem::take(&mut clerk.unused);
    let whole = Whole { about, files: &plan.files, unused: &unused, totals: &totals, parent };
    orphans.report(&whole, &mut clerk.notes, &mut clerk.errors);
    details
}
