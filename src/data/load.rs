//! From a binding to a dataset: finds the files, reads the tables in the order in which they depend on each other, and
//! keeps the account.

use super::account::About;
use super::advice::{Home, quoted};
use super::binding::{Binding, Place, TableBinding};
use super::input::{self, Kind};
use super::keys::{self, Moved};
use super::links;
use super::literals;
use super::notes::CellNote;
use super::settings::Format;
use super::table::TableBuilder;
use super::wording::{note, plural};
use super::{DataError, Dataset, LoadReport, Note, NoteKind, Reject, RejectReason, TableData, TableReport};
use crate::diagnostics::nearest;
use crate::program::{Program, TableId};
use std::collections::HashMap;
use std::io::BufRead;
use std::path::Path;

/// The endings that are looked for, in this order.
const ENDINGS: [(&str, Format); 7] = [
    ("csv", Format::Csv),
    ("tsv", Format::Csv),
    ("txt", Format::Csv),
    ("ndjson", Format::Ndjson),
    ("jsonl", Format::Ndjson),
    ("json", Format::Ndjson),
    ("parquet", Format::Parquet),
];

/// What is behind the ending of a file that is packed.
const PACKED: [&str; 2] = [".gz", ".zst"];

/// Where the rows of tables come from.
pub(super) trait Feed {
    /// Hands over the rows of a table; false if there is no source for it.
    fn feed(&mut self, builder: &mut TableBuilder<'_>, table: TableId) -> Result<bool, Vec<DataError>>;

    /// False for tables that are none of its business.
    fn wants(&self, _table: TableId) -> bool {
        true
    }
}

/// Files, as the project file or their names say.
struct Files<'a>(&'a Binding, &'a [TableId]);

impl Feed for Files<'_> {
    fn wants(&self, table: TableId) -> bool {
        !self.1.contains(&table)
    }

    fn feed(&mut self, builder: &mut TableBuilder<'_>, id: TableId) -> Result<bool, Vec<DataError>> {
        let nothing = TableBinding::default();
        let bound = self.0.tables.get(id.index()).unwrap_or(&nothing);
        let files = find(builder.program, self.0, bound, id)?;
        if files.is_empty() {
            builder.notes.push(not_loaded(self.0, &builder.table.header.name));
        }
        for file in &files {
            read_file(builder, file, bound);
        }
        Ok(!files.is_empty())
    }
}

/// Loads all tables of a program. Each row that is not kept is given to `on_reject`, in the order of the files for rows
/// that are refused on their own, and after those the ones that are refused because of other rows.
///
/// # Errors
///
/// Everything that makes the data unusable, all at once: files, columns, formats that are not declared.
pub fn load(
    program: &Program,
    binding: &Binding,
    on_reject: &mut dyn FnMut(Reject),
) -> Result<(Dataset, LoadReport), Vec<DataError>> {
    load_except(program, binding, &[], on_reject)
}

/// The same without some tables: they come out as if nothing were known of them. No other table may be about their rows.
///
/// # Errors
///
/// As [`load`] has them.
pub fn load_except(
    program: &Program,
    binding: &Binding,
    except: &[TableId],
    on_reject: &mut dyn FnMut(Reject),
) -> Result<(Dataset, LoadReport), Vec<DataError>> {
    assemble(program, binding, &mut Files(binding, except), on_reject)
}

