//! One pass over a table finds what loading it finds: the same rows, the same account of the others, the same words.
//!
//! Every test of this module's parent that loads events runs through here as well.

use super::*;
use laud::data::stream::{LaneCells, NOBODY, Owners, Piece, Request, Streamed, from_table, is_streamable, stream};
use proptest::prelude::*;

/// Rows that are kept: whose each is, and its cells.
pub(super) type Rows = Vec<(u32, Vec<String>)>;

/// The cell of a row of a piece, as a loaded table has it.
fn value(piece: &Piece, lane: usize, row: usize) -> Value {
    let lane = &piece.lanes[lane];
    if !lane.valid.has(row) {
        let unreadable = lane.unreadable.contains(&(row as u32));
        return Value::Missing(if unreadable { Missing::Error(Fault::BadCell) } else { Missing::NoData });
    }
    match &lane.cells {
        LaneCells::Absent => panic!("a value where there is no column"),
        LaneCells::Days(v) => Value::Date(Date(v[row])),
        LaneCells::Micros(v) => Value::Instant(v[row]),
        LaneCells::Flags(v) => Value::Boolean(v.get(row)),
        LaneCells::Codes(v) => Value::Symbol(v[row]),
        LaneCells::Small(v) => Value::Number(Decimal::from_raw(i128::from(v[row])).unwrap()),
        LaneCells::Wide(v) => Value::Number(Decimal::from_raw(v[row]).unwrap()),
        LaneCells::Texts { list, codes } => Value::Text(list.get(codes[row]).into()),
    }
}

/// The kept rows of a piece: owner and cells.
fn rows(state: &mut Rows, piece: &Piece) {
    assert_eq!(piece.owners.len(), piece.rows);
    assert_eq!(piece.owners.iter().filter(|owner| **owner != NOBODY).count(), piece.kept);
    for lane in &piece.lanes {
        let len = match &lane.cells {
            LaneCells::Absent => piece.rows,
            LaneCells::Days(v) => v.len(),
            LaneCells::Micros(v) | LaneCells::Small(v) => v.len(),
            LaneCells::Flags(v) => v.len(),
            LaneCells::Codes(v) | LaneCells::Texts { codes: v, .. } => v.len(),
            LaneCells::Wide(v) => v.len(),
        };
        assert_eq!(len, piece.rows);
        assert!(lane.unreadable.is_sorted());
    }
    for (row, owner) in piece.owners.iter().enumerate().filter(|(_, owner)| **owner != NOBODY) {
        let cells = (0..piece.lanes.len()).map(|lane| format!("{:?}", value(piece, lane, row)));
        state.push((*owner, cells.collect()));
    }
}

pub(super) fn pass(
    program: &Program,
    binding: &Binding,
    id: TableId,
    above: Option<&TableData>,
    threads: usize,
) -> Result<Streamed<Rows>, Vec<DataError>> {
    let owners = above.map(Owners::new);
    let table = &program.tables[id.index()];
    let parent = table.kind.owner().map(|(_, parent)| parent);
    // The cell that names the owner is rewritten where it follows a merge; all others are as they were read.
    let fields: Vec<FieldId> = (0..table.fields.len() as u32).map(FieldId).filter(|f| Some(*f) != parent).collect();
    let request = Request {
        program,
        table: id,
        binding,
        fields: &fields,
        dates: None,
        owners: owners.as_ref(),
        above,
        rejects: true,
    };
    let full = stream(&request, threads, Vec::new, rows);
    // Without a list of rejects nothing else changes.
    let short = stream(&Request { rejects: false, ..request }, threads, Vec::new, rows);
    match (&full, &short) {
        (Ok(full), Ok(short)) => {
            assert_eq!(full.report, short.report);
            assert_eq!(sorted(full.workers.concat()), sorted(short.workers.concat()));
        }
        (Err(full), Err(short)) => assert_eq!(full, short),
        _ => panic!("rejects decide whether a table can be read"),
    }
    full
}

fn sorted(mut rows: Rows) -> Rows {
    rows.sort();
    rows
}

