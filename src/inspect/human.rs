//! The project as a table: one declaration a line.

use super::{Inspected, View};
use crate::ast::{ItemKind, MetaKind};
use crate::report::Layout;
use crate::report::table::{Cell, Column, Table, clean};
use crate::report::{counted, paint::Tone, value};

/// Names that are written out; of longer lists the rest is counted.
const NAMED: usize = 4;

/// All declarations but tests, and what they read.
pub fn human(of: &Inspected, layout: &Layout) -> String {
    let view = View::new(of);
    let mut columns = ["declaration", "type", "owner", "where", "reads", "read by"].map(Column::words);
    for (column, limit) in columns.iter_mut().zip([34, 22, 16, 28, 40, 30]) {
        column.limit = Some(limit);
    }
    let mut table = Table::new(columns.into());
    let mut tests = 0_u64;
    let mut count = 0_u64;
    for (item, package) in view.items() {
        if matches!(item.kind, ItemKind::Test(_)) {
            tests += 1;
            continue;
        }
        count += 1;
        let entry = view.entry(item.name.span);
        let owner = item.meta.iter().find_map(|meta| match &meta.kind {
            MetaKind::Owner(name) | MetaKind::Accountable(name) => Some(name.text.clone()),
            _ => None,
        });
        let names = |list: Vec<&crate::outline::Entry>| {
            let told = |entry: &&crate::outline::Entry| entry.kind != crate::outline::Kind::Function;
            let names: Vec<String> = list.into_iter().filter(told).map(|entry| view.outline.qualified(entry)).collect();
            let more = names.len().saturating_sub(NAMED);
            let shown = names.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
            if more > 0 { format!("{shown} and {more} more") } else { shown }
        };
        let place = of.sources.position(item.span);
        let line = place.rsplit_once(':').map_or(place.as_str(), |(line, _)| line);
        let place = line.rsplit('/').next().unwrap_or(line).to_string();
        let access = item.access.map_or(String::new(), |access| format!("{} ", access.kind.word()));
        let whose = package.map_or(String::new(), |package| format!(" of {package}"));
        let name = format!("{access}{} {}{whose}", item.kind.word(), item.name.text);
        let ty = entry.and_then(|entry| entry.ty.clone()).unwrap_or_default();
        table.row(vec![
            Cell::from(name),
            Cell::from(ty),
            Cell::from(owner.unwrap_or_default()),
            Cell::toned(place, Tone::Dim),
            Cell::from(entry.map_or_else(String::new, |entry| names(view.outline.reads(entry)))),
            Cell::from(entry.map_or_else(String::new, |entry| names(view.outline.read_by(entry)))),
        ]);
    }
    let mut out = format!(
        "{} · program {} · {}, {}\n\n",
        clean(of.project),
        of.program.hash,
        counted(count, "declaration", "declarations"),
        counted(tests, "test", "tests")
    );
    out.push_str(&table.human(0, layout));
    for card in &of.program.scorecards {
        for (segment, shares) in view.weights.of(&card.header.name) {
            let whom = segment.as_ref().map_or(String::new(), |segment| format!(" for {segment}"));
            let mut table = Table::new(vec![
                Column::words(format!("{}{whom}", card.header.name)),
                Column::numbers("of the whole"),
                Column::words("through"),
            ]);
            for share in shares {
                let ways: Vec<String> =
                    share.paths.iter().filter(|p| !p.through.is_empty()).map(|p| p.through.join(" > ")).collect();
                table.row(vec![
                    Cell::from(share.name.clone()),
                    Cell::from(value::percent(share.share)),
                    Cell::from(ways.join(", ")),
                ]);
            }
            out.push('\n');
            out.push_str(&table.human(0, layout));
        }
    }
    out
}
