//! Loading: what becomes of every cell and every row.
//!
//! The expected values are worked by hand or come from an independent script; the programs are built by hand, so that
//! nothing here depends on the front end.

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
    let (data, report) = load(program, binding, &mut |r| rejects.push(r))?;
    let mut total = 0;
    for table in &report.tables {
        assert_eq!(table.read, table.kept + table.rejected_total(), "{table:?}");
        total += table.rejected_total();
    }
    assert_eq!(total, rejects.len() as u64, "every rejected row is handed over");
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
    assert_eq!(accounts.by_key.get("A3"), Some(&2));
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
            "Blank 1: 1 cell of `solicited` is blank, the first at events.csv:6",
            "Moved 1: 1 row moved because of merges: `A5` to `A1` (1)",
        ]
    );
}

// ---------- cells ----------

#[test]
fn amounts_as_declared() {
    let program = account(vec![text("id"), money("arr", "USD"), money("fee", "EUR"), number("users")]);
    let csv = "id;arr;fee;users\n\
               a;$1,234.50;1.234,50 €;1.2M\n\
               b;(500);(500);12k\n\
               c;USD 2,000;2 000;0\n\
               d;€5;$5;n.a.\n\
               e;N/A;-;#REF!\n\
               f;1.234,50;12.34;1,5\n";
    let toml = "[profile.p]\ndirectory = '.'\n[profile.p.account]\ndelimiter = ';'\n\
                [profile.p.account.columns]\nfee = { decimal_mark = ',' }\n";
    let loaded = files(&[("account.csv", csv)]).load_with(&program, toml).unwrap();
    assert_eq!(loaded.column(0, 1), ["1234.5", "-500", "2000", "!", "-", "!"]);
    assert_eq!(loaded.column(0, 2), ["1234.5", "-500", "2000", "!", "-", "!"]);
    assert_eq!(loaded.column(0, 3), ["1200000", "12000", "0", "!", "-", "!"]);
    assert_eq!(
        loaded.notes(0)[..2],
        [
            "Unreadable 1: 1 cell of `arr` cannot be read as money in USD: `€5` is in another currency at account.csv:5",
            "Unreadable 1: 1 cell of `arr` cannot be read as money in USD: `1.234,50` is not a number at account.csv:7; \
             if these mean nothing, add them to `null`; if they are numbers, set `decimal_mark` and `thousands_mark`",
        ]
    );
    // An unreadable cell is no hole: it is not 0, not blank, and its row stays.
    assert_eq!(loaded.table(0).value(FieldId(1), 3), Value::Missing(Missing::Error(Fault::BadCell)));
    assert_eq!(loaded.report(0).kept, 6);
}

#[test]
fn percent_styles() {
    let program = account(vec![text("id"), ratio("a"), ratio("b"), ratio("c"), ratio("d")]);
    let csv = "id,a,b,c,d\nx,45%,0.45,45,45\ny,7.5 %,1,7.5,12\nz,45,2,0,30\n";
    let toml = "[profile.p]\ndirectory = '.'\n[profile.p.account.columns]\n\
                a = { percent = 'text' }\nb = { percent = 'ratio' }\nc = { percent = 'number' }\n";
    let loaded = files(&[("account.csv", csv)]).load_with(&program, toml).unwrap();
    assert_eq!(loaded.column(0, 1), ["0.45", "0.075", "!"]);
    assert_eq!(loaded.column(0, 2), ["0.45", "1", "2"]);
    assert_eq!(loaded.column(0, 3), ["0.45", "0.075", "0"]);
    assert_eq!(loaded.column(0, 4), ["45", "12", "30"]);
    assert_eq!(
        loaded.notes(0),
        [
            "Unreadable 1: 1 cell of `a` cannot be read as a ratio: `45` has no percent sign at account.csv:4; \
             set `percent = \"number\"` if 45 means 45 %, or `\"ratio\"` if 0.45 does",
            "Other 3: all values of `d` are above 100 %: set `percent = \"number\"` if 45 means 45 %",
        ]
    );
}

#[test]
fn blanks_and_words_for_nothing() {
    let mut build = Build::default();
    let level = build.list("account.level", &["none", "low"]);
    let fields = vec![
        text("id"),
        optional(integer("a")),
        optional(integer("b")),
        optional(field("level", level)),
        optional(text("note")),
        optional(date("since")),
    ];
    build.subject("account", fields);
    let csv =
        "id,a,b,level,note,since\n1,0,0,none,NA,nan\n2,,,None,null,2026-01-01\n3,NULL,n/a,-,-,None\n4,NaN,x,,  ,N/A\n";
    let toml = "[profile.p]\ndirectory = '.'\n[profile.p.account.columns]\n\
                a = { blank = 0 }\nb = { null = ['x', 'n/a'] }\n";
    let loaded = files(&[("account.csv", csv)]).load_with(&build.program, toml).unwrap();
    assert_eq!(loaded.column(0, 1), ["0", "0", "0", "0"]);
    assert_eq!(loaded.column(0, 2), ["0", "-", "-", "-"]);
    assert_eq!(loaded.column(0, 3), ["#0", "#0", "-", "-"], "a value of the list called none is a value");
    assert_eq!(loaded.column(0, 4), ["NA", "-", "-", "-"], "NA may be a name");
    assert_eq!(loaded.column(0, 5), ["-", "2026-01-01", "-", "-"]);
    assert_eq!(loaded.notes(0), Vec::<String>::new(), "optional columns may be blank");
}

#[test]
fn yes_and_no() {
    let program = account(vec![text("id"), field("ok", Type::Boolean)]);
    let words = ["Y", "n", "TRUE", "f", "1", "0", "x", "Ja", "nein", "maybe"];
    let csv = words.iter().fold("id,ok\n".to_string(), |csv, w| format!("{csv}{w}1,{w}\n"));
    let toml = "[profile.p]\ndirectory = '.'\n[profile.p.account.columns]\nok = { yes = ['X', 'ja'], no = 'NEIN' }\n";
    let loaded = files(&[("account.csv", &csv)]).load_with(&program, toml).unwrap();
    let expected = ["true", "false", "true", "false", "true", "false", "true", "true", "false", "!"];
    assert_eq!(loaded.column(0, 1), expected);
}

#[test]
fn lists_are_matched_folded_and_unknown_values_listed() {
    let mut build = Build::default();
    let kind = build.list("account.contract", &["month_to_month", "one_year", "reference"]);
    build.subject("account", vec![text("id"), field("contract", kind)]);
    let csv = "id,contract\n1,Month-to-month\n2, ONE  YEAR \n3,Ref Call\n4,referense\n5,referense\n6,barter\n";
    let toml = "[profile.p]\ndirectory = '.'\n[profile.p.account.columns]\ncontract = { values = { 'ref CALL' = 'reference' } }\n";
    let loaded = files(&[("account.csv", csv)]).load_with(&build.program, toml).unwrap();
    assert_eq!(loaded.column(0, 1), ["#0", "#1", "#2", "!", "!", "!"]);
    assert_eq!(
        loaded.notes(0),
        ["UnknownValue 3: 3 cells of `contract` are not in the list: `referense` (2, did you mean `reference`?), \
          `barter` (1), the first at account.csv:5; say what they mean with `values = { … }`, or add them to the list in the program"]
    );
}

