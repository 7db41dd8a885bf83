//! Events of accounts that do not exist: how many there are, and what is the likely cause.
//!
//! A file that joins to nothing would score every account as if nothing had ever happened, so it stops the run.

use super::account::{About, Count, shown_origin};
use super::guess::{self, Cause, Guesses};
use super::wording::{note, plural};
use super::{DataError, Note, NoteKind, TableData};
use crate::program::{FieldId, Table};
use crate::value::MASK;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// The rows whose account does not exist.
pub(super) struct Orphans<'a> {
    parents: &'a TableData,
    parent: &'a Table,
    /// What was probably meant by each key, where that can be told.
    guesses: Guesses,
    /// How many rows there are of each file and key.
    rows: HashMap<(u32, Arc<str>), Count>,
    /// True if no key may be told.
    hidden: bool,
}

/// Rows of one file with one key.
#[derive(Clone)]
struct Lost {
    key: Arc<str>,
    rows: Count,
}

/// The table that the rows are of, when all have been read.
pub(super) struct Whole<'a> {
    pub(super) about: About<'a>,
    pub(super) files: &'a [String],
    /// Headers of the last file that the program does not use.
    pub(super) unused: &'a [String],
    /// Per file how many rows there are that are not refused for other reasons.
    pub(super) totals: &'a [u64],
    /// The column that names the account.
    pub(super) parent: FieldId,
}

