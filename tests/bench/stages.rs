//! What the stages cost, one by one: `cargo bench --bench stages`, or a part of a name behind it: `-- ndjson`.
//!
//! The program is advocacy-24 of `tests/bench/advocacy24`; its tables are made up here, of fixed seed: 2,000 accounts with
//! 100,000 events. What depends on the disk finds its files in the page cache. All runs on one thread, but for what is
//! loaded: CSV and NDJSON are read on all cores there.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use laud::calendar::{Calendar, Date};
use laud::data::stream::{Owners, Piece, Request, stream};
use laud::data::{Binding, Config, load};
use laud::diagnostics::Diagnostics;
use laud::engine::Options;
use laud::engine::column::{Columns, Next, Replay, evaluate_files, replay_files};
use laud::lint::{self, Facts, Levels};
use laud::program::{FieldId, Program, TableId};
use laud::scoring::Scorer;
use laud::source::Sources;
use laud::{Compilation, Settings, compile, format, syntax};
use std::fmt::Write as _;
use std::io::Write as _;
use std::num::NonZero;
use std::path::Path;
use std::sync::LazyLock;

const PROGRAM: &str = include_str!("advocacy24/advocacy24.laud");
const ACCOUNTS: u64 = 2_000;
const EVENTS: u64 = 100_000;
const LAST: &str = "2026-06-30";

fn main() {
    divan::main();
}

fn sources() -> Sources {
    let mut sources = Sources::new();
    sources.add("advocacy24.laud", PROGRAM);
    sources
}

fn program() -> Program {
    let sources = sources();
    let (program, found) = compile(&sources, &Settings::default());
    program.unwrap_or_else(|| panic!("{}", laud::diagnostics::render::short(&found.sorted(), &sources)))
}

mod text {
    use super::*;

    fn bytes() -> BytesCount {
        BytesCount::of_str(PROGRAM)
    }

    #[divan::bench]
    fn parse(bencher: Bencher<'_, '_>) {
        let sources = sources();
        let source = sources.get(0).unwrap();
        bencher.counter(bytes()).bench(|| syntax::parse(0, black_box(source), &mut Diagnostics::new()));
    }

    #[divan::bench]
    fn check(bencher: Bencher<'_, '_>) {
        let sources = sources();
        bencher.counter(bytes()).bench(|| compile(black_box(&sources), &Settings::default()));
    }

    #[divan::bench]
    fn lint(bencher: Bencher<'_, '_>) {
        let (sources, levels) = (sources(), Levels::default());
        let compilation = Compilation::new(&sources, &Settings::default());
        let program = compilation.program.as_ref().unwrap();
        let today = Date::parse(LAST).unwrap();
        bencher.counter(bytes()).bench(|| {
            let facts = Facts::new(&compilation.files, &sources, (program, &compilation.proven), today, &levels);
            lint::run(black_box(&facts), &levels)
        });
    }

    #[divan::bench]
    fn format(bencher: Bencher<'_, '_>) {
        let sources = sources();
        let source = sources.get(0).unwrap();
        bencher.counter(bytes()).bench(|| super::format::format(0, black_box(source)).unwrap());
    }
}

/// The tables in all formats, with the program that they are for.
struct Files {
    folder: tempfile::TempDir,
    program: Program,
}

static FILES: LazyLock<Files> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    for (name, header, rows) in tables() {
        let (mut csv, mut objects) = (header.join(",") + "\n", String::new());
        for row in &rows {
            csv += &(row.join(",") + "\n");
            let member = |(name, cell): (&&str, &String)| match cell.as_str() {
                "" => format!("\"{name}\":null"),
                "true" | "false" => format!("\"{name}\":{cell}"),
                cell if cell.parse::<f64>().is_ok() => format!("\"{name}\":{cell}"),
                cell => format!("\"{name}\":\"{cell}\""),
            };
            let _ = writeln!(objects, "{{{}}}", header.iter().zip(row).map(member).collect::<Vec<_>>().join(","));
        }
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packed.write_all(csv.as_bytes()).unwrap();
        let write = |ending: &str, bytes: &[u8]| {
            std::fs::write(folder.path().join(format!("{name}.{ending}")), bytes).unwrap();
        };
        write("csv", csv.as_bytes());
        write("ndjson", objects.as_bytes());
        write("csv.gz", &packed.finish().unwrap());
    }
    Files { folder, program: program() }
});

