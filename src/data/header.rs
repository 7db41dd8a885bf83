//! Which column of a file is which column of the program.

use super::DataError;
use super::NoteKind;
use super::fold::fold;
use super::table::TableBuilder;
use super::wording::{clip, note, plural};
use crate::diagnostics::nearest;
use crate::program::{Field, Type, Unit};
use std::collections::HashMap;

/// How many headers that are there twice are reported.
const MOST_REPEATS: usize = 10;

/// For each column of the program the place of the file's column; says what is absent, unused, twice or missing.
///
/// `None` if a column that is needed is missing or two columns could be meant; the errors are in the builder.
///
/// `delimiter` is what separated the headers, if they were separated by anything.
pub fn match_headers(
    builder: &mut TableBuilder<'_>,
    headers: &[String],
    delimiter: Option<u8>,
    place: &str,
) -> Option<Vec<Option<usize>>> {
    let before = builder.errors.len();
    if let Some(error) = separated(builder, headers, delimiter, place) {
        builder.errors.push(error);
        return None;
    }
    let mut known: HashMap<&str, usize> = HashMap::new();
    for (i, header) in headers.iter().enumerate() {
        let first = *known.entry(header).or_insert(i);
        if first < i && !header.is_empty() && builder.errors.len() < before + MOST_REPEATS {
            builder.errors.push(DataError {
                place: place.to_string(),
                message: format!(
                    "column `{}` appears twice, as column {} and column {}",
                    clip(header),
                    first + 1,
                    i + 1
                ),
                help: Some("rename or remove one of them".to_string()),
            });
        }
    }
    let folded: Vec<String> = headers.iter().map(|h| fold(h)).collect();
    let mut places = Vec::new();
    let table = builder.table;
    for (i, field) in table.fields.iter().enumerate() {
        let wanted = builder.header_of(i).unwrap_or(&field.name).trim().to_string();
        let declared = builder.header_of(i).is_some();
        if let Some(exact) = headers.iter().position(|h| *h == wanted) {
            places.push(Some(exact));
            continue;
        }
        let key = fold(&wanted);
        let mut alike = folded.iter().enumerate().filter(|(_, f)| **f == key && !key.is_empty()).map(|(at, _)| at);
        let found = alike.next();
        if let (Some(first), Some(second)) = (found, alike.next()) {
            let name = |at: usize| headers.get(at).map_or("", String::as_str);
            builder.errors.push(DataError {
                place: place.to_string(),
                message: format!("both `{}` and `{}` could be column `{}`", name(first), name(second), field.name),
                help: Some(format!("say which: {}", builder.home().header(&field.name, name(first)))),
            });
        } else if found.is_none() {
            missing(builder, i, &wanted, declared, headers, place);
        }
        places.push(found);
    }
    let unused: Vec<String> = headers
        .iter()
        .enumerate()
        .filter(|(at, header)| !header.is_empty() && !places.contains(&Some(*at)))
        .map(|(_, header)| header.clone())
        .collect();
    if !unused.is_empty() && builder.errors.len() == before {
        let count = unused.len() as u64;
        let shown: Vec<String> = unused.iter().take(8).map(|header| format!("`{}`", clip(header))).collect();
        let more = unused.len().saturating_sub(8);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let columns = if count == 1 { "column" } else { "columns" };
        let text = format!("{count} {columns} of {place} not used: {}{more}", shown.join(", "));
        builder.notes.push(note(NoteKind::Unused, None, count, text));
        builder.unused = unused;
    }
    (builder.errors.len() == before).then_some(places)
}

/// What a name may have behind it and still be the same: `Renewal date`, `account_id`, `ARR (USD)`.
const TAILS: [&str; 8] = ["id", "key", "code", "number", "no", "date", "at", "on"];

/// The header that may be meant: one that is hardly written otherwise, or the one that says more, `Account ID` for `id`. It
/// is none of those that other columns have.
fn meant<'h>(builder: &TableBuilder<'_>, column: &Field, wanted: &str, headers: &'h [String]) -> Option<&'h String> {
    let fields = builder.table.fields.iter().enumerate();
    let taken: Vec<String> = fields.map(|(i, field)| fold(builder.header_of(i).unwrap_or(&field.name))).collect();
    let wanted = fold(wanted);
    let free = headers.iter().map(|header| (header, fold(header))).filter(|(_, folded)| !taken.contains(folded));
    let free: Vec<(&String, String)> = free.collect();
    let named = |name: &str| free.iter().find(|(_, folded)| folded == name).map(|(header, _)| *header);
    if let Some(near) = nearest(&wanted, free.iter().map(|(_, folded)| folded.as_str())) {
        return named(near);
    }
    let currency = match column.ty {
        Type::Number(Unit::Money(currency)) => currency.code().to_lowercase(),
        _ => String::new(),
    };
    let says_more = |header: &str| {
        let tail = header.strip_prefix(&wanted).and_then(|rest| rest.strip_prefix('_'));
        let head = header.strip_suffix(&wanted).and_then(|rest| rest.strip_suffix('_'));
        head.is_some() || tail.is_some_and(|tail| TAILS.contains(&tail) || tail == currency)
    };
    let mut longer = free.iter().filter(|(_, folded)| says_more(folded));
    match (longer.next(), longer.next()) {
        (Some((only, _)), None) => Some(*only),
        _ => named(&format!("{}_{wanted}", fold(&builder.table.header.name))),
    }
}