/// Tables that can go by in pieces do so, and are what they were found to be.
pub(super) fn same(program: &Program, binding: &Binding, loaded: &Result<Loaded, Vec<DataError>>) {
    let ids: Vec<TableId> =
        (0..program.tables.len() as u32).map(TableId).filter(|id| is_streamable(program, *id)).collect();
    match loaded {
        Ok(loaded) => {
            for id in ids {
                let of = program.tables[id.index()].kind.owner().map(|(of, _)| of);
                let above = of.map(|of| &loaded.data.tables[of.index()]);
                let table = &loaded.data.tables[id.index()];
                for threads in [1, 3] {
                    let passed = pass(program, binding, id, above, threads).unwrap();
                    assert_eq!(passed.report, loaded.report.tables[id.index()]);
                    let name = &program.tables[id.index()].header.name;
                    let rejects: Vec<&Reject> = loaded.rejects.iter().filter(|r| r.table == *name).collect();
                    assert_eq!(passed.rejects.iter().collect::<Vec<_>>(), rejects);
                    let about =
                        |t: &TableData| (t.loaded, t.rows, t.covers_from, t.covers_to, t.files.clone(), t.vouches());
                    assert_eq!(about(&passed.table), about(table));
                    let parent = program.tables[id.index()].kind.owner().map(|(_, parent)| parent);
                    let all = (0..table.columns.len() as u32).map(FieldId);
                    let fields: Vec<FieldId> = all.filter(|field| Some(*field) != parent).collect();
                    let given = from_table(table, &fields, threads, Vec::new, rows);
                    assert_eq!(sorted(passed.workers.concat()), sorted(given.concat()));
                }
            }
        }
        // Only what comes first can be loaded: the errors of the others are those of their own pass.
        Err(errors)
            if !ids.is_empty() && ids.iter().all(|id| id.index() > 0) && program.subject == Some(TableId(0)) =>
        {
            let mut first = program.clone();
            first.tables.truncate(1);
            let Ok((data, _)) = load(&first, binding, &mut |_| {}) else { return };
            if program.tables.len() != ids.len() + 1 {
                return;
            }
            let found = ids.iter().filter_map(|id| pass(program, binding, *id, Some(&data.tables[0]), 2).err());
            assert_eq!(&found.flatten().collect::<Vec<_>>(), errors);
        }
        Err(_) => {}
    }
}

/// Events with a column of every type.
pub(super) fn every_type() -> Program {
    let mut build = accounts_only();
    let list = build.list("kind", &["reference", "case_study", "none"]);
    let fields = vec![
        date("occurred_at"),
        field("kind", list),
        optional(money("amount", "USD")),
        ranged(integer("score"), 0, 10),
        optional(ratio("share")),
        optional(field("solicited", Type::Boolean)),
        field("seen", Type::Instant),
        optional(text("who")),
        number("free"),
    ];
    build.events("activity", TableId(0), "occurred_at", None, fields);
    build.program
}

pub(super) const HEADERS: [&str; 10] =
    ["account", "occurred_at", "kind", "amount", "score", "share", "solicited", "seen", "who", "free"];

/// Cells, most of them plain and some of every way of being otherwise.
fn cell(column: usize) -> BoxedStrategy<String> {
    let of = |plain: &'static str, odd: &'static [&'static str]| {
        prop_oneof![12 => plain.prop_map(String::from), 3 => prop::sample::select(odd).prop_map(String::from)].boxed()
    };
    match column {
        0 => of("a[1-9]", &["", " a1 ", "A1", "nobody", "a\u{e9}", "N/A", "old", "gone"]),
        1 => of(
            "202[4-6]-0[1-9]-[0-2][0-9]",
            &["", "2026-02-30", "soon", "2026-01-05T23:30:00Z", "2026/03/04", " 2026-03-04"],
        ),
        2 => of("(reference|Case Study|none|case-study)", &["", "webinar", "Webinar", "-", " Reference "]),
        3 => of(
            "-?[0-9]{1,5}(\\.[0-9]{1,2})?",
            &["", "$5", "1,234", "1.234", "12k", "EUR 5", "n.a.", "99999999999.5", "-"],
        ),
        4 => of("([0-9]|10)", &["", "11", "-1", "7.5", "7.0", "seven", "1e1"]),
        5 => of("0\\.[0-9]{1,3}", &["", "45%", "1.5", "x", "0"]),
        6 => of("(true|false|1|no)", &["", "Y", "maybe", "n/a"]),
        7 => of(
            "2026-0[1-6]-1[0-9][T ]1[0-9]:[0-5][0-9]:0[0-9](\\.[0-9]{1,6})?Z",
            &["", "2026-03-08T02:30:00Z", "2026-01-01", "2026-03-29 01:30:00+01:00", "never"],
        ),
        8 => of(
            "[a-z]{1,6}( [a-z]{1,3})?",
            &["", "n/a", "N", " padded ", "say \"hi\"", "two\nlines", "semi;colon, comma", "\u{fc}ber", "none"],
        ),
        _ => of("[0-9]{1,4}", &["", "0.5", "1.234", "1,5", "free", "nan"]),
    }
}