/// Name, header and rows of a table.
type Made = (&'static str, Vec<&'static str>, Vec<Vec<String>>);

fn tables() -> Vec<Made> {
    let mut state = 1u64;
    let mut below = move |n: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % n
    };
    let day = |below: &mut dyn FnMut(u64) -> u64| {
        let first = Date::parse("2024-07-01").unwrap();
        first.plus_days(below(730) as i64).to_string()
    };
    let accounts = (0..ACCOUNTS).map(|i| {
        let renewal = if below(5) == 0 { String::new() } else { format!("2026-{:02}-15", 7 + below(6)) };
        vec![format!("A{i:07}"), (below(400) * 1000).to_string(), day(&mut below), renewal]
    });
    let accounts = accounts.collect();
    let kinds = ["reference", "case_study", "speaking", "referral", "review", "community_post", "login", "ticket"];
    let states = ["completed", "requested", "declined", "cancelled", ""];
    let events = (0..EVENTS).map(|_| {
        let at = format!("{}T{:02}:{:02}:{:02}Z", day(&mut below), below(24), below(60), below(60));
        let amount = if below(3) == 0 { format!("{}.{:02}", below(5000), below(100)) } else { String::new() };
        vec![
            format!("A{:07}", below(ACCOUNTS)),
            at,
            kinds[below(8) as usize].to_string(),
            states[below(5) as usize].to_string(),
            if below(2) == 0 { "true" } else { "false" }.to_string(),
            amount,
            format!("E{:07}", below(20_000)),
        ]
    });
    let events = events.collect();
    let surveys = (0..EVENTS / 20).map(|_| {
        let at = format!("{}T12:00:00Z", day(&mut below));
        vec![format!("A{:07}", below(ACCOUNTS)), at, below(11).to_string()]
    });
    let surveys = surveys.collect();
    let deals = (0..EVENTS / 50).map(|_| {
        let won = if below(2) == 0 { "true" } else { "false" }.to_string();
        vec![format!("A{:07}", below(ACCOUNTS)), day(&mut below), (below(90) * 1000).to_string(), won]
    });
    let deals = deals.collect();
    vec![
        ("account", vec!["id", "arr", "started_on", "renewal_on"], accounts),
        ("event", vec!["account", "happened_at", "kind", "status", "solicited", "amount", "employee"], events),
        ("survey", vec!["account", "answered_at", "score"], surveys),
        ("opportunity", vec!["account", "closed_on", "amount", "won"], deals),
    ]
}

impl Files {
    /// Where the tables are in a format.
    fn binding(&self, format: &str) -> Binding {
        let mut toml = "[profile.p]\ndirectory = '.'\n".to_string();
        for name in ["account", "event", "survey", "opportunity"] {
            let _ = writeln!(toml, "[profile.p.{name}]\nfile = '{name}.{format}'");
        }
        let (mut sources, mut found) = (Sources::new(), Diagnostics::new());
        let id = sources.add("laud.toml", toml);
        let config = Config::parse(id, sources.get(id).unwrap(), &mut found);
        let binding = config.and_then(|c| c.binding(&self.program, None, self.folder.path(), &mut found));
        binding.unwrap_or_else(|| panic!("{}", laud::diagnostics::render::short(&found.sorted(), &sources)))
    }

    fn size(&self, name: &str) -> u64 {
        std::fs::metadata(Path::new(self.folder.path()).join(name)).unwrap().len()
    }
}

mod files {
    use super::*;