#[test]
fn whole_numbers_and_ranges() {
    // In the table of accounts a value out of range is an unreadable cell, so that no account vanishes.
    let program = account(vec![text("id"), ranged(integer("seats"), 0, 100)]);
    let loaded = files(&[("account.csv", "id,seats\na,3.0\nb,3.5\nc,101\nd,-1\n")]).load(&program).unwrap();
    assert_eq!(loaded.column(0, 1), ["3", "!", "!", "!"]);
    assert_eq!(
        loaded.notes(0),
        [
            "Unreadable 2: 2 cells of `seats` cannot be used: `seats` is 101, 0 to 100 is allowed at account.csv:4",
            "Unreadable 1: 1 cell of `seats` cannot be read as a whole number: `3.5` is not a whole number at account.csv:3",
        ]
    );
}

// ---------- dates ----------

#[test]
fn instants_become_dates_in_the_projects_zone() {
    let program = account(vec![text("id"), date("since"), optional(field("seen", Type::Instant))]);
    let csv = "id,since,seen\na,2026-04-01T02:30:00Z,2026-04-01T02:30:00Z\nb,2026-04-01,2026-04-01\nc,2026-02-30,\n";
    let toml = "[project]\ntime_zone = 'America/New_York'\n[profile.p]\ndirectory = '.'\n";
    let loaded = files(&[("account.csv", csv)]).load_with(&program, toml).unwrap();
    assert_eq!(loaded.column(0, 1), ["2026-03-31", "2026-04-01", "!"]);
    assert_eq!(loaded.column(0, 2), ["2026-03-31 22:30:00", "2026-04-01 00:00:00", "-"]);
    assert!(loaded.notes(0)[0].contains("`2026-02-30` is a date that does not exist at account.csv:4"));
}

#[test]
fn timestamps_without_a_zone_need_one() {
    let program = activity(None, vec![]);
    let data = files(&[
        ("account.csv", "id\nA\n"),
        ("activity.csv", "account,occurred_at\nA,2026-03-31 23:30:00\nA,2026-04-01\n"),
    ]);
    assert_eq!(
        errors(data.load(&program)),
        [
            "activity.csv:2: `2026-03-31 23:30:00` in `activity.occurred_at` is a timestamp without a time zone, so its date is \
          not known (set `time_zone = \"…\"` for the column or the table to the zone it was written in (the project's is `UTC`))"
        ]
    );
    let toml = "[profile.p]\ndirectory = '.'\n[profile.p.activity]\ntime_zone = 'America/New_York'\n";
    let loaded = data.load_with(&program, toml).unwrap();
    assert_eq!(loaded.column(1, 1), ["2026-04-01", "2026-04-01"]);
}

#[test]
fn clocks_that_skip_are_noted() {
    let program = activity(None, vec![]);
    let csv = "account,occurred_at\nA,2026-03-08 02:30:00\nA,2026-11-01 01:30:00\nA,2026-07-01 12:00:00\n";
    let data = files(&[("account.csv", "id\nA\n"), ("activity.csv", csv)]);
    let toml = "[profile.p]\ndirectory = '.'\ntime_zone = 'America/New_York'\n";
    let loaded = data.load_with(&program, toml).unwrap();
    assert_eq!(
        loaded.notes(1),
        [
            "Other 1: 1 time of `occurred_at` that the clocks skipped; moved forward by what was skipped, the first at activity.csv:2",
            "Other 1: 1 time of `occurred_at` that the clocks showed twice; the first is taken, the first at activity.csv:3",
        ]
    );
}

#[test]
fn day_and_month_must_be_declared() {
    let program = account(vec![text("id"), date("since")]);
    let data = files(&[("account.csv", "id,since\na,03/04/2026\nb,31/03/2026\nc,30/06/2026\n")]);
    assert_eq!(
        errors(data.load(&program)),
        ["account.csv:2: `03/04/2026` in `account.since` can be 3 April 2026 or 4 March 2026 \
          (set `date_format = \"%d/%m/%Y\"` (2 other cells can be read only so) or `date_format = \"%m/%d/%Y\"`)"]
    );
    let toml = |format: &str| format!("[profile.p]\ndirectory = '.'\ndate_format = {format}\n");
    let loaded = data.load_with(&program, &toml("'%d/%m/%Y'")).unwrap();
    assert_eq!(loaded.column(0, 1), ["2026-04-03", "2026-03-31", "2026-06-30"]);
    let loaded = data.load_with(&program, &toml("'%m/%d/%Y'")).unwrap();
    assert_eq!(loaded.column(0, 1), ["2026-03-04", "!", "!"]);
    // Even if only one reading is possible, it has to be said.
    let clear = files(&[("account.csv", "id,since\na,27-07-2023 03:00\n")]);
    assert_eq!(
        errors(clear.load(&program)),
        [
            "account.csv:2: `27-07-2023 03:00` in `account.since` is not written as 2026-03-31, and its format is not declared \
          (set `date_format = \"%d-%m-%Y %H:%M\"`)"
        ]
    );
}

#[test]
fn numbers_are_dates_only_by_declaration() {
    let program = activity(None, vec![]);
    let data = files(&[("account.csv", "id\nA\n"), ("activity.csv", "account,occurred_at\nA,1775010600\n")]);
    let loaded = data.load(&program).unwrap();
    assert_eq!(loaded.rejected(), ["activity.csv:2 BadDate: `1775010600` in `occurred_at` is a number, not a date"]);
    let toml = "[project]\ntime_zone = 'America/New_York'\n[profile.p]\ndirectory = '.'\n[profile.p.activity]\nepoch = 'seconds'\n";
    assert_eq!(data.load_with(&program, toml).unwrap().column(1, 1), ["2026-03-31"]);
}

// ---------- rows ----------

#[test]
fn every_refused_row_has_its_reason() {
    let program = activity(Some("id"), vec![text("id"), ranged(optional(integer("score")), 0, 10)]);
    let long = "x".repeat(1 << 20);
    let head = format!(
        "account,occurred_at,id,score\n\
         A,2026-01-01,e1,5\n\
         ,2026-01-01,e2,5\n\
         A,2026-01-01,,5\n\
         A,,e3,5\n\
         A,soon,e4,5\n\
         A,2026-01-01,e5,11\n\
         A,2026-01-01,e6\n\
         A,2026-01-01,e7,5,6\n\
         A,2026-01-01,\"e\n8\",5\n\
         A,2026-01-01,{long},5\n"
    );
    let mut csv = head.into_bytes();
    csv.extend_from_slice(b"A,2026-01-01,caf\xe9,5\n");
    csv.extend_from_slice(b"A,2026-01-01,e1,5\nB,2026-01-01,e9,5\n\n \nA,2026-01-02,e10,\"5\nA,2026-01-02,e11,5\n");
    let data = files(&[("account.csv", "id\nA\n")]);
    std::fs::write(data.directory.path().join("activity.csv"), csv).unwrap();
    let loaded = data.load(&program).unwrap();
    assert_eq!(
        loaded.rejected(),
        [
            "activity.csv:3 NoKey: `account` is blank",
            "activity.csv:4 NoKey: `id` is blank",
            "activity.csv:5 BadDate: `occurred_at` is blank",
            "activity.csv:6 BadDate: `soon` in `occurred_at` is not a date",
            "activity.csv:7 OutOfRange: `score` is 11, 0 to 10 is allowed",
            "activity.csv:8 Malformed: 3 cells, but the header has 4",
            "activity.csv:9 Malformed: 5 cells, but the header has 4",
            "activity.csv:12 TooLong: longer than 1 MiB; perhaps a quote is never closed",
            "activity.csv:13 Encoding: `id` is not UTF-8; save the file as UTF-8",
            "activity.csv:17 Malformed: 1 cell, but the header has 4",
            "activity.csv:18 Malformed: a quote is never closed, so that the rest of the file is one row",
            "activity.csv:14 Duplicate: the same as activity.csv:2",
            "activity.csv:15 UnknownAccount: `B` is not in `account`",
        ]
    );
    assert_eq!(loaded.column(1, 2), ["e1", "e\n8"]);
    assert_eq!(loaded.table(1).place(1), "activity.csv:10");
    assert_eq!((loaded.report(1).read, loaded.report(1).kept), (15, 2));
}

