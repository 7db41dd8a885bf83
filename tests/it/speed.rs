//! How parsing, checking and linting grow with a project: a generated one of ordinary shape, the largest of about 2 MB.
//!
//! Parsing is the parser alone on texts in memory, checking all of what `laud check` does with them, parsing included.
//! `tests/bench/lint.sh` runs the ignored test, which measures, for several sizes; with valgrind it counts instructions, of
//! one stage at a time (`LAUD_SPEED_STAGE`, `LAUD_SPEED_SIZE`).

use laud::calendar::Date;
use laud::diagnostics::Diagnostics;
use laud::lint::{self, Facts, Levels};
use laud::source::Sources;
use laud::{Compilation, Settings, syntax};
use std::fmt::Write;
use std::time::{Duration, Instant};

/// Declarations in each file.
const IN_A_FILE: usize = 500;

/// A project of this many declarations, in groups of ten: a parameter, a segment, five metrics, a scorecard, a definition
/// and a rule. Every group reads the tables and a little of the group before.
fn project(declarations: usize) -> Sources {
    let mut sources = Sources::new();
    sources.add(
        "data.laud",
        "table account {\n  id        text key\n  arr       money USD 0 or more\n  seats     integer 0 or more\n  \
         usage     points 0 to 100\n  industry  one of saas, health, retail\n  renewal   date optional\n}\n\
         events activity of account at day {\n  type     one of reference, review, story\n  minutes  number 0 or more \
         optional\n}\n",
    );
    for (file, first) in (0..declarations / 10).step_by(IN_A_FILE / 10).enumerate() {
        let mut text = String::new();
        for g in first..(first + IN_A_FILE / 10).min(declarations / 10) {
            group(g, &mut text);
        }
        sources.add(format!("rules_{file}.laud"), text);
    }
    sources
}

fn group(g: usize, out: &mut String) {
    let (before, seats) = (g.saturating_sub(1), 10 + g % 500);
    let kind = ["reference", "review", "story"][g % 3];
    let industry = ["saas", "health", "retail"][g % 3];
    let _ = write!(
        out,
        "param enough_{g} = {}\n\n\
         segment seg_{g} = seats >= {seats} and industry = {industry}\n\n\
         # What counts, and what it is worth.\n\
         metric calls_{g} {{\n  value  count(activity where type = {kind} in last 90 days)\n  owner  cs_ops\n  thresholds {{\n    \
         many  >= enough_{g} + 2  -> 100\n    some  >= enough_{g}      -> 60\n    few   otherwise          -> 0\n  }}\n}}\n\n\
         metric minutes_{g} {{\n  value  sum(minutes of activity where type = {kind} in last 12 months)\n  scale  0 -> 0, 600 -> 100\n  \
         owner  cs_ops\n}}\n\n\
         metric per_seat_{g} = minutes_{g} / max(seats, 1)\n\n\
         metric used_{g} = usage\n\n\
         metric both_{g} = per_seat_{g} + per_seat_{before_or_own}\n\n\
         scorecard card_{g} {{\n  calls_{g}    weight 40  because \"they speak for us\"\n  minutes_{g}  weight 35  because \"it is work\"\n  \
         used_{g}     weight 25  because \"without use no praise\"\n  cap 40 when seats = 0 because \"nobody left\"\n  owner cs_ops\n  \
         grades {{\n    gold    >= 80\n    silver  >= 50\n    none    otherwise\n  }}\n}}\n\n\
         define share_{g}(part: number, all: number) = if all = 0 then 0 else part / all\n\n\
         rule ask_{g} {{\n  when      card_{g} < 40 and both_{g} > 3 and share_{g}(calls_{g}, 4) < 1 and seg_{g}\n  \
         unless    renewal in next 30 days\n  do        task \"Call\" assign csm_team due in 5 days\n  cooldown  90 days\n  \
         owner     cs_ops\n}}\n\n",
        2 + g % 4,
        before_or_own = if g == 0 { 0 } else { before },
    );
}

