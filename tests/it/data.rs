//! Loading: what becomes of every cell and every row.
//!
//! The expected values are worked by hand or come from an independent script; the programs are built by hand, so that
//! nothing here depends on the front end.

mod anything;
mod cells;
mod dates;
mod files;
mod held;
#[cfg(feature = "parquet")]
mod parquet;
mod project_file;
mod rows;
mod stream;
#[cfg(feature = "parquet")]
mod stream_parquet;
mod trial;

use laud::calendar::Date;
use laud::data::{
    Binding, Config, DataError, Dataset, LoadReport, NoteKind, Place, Reject, RejectReason, TableData, TableReport,
    load, without_config,
};
use laud::diagnostics::Diagnostics;
use laud::number::Decimal;
use laud::program::{
    Currency, EnumId, EnumType, Field, FieldId, Header, Program, Table, TableId, TableKind, Type, Unit,
};
use laud::source::Sources;
use laud::span::Span;
use laud::value::{Fault, Missing, Value};
use std::path::{Path, PathBuf};

// ---------- programs built by hand ----------

fn field(name: &str, ty: Type) -> Field {
    Field {
        name: name.to_string(),
        ty,
        integer: false,
        low: None,
        high: None,
        optional: false,
        personal: false,
        recorded: false,
        merged: false,
        parent: false,
        currency: None,
        doc: None,
        span: Span::default(),
    }
}

fn optional(field: Field) -> Field {
    Field { optional: true, ..field }
}

fn text(name: &str) -> Field {
    field(name, Type::Text)
}

fn date(name: &str) -> Field {
    field(name, Type::Date)
}

fn number(name: &str) -> Field {
    field(name, Type::PLAIN)
}

fn integer(name: &str) -> Field {
    Field { integer: true, ..number(name) }
}

fn ranged(field: Field, low: i64, high: i64) -> Field {
    Field { low: Some(Decimal::int(low)), high: Some(Decimal::int(high)), ..field }
}

fn money(name: &str, code: &str) -> Field {
    field(name, Type::Number(Unit::Money(Currency::new(code).unwrap())))
}

fn ratio(name: &str) -> Field {
    field(name, Type::Number(Unit::Ratio))
}

fn merged(field: Field) -> Field {
    Field { merged: true, optional: true, ..field }
}

fn recorded(field: Field) -> Field {
    Field { recorded: true, ..field }
}

#[derive(Default)]
struct Build {
    program: Program,
}

impl Build {
    fn list(&mut self, name: &str, values: &[&str]) -> Type {
        let values = values.iter().map(|v| (*v).to_string()).collect();
        self.program.enums.push(EnumType { name: name.to_string(), values });
        Type::Enum(EnumId(self.program.enums.len() as u32 - 1))
    }

    fn add(&mut self, name: &str, kind: TableKind, fields: Vec<Field>, key: Option<&str>) -> TableId {
        let key = key.map(|k| FieldId(fields.iter().position(|f| f.name == k).unwrap() as u32));
        let header = Header { name: name.to_string(), ..Header::default() };
        self.program.tables.push(Table { header, kind, fields, key });
        TableId(self.program.tables.len() as u32 - 1)
    }

    /// The table that is scored; the first column is its key.
    fn subject(&mut self, name: &str, fields: Vec<Field>) -> TableId {
        let key = fields[0].name.clone();
        let id = self.add(name, TableKind::Rows { as_of: None }, fields, Some(&key));
        self.program.subject = Some(id);
        id
    }

    /// Events of a table, which is their first column; `at` is their date.
    fn events(&mut self, name: &str, of: TableId, at: &str, key: Option<&str>, fields: Vec<Field>) -> TableId {
        let parent = text(&self.program.tables[of.index()].header.name);
        let fields: Vec<Field> = std::iter::once(parent).chain(fields).collect();
        let at = FieldId(fields.iter().position(|f| f.name == at).unwrap() as u32);
        self.add(name, TableKind::Events { of, parent: FieldId(0), at }, fields, key)
    }
}

/// `account(id)` alone.
fn accounts_only() -> Build {
    let mut build = Build::default();
    build.subject("account", vec![text("id")]);
    build
}

/// `account(id)` and `activity of account at occurred_at` with further columns.
fn activity(key: Option<&str>, fields: Vec<Field>) -> Program {
    let mut build = accounts_only();
    let all = std::iter::once(date("occurred_at")).chain(fields).collect();
    build.events("activity", TableId(0), "occurred_at", key, all);
    build.program
}

