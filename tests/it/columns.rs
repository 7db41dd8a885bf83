//! The engine for whole portfolios gives what the reference gives: whole results, faults included.

use crate::eval::{Bound, Loaded, bound, load, options};
use crate::support::{Failures, folders, read, root, stem};
use laud::calendar::{Calendar, Date};
use laud::engine::column::{Columns, Next, Plan, Replay, Stage, evaluate_files, replay_files};
use laud::engine::reference::{Evaluator, Reference};
use laud::engine::{AccountResult, Engine, Options, Results, RuleStatus, ScoreResult};
use laud::program::Program;
use laud::report::load::extents;
use laud::report::replay::{Mean, Scores, Summary, grades};
use laud::source::Sources;
use laud::value::{Fault, Missing, Value};
use laud::{Settings, compile};
use std::num::NonZero;
use std::path::Path;

#[test]
fn worked_cases_come_out_the_same() {
    compared("tests/eval");
}

#[test]
fn random_programs_come_out_the_same() {
    compared("tests/oracle/cases");
}

/// As of the date of the project, and of some earlier and later ones, which move windows and coverage.
#[test]
fn examples_come_out_the_same_at_other_dates() {
    compared("examples");
}

fn compared(place: &str) {
    let mut failures = Failures::default();
    for folder in folders(place) {
        failures.case(&format!("{place}/{}", stem(&folder)), case(&folder));
    }
    failures.report();
}

fn case(folder: &Path) -> Result<(), String> {
    let case = options(folder);
    let (program, _) = compile(&case.sources(), &case.settings);
    let Some(program) = program else { return Ok(()) };
    let Ok(loaded) = load(&program, &case) else { return Ok(()) };
    from_files(&program, &bound(&program, &case)?, &loaded)?;
    let small = loaded.report.tables.iter().all(|table| table.read <= 2000);
    let shifts: &[i64] = if small { &[0, -1, -45, -100, -400, 30] } else { &[0] };
    for (i, shift) in shifts.iter().enumerate() {
        let as_of: Date = loaded.as_of.plus_days(*shift);
        let options = Options { as_of, calendar: loaded.calendar, accounts: Vec::new() };
        let expected = Reference.evaluate(&program, &loaded.data, &options);
        let threads = NonZero::new(1 + i % 3);
        let got = Columns { threads, ..Columns::default() }.evaluate(&program, &loaded.data, &options);
        same(&expected, &got).map_err(|what| format!("as of {as_of}: {what}"))?;
    }
    let shifts: &[i64] = if small { &[-400, -200, -100, -93, -45, -8, -7, -1, 0, 1, 30] } else { &[-30, 0] };
    let dates: Vec<Date> = shifts.iter().map(|shift| loaded.as_of.plus_days(*shift)).collect();
    replayed(&program, Some(&bound(&program, &case)?), &loaded, &dates).map(|_| ())
}

/// Many dates in one pass, each as the reference has it on its own: over what is loaded, and from the files. How many tables were
/// never held.
fn replayed(program: &Program, bound: Option<&Bound>, loaded: &Loaded, dates: &[Date]) -> Result<usize, String> {
    let at = |as_of| Options { as_of, calendar: loaded.calendar, accounts: Vec::new() };
    // One evaluator keeps what it computed of earlier dates for later ones.
    let reference = Evaluator::new(program, &loaded.data, loaded.calendar);
    let expected: Vec<Results> = dates.iter().map(|as_of| reference.evaluate(&at(*as_of))).collect();
    let replay = Replay { dates, calendar: loaded.calendar, accounts: &[], summed: false };
    let mut found = Vec::new();
    let columns = Columns { threads: NonZero::new(2), ..Columns::default() };
    columns.replay(
        program,
        &loaded.data,
        &replay,
        |stage| stage.results(),
        |_, results| {
            found.push(results);
            Next::Go
        },
    );
    let (mut from_files, mut went_by) = (Vec::new(), 0);
    if let Some(bound) = bound {
        let done = replay_files(
            program,
            &bound.binding,
            &replay,
            columns,
            |stage| stage.results(),
            |turn| {
                went_by = turn.data.tables.iter().filter(|table| table.went_by.is_some()).count();
                from_files.push(turn.found.clone());
                Next::Go
            },
        );
        done.map_err(|errors| format!("{errors:?}"))?;
    }
    summed(program, bound, loaded, &replay, &expected)?;
    for (how, all) in [("loaded", Some(&found)), ("from files", bound.map(|_| &from_files))] {
        let Some(all) = all else { continue };
        if all.len() != dates.len() {
            return Err(format!("replayed, {how}: {} dates of {}", all.len(), dates.len()));
        }
        for (expected, got) in expected.iter().zip(all) {
            same(expected, got).map_err(|what| format!("replayed, {how}, as of {}: {what}", expected.as_of))?;
        }
    }
    Ok(went_by)
}

