//! Reading alone: all columns that the workload of the benchmark kit looks at, in one pass, with nothing made of them.
//!
//! `cargo bench --bench decode -- DIRECTORY FORMAT [THREADS]`, where the directory holds `accounts` and `events` as the kit
//! generates them, and the format is `csv`, `ndjson`, `parquet`, `csv.gz` or `csv.zst`. `load` as a further argument
//! loads the tables instead, as the reference interpreter does.

#![allow(clippy::panic, clippy::indexing_slicing, clippy::unwrap_used, clippy::expect_used)]

use laud::data::stream::{NOBODY, Owners, Piece, Request, is_streamable, stream};
use laud::data::{Config, load};
use laud::diagnostics::Diagnostics;
use laud::program::{FieldId, TableId};
use laud::source::Sources;
use laud::{Settings, compile};
use std::path::Path;
use std::time::Instant;

const PROGRAM: &str = "
table account {
  id text key
}
events activity of account at occurred_at {
  occurred_at instant
  kind one of reference, case_study, speaking, referral, review, community_post, login, ticket
  status one of completed, requested, declined, cancelled optional
  solicited boolean optional
  amount money USD optional
  employee text optional
}
";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let [directory, format, rest @ ..] = arguments.as_slice() else {
        println!("a directory and a format are wanted: see the first lines of tests/bench/decode.rs");
        return;
    };
    let threads = rest.iter().find_map(|a| a.parse().ok()).unwrap_or(2);
    let mut sources = Sources::new();
    sources.add("bench.laud", PROGRAM);
    let (program, found) = compile(&sources, &Settings::default());
    let program = program.unwrap_or_else(|| panic!("{:?}", found.iter().map(|d| &d.message).collect::<Vec<_>>()));
    let toml = format!(
        "[profile.p]\ndirectory = '.'\ntime_zone = 'UTC'\n[profile.p.account]\nfile = 'accounts.{format}'\n\
         [profile.p.activity]\nfile = 'events.{format}'\n[profile.p.activity.columns]\naccount = 'account_id'\n\
         occurred_at = 'at'\n"
    );
    let id = sources.add("laud.toml", toml.as_str());
    let mut found = Diagnostics::new();
    let config = sources.get(id).and_then(|source| Config::parse(id, source, &mut found));
    let binding = config.and_then(|c| c.binding(&program, None, Path::new(directory), &mut found));
    let binding = binding.unwrap_or_else(|| panic!("{:?}", found.iter().map(|d| &d.message).collect::<Vec<_>>()));
    let size = std::fs::metadata(Path::new(directory).join(format!("events.{format}"))).map_or(0, |about| about.len());

    let mut first = program.clone();
    first.tables.truncate(1);
    let begin = Instant::now();
    let loaded_whole = rest.iter().any(|a| a == "load");
    let (data, _) = load(if loaded_whole { &program } else { &first }, &binding, &mut |_| {})
        .unwrap_or_else(|errors| panic!("{errors:?}"));
    println!("loaded {} in {:.3} s", if loaded_whole { "all" } else { "accounts" }, begin.elapsed().as_secs_f64());
    if loaded_whole {
        return;
    }
    let table = TableId(1);
    assert!(is_streamable(&program, table));
    let owners = Owners::new(&data.tables[0]);
    let fields: Vec<FieldId> = (1..7).map(FieldId).collect();
    let request = Request {
        program: &program,
        table,
        binding: &binding,
        fields: &fields,
        dates: None,
        owners: Some(&owners),
        above: Some(&data.tables[0]),
        rejects: false,
    };
    let visit = |sum: &mut u64, piece: &Piece| {
        *sum += piece.owners.iter().filter(|owner| **owner != NOBODY).map(|owner| u64::from(*owner)).sum::<u64>();
    };
    for _ in 0..3 {
        let begin = Instant::now();
        let passed = stream(&request, threads, || 0u64, visit).unwrap_or_else(|errors| panic!("{errors:?}"));
        let time = begin.elapsed().as_secs_f64();
        let (rows, sum) = (passed.report.read as f64, passed.workers.iter().sum::<u64>());
        println!(
            "{format}, {threads} threads: {time:.3} s, {:.1} M rows/s, {:.0} MB/s of the file ({} kept, {sum})",
            rows / time / 1e6,
            size as f64 / time / 1e6,
            passed.report.kept
        );
    }
}