#[test]
fn of_rows_with_one_key_the_latest_recorded_stays() {
    let rows = "account,occurred_at,id,score,noted\n\
                A,2026-01-01,e1,1,2026-02-01\n\
                A,2026-01-01,e1,2,2026-02-03\n\
                A,2026-01-01,e1,3,2026-02-02\n\
                A,2026-01-01,e1,2,2026-02-03\n\
                A,2026-01-01,e2,7,\n\
                A,2026-01-01,e2,8,\n";
    let data = files(&[("account.csv", "id\nA\n"), ("activity.csv", rows)]);
    let fields = |noted| vec![text("id"), integer("score"), noted];
    let loaded = data.load(&activity(Some("id"), fields(recorded(optional(date("noted")))))).unwrap();
    assert_eq!(loaded.column(1, 3), ["2", "7"]);
    assert_eq!(
        loaded.rejected(),
        [
            "activity.csv:2 Conflict: `e1` is also the key of a different row: activity.csv:3, recorded later, is kept",
            "activity.csv:4 Conflict: `e1` is also the key of a different row: activity.csv:3, recorded later, is kept",
            "activity.csv:5 Duplicate: the same as activity.csv:3",
            "activity.csv:7 Conflict: `e2` is also the key of a different row: activity.csv:6, the first, is kept",
        ]
    );
    // Without such a column the first in the file stays.
    let loaded = data.load(&activity(Some("id"), fields(optional(date("noted"))))).unwrap();
    assert_eq!(loaded.column(1, 3), ["1", "7"]);
    // Without a key nothing is a repeat.
    let loaded = data.load(&activity(None, fields(optional(date("noted"))))).unwrap();
    assert_eq!(loaded.report(1).kept, 6);
}

#[test]
fn merges_are_followed_to_the_end() {
    let mut build = Build::default();
    let account = build.subject("account", vec![text("id"), merged(text("into"))]);
    build.events("activity", account, "occurred_at", None, vec![date("occurred_at")]);
    let program = build.program;
    let events = "account,occurred_at\nA,2026-01-03\nB,2026-01-02\nC,2026-01-01\nD,2026-01-04\nd,2026-01-05\n";
    let data = files(&[("account.csv", "id,into\nA,B\nB,C\nC,\nD,Z\n"), ("activity.csv", events)]);
    let loaded = data.load(&program).unwrap();
    assert_eq!(loaded.column(0, 0), ["C", "D"]);
    assert_eq!(loaded.table(1).rows_of(0), [2, 1, 0]);
    assert_eq!(loaded.report(0).rejected, [(RejectReason::Merged, 2)]);
    assert_eq!(
        loaded.notes(0),
        ["Other 1: 1 row merged into one that does not exist; kept: `D` into `Z` at account.csv:5"]
    );
    assert_eq!(
        loaded.notes(1),
        [
            "Moved 2: 2 rows moved because of merges: `A` to `C` (1), `B` to `C` (1)",
            "Other 1: 1 row rejected because capitals differ: `d` for `D` (1); keys are compared exactly",
        ]
    );
    assert_eq!(loaded.rejects.last().unwrap().detail, "`d` is not in `account`, but `D` is");

    let circle = files(&[("account.csv", "id,into\nX,A\nB,C\nC,A\nA,B\nS,S\n"), ("activity.csv", events)]);
    assert_eq!(
        errors(circle.load(&program)),
        [
            "account.csv:5: rows are merged in a circle: `A` into `B` into `C` into `A` (leave `into` blank for the one that stays)",
            "account.csv:6: `S` is merged into itself (leave `into` blank for the one that stays)",
        ]
    );
}

#[test]
fn the_order_of_rows_and_files_does_not_matter() {
    let program = {
        let mut build = accounts_only();
        let at = field("occurred_at", Type::Instant);
        build.events("activity", TableId(0), "occurred_at", Some("id"), vec![at, text("id")]);
        build.program
    };
    let rows = [
        "A,2026-01-02T10:00:00Z,e9",
        "A,2026-01-02T09:00:00Z,e5",
        "B,2026-01-01T00:00:00Z,e1",
        "A,2026-01-02T09:00:00Z,e4",
        "A,2025-12-31T23:00:00Z,e7",
    ];
    let toml = "[profile.p]\ndirectory = '.'\n[profile.p.activity]\nfiles = ['one.csv', 'two.csv']\n";
    for turn in 0..rows.len() {
        let mut turned = rows.to_vec();
        turned.rotate_left(turn);
        let file = |part: &[&str]| format!("account,occurred_at,id\n{}\n", part.join("\n"));
        let (one, two) = (file(&turned[..2]), file(&turned[2..]));
        let data = files(&[("account.csv", "id\nA\nB\n"), ("one.csv", &one), ("two.csv", &two)]);
        let loaded = data.load_with(&program, toml).unwrap();
        let ids = loaded.column(1, 2);
        let of = |a: u32| loaded.table(1).rows_of(a).iter().map(|r| ids[*r as usize].as_str()).collect::<Vec<_>>();
        assert_eq!((of(0), of(1)), (vec!["e7", "e4", "e5", "e9"], vec!["e1"]));
        assert_eq!(loaded.report(1).files, ["one.csv", "two.csv"]);
    }
}

#[test]
fn tables_with_history_have_one_row_per_key_and_date() {
    let mut build = Build::default();
    let id = build.add(
        "account",
        TableKind::Rows { as_of: Some(FieldId(1)) },
        vec![text("id"), date("at"), integer("seats")],
        Some("id"),
    );
    build.program.subject = Some(id);
    let csv = "id,at,seats\nA,2026-02-28,2\nA,2026-01-31,1\nB,2026-01-31,5\nA,2026-02-28,2\nA,2026-01-31,9\nB,,1\n";
    let loaded = files(&[("account.csv", csv)]).load(&build.program).unwrap();
    assert_eq!(loaded.column(0, 2), ["2", "1", "5"]);
    assert_eq!(loaded.table(0).by_key.get("A"), Some(&0));
    assert_eq!(loaded.table(0).covers_to, Some(day("2026-02-28")));
    let reasons: Vec<RejectReason> = loaded.rejects.iter().map(|r| r.reason).collect();
    assert_eq!(reasons, [RejectReason::BadDate, RejectReason::Duplicate, RejectReason::Conflict]);
}