    /// Events go by, with nothing made of them.
    #[divan::bench(args = ["csv", "csv.gz", "ndjson"])]
    fn events(bencher: Bencher<'_, '_>, format: &str) {
        let files = &*FILES;
        let binding = files.binding(format);
        let mut above = files.program.clone();
        above.tables.truncate(1);
        let (data, _) = load(&above, &binding, &mut |_| {}).unwrap();
        let owners = Owners::new(&data.tables[0]);
        let fields: Vec<FieldId> = (1..files.program.tables[1].fields.len() as u32).map(FieldId).collect();
        let request = Request {
            program: &files.program,
            table: TableId(1),
            binding: &binding,
            fields: &fields,
            dates: None,
            owners: Some(&owners),
            above: Some(&data.tables[0]),
            rejects: false,
        };
        let visit = |sum: &mut usize, piece: &Piece| *sum += piece.kept;
        bencher
            .counter(ItemsCount::new(EVENTS))
            .counter(BytesCount::new(files.size(&format!("event.{format}"))))
            .bench(|| {
                let passed = stream(&request, 1, || 0usize, visit).unwrap();
                assert_eq!(passed.workers, [EVENTS as usize]);
            });
    }

    /// The same rows loaded, as those tables are that have a key.
    #[divan::bench(args = ["csv", "ndjson"])]
    fn loaded(bencher: Bencher<'_, '_>, format: &str) {
        let files = &*FILES;
        let binding = files.binding(format);
        bencher.bench(|| load(&files.program, &binding, &mut |_| {}).unwrap());
    }
}

mod portfolio {
    use super::*;

    fn columns() -> Columns {
        Columns { threads: NonZero::new(1), ..Columns::default() }
    }

    #[divan::bench(args = ["csv", "ndjson"])]
    fn one_date(bencher: Bencher<'_, '_>, format: &str) {
        let files = &*FILES;
        let binding = files.binding(format);
        let options =
            Options { as_of: Date::parse(LAST).unwrap(), calendar: Calendar::default(), accounts: Vec::new() };
        bencher.counter(ItemsCount::new(ACCOUNTS)).bench(|| {
            evaluate_files(&files.program, &binding, &options, columns(), |run| run.results.accounts.len()).unwrap()
        });
    }

    #[divan::bench]
    fn fifty_two_dates(bencher: Bencher<'_, '_>) {
        let files = &*FILES;
        let binding = files.binding("csv");
        let last = Date::parse(LAST).unwrap();
        let dates: Vec<Date> = (0..52).rev().map(|week| last.plus_days(-7 * week)).collect();
        let replay = Replay { dates: &dates, calendar: Calendar::default(), accounts: &[], summed: true };
        bencher.counter(ItemsCount::new(ACCOUNTS * 52)).bench(|| {
            let mut told = 0;
            let each = |_: &laud::engine::column::Turn<'_, bool>| {
                told += 1;
                Next::Go
            };
            replay_files(&files.program, &binding, &replay, columns(), |stage| stage.totals().is_some(), each).unwrap();
            assert_eq!(told, 52);
        });
    }
}

/// One ready record: see `tests/bench/decide` for the same beside other engines.
#[divan::bench(sample_size = 1000)]
fn record(bencher: Bencher<'_, '_>) {
    let mut sources = Sources::new();
    sources.add("program.laud", include_str!("decide/program.laud"));
    let (program, _) = compile(&sources, &Settings::default());
    let scorer = Scorer::new(program.unwrap(), Date::parse(LAST).unwrap(), Calendar::default()).unwrap();
    let mut record = scorer.record();
    record.read("size", "mid").unwrap();
    for (name, figure) in scorer.fields().into_iter().filter(|name| *name != "size").zip((1..).map(|n| n * 3)) {
        record.number(scorer.field(name).unwrap(), laud::number::Decimal::int(figure));
    }
    let mut scores = scorer.scores();
    bencher.bench_local(|| scorer.score(black_box(&record), &mut scores));
}