impl<'a> Orphans<'a> {
    /// None yet; `keys` are all that will be there.
    pub(super) fn new<'k>(
        parents: &'a TableData,
        parent: &'a Table,
        hidden: bool,
        keys: impl Iterator<Item = &'k Arc<str>>,
    ) -> Orphans<'a> {
        let personal = parent.key.and_then(|key| parent.fields.get(key.index())).is_some_and(|field| field.personal);
        let guesses = guess::of(keys, parents, parent);
        Orphans { parents, parent, guesses, rows: HashMap::new(), hidden: hidden || personal }
    }

    /// Takes in rows of a file.
    pub(super) fn add(&mut self, key: &Arc<str>, rows: Count) {
        self.rows.entry((rows.first.file, Arc::clone(key))).or_default().merge(rows);
    }

    /// What is wrong with a row.
    pub(super) fn detail(&self, key: &Arc<str>) -> String {
        let name = &self.parent.header.name;
        let hint = match self.cause(key) {
            Some((Cause::Column(i), near)) => {
                format!(", but it is the `{}` of `{}`", self.column(*i), self.told(near))
            }
            Some((_, near)) => format!(", but `{}` is", self.told(near)),
            None => String::new(),
        };
        format!("`{}` is not in `{name}`{hint}", self.told(key))
    }

    /// What may be said of a key, or of what stands in its place.
    fn told<'k>(&self, key: &'k Arc<str>) -> &'k str {
        let column = match self.cause(key) {
            Some((Cause::Column(i), _)) => self.parent.fields.get(*i),
            _ => None,
        };
        if self.hidden || column.is_some_and(|field| field.personal) { MASK } else { key }
    }

    fn column(&self, i: usize) -> &str {
        self.parent.fields.get(i).map_or("", |f| f.name.as_str())
    }

    fn key_name(&self) -> &str {
        self.parent.key.and_then(|k| self.parent.fields.get(k.index())).map_or("key", |f| f.name.as_str())
    }

    fn cause(&self, key: &Arc<str>) -> Option<&(Cause, Arc<str>)> {
        self.guesses.get(key)
    }

    /// Says what is to be said when all rows are in: errors if none is left, notes otherwise.
    pub(super) fn report(&self, whole: &Whole<'_>, notes: &mut Vec<Note>, errors: &mut Vec<DataError>) {
        let fields = &whole.about.table.fields;
        let field = fields.get(whole.parent.index()).map_or("", |f| f.name.as_str()).to_string();
        if self.rows.is_empty() || self.parents.rows == 0 {
            return;
        }
        let total: u64 = whole.totals.iter().sum();
        let mut rows: Vec<Lost> =
            self.rows.iter().map(|((_, key), rows)| Lost { key: Arc::clone(key), rows: *rows }).collect();
        rows.sort_by(|a, b| (a.rows.first, &a.key).cmp(&(b.rows.first, &b.key)));
        let lost = count(&rows);
        if lost == total {
            errors.extend(self.error(whole, &rows, None));
            return;
        }
        let files = self.lost_files(whole, &rows);
        if !files.is_empty() {
            errors.extend(files);
            return;
        }
        let mut groups: BTreeMap<Cause, Vec<&Lost>> = BTreeMap::new();
        for lost in &rows {
            if let Some((cause, _)) = self.cause(&lost.key) {
                groups.entry(*cause).or_default().push(lost);
            }
        }
        let mut groups: Vec<(Cause, Vec<&Lost>)> = groups.into_iter().collect();
        groups.sort_by_key(|(cause, keys)| (Reverse(keys.iter().map(|lost| lost.rows.count).sum::<u64>()), *cause));
        if lost * 2 > total {
            let name = &self.parent.header.name;
            let text = format!("most rows are lost: {lost} of {total} belong to no existing `{name}`");
            let text = if groups.is_empty() {
                let key = format!("{name}.{}", self.key_name());
                format!("{text}; check that `{field}` holds `{key}`, and that both files are of the same accounts")
            } else {
                text
            };
            notes.push(note(NoteKind::Orphans, Some(&field), lost, text));
        }
        for (cause, keys) in groups {
            notes.push(self.note(whole, &field, cause, &keys));
        }
    }

    fn note(&self, whole: &Whole<'_>, field: &str, cause: Cause, keys: &[&Lost]) -> Note {
        let mut counts: BTreeMap<&Arc<str>, u64> = BTreeMap::new();
        for lost in keys {
            *counts.entry(&lost.key).or_default() += lost.rows.count;
        }
        let mut list: Vec<(Reverse<u64>, String)> = counts
            .into_iter()
            .map(|(key, n)| {
                (
                    Reverse(n),
                    format!("`{}` for `{}`", self.told(key), self.cause(key).map_or("", |(_, near)| self.told(near))),
                )
            })
            .collect();
        list.sort();
        let more = list.len().saturating_sub(5);
        let mut shown: Vec<String> = list.into_iter().take(5).map(|(n, text)| format!("{text} ({})", n.0)).collect();
        if more > 0 {
            shown.push(format!("{more} more"));
        }
        let why = match cause {
            Cause::Case => "because capitals differ".to_string(),
            Cause::Zeros => "because zeros differ".to_string(),
            Cause::Length => "because one key is the beginning of the other".to_string(),
            Cause::Column(i) => format!("because they hold `{}`, not `{}`", self.column(i), self.key_name()),
        };
        let count = keys.iter().map(|lost| lost.rows.count).sum();
        let example = keys.first().and_then(|lost| Some((&lost.key, &self.cause(&lost.key)?.1)));
        let help = self.help(whole, field, Some(cause), example);
        let text = format!("{} rejected {why}: {}; {help}", plural(count, "row"), shown.join(", "));
        note(NoteKind::Orphans, Some(field), count, text)
    }

    /// Files of a table none of whose rows has an account, for a reason that can be told, while others' rows have.
    fn lost_files(&self, whole: &Whole<'_>, rows: &[Lost]) -> Vec<DataError> {
        if whole.files.len() < 2 {
            return Vec::new();
        }
        let mut errors = Vec::new();
        for (at, (total, file)) in (0u32..).zip(whole.totals.iter().zip(whole.files)) {
            let rows: Vec<Lost> = rows.iter().filter(|lost| lost.rows.first.file == at).cloned().collect();
            let known = rows.iter().filter(|lost| self.cause(&lost.key).is_some());
            let explained: u64 = known.map(|lost| lost.rows.count).sum();
            if *total == count(&rows) && *total >= 3 && explained * 2 > *total {
                errors.extend(self.error(whole, &rows, Some(file)));
            }
        }
        errors
    }

    fn error(&self, whole: &Whole<'_>, rows: &[Lost], file: Option<&str>) -> Option<DataError> {
        let mut counts: BTreeMap<Cause, u64> = BTreeMap::new();
        for lost in rows {
            if let Some((cause, _)) = self.cause(&lost.key) {
                *counts.entry(*cause).or_default() += lost.rows.count;
            }
        }
        let cause = counts.iter().max_by_key(|(cause, n)| (**n, Reverse(**cause))).map(|(cause, _)| *cause);
        let example =
            rows.iter().find(|lost| cause.is_none() || self.cause(&lost.key).is_some_and(|(c, _)| Some(*c) == cause));
        let Lost { key, rows: at } = example.or(rows.first())?;
        let near = self.cause(key).map(|(_, near)| near);
        let why = match (cause, near) {
            (Some(Cause::Column(i)), Some(near)) => {
                let (key, near) = (self.told(key), self.told(near));
                format!("`{key}` is the `{}` of `{near}`, not its `{}`", self.column(i), self.key_name())
            }
            (Some(_), Some(near)) => format!("there is no `{}`, but there is `{}`", self.told(key), self.told(near)),
            _ => format!("there is no `{}`", self.told(key)),
        };
        let table = &whole.about.table.header.name;
        let name = &self.parent.header.name;
        let which = match (count(rows), file) {
            (1, _) => format!("the only row of `{table}` does not belong"),
            (n, None) => format!("none of the {n} rows of `{table}` belongs"),
            (n, Some(file)) => format!("none of the {n} rows of {file} belongs"),
        };
        let field = whole.about.table.fields.get(whole.parent.index()).map_or("", |f| f.name.as_str());
        Some(DataError {
            place: shown_origin(whole.files, at.first),
            message: format!("{which} to an existing `{name}`: {why}"),
            help: Some(self.help(whole, field, cause, near.map(|near| (key, near)))),
        })
    }

    /// The edit to make.
    fn help(
        &self,
        whole: &Whole<'_>,
        field: &str,
        cause: Option<Cause>,
        example: Option<(&Arc<str>, &Arc<str>)>,
    ) -> String {
        let key = format!("{}.{}", self.parent.header.name, self.key_name());
        match cause {
            Some(Cause::Case | Cause::Zeros) => {
                format!("keys are compared exactly: have both files write `{key}` alike")
            }
            Some(Cause::Length) => {
                let lengths = example.map(|(a, b)| (a.len().min(b.len()), a.len().max(b.len())));
                match lengths {
                    Some((15, 18)) => {
                        "Salesforce writes ids with 15 or 18 characters: export the 18 in both files (the \
                                       formula `CASESAFEID(Id)` gives them)"
                            .to_string()
                    }
                    _ => format!("have both files write the whole `{key}`"),
                }
            }
            Some(Cause::Column(_)) | None => {
                let fits = |header: &&String| {
                    let folded = super::fold::fold(header);
                    folded == "id" || folded.ends_with("_id") || folded.ends_with("_key")
                };
                let about = super::fold::fold(&self.parent.header.name);
                let mut likely: Vec<&String> = whole.unused.iter().filter(fits).collect();
                likely.sort_by_key(|header| !super::fold::fold(header).contains(&about));
                let header = likely.first().map_or("…", |header| header.as_str());
                format!("{}, naming the column that holds `{key}`", whole.about.home().header(field, header))
            }
        }
    }
}

fn count(rows: &[Lost]) -> u64 {
    rows.iter().map(|lost| lost.rows.count).sum()
}