#[test]
fn strict_turns_notes_into_errors() {
    let mut build = Build::default();
    let kind = build.list("account.kind", &["small", "large"]);
    build.subject("account", vec![text("id"), integer("seats"), field("kind", kind), optional(text("note"))]);
    let data = files(&[("account.csv", "id,seats,kind,note\nA,many,lage,\nB,,small,\n")]);
    let loaded = data.load(&build.program).unwrap();
    let kinds: Vec<NoteKind> = loaded.report(0).notes.iter().map(|n| n.kind).collect();
    assert_eq!(kinds, [NoteKind::Unreadable, NoteKind::UnknownValue, NoteKind::Blank]);
    assert_eq!(
        errors(data.load_with(&build.program, "[profile.p]\ndirectory = '.'\nstrict = true\n")),
        [
            "account.csv:2: 1 cell of `seats` cannot be read as a whole number: `many` is not a number at account.csv:2 \
             (if these mean nothing, add them to `null`; if they are numbers, set `decimal_mark` and `thousands_mark`)",
            "account.csv:3: 1 cell of `seats` is blank, the first at account.csv:3 \
             (`strict` is set: correct the file, or leave `strict` out)",
            "account.csv:2: 1 cell of `kind` are not in the list: `lage` (1, did you mean `large`?), the first at account.csv:2 \
             (say what they mean with `values = { … }`, or add them to the list in the program)"
        ]
        .map(|s| s.replace("kind` are", "kind` is"))
    );
}

// ---------- headers and files ----------

#[test]
fn headers_by_folding_by_name_and_not_at_all() {
    let program = account(vec![text("account_id"), number("arr"), optional(text("region")), text("owner")]);
    let csv = "\u{feff}Account ID , ARR,CSM Name,Legacy\r\nA,\"1,000\",\"Jo\r\nLee\",x\r\n";
    let toml = "[profile.p]\ndirectory = '.'\n[profile.p.account.columns]\nowner = 'csm name'\n";
    let loaded = files(&[("account.csv", csv)]).load_with(&program, toml).unwrap();
    assert_eq!(loaded.column(0, 1), ["1000"]);
    assert_eq!(loaded.column(0, 3), ["Jo\r\nLee"]);
    assert_eq!(
        loaded.notes(0),
        [
            "Unused 1: 1 column of account.csv:1 not used: `Legacy`",
            "Other 1: account.csv:1 has no column `region`: `region` is missing everywhere",
        ]
    );
}

#[test]
fn headers_that_do_not_fit() {
    let program = account(vec![text("id"), number("arr"), date("renewal_date")]);
    let case = |csv: &str| errors(files(&[("account.csv", csv)]).load(&program));
    assert_eq!(
        case("id,arr,id\n"),
        [
            "account.csv:1: column `id` appears twice, as column 1 and column 3 (rename or remove one of them)",
            "account.csv:1: there is no column `renewal_date` for table `account` (there is `id`, `arr`, `id`; name it with \
             `columns.renewal_date = \"…\"`, or declare `renewal_date` optional)",
        ]
    );
    assert_eq!(
        case("id,arr,RenewalDate\n"),
        ["account.csv:1: there is no column `renewal_date` for table `account` (did you mean `RenewalDate`? then set \
          `columns.renewal_date = \"RenewalDate\"`)"]
    );
    assert_eq!(
        case("id,ARR,Arr,renewal_date\n"),
        ["account.csv:1: both `ARR` and `Arr` could be column `arr` (say which: `columns.arr = \"ARR\"`)"]
    );
    assert!(
        case("id;arr;renewal_date\n")[0]
            .ends_with("(the header seems to be separated by `;`: set `delimiter = \";\"`)")
    );
    assert_eq!(case(""), ["account.csv: the file is empty (the first line names the columns)"]);
    assert_eq!(case("\n\n"), ["account.csv: the file is empty (the first line names the columns)"]);
    let loaded = files(&[("account.csv", "id,arr,renewal_date\n")]).load(&program).unwrap();
    assert_eq!((loaded.report(0).read, loaded.report(0).loaded), (0, true));
}

#[test]
fn files_that_are_not_there_or_not_text() {
    let program = activity(None, vec![]);
    let data = files(&[("account.csv", "id\nA\n"), ("events.csv", "account,occurred_at\n")]);
    // A table without a file is not loaded, which is not the same as having no rows.
    let loaded = data.load(&program).unwrap();
    assert!(!loaded.table(1).loaded && !loaded.report(1).loaded);
    assert_eq!(loaded.notes(1), ["Other 1: no file for `activity` in the project's directory: not loaded"]);
    assert_eq!(loaded.table(1).by_parent, [Vec::<u32>::new()]);

    let toml = "[profile.p]\ndirectory = '.'\n[profile.p.activity]\nfile = 'event.csv'\n";
    assert_eq!(
        errors(data.load_with(&program, toml)),
        ["event.csv: there is no file `event.csv` (did you mean `events.csv`?)"]
    );
    let none = files(&[("accounts.csv", "id\nA\n")]);
    assert_eq!(
        errors(none.load(&program)),
        ["account.csv: there is no file for table `account`, whose rows are scored (did you mean `accounts.csv`?)"]
    );
    let two = files(&[("account.csv", "id\nA\n"), ("account.jsonl", "")]);
    assert_eq!(
        errors(two.load(&program)),
        [
            "account.csv: table `account` has two files: `account.csv` and `account.jsonl` (remove one, or name the one that is \
          meant with `file = …` in the project file)"
        ]
    );
    for (bytes, words) in [
        (&b"\xff\xfei\0d\0"[..], "the file is UTF-16"),
        (b"PK\x03\x04\x14\0", "the file is a workbook or an archive, not text"),
        (b"PAR1\x15\x04", "the file is Parquet"),
        (b"\x1f\x8b\x08\0\0\0\0\0\0\x03garbage", "the file is damaged: it cannot be unpacked beyond row 0"),
    ] {
        let data = files(&[]);
        std::fs::write(data.directory.path().join("account.csv"), bytes).unwrap();
        assert!(errors(data.load(&program))[0].contains(words), "{:?}", errors(data.load(&program)));
    }
    let binding = without_config(&program, Some("no/such/place"), Path::new("."));
    assert_eq!(
        errors(run(&program, &binding)),
        [
            "no/such/place: there is no directory `no/such/place` (name the directory of the files with `--data`, or in the project file)"
        ]
    );
}

fn gz(content: &str) -> Vec<u8> {
    use std::io::Write;
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(content.as_bytes()).unwrap();
    packed.finish().unwrap()
}

