//! A large file of a table that is held is read quickly, in parts; small files are read cell by cell. The same rows in one
//! large file and in several small ones are the same table, with the same to be said about it.

use super::stream::{Dice, HANDS, HEADERS, every_type, quoted, table};
use super::*;
use proptest::prelude::*;

/// Rows with a column of every type, under a key; with a history by date, if that is asked for.
fn keyed(history: bool) -> Program {
    let mut program = every_type();
    let fields = program.tables[1].fields.clone();
    program.tables.clear();
    let mut build = Build { program };
    build.subject("account", fields);
    if history {
        build.program.tables[0].kind = TableKind::Rows { as_of: Some(FieldId(1)) };
    }
    build.program
}

/// What is known of a table that was loaded from files, line by line; `first` says on which line of one file the first
/// row of each stands.
fn told(loaded: Result<Loaded, Vec<DataError>>, names: &[String], first: &[usize], begin: usize) -> Vec<String> {
    // The place in one file that the place in several is.
    let place = |text: &str| {
        let mut text = text.replace(&format!("{}: ", names.join(", ")), "the files: ");
        for (name, first) in names.iter().zip(first) {
            while let Some(at) = text.find(&format!("{name}:")) {
                let digits = at + name.len() + 1;
                let end = text[digits..].find(|c: char| !c.is_ascii_digit()).map_or(text.len(), |n| digits + n);
                let line: usize = text[digits..end].parse().unwrap_or_else(|_| panic!("{text}"));
                text.replace_range(at..end, &format!("line {}", line + first - begin));
            }
        }
        text
    };
    let mut out = Vec::new();
    match loaded {
        Err(errors) => {
            out.extend(errors.iter().map(|e| place(&format!("{}: {} {:?}", e.place, e.message, e.help))));
        }
        Ok(loaded) => {
            let (data, report) = (loaded.table(0), loaded.report(0));
            out.push(format!("{} {} {:?} {:?}", report.read, report.kept, report.rejected, data.covers_to));
            out.extend(
                report.notes.iter().map(|n| place(&format!("{:?} {:?} {} {}", n.kind, n.field, n.count, n.text))),
            );
            for reject in &loaded.rejects {
                let Reject { reason, account, key, field, value, detail, .. } = reject;
                let at = format!("{}:{}", reject.file, reject.line);
                out.push(place(&format!("{at} {reason:?} {account:?} {key:?} {field:?} {value:?} {detail}")));
            }
            for row in 0..data.rows {
                let cells = (0..data.columns.len() as u32).map(|field| word(&data.value(FieldId(field), row)));
                out.push(place(&format!("{} {}", data.place(row), cells.collect::<Vec<_>>().join("|"))));
            }
            out.extend(data.by_key.iter().map(|(key, row)| format!("{key} {row}")));
        }
    }
    out
}

/// The key of a row: most are of their own, some are there twice, and some are none.
fn key(row: usize) -> Option<Vec<u8>> {
    match row % 97 {
        5 => None,
        7 => Some(format!(" padded{row}").into_bytes()),
        11 => Some(b"k\xff".to_vec()),
        13 => Some(format!("k{}", row / 300).into_bytes()),
        17 => Some(format!("a key of more than fifteen bytes {row}").into_bytes()),
        19 => Some(b"N/A".to_vec()),
        _ => Some(format!("k{row}").into_bytes()),
    }
}