pub(super) fn table() -> impl Strategy<Value = Vec<Vec<String>>> {
    let row = (0..HEADERS.len()).map(cell).collect::<Vec<_>>();
    prop::collection::vec(row, 0..30)
}

pub(super) fn quoted(cell: &str, always: bool) -> String {
    match always || cell.contains(['"', '\n', ',', '\r']) {
        true => format!("\"{}\"", cell.replace('"', "\"\"")),
        false => cell.to_string(),
    }
}

fn accounts() -> String {
    (0..9).map(|i| format!("a{i}\n")).fold("id\n3\n-3\ntrue\n".to_string(), |all, line| all + &line)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn messy_rows_of_cells(table in table(), line_end in prop::sample::select(&["\n", "\r\n", "\n\n", "\r"][..]), noise in 0usize..12, east in any::<bool>()) {
        let program = every_type();
        let mut text = HEADERS.join(",") + line_end;
        for (i, row) in table.iter().enumerate() {
            let cells: Vec<String> = row.iter().map(|c| quoted(c, i % 5 == 4)).collect();
            text += &cells.join(",");
            match (noise, i) {
                (1, 3) => text += ",extra",
                (2, 4) => text += "\" behind",
                (3, 5) => text = text.trim_end_matches(|c| c != ',').to_string(),
                _ => {}
            }
            text += line_end;
        }
        let mut bytes = text.into_bytes();
        match noise {
            4 => { bytes.pop(); }
            5 => bytes.extend(b"a1,2026-01-01,\"open"),
            6 => bytes.extend(b"a1,2026-01-01,\"open\nand on"),
            7 => bytes.extend(b"a1,2026-01-01,none,\xff,1,,,2026-01-01,x,1\n"),
            8 => bytes.extend(b"\n\n\n"),
            _ => {}
        }
        let data = files(&[("account.csv", accounts().as_str())]);
        std::fs::write(data.directory.path().join("activity.csv"), bytes).unwrap();
        let zone = if east { "Asia/Tokyo" } else { "UTC" };
        let _ = data.load_with(&program, &format!("[project]\ntime_zone = '{zone}'\n[profile.p]\ndirectory = '.'\n"));
    }

    #[test]
    fn messy_objects(table in table(), noise in 0usize..8) {
        let program = every_type();
        let mut text = String::new();
        for (i, row) in table.iter().enumerate() {
            let mut object = serde_json::Map::new();
            for (name, cell) in HEADERS.iter().zip(row) {
                let name = if i % 7 == 3 { name.to_uppercase() } else { (*name).to_string() };
                let value = match cell.parse::<serde_json::Number>() {
                    Ok(number) if i % 2 == 0 => serde_json::Value::Number(number),
                    _ if cell.is_empty() => continue,
                    _ if cell == "true" => true.into(),
                    _ if cell == "n/a" => serde_json::Value::Null,
                    _ if cell == "x" => serde_json::json!([1, {"a": "b"}]),
                    _ => cell.as_str().into(),
                };
                object.insert(name, value);
            }
            if i % 4 == 0 {
                object.insert("unused".to_string(), serde_json::json!({"deep": [1.5, null, "t"]}));
            }
            text += &serde_json::Value::Object(object).to_string();
            match (noise, i) {
                (1, 2) => text += " ,",
                (2, 3) => text = text.trim_end_matches('}').to_string(),
                (3, 1) => text += "\n5\n[]\n\"text\"\n\n   \n{\"a\": \"\\ud800\"}\nnull",
                (4, 2) => text += "\r",
                _ => {}
            }
            text += "\n";
        }
        let data = files(&[("account.csv", accounts().as_str()), ("activity.ndjson", text.as_str())]);
        let _ = data.load(&program);
    }
}