#[test]
fn packed_files_and_json_lines() {
    let program = activity(Some("id"), vec![text("id"), integer("score"), optional(field("ok", Type::Boolean))]);
    let data = files(&[]);
    let path = |name: &str| data.directory.path().join(name);
    // Two members, as appending to a packed log gives.
    std::fs::write(path("account.csv.gz"), [gz("id\nA\n"), gz("B\n")].concat()).unwrap();
    let lines = "\u{feff}{\"account\": \"A\", \"Occurred At\": \"2026-01-01\", \"id\": 1, \"score\": 3, \"ok\": true, \"extra\": []}\n\
                 \n\
                 {\"account\": \"B\", \"Occurred At\": \"2026-01-02\", \"id\": \"e2\", \"score\": 1e1}\r\n\
                 {\"account\": \"B\", \"Occurred At\": \"2026-01-02\", \"id\": 3, \"score\": {\"x\": 1}, \"ok\": null}\n\
                 {\"account\": \"B\"\n\
                 [1]\n\
                 {\"account\": \"A\", \"Occurred At\": 5, \"id\": 12345678901234567890123456789012345678901, \"score\": 1}\n\
                 {\"account\": \"A\", \"Occurred At\": \"2026-01-03\", \"id\": 0.5, \"score\": 2.5}";
    std::fs::write(path("activity.ndjson.gz"), gz(lines)).unwrap();
    let loaded = data.load(&program).unwrap();
    assert_eq!(loaded.column(0, 0), ["A", "B"]);
    assert_eq!(loaded.column(1, 2), ["1", "e2", "3", "0.5"]);
    assert_eq!(loaded.column(1, 3), ["3", "10", "!", "!"]);
    assert_eq!(loaded.column(1, 4), ["true", "-", "-", "-"]);
    assert_eq!(
        loaded.rejected(),
        [
            "activity.ndjson.gz:5 Malformed: not JSON at column 15",
            "activity.ndjson.gz:6 Malformed: not a JSON object",
            "activity.ndjson.gz:7 BadDate: `5` in `occurred_at` is a number, not a date",
        ]
    );
    assert_eq!(loaded.notes(1)[2], "Unused 1: 1 column of activity.ndjson.gz not used: `extra`");

    let list = files(&[("account.jsonl", "[{\"id\": \"A\"},\n{\"id\": \"B\"}]\n")]);
    assert_eq!(
        errors(list.load(&program)),
        [
            "account.jsonl:1: the file is one JSON list; one object per line is wanted (convert it, for example with `jq -c '.[]'`)"
        ]
    );
    let other = files(&[("account.jsonl", "{\"ident\": \"A\"}\n")]);
    assert!(errors(other.load(&program))[0].starts_with("account.jsonl: there is no column `id` for table `account`"));
}

#[test]
fn what_a_source_vouches_for() {
    let program = activity(None, vec![]);
    let csv = "account,occurred_at\nA,2026-02-03\nZ,2026-02-05\n";
    let data = files(&[("account.csv", "id\nA\n"), ("activity.csv", csv)]);
    let loaded = data.load(&program).unwrap();
    // The row of 5 February is rejected, but the file reaches that far.
    assert_eq!((loaded.table(1).covers_from, loaded.table(1).covers_to), (None, Some(day("2026-02-05"))));
    let toml = "[profile.p]\ndirectory = '.'\n[profile.p.activity]\ncovers = { from = 2025-01-01, to = 2026-03-31 }\n";
    let table = data.load_with(&program, toml).unwrap();
    assert_eq!(table.table(1).covers_from, Some(day("2025-01-01")));
    assert_eq!(table.table(1).covers_to, Some(day("2026-03-31")));
}

// ---------- Parquet ----------

#[cfg(feature = "parquet")]
mod parquet {
    use super::*;

    fn program() -> Program {
        let mut build = Build::default();
        let kind = build.list("account.kind", &["reference", "speaking"]);
        let fields = vec![
            text("id"),
            optional(integer("seats")),
            optional(money("arr", "USD")),
            optional(number("rate")),
            optional(ratio("share")),
            optional(field("active", Type::Boolean)),
            optional(date("start")),
            optional(field("seen", Type::Instant)),
            optional(field("logged", Type::Instant)),
            optional(field("kind", kind)),
            optional(integer("hits")),
        ];
        build.subject("account", fields);
        build.program
    }

    fn load_rows(name: &str, seen: &str) -> Loaded {
        let toml = format!(
            "[project]\ntime_zone = 'America/New_York'\n[profile.p]\ndirectory = 'tests/data/parquet'\n\
             [profile.p.account]\nfile = '{name}'\n\
             columns = {{ logged = {{ time_zone = 'UTC' }}{seen} }}\n"
        );
        let program = program();
        run(&program, &bind(&program, &toml, &root()).unwrap()).unwrap()
    }

    #[test]
    fn the_same_rows_as_csv() {
        let csv = load_rows("rows.csv", "");
        assert_eq!(csv.column(0, 0)[4], "Ä5 ünïcode");
        assert_eq!(csv.column(0, 2), ["400000", "120000.5", "-", "-0.01", "9999999999999999.99"]);
        assert_eq!(csv.column(0, 3)[3], "99999999999999999999999999999.000000001");
        assert_eq!(csv.column(0, 4), ["0.45", "0.1", "-", "0.0000001", "0.3"]);
        assert_eq!(csv.column(0, 7)[0], "2026-03-31 22:30:00");
        for (name, seen) in [
            ("rows_snappy.parquet", ""),
            ("rows_zstd.parquet", ""),
            ("rows_gzip.parquet", ""),
            // The old type of timestamp does not say that it is UTC, so that it has to be declared.
            ("rows_int96.parquet", ", seen = { time_zone = 'UTC' }"),
        ] {
            let loaded = load_rows(name, seen);
            for field in 0..11 {
                assert_eq!(loaded.column(0, field), csv.column(0, field), "{name}, column {field}");
            }
            assert_eq!(loaded.table(0).place(4), format!("tests/data/parquet/{name}:5"));
            assert_eq!(loaded.notes(0), csv.notes(0), "{name}");
        }
    }

    #[test]
    fn nested_columns() {
        let parquet = root().join("tests/data/parquet/nested.parquet");
        let data = files(&[]);
        std::fs::copy(parquet, data.directory.path().join("account.parquet")).unwrap();
        let lists = account(vec![text("id"), text("tags")]);
        let toml = "[profile.p]\ndirectory = '.'\n[profile.p.account.columns]\ntags = 'tags.list.element'\n";
        assert_eq!(
            errors(data.load_with(&lists, toml)),
            ["account.parquet: column `\"tags.list.element\"` holds lists, not single values (flatten it, or declare the \
              column optional and leave it out of the file)"
                .replace("\"", "")]
        );
        let members = account(vec![text("id"), text("owner_name"), number("half")]);
        let loaded = data.load(&members).unwrap();
        assert_eq!((loaded.column(0, 1), loaded.column(0, 2)), (vec!["Jo".to_string()], vec!["1.5".to_string()]));
    }

    #[test]
    fn damaged_files_are_errors() {
        let whole = std::fs::read(root().join("tests/data/parquet/rows_zstd.parquet")).unwrap();
        let program = program();
        let data = files(&[]);
        let path = data.directory.path().join("account.parquet");
        let toml = "[profile.p]\ndirectory = '.'\ntime_zone = 'UTC'\n";
        for cut in [0, 3, 100, whole.len() / 2, whole.len() - 1] {
            std::fs::write(&path, &whole[..cut]).unwrap();
            let found = errors(data.load_with(&program, toml));
            assert!(found[0].starts_with("account.parquet: the file is not readable Parquet: "), "{found:?}");
        }
        for at in (0..whole.len()).step_by(37) {
            let mut changed = whole.clone();
            changed[at] ^= 0x55;
            std::fs::write(&path, changed).unwrap();
            let _ = data.load_with(&program, toml);
        }
    }
}

// ---------- anything at all ----------

mod anything {
    use super::*;
    use proptest::prelude::*;

    fn program() -> Program {
        let mut build = Build::default();
        let kind = build.list("account.kind", &["a", "b"]);
        let account = build.subject(
            "account",
            vec![text("id"), optional(money("m", "EUR")), optional(field("kind", kind)), merged(text("into"))],
        );
        let fields =
            vec![date("at"), text("key"), ranged(optional(ratio("r")), 0, 1), optional(field("b", Type::Boolean))];
        build.events("event", account, "at", Some("key"), fields);
        build.program
    }