/// What the accounts amount to at each date, as the reference's results of that date add up: over what is loaded, and from the
/// files. Accounts are taken through all dates at once where that is possible; how many were.
pub(crate) fn summed(
    program: &Program,
    bound: Option<&Bound>,
    loaded: &Loaded,
    replay: &Replay<'_>,
    expected: &[Results],
) -> Result<u64, String> {
    let mut courses = 0;
    let replay = Replay { summed: true, ..*replay };
    let columns = Columns { threads: NonZero::new(2), ..Columns::default() };
    let (mut found, mut from_files) = (Vec::new(), Vec::new());
    let look = |stage: &Stage<'_, '_>| (Summary::of(stage), stage.totals().map_or(0, |totals| totals.accounts));
    columns.replay(program, &loaded.data, &replay, look, |_, summary| {
        found.push(summary);
        Next::Go
    });
    if let Some(bound) = bound {
        let done = replay_files(program, &bound.binding, &replay, columns, look, |turn| {
            from_files.push(turn.found.clone());
            Next::Go
        });
        done.map_err(|errors| format!("{errors:?}"))?;
    }
    for (how, all) in [("loaded", Some(&found)), ("from files", bound.map(|_| &from_files))] {
        let Some(all) = all else { continue };
        if all.len() != expected.len() {
            return Err(format!("summed, {how}: {} dates of {}", all.len(), expected.len()));
        }
        for (results, (summary, _)) in expected.iter().zip(all) {
            let expected = added(program, results);
            if expected != *summary {
                let at = format!("summed, {how}, as of {}", results.as_of);
                return Err(format!("{at}: {summary:?}\nexpected {expected:?}"));
            }
        }
        courses = all.first().map_or(0, |(_, accounts)| *accounts);
    }
    Ok(courses)
}

/// The results of a date, added up.
fn added(program: &Program, results: &Results) -> Summary {
    let mean = |values: &mut dyn Iterator<Item = &Value>| {
        let numbers: Vec<i128> =
            values.filter_map(|value| if let Value::Number(n) = value { Some(n.raw()) } else { None }).collect();
        let sum = numbers.iter().try_fold(0i128, |sum, n| sum.checked_add(*n)).filter(|_| !numbers.is_empty());
        Mean { count: numbers.len() as u64, sum }
    };
    let accounts = &results.accounts;
    let scores = program.scorecards.iter().enumerate().map(|(i, card)| {
        let of = || accounts.iter().map(|account| &account.scores[i]);
        let graded = |name: &&str| of().filter(|score| score.grade.as_deref() == Some(*name)).count() as u64;
        Scores {
            mean: mean(&mut of().map(|score| &score.value)),
            grades: grades(card).iter().map(graded).collect(),
            missing: of().filter(|score| score.value.is_missing()).count() as u64,
        }
    });
    let metrics = if program.scorecards.is_empty() { program.metrics.len() } else { 0 };
    let holds =
        |i: usize| accounts.iter().filter(|account| account.rules[i].status == RuleStatus::Holds).count() as u64;
    let troubles = |faults: &[Fault]| faults.iter().filter(|fault| **fault != Fault::BadCell).count() as u64;
    let own = |account: &AccountResult| troubles(&account.faults.iter().map(|f| f.fault).collect::<Vec<_>>());
    let fatal =
        |missing: Option<Missing>| matches!(missing, Some(Missing::Error(Fault::DivisionByZero | Fault::Overflow)));
    let lacks = |account: &AccountResult| {
        let score =
            |score: &ScoreResult| fatal(score.value.missing()) || score.lines.iter().any(|line| fatal(line.missing));
        own(account) > 0 && account.scores.iter().any(score)
    };
    Summary {
        as_of: results.as_of,
        accounts: accounts.len() as u64,
        scores: scores.collect(),
        metrics: (0..metrics).map(|i| mean(&mut accounts.iter().map(|account| &account.metrics[i].value))).collect(),
        rules: (0..program.rules.len()).map(holds).collect(),
        portfolio: results.portfolio.clone(),
        faults: accounts.iter().map(own).sum::<u64>()
            + results.portfolio.iter().map(|result| troubles(&result.faults)).sum::<u64>(),
        hit: accounts.iter().any(lacks),
    }
}