/// Numbers as if by chance, the same for the same beginning.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (mixed >> 32) % n
    }

    fn one(&mut self, of: &[&str]) -> String {
        of[self.below(of.len() as u64) as usize].to_string()
    }

    /// A cell as files are full of, and once in a while one that is otherwise.
    pub(super) fn cell(&mut self, column: usize, odd: u64) -> String {
        let plain = odd == 0 || self.below(odd) > 0;
        let (year, month, day) = (2024 + self.below(3), 1 + self.below(9), 10 + self.below(19));
        let day = format!("{year}-0{month}-{day}");
        let clock = format!("{:02}:{:02}:{:02}", self.below(24), self.below(60), self.below(60));
        match (column, plain) {
            (0, true) => format!("a{}", self.below(9)),
            (0, false) => {
                let names = ["", " a1", "A1", "nobody", "a\u{e9}", "N/A", "an account with a long name", "a\u{a0}"];
                // Some accounts are numbers.
                if self.below(2) == 0 { self.one(&["3", "-3", "3.0", "30", "003", "true"]) } else { self.one(&names) }
            }
            (1, true) => day,
            (1, false) => {
                self.one(&["", "2026-02-30", "soon", "2026-01-05T23:30:00Z", " 2026-03-04", "2026-01-05 10:00:00"])
            }
            (2, true) => self.one(&["reference", "Case Study", "none", "case-study"]),
            (2, false) => self.one(&["", "webinar", "-", " Reference ", "null", "a kind that is not in the list"]),
            (3, true) if self.below(2) == 0 => String::new(),
            (3, true) => format!("{}.{}", self.below(100_000), self.below(100)),
            (3, false) => {
                self.one(&["$5", "1,234", "1.234", "12k", "EUR 5", "n.a.", "99999999999.5", "-", "-7", ".5", "5."])
            }
            (4, true) => self.below(11).to_string(),
            (4, false) => self.one(&["", "11", "-1", "7.5", "7.0", "seven"]),
            (5, true) => format!("0.{}", self.below(1000)),
            (5, false) => self.one(&["", "45%", "1.5", "x", "0"]),
            (6, true) => self.one(&["true", "false", "1", "0", ""]),
            (6, false) => self.one(&["Y", "maybe", "n/a", "TRUE", "no"]),
            (7, true) => match self.below(3) {
                0 => format!("{day} {clock}.{:06}Z", self.below(1_000_000)),
                1 => format!("{day}T{clock}Z"),
                _ => format!("{day} {clock}.{}", self.below(1000)),
            },
            (7, false) => {
                self.one(&["", "2026-03-08T02:30:00Z", "2026-03-29 01:30:00+01:00", "never", "2026-01-01T24:00:00Z"])
            }
            (8, true) => format!("E{:07}", self.below(2000)),
            (8, false) if self.below(9) == 0 => "long ".repeat(5000),
            (8, false) => self.one(&[
                "",
                "n/a",
                " padded ",
                "say \"hi\"",
                "\"",
                "two\nlines",
                "two\r\nlines",
                "semi;colon, comma|bar",
                "\u{fc}ber",
                "nul\0byte",
                "\u{3000}",
                "caf\u{e9}",
                "none",
                "5\" pipe",
                "true",
                "7",
                "-7",
                "7.50",
                "1e3",
                "12345678901234567890",
            ]),
            (_, true) => self.below(10_000).to_string(),
            (_, false) => self.one(&["", "0.5", "1.234", "1,5", "free", "nan", "-0", "-"]),
        }
    }
}