fn project(names: &[String], zone: &str) -> String {
    format!(
        "[project]\ntime_zone = '{zone}'\n[profile.p]\ndirectory = '.'\ntime_zone = 'UTC'\n[profile.p.account]\n\
         files = {names:?}\n[profile.p.account.columns]\nkind = {{ values = {{ webinar = '' }} }}\n"
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn large_texts(table in table(), history in any::<bool>(), utc in any::<bool>(), size in 900usize..1200) {
        prop_assume!(!table.is_empty());
        let program = keyed(history);
        let header = HEADERS.join(",") + "\n";
        let row = |i: usize| {
            let mut cells: Vec<Vec<u8>> = table[i % table.len()].iter().map(|c| quoted(c, i % 5 == 4).into_bytes()).collect();
            cells[0] = key(i).unwrap_or_default();
            match i % 541 {
                100 => cells.push(b"extra".to_vec()),
                200 => cells[8] = b"\"two\n\"\"lines\"\"\"".to_vec(),
                300 => cells[9].extend(b"\n"),
                _ => {}
            }
            [cells.join(&b','), b"\n".to_vec()].concat()
        };
        let rows: Vec<Vec<u8>> = (0..6 * size).map(row).collect();
        let lines = |rows: &[Vec<u8>]| rows.iter().flatten().filter(|byte| **byte == b'\n').count();
        let whole = [header.clone().into_bytes(), rows.concat()].concat();
        prop_assert!(whole.len() > 140_000);
        let zone = if utc { "UTC" } else { "America/New_York" };
        let data = files(&[]);
        let (mut names, mut first) = (Vec::new(), Vec::new());
        for (i, part) in rows.chunks(size).enumerate() {
            let text = [header.clone().into_bytes(), part.concat()].concat();
            prop_assert!(text.len() < 130_000);
            names.push(format!("p{i}.csv"));
            first.push(2 + lines(&rows[..i * size]));
            std::fs::write(data.directory.path().join(&names[i]), text).unwrap();
        }
        std::fs::write(data.directory.path().join("all.csv"), whole).unwrap();
        let parts = told(data.load_with(&program, &project(&names, zone)), &names, &first, 2);
        let all = ["all.csv".to_string()];
        prop_assert_eq!(told(data.load_with(&program, &project(&all, zone)), &all, &[2], 2), parts);
    }

    #[test]
    fn large_objects(seed in any::<u64>(), hand in prop::sample::select(&HANDS[..]), odd in prop::sample::select(&[0u64, 40, 3][..]), history in any::<bool>(), utc in any::<bool>()) {
        let (program, mut dice) = (keyed(history), Dice(seed));
        let mut row = |i: usize| {
            let mut cells: Vec<(&str, String)> =
                (0..HEADERS.len()).map(|column| (HEADERS[column], dice.cell(column, odd))).collect();
            cells[0].1 = String::from_utf8_lossy(&key(i).unwrap_or_default()).into_owned();
            // A row of all rows is shorter than a block.
            cells.iter_mut().for_each(|(_, cell)| *cell = cell.chars().take(80).collect());
            let line = hand.object(&mut dice, &cells);
            // A file that begins with a list is none of objects.
            if line.starts_with(['\n', '[']) { b" ".to_vec() } else { line.into_bytes() }
        };
        let rows: Vec<Vec<u8>> = (0..3600).map(&mut row).collect();
        let text = |rows: &[Vec<u8>]| [rows.join(&b'\n'), b"\n".to_vec()].concat();
        let zone = if utc { "UTC" } else { "America/New_York" };
        let data = files(&[]);
        let (mut names, mut first) = (Vec::new(), Vec::new());
        for (i, part) in rows.chunks(300).enumerate() {
            prop_assert!(text(part).len() < 130_000);
            names.push(format!("p{i}.ndjson"));
            first.push(1 + i * 300);
            std::fs::write(data.directory.path().join(&names[i]), text(part)).unwrap();
        }
        prop_assert!(text(&rows).len() > 300_000);
        std::fs::write(data.directory.path().join("all.ndjson"), text(&rows)).unwrap();
        let parts = told(data.load_with(&program, &project(&names, zone)), &names, &first, 1);
        let all = ["all.ndjson".to_string()];
        let all = told(data.load_with(&program, &project(&all, zone)), &all, &[1], 1);
        // Which names a file has, and which twice, is said of each file; all else is said of the table.
        let of_table = |told: Vec<String>| -> Vec<String> {
            told.into_iter().filter(|line| !line.starts_with("Unused") && !line.contains(" twice, the first at ")).collect()
        };
        prop_assert_eq!(of_table(all), of_table(parts));
    }
}

#[cfg(feature = "parquet")]
mod in_columns {
    use super::super::stream_parquet::{Cells, Column, case, file};
    use super::*;

    /// The rows of columns again and again, each with a key of its own.
    fn repeated(columns: &[Column], rows: usize) -> Vec<Column> {
        fn cycle<T: Clone>(list: &[T], rows: usize) -> Vec<T> {
            list.iter().cycle().take(rows).cloned().collect()
        }
        let of = |(name, cells): &Column| {
            let cells = match cells {
                Cells::Text(_) if name.contains(" account ") => Cells::Text((0..rows).map(key).collect()),
                Cells::Text(v) => Cells::Text(cycle(v, rows)),
                Cells::Fixed(v) => Cells::Fixed(cycle(v, rows)),
                Cells::Small(v) => Cells::Small(cycle(v, rows)),
                Cells::Large(v) => Cells::Large(cycle(v, rows)),
                Cells::Double(v) => Cells::Double(cycle(v, rows)),
                Cells::Float(v) => Cells::Float(cycle(v, rows)),
                Cells::Flag(v) => Cells::Flag(cycle(v, rows)),
            };
            (name.clone(), cells)
        };
        columns.iter().map(of).collect()
    }

    /// Some rows of columns.
    fn some(columns: &[Column], from: usize, to: usize) -> Vec<Column> {
        let of = |(name, cells): &Column| {
            let cells = match cells {
                Cells::Text(v) => Cells::Text(v[from..to].to_vec()),
                Cells::Fixed(v) => Cells::Fixed(v[from..to].to_vec()),
                Cells::Small(v) => Cells::Small(v[from..to].to_vec()),
                Cells::Large(v) => Cells::Large(v[from..to].to_vec()),
                Cells::Double(v) => Cells::Double(v[from..to].to_vec()),
                Cells::Float(v) => Cells::Float(v[from..to].to_vec()),
                Cells::Flag(v) => Cells::Flag(v[from..to].to_vec()),
            };
            (name.clone(), cells)
        };
        columns.iter().map(of).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 10, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn large_columns((_, columns, _, properties) in case(), history in any::<bool>(), utc in any::<bool>(), group in 700usize..5000) {
            const ROWS: usize = 6000;
            let program = keyed(history);
            let columns = repeated(&columns, ROWS);
            let zone = if utc { "UTC" } else { "America/New_York" };
            let data = files(&[]);
            let (mut names, mut first) = (Vec::new(), Vec::new());
            for from in (0..ROWS).step_by(2000) {
                let bytes = file(&some(&columns, from, from + 2000), 2000, 900, properties.clone());
                names.push(format!("p{from}.parquet"));
                first.push(from + 1);
                std::fs::write(data.directory.path().join(format!("p{from}.parquet")), bytes).unwrap();
            }
            let whole = file(&columns, ROWS, group, properties);
            std::fs::write(data.directory.path().join("all.parquet"), whole).unwrap();
            let parts = told(data.load_with(&program, &project(&names, zone)), &names, &first, 1);
            let all = ["all.parquet".to_string()];
            prop_assert_eq!(told(data.load_with(&program, &project(&all, zone)), &all, &[1], 1), parts);
        }
    }
}