    fn load_bytes(account: &[u8], event: &[u8], kind: &str) {
        let data = files(&[]);
        std::fs::write(data.directory.path().join(format!("account.{kind}")), account).unwrap();
        std::fs::write(data.directory.path().join(format!("event.{kind}")), event).unwrap();
        // Whatever comes out, nothing panics and (in `run`) the account of rows adds up.
        let _ = data.load(&program());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn bytes(account in proptest::collection::vec(any::<u8>(), 0..300), event in proptest::collection::vec(any::<u8>(), 0..300)) {
            for kind in ["csv", "ndjson", "csv.gz"] {
                load_bytes(&account, &event, kind);
            }
            let with_header = [&b"id,m,kind,into\n"[..], &account].concat();
            let events = [&b"account,at,key,r,b\n"[..], &event].concat();
            load_bytes(&with_header, &events, "csv");
        }

        #[test]
        fn cells(rows in proptest::collection::vec(("[A-D]", "\\PC{0,12}", "[-0-9.,/:TZ+ ]{0,20}", "[-+$€%()0-9.,kMeE ]{0,12}"), 0..30)) {
            let quote = |s: &str| format!("\"{}\"", s.replace('"', "\"\""));
            let account = rows.iter().fold("id,m,kind,into\n".to_string(), |csv, (id, any, _, number)| {
                format!("{csv}{id},{},{},\n", quote(number), quote(any))
            });
            let event = rows.iter().fold("account,at,key,r,b\n".to_string(), |csv, (id, any, at, number)| {
                format!("{csv}{id},{},{},{},{}\n", quote(at), quote(any), quote(number), quote(any))
            });
            load_bytes(account.as_bytes(), event.as_bytes(), "csv");
        }

        #[test]
        fn project_files(text in "(\\PC|\n){0,200}", key in "[a-z_]{1,20}", value in "[-0-9a-z'\\[\\]{}=\", ]{0,20}") {
            let program = program();
            let _ = bind(&program, &text, Path::new("."));
            let _ = bind(&program, &format!("[project]\n{key} = {value}\n[profile.p]\n{key} = {value}\n[profile.p.event]\n{key} = {value}\ncolumns.r = {value}\n"), Path::new("."));
        }
    }
}

// ---------- the project file ----------

#[test]
fn the_whole_project_file() {
    let mut build = Build::default();
    let kind = build.list("account.kind", &["reference"]);
    let fields = vec![text("id"), money("arr", "EUR"), field("type", kind), field("solicited", Type::Boolean)];
    build.subject("account", fields);
    let toml = r##"
[project]
name = "advocacy"
time_zone = "America/New_York"
fiscal_year_starts = "February"
as_of = 2026-03-31
profile = "sample"

[profile.other]

[profile.sample]
directory = "data"
strict = true
percent = "number"

[profile.sample.account]
files = ["a.csv", "b.csv"]
format = "csv"
delimiter = "\t"
covers = { from = 2025-01-01, to = 2026-03-31 }
time_zone = "UTC"
date_format = ["%d/%m/%Y", "%d.%m.%Y"]
null = ["", "N/A", "-", "null", "#REF!"]
decimal_mark = ","
thousands_mark = "."
currency = "EUR"
percent = "text"
epoch = "seconds"

[profile.sample.account.columns]
id = "account_id"
arr = { from = "ARR (EUR)", thousands_mark = "'", blank = "0" }
type = { values = { "Ref Call" = "reference" } }
solicited = { yes = ["Y", "x"], no = ["N"] }
"##;
    let binding = bind(&build.program, toml, Path::new("project")).unwrap();
    assert_eq!(binding.profile.as_deref(), Some("sample"));
    assert!(binding.strict);
    let table = &binding.tables[0];
    assert_eq!(table.files[1].shown, "data/b.csv");
    assert_eq!(table.files[1].path, Path::new("project/data/b.csv"));
    assert_eq!(table.delimiter, Some(b'\t'));
    assert_eq!(table.columns[0].header.as_deref(), Some("account_id"));
    let arr = &table.columns[1];
    assert_eq!(arr.blank.as_deref(), Some("0"));
    assert_eq!(arr.options.thousands_mark.as_ref().unwrap().value, Some('\''));
    assert_eq!(arr.options.decimal_mark.as_ref().unwrap().value, ',');
    assert_eq!(table.columns[3].yes, ["Y", "x"]);

    let mut sources = Sources::new();
    let id = sources.add("laud.toml", toml);
    let config = Config::parse(id, sources.get(id).unwrap(), &mut Diagnostics::new()).unwrap();
    assert_eq!((config.as_of, config.calendar().fiscal_year_starts), (Some(day("2026-03-31")), 2));
    assert_eq!(config.name.as_deref(), Some("advocacy"));
}