/// The same straight from the files, and the same account of them; how many tables were never held.
fn from_files(program: &Program, bound: &Bound, loaded: &Loaded) -> Result<usize, String> {
    let options = Options { as_of: loaded.as_of, calendar: loaded.calendar, accounts: Vec::new() };
    let expected = Reference.evaluate(program, &loaded.data, &options);
    let columns = Columns { threads: NonZero::new(2), ..Columns::default() };
    let compared = evaluate_files(program, &bound.binding, &options, columns, |run| {
        same(&expected, run.results).map_err(|what| format!("from files: {what}"))?;
        if run.load != &loaded.report {
            return Err(format!("the load report is {:?}\nexpected {:?}", run.load, loaded.report));
        }
        let (got, expected) =
            (extents(program, run.data, options.as_of), extents(program, &loaded.data, options.as_of));
        if format!("{got:?}") != format!("{expected:?}") {
            return Err(format!("dates and coverage are {got:?}\nexpected {expected:?}"));
        }
        Ok(run.data.tables.iter().filter(|table| table.went_by.is_some()).count())
    });
    compared.map_err(|errors| format!("{errors:?}"))?
}

/// The first difference.
pub(crate) fn same(expected: &Results, got: &Results) -> Result<(), String> {
    if expected == got {
        return Ok(());
    }
    if expected.accounts.len() != got.accounts.len() {
        return Err(format!("{} accounts, expected {}", got.accounts.len(), expected.accounts.len()));
    }
    for (a, b) in expected.accounts.iter().zip(&got.accounts) {
        let told = |what: &str, a: &dyn std::fmt::Debug, b: &dyn std::fmt::Debug, id: &str| {
            Err(format!("{id} {what}: expected {a:?}\n  got {b:?}"))
        };
        if let Some((x, y)) = a.metrics.iter().zip(&b.metrics).find(|(x, y)| x != y) {
            return told("metric", x, y, &a.id);
        }
        if let Some((x, y)) = a.scores.iter().zip(&b.scores).find(|(x, y)| x != y) {
            return told("score", x, y, &a.id);
        }
        if a.faults != b.faults {
            return told("faults", &a.faults, &b.faults, &a.id);
        }
        if a != b {
            return told("account", a, b, &a.id);
        }
    }
    Err(format!("portfolio: expected {:?}\n  got {:?}", expected.portfolio, got.portfolio))
}

/// The programs of `tests/columns` over made-up rows, with everything in them that goes wrong in files.
#[test]
fn rows_of_every_kind_come_out_the_same() {
    let all = crate::support::sources(&root().join("tests/columns"));
    let mut only = Sources::new();
    only.add("rows.laud", read(&root().join("tests/columns/rows.laud")));
    let [all, only] = [all, only].map(|sources| {
        let (program, diagnostics) = compile(&sources, &Settings::default());
        program.unwrap_or_else(|| panic!("{}", laud::diagnostics::render::short(&diagnostics.sorted(), &sources)))
    });
    let calendar = Calendar { fiscal_year_starts: 2 };
    for seed in 1..=6u64 {
        let place = tempfile::tempdir().unwrap();
        std::fs::create_dir(place.path().join("data")).unwrap();
        made_up(&place.path().join("data"), seed);
        let load = |program: &Program| {
            let binding = laud::data::without_config(program, None, place.path());
            let loaded = laud::data::load(program, &binding, &mut |_| {});
            (loaded.unwrap_or_else(|errors| panic!("{errors:?}")), binding)
        };
        let ((data, _), _) = load(&all);
        let ((rows, report), binding) = load(&only);
        let mut loaded = Loaded { data: rows, report, calendar, as_of: Date(0) };
        let bound = Bound { binding, calendar, as_of: Ok(Date(0)) };
        for (threads, day) in [(1, "2025-10-15"), (2, "2025-12-31"), (3, "2025-03-01")] {
            let as_of = Date::parse(day).unwrap();
            let options = Options { as_of, calendar, accounts: Vec::new() };
            let expected = Reference.evaluate(&all, &data, &options);
            assert!(expected.accounts.iter().any(|account| !account.faults.is_empty()), "nothing goes wrong");
            let got = Columns { threads: NonZero::new(threads), ..Columns::default() }.evaluate(&all, &data, &options);
            same(&expected, &got).unwrap_or_else(|what| panic!("seed {seed}, as of {day}: {what}"));
            let plan = Plan::new(&all, calendar, as_of);
            assert!(plan.asked() < 12, "{} slots are not found while rows go by", plan.asked());
            assert!(plan.slots.len() > 100, "only {} slots", plan.slots.len());
            loaded.as_of = as_of;
            let went_by = from_files(&only, &bound, &loaded);
            assert_eq!(went_by, Ok(3), "seed {seed}, as of {day}: activities, views and touches go by");
        }
        let weeks: Vec<Date> = (0..20).map(|week| Date::parse("2025-05-31").unwrap().plus_days(week * 7)).collect();
        let went_by = replayed(&only, Some(&bound), &loaded, &weeks);
        assert_eq!(went_by, Ok(3), "seed {seed}: activities, views and touches go by for all weeks");
        loaded.data = data;
        let days: Vec<Date> = [-200, -100, -31, -1, 0].iter().map(|day| weeks[19].plus_days(*day)).collect();
        replayed(&all, None, &loaded, &days).unwrap_or_else(|what| panic!("seed {seed}: {what}"));
    }
}

