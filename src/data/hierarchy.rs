//! Accounts above each other: the column that names the one above, made to follow merges, and circles told.

use super::Cells;
use super::keys::{Moved, Round, circles, nowhere};
use super::table::TableBuilder;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Sees to the accounts above: who was merged away is followed, who does not exist is nobody, and a circle is an error.
pub fn settle(builder: &mut TableBuilder<'_>, moved: &Moved) {
    let Some(parent) = builder.table.fields.iter().position(|f| f.parent) else { return };
    let by_key = super::keys::latest_by_key(builder, builder.keys.clone());
    let mut unknown: Vec<(usize, Arc<str>)> = Vec::new();
    let mut follow: Vec<(usize, Option<Arc<str>>)> = Vec::new();
    let mut next: BTreeMap<Arc<str>, Arc<str>> = BTreeMap::new();
    for row in 0..builder.keys.len() {
        let Some(key) = builder.keys.get(row) else { continue };
        let Some(above) = builder.columns.get(parent).and_then(|c| c.text(row)).filter(|t| !t.is_empty()) else {
            continue;
        };
        let kept = moved.get(above);
        // What was merged into this account is the account itself, and nobody above it.
        let own = kept.is_some_and(|kept| kept == key);
        match by_key.get_key_value(kept.unwrap_or(above)) {
            None => {
                unknown.push((row, Arc::clone(above)));
                follow.push((row, None));
            }
            Some(_) if own => follow.push((row, None)),
            Some((known, _)) => {
                if kept.is_some() {
                    follow.push((row, Some(Arc::clone(known))));
                }
                if by_key.get(key).is_some_and(|latest| latest as usize == row) {
                    next.insert(Arc::clone(key), Arc::clone(known));
                }
            }
        }
    }
    let field = builder.table.fields.get(parent).map_or_else(String::new, |f| f.name.clone());
    nowhere(builder, field.as_str(), &unknown, ["below one that does not exist, taken as below nobody", " below "]);
    let words = Round {
        itself: "stands above itself",
        circle: "accounts stand above each other in a circle",
        between: " below ",
        help: format!("leave `{field}` blank for the one at the top"),
    };
    let errors = circles(builder, &next, &words, &by_key).1;
    builder.errors.extend(errors);
    if let Some(Cells::Text(cells)) = builder.columns.get_mut(parent).map(|c| &mut c.cells) {
        for (row, above) in follow {
            if let Some(cell) = cells.get_mut(row) {
                *cell = above;
            }
        }
    }
}