#[test]
fn mistakes_in_the_project_file() {
    let mut build = Build::default();
    let kind = build.list("account.kind", &["reference", "speaking"]);
    build.subject("account", vec![text("id"), money("arr", "USD"), field("kind", kind)]);
    let program = build.program;
    let case = |toml: &str| bind(&program, toml, Path::new(".")).unwrap_err();
    assert_eq!(case("[project]\nname = advocacy\n").len(), 1, "not TOML");
    assert!(
        case("[project]\nname = advocacy\n")[0]
            .starts_with("laud.toml:2:8 project-syntax: `laud.toml` is not valid TOML: ")
    );
    assert_eq!(
        case(
            "[project]\ntimezone = 'UTC'\ntime_zone = 'New York'\nfiscal_year_starts = 2\nas_of = 2026-02-30T00:00:00\n\
             [profil]\n[profile.p]\nstrict = 'yes'\ndirectry = 'data'\ndate_format = 'dd/mm/yyyy'\npercent = 'texts'\n\
             [profile.p.account]\nfile = 1\nfiles = ['a']\ndelimiter = ';;'\nepoch = 'days'\ncurrency = 'dollar'\n"
        )
        .len(),
        1,
        "a date that does not exist is not even TOML"
    );
    assert_eq!(
        case(
            "[project]\ntimezone = 'UTC'\ntime_zone = 'New York'\nfiscal_year_starts = 2\nas_of = 12\n\
             [profil]\n[profile.p]\nstrict = 'yes'\ndirectry = 'data'\ndate_format = 'dd/mm/yyyy'\npercent = 'texts'\n\
             [profile.p.account]\nfile = 1\nfiles = ['a']\ndelimiter = ';;'\nepoch = 'days'\ncurrency = 'dollar'\n"
        ),
        [
            "laud.toml:2:1 unknown-setting: `timezone` is not a setting of `[project]` (did you mean `time_zone`?)",
            "laud.toml:3:13 setting-type: there is no time zone `New York` (did you mean `America/New_York`?)",
            "laud.toml:4:22 setting-type: `fiscal_year_starts` takes a text in quotes, not a whole number (write `fiscal_year_starts = \"february\"`)",
            "laud.toml:5:9 setting-type: `as_of` takes a date, not a whole number (write `as_of = 2026-03-31`)",
            "laud.toml:6:2 unknown-setting: `profil` is not a setting of the project file (did you mean `profile`?)",
            "laud.toml:8:10 setting-type: `strict` takes true or false, not a text (write `strict = true`)",
            "laud.toml:9:1 unknown-setting: `directry` is not a setting of `[profile.p]` (did you mean `directory`?)",
            "laud.toml:10:15 setting-type: `dd/mm/yyyy` is not a date format: a year, month or day is left out (write `%Y`, `%m` and `%d` where year, month and day stand, such as `%d/%m/%Y`)",
            "laud.toml:11:11 setting-type: `percent` cannot be `texts` (did you mean `text`?)",
            "laud.toml:13:8 setting-type: `file` takes a text in quotes, not a whole number (write `file = \"accounts.csv\"`)",
            "laud.toml:14:1 setting-conflict: `file` and `files` say the same thing twice (keep one of them)",
            "laud.toml:15:13 setting-type: `delimiter` is one mark, not `;;` (write `delimiter = \";\"`, or `\"\\t\"` for a tab)",
            "laud.toml:16:9 setting-type: `epoch` cannot be `days` (there is `milliseconds`, `seconds`)",
            "laud.toml:17:12 setting-type: `dollar` is not a currency (write the three letters, such as `EUR`)",
        ]
    );
    assert_eq!(
        case(
            "[profile.p.acount]\n[profile.p.account]\ncurrency = 'EUR'\ndecimal_mark = ','\nthousands_mark = ','\n\
             [profile.p.account.columns]\nar = 'ARR'\nkind = { values = { 'Ref' = 'referense' }, yes = 'Y' }\n\
             id = { values = { a = 'b' } }\narr = { blank = 'none of it' }\n"
        ),
        [
            "laud.toml:1:12 unknown-binding: the program has no table `acount` (did you mean `account`?)",
            "laud.toml:7:1 unknown-binding: table `account` has no column `ar` (did you mean `arr`?)",
            "laud.toml:9:23 setting-conflict: `values` has no meaning for `account.id`, which is a text (leave `values` out, or declare the column as one of a list)",
            "laud.toml:3:12 setting-conflict: amounts in EUR cannot be read into `account.arr`, which is in USD (convert the file to USD, or declare the column as `money EUR`)",
            "laud.toml:5:18 setting-conflict: `,` cannot be both the decimal and the thousands mark (set one of them to the other mark)",
            "laud.toml:10:17 setting-type: `none of it` cannot stand for a blank in `arr`: it is not a number (write it as the file writes its cells)",
            "laud.toml:8:29 unknown-binding: `referense` is not in the list of `account.kind` (did you mean `reference`?)",
            "laud.toml:8:50 setting-conflict: `yes` has no meaning for `account.kind`, which is one of a list (leave `yes` out, or declare the column as yes or no)",
        ]
    );
}

#[test]
fn which_profile() {
    let program = account(vec![text("id")]);
    let bind_data = |toml: &str, data: Option<&str>| {
        let mut sources = Sources::new();
        let id = sources.add("laud.toml", toml);
        let mut found = Diagnostics::new();
        let config = Config::parse(id, sources.get(id).unwrap(), &mut found).unwrap();
        let binding = config.binding(&program, data, &root(), &mut found);
        binding.ok_or_else(|| {
            found.iter().map(|d| format!("{} ({})", d.message, d.help.as_deref().unwrap_or("-"))).collect::<String>()
        })
    };
    let two = "[profile.sample]\ndirectory = 'x'\n[profile.full]\ndirectory = './y/'\n[profile.full.account]\nfile = 'a.csv'\n";
    assert_eq!(bind_data("", None).unwrap().directory.shown, "data");
    assert_eq!(
        bind_data(two, None).unwrap_err(),
        "there are several profiles and none is the default (write `profile = \"sample\"` under `[project]`, or name one with `--data`)"
    );
    assert_eq!(bind_data(two, Some("full")).unwrap().tables[0].files[0].shown, "y/a.csv");
    assert_eq!(
        bind_data(two, Some("ful")).unwrap_err(),
        "`ful` is neither a profile of the project file nor a directory (did you mean `full`?)"
    );
    // A directory is read as the default profile says.
    let chosen = format!("[project]\nprofile = 'full'\n{two}");
    let binding = bind_data(&chosen, Some("tests/data")).unwrap();
    assert_eq!(binding.tables[0].files[0].shown, "tests/data/a.csv");
    assert_eq!(binding.profile.as_deref(), Some("full"));
    assert_eq!(
        bind_data(&format!("[project]\nprofile = 'fulll'\n{two}"), None).unwrap_err(),
        "there is no profile `fulll` (did you mean `full`?)"
    );
}

// ---------- real files that may not be part of the repository ----------

mod shared {
    use super::*;

    /// `../shared/data`, or what `LAUD_SHARED` says; `None`, said aloud, if it is not there.
    fn shared(set: &str) -> Option<PathBuf> {
        let base = std::env::var_os("LAUD_SHARED").map_or_else(|| root().join("../shared/data"), PathBuf::from);
        let directory = base.join(set);
        if directory.is_dir() {
            return Some(directory);
        }
        println!("SKIPPED: `{set}` is not in {}; set LAUD_SHARED to the directory that holds it", base.display());
        None
    }

    fn load_shared(program: &Program, directory: &Path, toml: &str) -> Loaded {
        let binding = bind(program, toml, directory).unwrap_or_else(|found| panic!("{found:#?}"));
        run(program, &binding).unwrap_or_else(|found| panic!("{found:#?}"))
    }

    #[test]
    fn crm_leads() {
        let Some(directory) = shared("crm_messy") else { return };
        let fields =
            vec![text("lead_id"), text("email"), text("company"), date("created_date"), integer("employee_count")];
        let program = account(fields);
        let toml = |more: &str| {
            format!("[profile.p]\ndirectory = '.'\n{more}\n[profile.p.account]\nfile = 'raw_leads_sim.csv'\n")
        };
        // Dates are written day first and say so nowhere: 1,998 can be read both ways, 3,002 only one way.
        let binding = bind(&program, &toml(""), &directory).unwrap();
        let found = errors(run(&program, &binding));
        assert_eq!(found.len(), 1);
        assert!(
            found[0].contains("`10/03/2025` in `account.created_date` can be 10 March 2025 or 3 October 2025"),
            "{found:?}"
        );
        assert!(found[0].contains("`date_format = \"%d/%m/%Y\"` (3002 other cells can be read only so)"), "{found:?}");

        let loaded = load_shared(&program, &directory, &toml("date_format = '%d/%m/%Y'"));
        assert_eq!((loaded.report(0).read, loaded.report(0).kept), (5000, 5000));
        let blanks: Vec<(NoteKind, u64)> = loaded.report(0).notes.iter().map(|n| (n.kind, n.count)).collect();
        assert_eq!(blanks, [(NoteKind::Blank, 603), (NoteKind::Unused, 7)]);
        let table = loaded.table(0);
        let values = |field: u32| (0..table.rows).map(move |row| table.value(FieldId(field), row));
        let employees: i64 = values(4).filter_map(|v| v.number()).map(|n| n.to_int().unwrap()).sum();
        assert_eq!(employees, 1_198_095);
        let texts = |field| values(field).map(|v| word(&v)).collect::<Vec<String>>();
        assert_eq!(texts(1).iter().filter(|e| !e.contains('@')).count(), 402);
        assert_eq!(texts(2).iter().filter(|c| c.contains(',')).count(), 1602);
        let dates: Vec<Date> = values(3).filter_map(|v| v.date()).collect();
        assert_eq!(dates.len(), 5000);
        assert_eq!((dates.iter().min(), dates.iter().max()), (Some(&day("2024-01-29")), Some(&day("2026-01-28"))));
        let recent = dates.iter().filter(|d| (0..90).contains(&day("2026-01-28").days_since(**d))).count();
        assert_eq!(recent, 563);
    }