/// Numbers of a seed, the same on every machine.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 >> 16
    }

    pub(crate) fn of<'t>(&mut self, list: &[&'t str]) -> &'t str {
        list[self.next() as usize % list.len()]
    }

    /// A day of three years, with many on the same.
    fn day(&mut self) -> String {
        let spread = if self.next().is_multiple_of(3) { 40 } else { 1000 };
        Date::parse("2023-06-01").unwrap().plus_days((self.next() % spread * (1000 / spread)) as i64).to_string()
    }
}

fn made_up(place: &Path, seed: u64) {
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let accounts = 40;
    let mut files = vec![("account", "id,arr,joined,region\n".to_string())];
    for i in 0..accounts {
        let arr = dice.of(&["", "1000", "250000.50", "oops", "99"]);
        let region = dice.of(&["north", "south", "east"]);
        files[0].1 += &format!("a{:02},{arr},{},{region}\n", (i * 7) % accounts, dice.day());
    }
    let amounts = ["", "10", "10.5", "-3", "0", "what", "12345678901", "0.000000001", "9999999999999999999999999999"];
    let owner =
        |dice: &mut Dice| format!("a{:02}", dice.next() as usize % (accounts + 1) * (1 + dice.next() as usize % 2) / 2);
    let mut acts = "account,day,kind,score,rating,amount,done,who,due\n".to_string();
    for _ in 0..1500 {
        let huge = if dice.next().is_multiple_of(400) { amounts.len() } else { amounts.len() - 3 };
        let cells = [
            owner(&mut dice),
            dice.day(),
            dice.of(&["call", "visit", "letter", "", "CALL", "smoke"]).to_string(),
            dice.of(&["", "0", "3", "6", "7", "9", "10", "4", "8", "x"]).to_string(),
            dice.of(&["", "1", "2", "4", "5"]).to_string(),
            dice.of(&amounts[..huge]).to_string(),
            dice.of(&["", "yes", "no", "no", "perhaps"]).to_string(),
            dice.of(&["", "Ann", "ann ", "Bob", "Čeněk", "zoe"]).to_string(),
            if dice.next().is_multiple_of(5) { "some day".to_string() } else { dice.day() },
        ];
        acts += &(cells.join(",") + "\n");
    }
    files.push(("act", acts));
    let mut views = "account,moment,pages,ok,page\n".to_string();
    for _ in 0..700 {
        let time = dice.of(&["00:00:00", "23:59:59", "12:00:00", "12:00:00.000001"]);
        let cells = [
            owner(&mut dice),
            format!("{}T{time}Z", dice.day()),
            dice.of(&["", "1", "2", "2.5", "many"]).to_string(),
            dice.of(&["", "yes", "no"]).to_string(),
            dice.of(&["", "home", "Home", "price", "docs"]).to_string(),
        ];
        views += &(cells.join(",") + "\n");
    }
    files.push(("view", views));
    let mut deals = "id,account,worth,stage,closes\n".to_string();
    for i in 0..120 {
        let cells = [
            format!("d{i}"),
            owner(&mut dice),
            dice.of(&["", "5000", "120000", "bad"]).to_string(),
            dice.of(&["", "open", "won", "lost", "unsure"]).to_string(),
            dice.day(),
        ];
        deals += &(cells.join(",") + "\n");
    }
    files.push(("deal", deals));
    let mut touches = "deal,on_day,how,minutes\n".to_string();
    for _ in 0..400 {
        let how = dice.of(&["mail", "call", ""]);
        let minutes = dice.of(&["5", "30", "", "-"]);
        touches += &format!("d{},{},{how},{minutes}\n", dice.next() % 125, dice.day());
    }
    files.push(("touch", touches));
    for (name, text) in files {
        std::fs::write(place.join(format!("{name}.csv")), text).unwrap();
    }
}