fn parse(sources: &Sources) -> usize {
    let mut diagnostics = Diagnostics::new();
    sources.iter().map(|(id, source)| syntax::parse(id, source, &mut diagnostics).items.len()).sum()
}

fn lints(sources: &Sources, compilation: &Compilation) -> usize {
    let levels = Levels::default();
    let program = compilation.program.as_ref().unwrap_or_else(|| {
        let first = compilation.diagnostics.iter().next().map(|d| (sources.position(d.span()), d.message.clone()));
        panic!("{first:?}")
    });
    let today = Date::parse("2026-03-31").unwrap();
    let facts = Facts::new(&compilation.files, sources, (program, &compilation.proven), today, &levels);
    lint::run(&facts, &levels).len()
}

#[test]
fn the_generated_project_is_sound() {
    let sources = project(100);
    assert_eq!(parse(&sources), 102);
    let compilation = Compilation::new(&sources, &Settings::default());
    lints(&sources, &compilation);
    assert!(!compilation.diagnostics.has_errors());
}

/// Measures; run by `tests/bench/lint.sh`.
#[test]
#[ignore = "measures; see tests/bench/lint.sh"]
fn speed() {
    let size = std::env::var("LAUD_SPEED_SIZE").ok().map(|n| n.parse().expect("a number"));
    let stage = std::env::var("LAUD_SPEED_STAGE").unwrap_or_default();
    if let Some(size) = size {
        // One stage alone, for whoever counts instructions; each stage needs those before it.
        let sources = project(size);
        if stage == "parse" {
            parse(&sources);
        } else if stage != "nothing" {
            let compilation = Compilation::new(&sources, &Settings::default());
            if stage == "lint" {
                lints(&sources, &compilation);
            }
        }
        return;
    }
    println!(
        "declarations   lines      MB    parse    check  check/parse     lint   findings   lines/s (check)  lines/s (check \
         and lint)"
    );
    let mut per_line: Vec<f64> = Vec::new();
    for size in [4_000, 8_000, 16_000] {
        let sources = project(size);
        let lines: usize = sources.iter().map(|(_, source)| source.line_count()).sum();
        let bytes: usize = sources.iter().map(|(_, source)| source.text.len()).sum();
        let (parsing, _) = timed(|| parse(&sources));
        let (checking, compilation) = timed(|| Compilation::new(&sources, &Settings::default()));
        let (linting, found) = timed(|| lints(&sources, &compilation));
        let rate = |time: Duration| lines as f64 / time.as_secs_f64();
        println!(
            "{size:>12} {lines:>7} {:>7.2} {:>6}ms {:>6}ms {:>12.2} {:>6}ms {found:>10} {:>17.0} {:>25.0}",
            bytes as f64 / 1e6,
            parsing.as_millis(),
            checking.as_millis(),
            checking.as_secs_f64() / parsing.as_secs_f64(),
            linting.as_millis(),
            rate(checking),
            rate(checking + linting)
        );
        per_line.push((checking + linting).as_secs_f64() / lines as f64);
    }
    // Twice the project takes about twice the time: well below the four times of what is quadratic.
    assert!(per_line[2] < per_line[0] * 2.0, "time per line grows from {} to {}", per_line[0], per_line[2]);
}

/// How long this thread has had a core: what others do on the machine does not count. Where the system does not tell, the
/// time that has passed.
fn on_core(start: Instant) -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = told.and_then(|text| text.split_whitespace().next().and_then(|first| first.parse().ok()));
    nanoseconds.map_or_else(|| start.elapsed(), Duration::from_nanos)
}

/// The best of three.
fn timed<T>(mut work: impl FnMut() -> T) -> (Duration, T) {
    let mut best: Option<(Duration, T)> = None;
    for _ in 0..3 {
        let start = Instant::now();
        let before = on_core(start);
        let result = work();
        let time = on_core(start) - before;
        if best.as_ref().is_none_or(|(known, _)| time < *known) {
            best = Some((time, result));
        }
    }
    best.unwrap()
}