/// The same, wherever the rows come from.
pub(super) fn assemble(
    program: &Program,
    binding: &Binding,
    feed: &mut dyn Feed,
    on_reject: &mut dyn FnMut(Reject),
) -> Result<(Dataset, LoadReport), Vec<DataError>> {
    let mut errors = Vec::new();
    let mut done: HashMap<TableId, (TableData, TableReport)> = HashMap::new();
    let mut moved: HashMap<TableId, Moved> = HashMap::new();
    let nothing = TableBinding::default();
    let mut pending: Vec<usize> = (0..program.tables.len()).collect();
    // Tables before the events that happened to their rows; a table that waits for itself is taken as it comes.
    while !pending.is_empty() {
        let ready = |i: &usize| match program.tables.get(*i).map(|t| &t.kind) {
            Some(kind) => kind.owner().is_none_or(|(of, _)| !pending.contains(&of.index())),
            None => true,
        };
        let at = pending.iter().position(ready).unwrap_or(0);
        let index = pending.remove(at);
        let Some(table) = program.tables.get(index) else { continue };
        let id = TableId(index as u32);
        if program.attributions.iter().any(|attribution| attribution.table == id) {
            // Made of other tables, once they are there.
            continue;
        }
        if !feed.wants(id) {
            continue;
        }
        let bound = binding.tables.get(index).unwrap_or(&nothing);
        let mut builder =
            TableBuilder::new(program, table, bound, binding.profile.as_deref(), binding.time_zone, on_reject);
        let loaded = match feed.feed(&mut builder, id) {
            Ok(loaded) => loaded,
            Err(found) => {
                errors.extend(found);
                continue;
            }
        };
        let fatal = builder.fatal();
        if !fatal.is_empty() {
            errors.extend(fatal);
            continue;
        }
        if let Some(rates) = program.rates.filter(|rates| rates.table == id) {
            keys::of_pairs(&mut builder, [rates.from, rates.to]);
        }
        keys::dedupe(&mut builder);
        let mut data =
            TableData { loaded, covers_from: bound.covers_from, covers_to: bound.covers_to, ..TableData::default() };
        if table.kind.at().is_none() {
            let (went, names) = keys::merge(&mut builder);
            data.merged_names = names;
            data.merged.clone_from(&went);
            super::hierarchy::settle(&mut builder, &went);
            moved.insert(id, went);
        }
        if let Some((of, parent)) = table.kind.owner()
            && let Some(parent_table) = program.table(of)
        {
            let empty = (TableData::default(), TableReport::default());
            let (parents, _) = done.get(&of).unwrap_or(&empty);
            let went = moved.entry(of).or_default();
            let attached = keys::attach(&mut builder, parents, parent_table, parent, went);
            (data.by_parent, data.owners, data.rekeyed) = (attached.by_parent, attached.owners, attached.rekeyed);
        } else if table.kind.at().is_some() {
            let mut rows: Vec<u32> = (0..builder.origins.len() as u32).collect();
            keys::in_order(&builder, &mut rows);
            data.by_parent = vec![rows];
        }
        errors.append(&mut builder.errors);
        if program.subject == Some(id) {
            errors.extend(builder.nothing_left());
        }
        builder.hand_over_cells();
        if builder.origins.is_empty() {
            let said = silence(builder.about(), &builder.files, builder.read, program.subject == Some(id));
            builder.notes.extend(said);
        } else {
            data.covers_to = data.covers_to.or(builder.latest);
        }
        let mut notes = std::mem::take(&mut builder.notes);
        sort_notes(builder.cell_notes(), binding.strict, &mut notes, &mut errors);
        if binding.strict {
            let first = |reason| builder.first_rejected.get(&reason).cloned();
            errors.extend(lost(builder.rejected.iter().map(|(reason, count)| (*reason, *count)), first));
        }
        let report = TableReport {
            table: table.header.name.clone(),
            files: builder.files.clone(),
            loaded,
            read: builder.read,
            kept: builder.origins.len() as u64,
            rejected: builder.rejected.iter().map(|(reason, n)| (*reason, *n)).collect(),
            notes,
            skipped: 0,
        };
        debug_assert_eq!(report.read, report.kept + report.rejected_total(), "every row ends in exactly one place");
        if table.kind.at().is_none() {
            data.by_key = keys::last_by_key(&mut builder);
        }
        data.rows = builder.origins.len() as u32;
        data.origins = std::mem::take(&mut builder.origins);
        data.files.clone_from(&builder.files);
        data.columns = builder.into_columns();
        done.insert(id, (data, report));
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    links::follow(program, &mut done, &moved);
    let mut dataset = Dataset::default();
    let mut report = LoadReport::default();
    for index in 0..program.tables.len() {
        let (data, account) = done.remove(&TableId(index as u32)).unwrap_or_default();
        dataset.tables.push(data);
        report.tables.push(account);
    }
    crate::engine::reference::derive(program, &mut dataset, &mut report, on_reject);
    literals::compare(program, &dataset, &mut report);
    Ok((dataset, report))
}

/// A source that says nothing: whether nothing happened or the export failed, only a person can tell.
pub(super) fn silence(about: About<'_>, files: &[String], read: u64, subject: bool) -> Option<Note> {
    let first = files.first()?;
    let files = match files.len() {
        1 => first.clone(),
        n => format!("{first} and {} more", plural(n as u64 - 1, "file")),
    };
    let what = if read == 0 { format!("{files} has no rows") } else { format!("no row of {files} was kept") };
    let declared = about.binding.covers_from.is_some() || about.binding.covers_to.is_some();
    let text = if subject {
        format!("{what}, so there is nothing to score")
    } else if declared {
        format!("{what}; as `covers` says, nothing happened")
    } else {
        let edit = about.home().setting("covers = { from = …, to = … }");
        format!("{what}, so everything counted from it is missing; if nothing happened, say so: {edit}")
    };
    Some(note(NoteKind::Other, None, 1, text))
}

/// A table that has no source.
pub(super) fn not_loaded(binding: &Binding, table: &str) -> Note {
    note(NoteKind::Other, None, 1, format!("no file for `{table}` in {}: not loaded", shown_directory(binding)))
}

/// Puts notes about cells with the others; the ones that count are errors where the project file says so.
pub(super) fn sort_notes(cells: Vec<CellNote>, strict: bool, notes: &mut Vec<Note>, errors: &mut Vec<DataError>) {
    for CellNote { mut note, place, help } in cells {
        let counts = matches!(note.kind, NoteKind::Unreadable | NoteKind::UnknownValue | NoteKind::Blank);
        if strict && counts {
            let help = help.unwrap_or("`strict` is set: correct the file, or leave `strict` out".to_string());
            errors.push(DataError { place, message: note.text, help: Some(help) });
        } else {
            if let Some(help) = help {
                note.text = format!("{}; {help}", note.text);
            }
            notes.push(note);
        }
    }
    notes.sort_by_key(|n| n.kind);
}

/// Rows that a strict project does not do without: all that were rejected, but for those that mean another row.
pub(super) fn lost(
    rejected: impl Iterator<Item = (RejectReason, u64)>,
    first: impl Fn(RejectReason) -> Option<(String, String)>,
) -> Vec<DataError> {
    use RejectReason::{Conflict, Duplicate, Merged};
    let lost = rejected.filter(|(reason, count)| *count > 0 && !matches!(reason, Conflict | Duplicate | Merged));
    lost.filter_map(|(reason, count)| {
        let (place, detail) = first(reason)?;
        let more = match count {
            1 => String::new(),
            count => format!("; in all {count} {}", reason.counted(count)),
        };
        Some(DataError {
            place,
            message: format!("the row is rejected: {detail}{more}"),
            help: Some("`strict` is set: correct the file, or leave `strict` out".to_string()),
        })
    })
    .collect()
}

fn shown_directory(binding: &Binding) -> String {
    match binding.directory.shown.as_str() {
        "" | "." => "the project's directory".to_string(),
        shown => format!("`{shown}`"),
    }
}

/// The files of a table: those that are bound, or the one that has its name. None is no error, except for the subject.
pub(super) fn find(
    program: &Program,
    binding: &Binding,
    bound: &TableBinding,
    id: TableId,
) -> Result<Vec<Place>, Vec<DataError>> {
    let mut errors = Vec::new();
    let name = program.table(id).map_or("", |t| t.header.name.as_str());
    let home = Home::new(binding.profile.as_deref(), name);
    if !bound.files.is_empty() {
        for file in &bound.files {
            if !file.path.is_file() {
                errors.push(no_file(file).unwrap_or_else(|| absent(file, home, true)));
            }
        }
        return if errors.is_empty() { Ok(bound.files.clone()) } else { Err(errors) };
    }
    let mut found: Vec<Place> = Vec::new();
    for (ending, _) in ENDINGS {
        for packed in std::iter::once("").chain(PACKED) {
            let place = binding.directory.join(&format!("{name}.{ending}{packed}"));
            if place.path.is_file() {
                found.push(place);
            } else {
                errors.extend(no_file(&place));
            }
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    if let [first, second, ..] = found.as_slice() {
        return Err(vec![DataError {
            place: first.shown.clone(),
            message: format!("table `{name}` has two files: `{}` and `{}`", first.shown, second.shown),
            help: Some(format!("remove one, or say which is meant: {}", home.setting(&naming(&first.path)))),
        }]);
    }
    if found.is_empty() && program.subject == Some(id) {
        let directory = &binding.directory;
        if !directory.path.is_dir() {
            return Err(vec![DataError {
                place: directory.shown.clone(),
                message: format!("there is no directory `{}`", directory.shown),
                help: Some("name the directory of the files with `--data`, or in the project file".to_string()),
            }]);
        }
        let mut missing = absent(&directory.join(&format!("{name}.csv")), home, false);
        missing.message = format!("there is no file for table `{name}`, whose rows are scored");
        return Err(vec![missing]);
    }
    Ok(found)
}

/// What stands under a file's name and is none.
fn no_file(place: &Place) -> Option<DataError> {
    let kind = place.path.symlink_metadata().ok()?;
    let (what, help) = if place.path.is_dir() {
        ("a directory", "name the files in it with `files = [\"…\", \"…\"]`")
    } else if kind.is_symlink() {
        ("a link that leads to no file", "mend the link, or put the file in its place")
    } else {
        ("not a file", "put a file in its place")
    };
    Some(DataError {
        place: place.shown.clone(),
        message: format!("`{}` is {what}", place.shown),
        help: Some(help.to_string()),
    })
}

/// The setting for a file that lies with the others.
fn naming(path: &Path) -> String {
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    format!("file = {}", quoted(&name))
}

/// The error for a file that is not there; `named` if the project file names it.
fn absent(file: &Place, home: Home<'_>, named: bool) -> DataError {
    let name = file.path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let parent = file.path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut others: Vec<String> = std::fs::read_dir(parent)
        .map(|list| list.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect())
        .unwrap_or_default();
    others.sort();
    let near = nearest(&name, others.iter().map(String::as_str)).map(|near| match named {
        true => format!("did you mean `{near}`?"),
        false => format!("did you mean `{near}`? then {}", home.setting(&naming(Path::new(near)))),
    });
    let help = near.or_else(|| match others.as_slice() {
        [] => Some("the directory is empty or does not exist".to_string()),
        list => {
            let shown: Vec<String> = list.iter().take(8).map(|n| format!("`{n}`")).collect();
            let more = if list.len() > 8 { ", …" } else { "" };
            Some(format!("there is {}{more}; {}", shown.join(", "), home.setting("file = \"…\"")))
        }
    });
    DataError { place: file.shown.clone(), message: format!("there is no file `{}`", file.shown), help }
}

/// A file whose rows can be read.
pub(super) enum Opened {
    /// Rows of separated cells.
    Csv { text: Box<dyn BufRead + Send>, delimiter: u8 },
    /// Objects.
    Ndjson { text: Box<dyn BufRead + Send> },
    /// Parquet.
    Parquet,
}

/// Opens a text, unpacked and without its byte order mark, and says what its first bytes say.
pub(super) fn open_text(file: &Place, bound: &TableBinding) -> std::io::Result<(Box<dyn BufRead + Send>, Kind)> {
    let (text, kind) = input::sniff(input::open(&file.path, bound.progress.as_ref())?)?;
    Ok((Box::new(text), kind))
}

/// Opens a file as what it is; says why it cannot be read otherwise.
pub(super) fn open_file(builder: &mut TableBuilder<'_>, file: &Place, bound: &TableBinding) -> Option<Opened> {
    builder.files.push(file.shown.clone());
    let name = file.shown.to_lowercase();
    let plain = PACKED.iter().find_map(|packed| name.strip_suffix(packed)).unwrap_or(&name);
    let by_name = ENDINGS.iter().find(|(ending, _)| plain.ends_with(&format!(".{ending}"))).map(|(_, f)| *f);
    let Some(format) = bound.format.or(by_name) else {
        builder.errors.push(DataError {
            place: file.shown.clone(),
            message: format!("the format of `{}` cannot be told from its name", file.shown),
            help: Some(format!("{}, or `\"ndjson\"` or `\"parquet\"`", builder.home().setting("format = \"csv\""))),
        });
        return None;
    };
    if format == Format::Parquet {
        return Some(Opened::Parquet);
    }
    let (text, kind) = match open_text(file, bound) {
        Ok(opened) => opened,
        Err(error) => {
            builder.errors.push(unreadable(file, 0, &error));
            return None;
        }
    };
    let parquet = builder.home().setting("format = \"parquet\"");
    let problem = match kind {
        Kind::Text => None,
        Kind::Empty if format == Format::Ndjson => None,
        Kind::Empty => Some(("the file is empty", "the first line names the columns")),
        Kind::Utf16 => Some(("the file is UTF-16", "save it as UTF-8")),
        Kind::Binary => Some(("the file is not text", "save it as CSV (UTF-8)")),
        Kind::Workbook => Some(("the file is a workbook or an archive, not text", "save the sheet as CSV (UTF-8)")),
        Kind::Parquet => Some(("the file is Parquet", parquet.as_str())),
    };
    if let Some((message, help)) = problem {
        builder.errors.push(DataError {
            place: file.shown.clone(),
            message: message.to_string(),
            help: Some(help.to_string()),
        });
        return None;
    }
    let delimiter = bound.delimiter.unwrap_or(if plain.ends_with(".tsv") { b'\t' } else { b',' });
    Some(match format {
        Format::Ndjson => Opened::Ndjson { text },
        _ => Opened::Csv { text, delimiter },
    })
}

pub(super) fn read_file(builder: &mut TableBuilder<'_>, file: &Place, bound: &TableBinding) {
    let before = builder.read;
    let result = match open_file(builder, file, bound) {
        None => return,
        Some(Opened::Parquet) => {
            read_parquet(builder, file);
            return;
        }
        Some(Opened::Ndjson { text }) => super::stream::ndjson(builder, text, &file.shown),
        Some(Opened::Csv { text, delimiter }) => super::csv::read(builder, text, delimiter, &file.shown),
    };
    if let Err(error) = result {
        builder.errors.push(unreadable(file, builder.read - before, &error));
    }
}

/// The error for a file that could not be read beyond a row.
pub(super) fn unreadable(file: &Place, row: u64, error: &std::io::Error) -> DataError {
    let (message, help) = match error.kind() {
        std::io::ErrorKind::UnexpectedEof | std::io::ErrorKind::InvalidInput | std::io::ErrorKind::InvalidData => (
            format!("the file is damaged: it cannot be unpacked beyond row {row}"),
            Some("pack or copy it again".to_string()),
        ),
        _ => (format!("the file cannot be read: {}", input::reason(error)), None),
    };
    DataError { place: file.shown.clone(), message, help }
}

/// The error for a Parquet file that is damaged; `problem` is what the library says.
pub(super) fn broken_parquet(place: &str, problem: &str) -> DataError {
    let problem = problem.lines().next().unwrap_or_default().trim_end_matches('.');
    let problem = problem.strip_prefix("Parquet error: ").unwrap_or(problem);
    DataError {
        place: place.to_string(),
        message: format!("the file is not readable Parquet: {problem}"),
        help: Some("write or copy it again".to_string()),
    }
}

#[cfg(feature = "parquet")]
fn read_parquet(builder: &mut TableBuilder<'_>, file: &Place) {
    super::parquet::read(builder, file);
}

#[cfg(not(feature = "parquet"))]
fn read_parquet(builder: &mut TableBuilder<'_>, file: &Place) {
    builder.errors.push(no_parquet(file));
}

/// The error for a file that only another build can read.
#[cfg(not(feature = "parquet"))]
pub(super) fn no_parquet(file: &Place) -> DataError {
    DataError {
        place: file.shown.clone(),
        message: "this build of laud does not read Parquet".to_string(),
        help: Some("build it with the feature `parquet`, or save the file as CSV".to_string()),
    }
}
