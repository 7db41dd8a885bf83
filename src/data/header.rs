//! Which column of a file is which column of the program.

use super::DataError;
use super::NoteKind;
use super::column::clip;
use super::fold::fold;
use super::notes::note;
use super::table::TableBuilder;
use crate::diagnostics::nearest;
use std::collections::HashMap;

/// How many headers that are there twice are reported.
const MOST_REPEATS: usize = 10;

/// For each column of the program the place of the file's column; says what is absent, unused, twice or missing.
///
/// `None` if a column that is needed is missing or two columns could be meant; the errors are in the builder.
pub fn match_headers(builder: &mut TableBuilder<'_>, headers: &[String], place: &str) -> Option<Vec<Option<usize>>> {
    let before = builder.errors.len();
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
                help: Some(format!("say which: `columns.{} = \"{}\"`", field.name, name(first))),
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
        .map(|(_, header)| format!("`{}`", clip(header)))
        .collect();
    if !unused.is_empty() && builder.errors.len() == before {
        let count = unused.len() as u64;
        let shown: Vec<&str> = unused.iter().take(8).map(String::as_str).collect();
        let more = unused.len().saturating_sub(8);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let columns = if count == 1 { "column" } else { "columns" };
        let text = format!("{count} {columns} of {place} not used: {}{more}", shown.join(", "));
        builder.notes.push(note(NoteKind::Unused, None, count, text));
    }
    (builder.errors.len() == before).then_some(places)
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
    if column.optional && !declared {
        let text = format!("{place} has no column `{wanted}`: `{}` is missing everywhere", column.name);
        builder.notes.push(note(NoteKind::Other, Some(&column.name), 1, text));
        return;
    }
    let name = column.name.clone();
    let key = builder.table.key.is_some_and(|id| id.index() == field);
    let candidates: Vec<String> = headers.iter().map(|h| fold(h)).collect();
    let near = nearest(&fold(wanted), candidates.iter().map(String::as_str))
        .and_then(|near| candidates.iter().position(|c| c == near))
        .and_then(|at| headers.get(at));
    let one_cell = match headers {
        [only] => [(";", "`;`"), ("\t", "a tab"), ("|", "`|`")].into_iter().find(|(mark, _)| only.contains(mark)),
        _ => None,
    };
    let list = || {
        let shown: Vec<String> = headers.iter().take(12).map(|h| format!("`{}`", clip(h))).collect();
        let more = if headers.len() > 12 { ", …" } else { "" };
        format!("there is {}{more}", shown.join(", "))
    };
    let help = match (one_cell, near) {
        (Some((mark, words)), _) => {
            let mark = if mark == "\t" { "\\t" } else { mark };
            format!("the header seems to be separated by {words}: set `delimiter = \"{mark}\"`")
        }
        (None, Some(near)) if declared => format!("did you mean `{near}`?"),
        (None, Some(near)) => format!("did you mean `{near}`? then set `columns.{name} = \"{near}\"`"),
        (None, None) if headers.is_empty() => "the file has no columns at all".to_string(),
        // Without its key a row cannot be told from others.
        (None, None) if key => format!("{}; name it with `columns.{name} = \"…\"`", list()),
        (None, None) => format!("{}; name it with `columns.{name} = \"…\"`, or declare `{name}` optional", list()),
    };
    let message = if declared {
        format!("there is no column `{wanted}` for `{name}` of table `{}`", builder.table.header.name)
    } else {
        format!("there is no column `{wanted}` for table `{}`", builder.table.header.name)
    };
    builder.errors.push(DataError { place: place.to_string(), message, help: Some(help) });
}