/// One table `account` of these columns.
fn account(fields: Vec<Field>) -> Program {
    let mut build = Build::default();
    build.subject("account", fields);
    build.program
}

// ---------- directories of files ----------

struct Files {
    directory: tempfile::TempDir,
}

struct Loaded {
    data: Dataset,
    report: LoadReport,
    rejects: Vec<Reject>,
}

fn files(list: &[(&str, &str)]) -> Files {
    let directory = tempfile::tempdir().unwrap();
    for (name, content) in list {
        std::fs::write(directory.path().join(name), content).unwrap();
    }
    Files { directory }
}

impl Files {
    /// A run without a project file.
    fn load(&self, program: &Program) -> Result<Loaded, Vec<DataError>> {
        let place = Place { path: self.directory.path().to_path_buf(), shown: String::new() };
        run(program, &Binding::by_convention(program, place, chrono_tz::Tz::UTC))
    }

    /// A run with a project file.
    fn load_with(&self, program: &Program, toml: &str) -> Result<Loaded, Vec<DataError>> {
        run(program, &bind(program, toml, self.directory.path()).unwrap_or_else(|found| panic!("{found:?}")))
    }
}

fn bind(program: &Program, toml: &str, directory: &Path) -> Result<Binding, Vec<String>> {
    let mut sources = Sources::new();
    let id = sources.add("laud.toml", toml);
    let mut diagnostics = Diagnostics::new();
    let config = Config::parse(id, sources.get(id).unwrap(), &mut diagnostics);
    let binding = config.and_then(|c| c.binding(program, None, directory, &mut diagnostics));
    let found: Vec<String> = diagnostics
        .iter()
        .map(|d| {
            let help = d.help.as_deref().unwrap_or("-");
            format!("{} {}: {} ({help})", sources.position(d.span()), d.code.name(), d.message)
        })
        .collect();
    match binding {
        Some(binding) if found.is_empty() => Ok(binding),
        _ => Err(found),
    }
}

fn run(program: &Program, binding: &Binding) -> Result<Loaded, Vec<DataError>> {
    let mut rejects = Vec::new();
    let loaded = load(program, binding, &mut |r| rejects.push(r));
    let loaded = loaded.map(|(data, report)| Loaded { data, report, rejects });
    stream::same(program, binding, &loaded);
    let Loaded { data, report, rejects } = loaded?;
    let mut total = 0;
    for table in &report.tables {
        assert_eq!(table.read, table.kept + table.rejected_total(), "{table:?}");
        total += table.rejected_total();
    }
    let rows = rejects.iter().filter(|r| r.reason.what() == "row").count();
    assert_eq!(total, rows as u64, "every rejected row is handed over");
    let cells = report.tables.iter().flat_map(|t| &t.notes);
    let cells: u64 =
        cells.filter(|n| matches!(n.kind, NoteKind::Unreadable | NoteKind::UnknownValue)).map(|n| n.count).sum();
    assert_eq!(cells, (rejects.len() - rows) as u64, "every cell that cannot be used is handed over");
    Ok(Loaded { data, report, rejects })
}

fn errors(result: Result<Loaded, Vec<DataError>>) -> Vec<String> {
    let Err(errors) = result else { panic!("loaded without an error") };
    errors.iter().map(|e| format!("{}: {} ({})", e.place, e.message, e.help.as_deref().unwrap_or("-"))).collect()
}

impl Loaded {
    fn table(&self, i: usize) -> &TableData {
        &self.data.tables[i]
    }

    fn report(&self, i: usize) -> &TableReport {
        &self.report.tables[i]
    }

    /// A column of a table as text: values as they print, `-` for blank, `!` for unreadable.
    fn column(&self, table: usize, field: u32) -> Vec<String> {
        let data = self.table(table);
        (0..data.rows).map(|row| word(&data.value(FieldId(field), row))).collect()
    }

    fn rejected(&self) -> Vec<String> {
        self.rejects.iter().map(|r| format!("{}:{} {:?}: {}", r.file, r.line, r.reason, r.detail)).collect()
    }

    fn notes(&self, table: usize) -> Vec<String> {
        self.report(table).notes.iter().map(|n| format!("{:?} {}: {}", n.kind, n.count, n.text)).collect()
    }
}