    #[test]
    fn airport_survey() {
        let Some(directory) = shared("sfo2017_nps") else { return };
        // In a table that is scored an answer out of range is an unreadable cell.
        let program = account(vec![integer("respnum"), integer("day"), ranged(integer("netpro"), 0, 10)]);
        let toml = "[profile.p]\ndirectory = '.'\n[profile.p.account]\nfile = 'sfo2017.csv'\n\
                    columns = { respnum = 'RESPNUM', day = 'INTDATE', netpro = 'NETPRO' }\n";
        let loaded = load_shared(&program, &directory, toml);
        assert_eq!(loaded.report(0).read, 2831);
        let score = loaded.column(0, 2);
        let count =
            |wanted: &dyn Fn(i64) -> bool| score.iter().filter_map(|s| s.parse().ok()).filter(|n| wanted(*n)).count();
        assert_eq!(score.iter().filter(|s| *s == "!").count(), 84, "code 11 means no answer and is out of range");
        assert_eq!(score.iter().filter(|s| *s == "-").count(), 1);
        assert_eq!((count(&|n| n >= 9), count(&|n| n == 7 || n == 8), count(&|n| n <= 6)), (1436, 968, 342));
    }

    #[test]
    fn airport_survey_as_events() {
        let Some(directory) = shared("sfo2017_nps") else { return };
        // As an event a row out of range is refused. The file has days of May 2017 only: they are made dates here.
        let csv = std::fs::read_to_string(directory.join("sfo2017.csv")).unwrap();
        let mut lines = csv.lines();
        let header: Vec<&str> = lines.next().unwrap().split(',').collect();
        let place = |name: &str| header.iter().position(|h| h.trim_start_matches('\u{feff}') == name).unwrap();
        let (number, day, score) = (place("RESPNUM"), place("INTDATE"), place("NETPRO"));
        let mut events = "account,occurred_at,respnum,netpro\n".to_string();
        for line in lines {
            let cells = split(line);
            events += &format!("SFO,2017-05-{:0>2},{},{}\n", cells[day], cells[number], cells[score]);
        }
        let program = activity(Some("respnum"), vec![text("respnum"), ranged(integer("netpro"), 0, 10)]);
        let loaded = files(&[("account.csv", "id\nSFO\n"), ("activity.csv", &events)]).load(&program).unwrap();
        assert_eq!((loaded.report(1).read, loaded.report(1).kept), (2831, 2747));
        assert_eq!(loaded.report(1).rejected, [(RejectReason::OutOfRange, 84)]);
        assert_eq!(loaded.notes(1).len(), 1);
        assert!(loaded.notes(1)[0].starts_with("Blank 1: "));
    }

    /// Cells of a line that has no line ends within quotes.
    fn split(line: &str) -> Vec<String> {
        let mut cells = vec![String::new()];
        let mut quoted = false;
        for c in line.chars() {
            match c {
                '"' => quoted = !quoted,
                ',' if !quoted => cells.push(String::new()),
                c => cells.last_mut().unwrap().push(c),
            }
        }
        cells
    }

    #[test]
    fn subscriptions_and_usage() {
        let Some(directory) = shared("ravenstack") else { return };
        let mut build = Build::default();
        let account =
            build.subject("accounts", vec![text("account_id"), date("signup_date"), field("is_trial", Type::Boolean)]);
        let churn = vec![text("churn_event_id"), date("churn_date"), number("refund_amount_usd")];
        build.events("churn_events", account, "churn_date", Some("churn_event_id"), churn);
        let usage = vec![text("usage_id"), text("subscription_id"), date("usage_date"), integer("usage_count")];
        build.add("feature_usage", TableKind::Rows { as_of: None }, usage, Some("usage_id"));
        let toml = "[profile.p]\ndirectory = '.'\ndate_format = '%d-%m-%Y'\n\
                    [profile.p.churn_events.columns]\naccounts = 'account_id'\n";
        let loaded = load_shared(&build.program, &directory, toml);
        let counts: Vec<(u64, u64)> = loaded.report.tables.iter().map(|t| (t.read, t.kept)).collect();
        // 21 keys of usage are used twice; every account of a churn event exists.
        assert_eq!(counts, [(500, 500), (600, 600), (25000, 24979)]);
        assert_eq!(loaded.report(2).rejected, [(RejectReason::Conflict, 21)]);
    }

    #[test]
    fn reviews_with_comments_over_several_lines() {
        let Some(directory) = shared("olist_sample") else { return };
        let fields = vec![
            text("review_id"),
            text("order_id"),
            ranged(integer("review_score"), 1, 5),
            optional(text("review_comment_message")),
            date("review_creation_date"),
        ];
        let mut build = Build::default();
        let id = build.add("review", TableKind::Rows { as_of: None }, fields, None);
        build.program.subject = Some(id);
        let toml =
            "[profile.p]\ndirectory = '.'\n[profile.p.review]\nfile = 'olist_order_reviews.csv'\ntime_zone = 'UTC'\n";
        let loaded = load_shared(&build.program, &directory, toml);
        assert_eq!((loaded.report(0).read, loaded.report(0).kept), (8225, 8225));
        let scores = loaded.column(0, 2);
        let count = |score: &str| scores.iter().filter(|s| *s == score).count();
        assert_eq!(["1", "2", "3", "4", "5"].map(count), [2638, 382, 667, 1184, 3354]);
        assert!(loaded.column(0, 3).iter().any(|c| c.contains('\n')));
        // The line of the last row is a line of the file, not a count of rows.
        let lines = std::fs::read_to_string(directory.join("olist_order_reviews.csv")).unwrap().lines().count();
        let last = loaded.table(0).origins.last().unwrap().line as usize;
        assert!(last > 8226 && last <= lines, "{last} of {lines}");
    }

    #[test]
    fn events_with_offsets() {
        let Some(directory) = shared("gitcommunity_a") else { return };
        let mut build = Build::default();
        let account = build.subject("accounts", vec![text("account_id")]);
        let fields = vec![field("ts", Type::Instant), text("event_id"), field("is_bot", Type::Boolean)];
        build.events("events", account, "ts", Some("event_id"), fields);
        let toml = "[profile.p]\ndirectory = '.'\n[profile.p.events.columns]\naccounts = 'account_id'\n";
        let loaded = load_shared(&build.program, &directory, toml);
        assert_eq!((loaded.report(0).kept, loaded.report(1).read), (586, 20780));
        // 1,682 events fall on another date in UTC than as they are written.
        let csv = std::fs::read_to_string(directory.join("events.csv")).unwrap();
        let at = csv.lines().next().unwrap().split(',').position(|h| h == "ts").unwrap();
        let written: Vec<String> = csv.lines().skip(1).map(|l| split(l)[at][..10].to_string()).collect();
        let table = loaded.table(1);
        let moved = (0..table.rows)
            .filter(|row| {
                let line = table.origins[*row as usize].line as usize;
                table.value(FieldId(1), *row).date().unwrap().to_string() != written[line - 2]
            })
            .count();
        assert_eq!(moved, 1682);
    }
}
