//! Data made up for a program that has none, and data files in another order.

use super::rng::Rng;
use laud::calendar::Date;
use laud::data::Dataset;
use laud::program::{Field, FieldId, Program, Table, TableId, TableKind, Type, Unit};

/// The as-of date of a project that does not say.
pub fn as_of() -> Date {
    Date::new(2026, 3, 31).unwrap()
}

/// A csv file per table of the program.
pub fn made_up(rng: &mut Rng, program: &Program) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for (i, table) in program.tables.iter().enumerate() {
        if rng.chance(4) && program.subject != Some(TableId(i as u32)) {
            continue;
        }
        let most = if program.subject == Some(TableId(i as u32)) { 8 } else { 40 };
        let count = rng.below(most);
        let headers: Vec<&str> = table.fields.iter().map(|f| f.name.as_str()).collect();
        let mut text = headers.join(",") + "\n";
        for row in 0..count {
            let cells: Vec<String> =
                (0..table.fields.len()).map(|f| cell(rng, program, table, FieldId(f as u32), row)).collect();
            text += &(cells.join(",") + "\n");
        }
        files.push((format!("data/{}.csv", table.header.name), text.into_bytes()));
    }
    files
}

fn key(table: &Table, row: usize) -> String {
    match table.key.and_then(|k| table.fields.get(k.index())).map(|f| f.ty) {
        Some(Type::Number(_)) => (row + 1).to_string(),
        _ => format!("A{}", row + 1),
    }
}

fn cell(rng: &mut Rng, program: &Program, table: &Table, id: FieldId, row: usize) -> String {
    let field = &table.fields[id.index()];
    if table.key == Some(id) {
        return if rng.chance(95) { key(table, row) } else { key(table, row / 2) };
    }
    if let TableKind::Events { of, parent, .. } = table.kind
        && parent == id
    {
        return program.table(of).map_or(String::new(), |parent| key(parent, rng.below(9)));
    }
    if rng.chance(if field.optional { 25 } else { 5 }) {
        return String::new();
    }
    if field.merged || field.parent {
        return if rng.chance(20) { format!("A{}", 1 + rng.below(9)) } else { String::new() };
    }
    match field.ty {
        Type::Boolean => rng.pick(&["yes", "no"]).to_string(),
        Type::Number(unit) => number(rng, field, unit),
        Type::Date => date(rng),
        Type::Instant => format!("{}T{:02}:{:02}:00Z", date(rng), rng.below(24), rng.below(60)),
        Type::Enum(list) => {
            let values = &program.enums[list.index()].values;
            values.get(rng.below(values.len())).cloned().unwrap_or_default()
        }
        Type::Mixed => number(rng, field, laud::program::Unit::Plain),
        Type::Text | Type::Unknown => rng.pick(&["a", "b", "B", "c ", "ä", "Acme"]).to_string(),
    }
}

fn date(rng: &mut Rng) -> String {
    if rng.chance(3) {
        return rng.pick(&["0001-01-01", "9999-12-31", "1970-01-01", "2024-02-29"]).to_string();
    }
    // Mostly within two years, mostly before, often on an edge.
    let days = if rng.chance(30) {
        *rng.pick(&[&0i64, &-1, &1, &-30, &-31, &-89, &-90, &-91, &-180, &-365, &-366])
    } else {
        60 - rng.below(800) as i64
    };
    as_of().plus_days(days).to_string()
}

fn number(rng: &mut Rng, field: &Field, unit: Unit) -> String {
    if rng.chance(3) {
        return rng
            .pick(&["0", "99999999999999999999999999999", "-99999999999999999999999999999", "0.000000001"])
            .into();
    }
    let within = |n: i64| {
        let n = laud::number::Decimal::int(n);
        n.max(field.low.unwrap_or(n)).min(field.high.unwrap_or(n)).to_string()
    };
    match unit {
        Unit::Ratio => format!("{}%", rng.below(120)),
        Unit::Money(_) => within(rng.below(500) as i64 * 1000),
        _ if field.integer || rng.chance(60) => within(rng.below(110) as i64 - 5),
        _ => format!("{}.{}", rng.below(100), rng.below(1000)),
    }
}

/// The same rows in another order, where the file has rows that can be told apart without reading it as csv.
pub fn shuffled(rng: &mut Rng, name: &str, bytes: &[u8]) -> Option<Vec<u8>> {
    let lined = !super::project::packed(name) && !bytes.starts_with(&[0x1f, 0x8b]);
    if !lined || bytes.contains(&b'"') && !name.contains("json") || bytes.contains(&b'\r') {
        return None;
    }
    let mut lines: Vec<&[u8]> = bytes.split(|b| *b == b'\n').collect();
    let header = if name.contains("json") { 0 } else { 1 + lines.iter().position(|l| !l.is_empty())? };
    rng.shuffle(lines.get_mut(header..)?);
    let mut whole = lines.join(&b'\n');
    whole.push(b'\n');
    Some(whole)
}

/// True if no two different event rows of a parent have the same date, time and key, so that their place in the file
/// decides nothing.
pub fn ordered(program: &Program, data: &Dataset) -> bool {
    let tables = data.tables.iter().zip(&program.tables);
    tables.filter(|(_, declared)| declared.key.is_none()).all(|(table, declared)| {
        let TableKind::Events { at, .. } = declared.kind else { return true };
        let cells = |row: u32| (0..declared.fields.len()).map(move |f| table.value(FieldId(f as u32), row));
        table.by_parent.iter().all(|rows| {
            rows.windows(2).all(|w| table.value(at, w[0]) != table.value(at, w[1]) || cells(w[0]).eq(cells(w[1])))
        })
    })
}

/// The rows of a csv file as lines of JSON, every cell a text; `None` where the file is not plain.
pub fn as_json(bytes: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(bytes).ok()?;
    if text.contains('"') || text.contains('\r') || text.starts_with('\u{feff}') {
        return None;
    }
    let mut lines = text.lines().filter(|l| !l.is_empty());
    let headers: Vec<&str> = lines.next()?.split(',').collect();
    let mut out = String::new();
    for line in lines {
        let cells: Vec<&str> = line.split(',').collect();
        if cells.len() != headers.len() {
            return None;
        }
        let pairs = headers.iter().zip(cells).map(|(h, c)| ((*h).to_string(), serde_json::Value::from(c)));
        let object: serde_json::Map<String, serde_json::Value> = pairs.collect();
        if object.len() != headers.len() {
            return None;
        }
        out += &(serde_json::Value::from(object).to_string() + "\n");
    }
    Some(out.into_bytes())
}