fn word(value: &Value) -> String {
    match value {
        Value::Missing(Missing::NoData) => "-".to_string(),
        Value::Missing(Missing::Error(Fault::BadCell)) => "!".to_string(),
        Value::Missing(other) => format!("{other:?}"),
        Value::Boolean(b) => b.to_string(),
        Value::Number(n) => n.to_string(),
        Value::Date(d) => d.to_string(),
        Value::Instant(micros) => chrono::DateTime::from_timestamp_micros(*micros).unwrap().naive_utc().to_string(),
        Value::Symbol(s) => format!("#{s}"),
        Value::Text(t) => t.to_string(),
    }
}

fn day(text: &str) -> Date {
    Date::parse(text).unwrap()
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

// ---------- the golden fixture ----------

fn golden() -> Program {
    let mut build = Build::default();
    let segment = build.list("account.segment", &["enterprise", "mid", "smb"]);
    let kind = build.list("event.type", &["reference", "speaking"]);
    let status = build.list("event.status", &["requested", "completed"]);
    let account = build.subject(
        "account",
        vec![text("account_id"), field("segment", segment), money("arr", "USD"), merged(text("merged_into"))],
    );
    let event = vec![
        text("id"),
        text("contact"),
        field("type", kind),
        field("status", status),
        date("occurred_at"),
        field("solicited", Type::Boolean),
        optional(text("requested_by")),
    ];
    build.events("event", account, "occurred_at", Some("id"), event);
    let survey =
        vec![text("id"), text("contact"), text("survey_type"), date("responded_at"), ranged(integer("score"), 0, 10)];
    build.events("survey", account, "responded_at", Some("id"), survey);
    build.program
}

#[test]
fn golden_fixture() {
    let program = golden();
    let directory = root().join("tests/data/golden");
    let toml = std::fs::read_to_string(directory.join("laud.toml")).unwrap();
    let loaded = run(&program, &bind(&program, &toml, &directory).unwrap()).unwrap();

    let accounts = loaded.table(0);
    assert_eq!(loaded.column(0, 0), ["A1", "A2", "A3", "A4"]);
    assert_eq!(loaded.column(0, 1), ["#0", "#1", "#2", "#1"]);
    assert_eq!(loaded.column(0, 2), ["400000", "120000", "40000", "90000"]);
    assert_eq!(accounts.by_key.get("A3"), Some(2));
    assert_eq!(accounts.by_key.get("A5"), None);
    assert_eq!(accounts.place(0), "accounts.csv:2");

    // 14 events, of which e13 names an account that does not exist; e14 lies after the as-of date and is kept.
    let events = loaded.table(1);
    assert_eq!(events.rows, 13);
    let ids = loaded.column(1, 1);
    let of = |account: u32| events.rows_of(account).iter().map(|r| ids[*r as usize].as_str()).collect::<Vec<_>>();
    assert_eq!(of(0), ["e1", "e2", "e3", "e4", "e6", "e5"]);
    assert_eq!(of(1), ["e7", "e8", "e9", "e14"]);
    assert_eq!(of(2), ["e10", "e11", "e12"]);
    assert_eq!(of(3), Vec::<&str>::new());
    // e4 was moved from A5 to A1; e5 happened on 31 March in New York and its type has a capital and a blank.
    assert_eq!(word(&events.value(FieldId(0), 3)), "A1");
    assert_eq!(word(&events.value(FieldId(5), 4)), "2026-03-31");
    assert_eq!(word(&events.value(FieldId(3), 4)), "#0");
    assert_eq!(loaded.column(1, 6)[..5], ["true", "true", "true", "false", "-"]);
    assert_eq!(events.covers_to, Some(day("2026-05-01")));
    assert_eq!(events.dated_after(FieldId(5), day("2026-03-31")), 1);

    assert_eq!(loaded.column(2, 5), ["9", "10", "8", "6"]);
    assert_eq!(
        loaded.rejected(),
        [
            "accounts.csv:6 Merged: merged into `A1`",
            "events.csv:14 UnknownAccount: `A9` is not in `account`",
            "surveys.csv:6 OutOfRange: `score` is 11, 0 to 10 is allowed",
        ]
    );
    assert_eq!(loaded.notes(0), Vec::<String>::new());
    assert_eq!(
        loaded.notes(1),
        [
            "Blank 1: `solicited` is not declared optional, and 1 cell is blank (at events.csv:6); declare it optional, or mend \
             the export",
            "Moved 1: 1 row moved because of merges: `A5` to `A1` (1)",
        ]
    );
}