/// What a project says about dates and numbers: mostly all, sometimes less than is needed.
fn said_of(case: usize) -> String {
    let zone = if case % 3 == 1 { "Asia/Tokyo" } else { "UTC" };
    let naive = if case < 2 { "" } else { "time_zone = 'UTC'\n" };
    let point = if case.is_multiple_of(4) { "" } else { "decimal_mark = '.'\n" };
    format!("[project]\ntime_zone = '{zone}'\n[profile.p]\ndirectory = '.'\npercent = 'ratio'\n{naive}{point}")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mostly_plain_rows(
        seed in any::<u64>(),
        count in 0usize..700,
        odd in prop::sample::select(&[0u64, 300, 40, 3][..]),
        quotes in 0usize..4,
        form in prop::sample::select(&[(",", "\n"), (",", "\r\n"), (";", "\n"), ("\t", "\r\n"), ("|", "\r"), (",", "\n\n")][..]),
        noise in 0usize..10,
        said in 0usize..8,
    ) {
        let (program, mut dice, (delimiter, line_end)) = (every_type(), Dice(seed), form);
        // Some columns are not there, and some stand elsewhere.
        let columns: Vec<usize> = match noise {
            8 => vec![9, 8, 0, 2, 7, 1, 4],
            9 => vec![9, 5, 3, 1, 0, 2, 4, 6, 8, 7],
            _ => (0..HEADERS.len()).collect(),
        };
        let mut text = if noise == 7 { "\u{feff}" } else { "" }.to_string();
        text += &columns.iter().map(|i| HEADERS[*i]).collect::<Vec<_>>().join(delimiter);
        text += line_end;
        for i in 0..count {
            let cells = columns.iter().map(|column| {
                let cell = dice.cell(*column, odd);
                let needs = cell.contains(['"', '\n', '\r']) || cell.contains(delimiter);
                // A quote that does not begin a cell is a quote.
                let bare = needs && cell == "5\" pipe" && quotes == 1;
                match (quotes, needs && !bare) {
                    (_, true) | (2, _) => format!("\"{}\"", cell.replace('"', "\"\"")),
                    (3, _) if dice.below(20) == 0 => format!("\"{cell}\""),
                    _ => cell,
                }
            });
            text += &cells.collect::<Vec<_>>().join(delimiter);
            match (noise, dice.below(150)) {
                (1, 0) => text += &format!("{delimiter}extra"),
                (2, 0) => text += "\" behind",
                (3, 0) => text = text.trim_end_matches(|c| !delimiter.contains(c)).to_string(),
                (4, 0) => text += "\n\n\r\n",
                (5, 0) => text += &format!("{delimiter}\"open and{line_end}"),
                _ => {}
            }
            if i + 1 < count || noise != 6 {
                text += line_end;
            }
        }
        let data = files(&[("account.csv", accounts().as_str()), ("activity.csv", text.as_str())]);
        let toml = said_of(said)
            + &format!("[profile.p.activity]\ndelimiter = \"{}\"\n", delimiter.replace('\t', "\\t"));
        let _ = data.load_with(&program, &toml);
    }
}

/// How objects are written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hand {
    /// Behind a brace or a comma, before a colon, and behind it.
    pub(super) spaces: [&'static str; 3],
    /// All but ASCII is escaped.
    pub(super) ascii: bool,
    /// One value of so many is otherwise than most; none for 0.
    pub(super) odd: u64,
}

pub(super) const HANDS: [Hand; 4] = [
    Hand { spaces: ["", "", ""], ascii: false, odd: 0 },
    Hand { spaces: ["", "", " "], ascii: true, odd: 90 },
    Hand { spaces: [" ", "", " "], ascii: true, odd: 9 },
    Hand { spaces: ["\t", " ", ""], ascii: false, odd: 30 },
];

impl Hand {
    fn text(self, text: &str) -> String {
        let mut out = serde_json::to_string(text).unwrap();
        if self.ascii {
            let escape = |c: char| match c.is_ascii() {
                true => c.to_string(),
                false => c.encode_utf16(&mut [0; 2]).iter().map(|half| format!("\\u{half:04x}")).collect(),
            };
            out = out.chars().map(escape).collect();
        }
        out
    }