/// The error for a file whose cells are separated by something else than was thought: one, not one per column.
fn separated(builder: &TableBuilder<'_>, headers: &[String], delimiter: Option<u8>, place: &str) -> Option<DataError> {
    let delimiter = char::from(delimiter?);
    let line = headers.join(&delimiter.to_string());
    let fields = &builder.table.fields;
    let wanted: Vec<String> =
        fields.iter().enumerate().map(|(i, f)| fold(builder.header_of(i).unwrap_or(&f.name))).collect();
    let known = |mark: char| {
        let there: Vec<String> = line.split(mark).map(|cell| fold(cell.trim_matches('"'))).collect();
        (wanted.iter().filter(|w| there.contains(w)).count(), there.len())
    };
    let (now, _) = known(delimiter);
    let marks = [(';', "`;`", ";"), (',', "`,`", ","), ('\t', "a tab", "\\t"), ('|', "`|`", "|")];
    let (_, words, mark) = marks.into_iter().filter(|(mark, ..)| *mark != delimiter).find(|(mark, ..)| {
        let (then, cells) = known(*mark);
        cells > 1 && now == 0 && (then > 0 || headers.len() == 1)
    })?;
    Some(DataError {
        place: place.to_string(),
        message: format!("the cells seem to be separated by {words}"),
        help: Some(builder.home().setting(&format!("delimiter = \"{mark}\""))),
    })
}

fn missing(
    builder: &mut TableBuilder<'_>,
    field: usize,
    wanted: &str,
    declared: bool,
    headers: &[String],
    place: &str,
) {
    let Some(column) = builder.table.fields.get(field) else { return };
    if builder.may_lack(field) {
        return;
    }
    let name = column.name.clone();
    let near = meant(builder, column, wanted, headers);
    if column.optional && !declared {
        let mut text = format!("{place} has no column `{wanted}`: `{name}` is missing everywhere");
        if let Some(near) = near {
            text += &format!("; did you mean `{near}`? then {}", builder.home().header(&name, near));
        }
        builder.notes.push(note(NoteKind::Other, Some(&name), 1, text));
        return;
    }
    let list = || {
        let shown: Vec<String> = headers.iter().take(12).map(|h| format!("`{}`", clip(h))).collect();
        let more = if headers.len() > 12 { ", …" } else { "" };
        format!("there is {}{more}", shown.join(", "))
    };
    let home = builder.home();
    let help = match near {
        Some(near) if declared => format!("did you mean `{near}`?"),
        Some(near) => format!("did you mean `{near}`? then {}", home.header(&name, near)),
        None if headers.is_empty() => "the file has no columns at all".to_string(),
        None if builder.is_needed(field) => format!("{}; {}", list(), home.header(&name, "…")),
        None => format!("{}; {}, or declare `{name}` optional", list(), home.header(&name, "…")),
    };
    let message = if declared {
        format!("there is no column `{wanted}` for `{name}` of table `{}`", builder.table.header.name)
    } else {
        format!("there is no column `{wanted}` for table `{}`", builder.table.header.name)
    };
    // One finding, however many files of a table lack the column.
    let file = place.split(':').next().unwrap_or(place).to_string();
    let absent =
        builder.absent.entry(field).or_insert_with(|| Absent { error: builder.errors.len(), files: Vec::new() });
    absent.files.push(file);
    let message = match absent.files.as_slice() {
        [] | [_] => message,
        [_, second] => format!("{message}, nor in `{second}`"),
        [_, second, more @ ..] => {
            format!("{message}, nor in `{second}` and {}", plural(more.len() as u64, "more file"))
        }
    };
    match builder.errors.get_mut(absent.error) {
        Some(first) => first.message = message,
        None => builder.errors.push(DataError { place: place.to_string(), message, help: Some(help) }),
    }
}

/// The files of a table that lack a column, and the error that says so.
pub struct Absent {
    error: usize,
    files: Vec<String>,
}