    /// One line with these names and cells.
    pub(super) fn object(self, dice: &mut Dice, cells: &[(&str, String)]) -> String {
        let strange = |dice: &mut Dice| self.odd > 0 && dice.below(self.odd) == 0;
        let mut members: Vec<(String, String)> = Vec::new();
        for (name, cell) in cells {
            let mut name = (*name).to_string();
            if strange(dice) {
                name = name.to_uppercase();
            }
            let value = match cell.parse::<serde_json::Number>() {
                Ok(number) if dice.below(2) == 0 => number.to_string(),
                _ if cell.is_empty() && dice.below(3) == 0 => continue,
                _ if cell.is_empty() && dice.below(3) > 0 => "null".to_string(),
                _ if matches!(cell.as_str(), "true" | "false") && dice.below(2) == 0 => cell.clone(),
                _ => self.text(cell),
            };
            members.push((self.text(&name), value));
        }
        if strange(dice) && members.len() > 1 {
            // Twice, or in another order.
            let (from, to) = (dice.below(members.len() as u64) as usize, dice.below(members.len() as u64) as usize);
            let member = members[from].clone();
            if dice.below(2) == 0 { members.push((member.0, "5".to_string())) } else { members.swap(from, to) }
        }
        if strange(dice) {
            let value = [
                "{\"deep\": [1.5, null, \"t\"]}",
                "[[ ], {} , -0.5e+7]",
                "\"a\\nb\\u00e9\\/\\\\\"",
                "1e-05",
                "\"\\ud83d\\ude00\"",
                // None of these is JSON.
                "\"\\ud800\"",
                "\"\\ude00\\ud83d\"",
                "\"\\x41\"",
                "\"\\u00g0\"",
                "\"a\tb\"",
                "[1,]",
                "{\"a\":}",
                "{\"a\" 1}",
                "{1: 2}",
                "[1 2]",
                "01",
                "-",
                "1.",
                ".5",
                "1e",
                "+1",
                "tru",
                "nulll",
                "NaN",
                "'text'",
                "",
            ];
            let value = match dice.below(30) {
                0 => "[".repeat(20) + &"]".repeat(20),
                1 => "[".repeat(200) + &"]".repeat(200),
                _ => dice.one(&value),
            };
            let at = dice.below(members.len() as u64 + 1) as usize;
            // Where it is wanted, and where it is not.
            let name = if dice.below(3) == 0 { "\"free\"" } else { "\"unused\"" };
            members.insert(at, (name.to_string(), value));
        }
        let [open, before, behind] = self.spaces;
        let members: Vec<String> =
            members.iter().map(|(name, value)| format!("{open}{name}{before}:{behind}{value}")).collect();
        let mut line = format!("{{{}}}", members.join(","));
        if strange(dice) {
            match dice.below(12) {
                0 => line.truncate(dice.below(line.len() as u64 + 1) as usize),
                1 => line = line.replacen(',', ",,", 1),
                2 => line.insert(line.len() - 1, ','),
                3 => line += "}",
                4 => line = format!("{line} {line}"),
                5 => line += " \r",
                6 => line += "\u{c}",
                7 => line = format!(" {line}"),
                8 => line = "\n \n\t".to_string(),
                9 => line = "[1]".to_string(),
                10 => line = "{}".to_string(),
                _ => line = line.replacen(':', "=", 1),
            }
        }
        line
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mostly_plain_objects(
        seed in any::<u64>(),
        count in 0usize..700,
        odd in prop::sample::select(&[0u64, 300, 40, 3][..]),
        hand in prop::sample::select(&HANDS[..]),
        line_end in prop::sample::select(&["\n", "\r\n", "\n\n"][..]),
        noise in 0usize..10,
        said in 0usize..8,
    ) {
        let (program, mut dice) = (every_type(), Dice(seed));
        // Some columns are not there, and some stand elsewhere.
        let columns: Vec<usize> = match noise {
            8 => vec![9, 8, 0, 2, 7, 1, 4],
            9 => vec![9, 5, 3, 1, 0, 2, 4, 6, 8, 7],
            _ => (0..HEADERS.len()).collect(),
        };
        let mut text = if noise == 7 { "\u{feff}" } else { "" }.to_string();
        for i in 0..count {
            let cells: Vec<(&str, String)> =
                columns.iter().map(|column| (HEADERS[*column], dice.cell(*column, odd))).collect();
            // From the middle on another program may have written them.
            let hand = if noise == 6 && i > count / 2 { HANDS[seed as usize % 4] } else { hand };
            text += &hand.object(&mut dice, &cells);
            if i + 1 < count || noise != 5 {
                text += line_end;
            }
        }
        let mut bytes = text.into_bytes();
        if noise == 4 && !bytes.is_empty() {
            let at = dice.below(bytes.len() as u64) as usize;
            bytes[at] = 0xff;
        }
        let data = files(&[("account.csv", accounts().as_str())]);
        std::fs::write(data.directory.path().join("activity.ndjson"), bytes).unwrap();
        let words = match noise {
            2 => "[profile.p.activity.columns]\nkind = { values = { '' = 'none', webinar = '' } }\n",
            3 => "[profile.p.activity]\nnull = ['0', 'n/a', '', '7']\n",
            _ => "",
        };
        let toml = said_of(said) + words;
        let _ = data.load_with(&program, &toml);
    }
}

#[test]
fn large_files_are_read_in_many_blocks() {
    let program = activity(None, vec![optional(text("note")), number("n")]);
    let mut csv = "account,occurred_at,note,n\n".to_string();
    for i in 0..60_000 {
        let note = match i % 1000 {
            7 => "\"quoted, with\nline ends\"".to_string(),
            8 => "\"and \"\"quotes\"\"\"".to_string(),
            9 => "x".repeat(3000),
            _ => format!("note {}", i % 50),
        };
        csv += &format!("a{},2026-0{}-1{},{note},{i}\n", i % 11, i % 9 + 1, i % 10);
        if i == 30_000 {
            csv += &format!("a1,2026-01-01,{},5\n", "y".repeat((1 << 20) + 50));
            csv += "a1,2026-01-01,\"";
            csv += &"z\n".repeat(1 << 20);
            csv += "\",5\n";
        }
    }
    let data = files(&[("account.csv", accounts().as_str()), ("activity.csv", csv.as_str())]);
    let loaded = data.load(&program).unwrap();
    assert_eq!(loaded.report(1).read, 60_002);
    assert_eq!(loaded.report(1).rejected_for(RejectReason::TooLong), 2);
    // Of every eleven accounts two do not exist.
    assert_eq!(loaded.report(1).rejected_for(RejectReason::UnknownAccount), 60_000 / 11 * 2);
}

#[test]
fn rejects_of_one_line_are_listed_in_order() {
    // A carriage return alone ends a row but no line: all rows are on the first line, in three blocks.
    let program = activity(None, vec![optional(text("note"))]);
    let mut csv = "account,occurred_at,note\r".to_string();
    for i in 0..9000 {
        csv += &format!("a{},2026-01-{:02},{}{i}\r", i % 11, i % 40, "note ".repeat(6));
    }
    let data = files(&[("account.csv", accounts().as_str()), ("activity.csv", csv.as_str())]);
    let loaded = data.load(&program).unwrap();
    // Of every forty days nine do not exist, and of every eleven accounts two.
    assert_eq!(loaded.report(1).rejected_for(RejectReason::BadDate), 9000 / 40 * 9);
    assert!(loaded.report(1).rejected_for(RejectReason::UnknownAccount) > 1000);
    assert!(loaded.rejects.iter().all(|reject| reject.line == 1));
}

#[test]
fn of_one_line_the_same_cell_is_shown_whatever_is_read_first() {
    // Again all rows are on the first line, in several blocks, each of which has another first cell without a zone.
    let program = activity(None, vec![optional(text("note"))]);
    let mut csv = "account,occurred_at,note\r".to_string();
    for i in 0..9000 {
        csv += &format!("a1,2026-01-01 {:02}:{:02},{}\r", 23 - i / 400, i % 60, "note ".repeat(6));
    }
    let data = files(&[("account.csv", accounts().as_str()), ("activity.csv", csv.as_str())]);
    for _ in 0..20 {
        let told = errors(data.load(&program));
        // From row 8,800 on it is one o'clock; the first by its letters is the full hour.
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].contains("`2026-01-01 01:00`"), "{told:?}");
    }
}

#[test]
fn of_one_line_reasons_of_one_count_come_in_one_order() {
    let program = activity(None, vec![optional(money("amount", "USD"))]);
    let mut csv = "account,occurred_at,amount\r".to_string();
    for i in 0..9000 {
        let other = if i > 5000 { "12 of them" } else { "n.a. for now" };
        csv += &format!("a1,2026-01-01,{}\r", ["EUR 5", other, "7", "8"][i % 4]);
    }
    let data = files(&[("account.csv", accounts().as_str()), ("activity.csv", csv.as_str())]);
    for _ in 0..5 {
        let loaded = data.load(&program).unwrap();
        let notes = &loaded.report(1).notes;
        assert_eq!(notes.iter().map(|note| note.count).collect::<Vec<_>>(), [2250, 2250]);
        // Of one reason the text is shown that comes first in the alphabet, and so do reasons by what is shown.
        assert!(notes[0].text.contains("`12 of them`"), "{notes:?}");
        assert!(notes[1].text.contains("`EUR 5`"), "{notes:?}");
    }
}
