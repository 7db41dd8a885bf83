//! Tests in the language: what is given, what is judged, what is written down.

use crate::support::{files, read, root};
use laud::Settings;
use laud::calendar::{Calendar, Date};
use laud::data::Place;
use laud::source::Sources;
use laud::testing::{self, Outcome, Report, Setup, Verdict};
use std::collections::HashSet;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

const WORLD: &str = r#"
table account {
  id        text key
  arr       money USD
  industry  one of saas, health
  open_p1   integer 0 or more
  renewal   date
  seen      instant optional
  share     ratio optional
  boss      text optional parent
}
table contact of account { id text key  opted_out boolean }
events call of account at made_on { id text key  kind one of reference, support  minutes number  contact text }
events survey of account at answered_on { score integer 0 to 10 }
events touch of contact at touched_on { channel text }
events cost at spent_on { amount number }

metric calls      = count(call where kind = reference in last 90 days)
metric minutes    = sum(minutes of call in last 12 months)
metric promoters  = nps(score of survey in last 180 days, at least 2 answers)
metric half       = arr / 2
metric share_now  = share
metric people     = count(contact where not opted_out)
metric touches    = count(touch in last 30 days)
metric below      = count(children)
portfolio metric spent = sum(amount of cost in last 12 months)
segment busy = calls >= 3
"#;

/// Runs a program with its tests.
pub fn run_with(text: &str, threads: usize, coverage: bool) -> (Report, Sources) {
    let mut sources = Sources::new();
    sources.add("tests.laud", text);
    let (program, found) = laud::compile(&sources, &Settings::default());
    let program = program.unwrap_or_else(|| {
        panic!("{}", laud::diagnostics::render::short(&found.sorted(), &sources));
    });
    let open =
        |_: &str, path: &str| Place { path: root().join("tests/cli/files/tested").join(path), shown: path.into() };
    let setup = Setup {
        program: &program,
        sources: &sources,
        rules: &sources,
        settings: &Settings::default(),
        calendar: Calendar::default(),
        zone: chrono_tz::Tz::UTC,
        project: "world",
        open: &open,
        width: 100,
        coverage,
    };
    let report = testing::run(&setup, None, threads);
    (report, sources)
}

fn run(tests: &str) -> Report {
    run_with(&format!("{WORLD}\n{tests}"), 1, false).0
}

fn all_pass(tests: &str) {
    let report = run(tests);
    let failed: Vec<&Outcome> = report.outcomes.iter().filter(|o| o.verdict() != Verdict::Passed).collect();
    assert!(failed.is_empty(), "{failed:#?}");
    assert!(!report.outcomes.is_empty());
}

#[test]
fn what_is_not_given_is_missing_and_what_is_not_mentioned_is_empty() {
    all_pass(
        r#"test "a" as of 2026-03-31 {
  account acme { arr 100k USD  share 45%  seen 2026-01-05T10:30:00 }
  call of acme { made_on 2026-03-01  kind reference }
  expect half = 50_000
  expect acme.industry is missing because no data
  expect open_p1 is missing
  expect share_now = 45%
  expect seen in last 90 days
  expect calls = 1
  expect minutes = 0  # a sum leaves out what is missing
  expect promoters is missing because too few
  expect people = 0
  expect touches = 0
}
test "nobody knows" as of 2026-03-31 {
  account acme { }
  call covers nothing
  survey covers from 2026-01-01
  contact covers nothing
  expect calls is missing because no data
  expect promoters is missing because no data
  expect people is missing because no data
}
test "known until" as of 2026-03-31 {
  account acme { }
  call covers to 2025-12-31
  expect calls is missing because no data
}"#,
    );
}

#[test]
fn rows_of_all_kinds_of_table() {
    all_pass(
        r#"test "owners" as of 2026-03-31 {
  account { id | arr | boss
    top  | 1k |
    unit | 2k | top
  }
  contact of top { id | opted_out
    c1 | no
    c2 | yes
  }
  contact c3 { account unit  opted_out no }
  touch of c1 { touched_on 2026-03-20 }
  touch { contact | touched_on
    c3 | 2026-03-20
    c3 | 2026-03-21
  }
  call { account | made_on | kind | contact
    unit | 2026-03-01 | reference | c3
  }
  cost { spent_on | amount
    2026-01-01 | 10
    2026-02-01 | 5
  }
  expect top.people = 1
  expect unit.people = 1
  expect top.touches = 1
  expect unit.touches = 2
  expect unit.calls = 1
  expect top.below = 1
  expect spent = 15
}"#,
    );
}

#[test]
fn repeated_rows_keep_their_rhythm() {
    // 31 January and each month on: 28 February, 31 March; the window holds (2025-12-31, 2026-03-31].
    all_pass(
        r#"test "rhythms" as of 2026-03-31 {
  account m { }
  account d { }
  account w { }
  account q { }
  call of m monthly 3 times from 2026-01-31 { kind reference  minutes 5 }
  call of d daily from 2026-03-01 to 2026-03-10 { kind reference }
  call of w weekly 2 times from 2026-03-25 { kind reference }
  call of q quarterly 5 times from 2025-03-31 { kind reference  minutes 1 }
  expect m.calls = 3
  expect m.minutes = 15
  expect d.calls = 10
  expect w.calls = 1
  expect q.calls = 1
  expect q.minutes = 4
  expect d.busy
  expect not w.busy
}"#,
    );
}

#[test]
fn what_a_test_says_goes_before_its_fixture() {
    all_pass(
        r#"fixture base {
  account acme { arr 10k  industry saas }
  call of acme weekly 2 times from 2026-03-01 { kind reference }
}
test "as it is" as of 2026-03-31 { with base  expect half = 5k  expect calls = 2 }
test "changed" as of 2026-03-31 {
  with base
  account acme { arr 20k }
  call of acme { made_on 2026-03-30  kind reference }
  expect half = 10k
  expect acme.industry = saas
  expect calls = 3
}
test "from a file" as of 2026-03-31 {
  with base
  call of acme from file "fixtures/support.csv"
  expect calls = 2
}
test "cases" as of 2026-03-31 {
  with base
  case  | arr     | calls | expect half | expect busy | expect promoters
  same  | 10k     |       | 5k          | no          | missing because too few
  other | 30k     | 3     | 15_000      | yes         | missing
  none  | missing |       | missing     |             |
}"#,
    );
}

#[test]
fn a_tolerance_holds_at_its_ends() {
    let report = run(
        r#"test "in" as of 2026-03-31 { account a { arr 101 }  expect half = 50 within 0.5  expect half = 51 within 0.5 }
test "out" as of 2026-03-31 { account a { arr 101 }  expect half = 50 within 0.499 }"#,
    );
    assert_eq!(report.outcomes[0].verdict(), Verdict::Passed);
    assert_eq!(report.outcomes[1].failures[0].got, "50.50 USD");
    assert_eq!(report.outcomes[1].failures[0].expected, "50 USD within 0.50 USD");
}

#[test]
fn a_test_is_not_run_over_rows_that_would_not_be_kept() {
    let report = run(r#"test "keys" as of 2026-03-31 {
  account acme { }
  call of acme { id | made_on | kind
    x | 2026-03-01 | reference
    x | 2026-03-02 | reference
  }
  expect calls = 2
}
test "no file" as of 2026-03-31 {
  account from file "fixtures/nowhere.csv"
  expect acme.calls = 2
}"#);
    assert!(report.outcomes[0].problems[0].message.contains("key used twice"), "{report:#?}");
    assert_eq!(report.outcomes[0].problems[0].place, "tests.laud:33");
    assert!(report.outcomes[1].problems[0].place.contains("nowhere.csv"), "{report:#?}");
}

#[test]
fn the_order_does_not_depend_on_threads() {
    let mut text = WORLD.to_string();
    for n in 0..60 {
        let kept = if n % 7 == 0 { n + 1 } else { n };
        text += &format!("test \"t{n}\" as of 2026-03-31 {{ account a {{ arr {} }}  expect half = {kept} }}\n", 2 * n);
    }
    let (one, _) = run_with(&text, 1, true);
    let (many, _) = run_with(&text, 8, true);
    assert_eq!(one.outcomes, many.outcomes);
    assert_eq!(one.count(Verdict::Failed), 9);
    assert_eq!(one.coverage.unwrap().covered(), many.coverage.unwrap().covered());
}

#[test]
fn blessing_writes_what_is_and_keeps_the_rest() {
    let tests = r#"test "b" as of 2026-03-31 {
  account a { arr 100 }
  expect half = ?
  expect half = 49 within 0.5
  expect promoters = 5
  expect half = 50
  expect calls is missing
}
"#;
    let text = format!("{WORLD}\n{tests}");
    let (mut report, sources) = run_with(&text, 1, false);
    let blessed = testing::bless(&mut report, &sources);
    assert_eq!((blessed.fresh, blessed.updated, blessed.disputed.len()), (1, 2, 0));
    let (_, new) = &blessed.files[0];
    let tail = new.split("account a { arr 100 }").nth(1).unwrap();
    let expected = [
        "",
        "  expect half = 50",
        "  expect half = 50 within 0.5",
        "  expect promoters is missing because too few",
        "  expect half = 50",
        "  expect calls is missing",
        "}",
    ];
    assert_eq!(tail.lines().collect::<Vec<_>>(), expected);
    // What cannot be blessed still fails.
    assert_eq!(report.outcomes[0].failures.len(), 1);
    let (again, _) = run_with(new, 1, false);
    assert_eq!(again.outcomes[0].failures.len(), 1);
}

#[test]
fn cases_that_differ_are_not_blessed_with_one_value() {
    let tests = r#"test "b" as of 2026-03-31 {
  expect half = 1
  case | arr | expect calls
  x    | 100 | ?
  y    | 200 | 0
}
"#;
    let (mut report, sources) = run_with(&format!("{WORLD}\n{tests}"), 1, false);
    let blessed = testing::bless(&mut report, &sources);
    assert_eq!((blessed.fresh, blessed.disputed.len()), (1, 1));
    assert!(blessed.files[0].1.contains("  x    | 100 | 0\n"), "{}", blessed.files[0].1);
}

#[test]
fn coverage_sees_sides_clauses_and_outcomes() {
    let rules = r#"
metric band { value calls  thresholds { many >= 3 -> 100  few otherwise -> 0 } }
rule r { when band is many and open_p1 > 0  unless industry = health  do email "x" }
"#;
    let tests = r#"test "c" as of 2026-03-31 {
  case | band | open_p1 | industry | expect r
  a    | 3    | 1       | saas     | fires
  b    | 2    | 1       | saas     | does not fire
}"#;
    let (report, _) = run_with(&format!("{WORLD}{rules}{tests}"), 1, true);
    assert!(report.passed(), "{report:#?}");
    let coverage = report.coverage.unwrap();
    let open: Vec<&str> = coverage.facets.iter().filter(|(_, seen)| !seen).map(|(f, _)| f.what.as_str()).collect();
    let of = |owner: &str| {
        let list = coverage.facets.iter().filter(|(f, _)| f.owner == owner);
        list.map(|(f, seen)| (f.what.as_str(), *seen)).collect::<Vec<_>>()
    };
    assert_eq!(of("band"), [("many", true), ("below 3", true), ("exactly 3", true), ("above 3", false), ("few", true)]);
    assert_eq!(
        of("r"),
        [
            ("fires", true),
            ("does not fire", true),
            ("held back by `unless`", false),
            ("undecided", false),
            ("`band is many` true", true),
            ("`band is many` false", true),
            ("`open_p1 > 0` true", true),
            ("`open_p1 > 0` false", false),
            ("`industry = health` true", false),
            ("`industry = health` false", true),
        ]
    );
    let suggestion = |what: &str| &coverage.facets.iter().find(|(f, _)| f.what == what).unwrap().0.suggestion;
    assert_eq!(suggestion("above 3"), "`case | band | expect band` with `band 4 | 4 | ?`");
    assert_eq!(suggestion("`open_p1 > 0` false"), "`account ACCOUNT { open_p1 0 }`");
    assert_eq!(suggestion("`industry = health` true"), "`account ACCOUNT { industry health }`");
    assert!(open.contains(&"above 3"));
}

#[test]
fn coverage_sees_clauses_of_filters_windows_and_what_stands_behind_or_else() {
    let rules = r#"
metric recent = count(call where kind = reference and minutes > 5 in last 30 days)
metric known = share or else 50%
"#;
    let seen = |tests: &str, owner: &str| {
        let (report, _) = run_with(&format!("{WORLD}{rules}{tests}"), 1, true);
        assert!(report.passed(), "{report:#?}");
        let facets = report.coverage.unwrap().facets;
        facets.into_iter().filter(|(f, _)| f.owner == owner).map(|(f, seen)| (f.what, seen)).collect::<Vec<_>>()
    };
    // One row that counts, one too early, one of another kind; none of them short.
    let tests = r#"test "c" as of 2026-03-31 {
  account acme { share 30% }
  call of acme {
    id | made_on    | kind      | minutes
    a  | 2026-03-20 | reference | 20
    b  | 2026-01-01 | reference | 20
    c  | 2026-03-20 | support   | 20
  }
  expect acme.recent = 1
  expect acme.known = 30%
}"#;
    let facets = [
        ("a row inside of `last 30 days`", true),
        ("a row outside of `last 30 days`", true),
        ("`kind = reference and minutes > 5` met by a row", true),
        ("`kind = reference and minutes > 5` not met by a row", true),
        ("`kind = reference` met by a row", true),
        ("`kind = reference` not met by a row", true),
        ("`minutes > 5` met by a row", true),
        ("`minutes > 5` not met by a row", false),
    ];
    let mut recent = seen(tests, "recent");
    recent.sort();
    let mut expected = facets.map(|(what, seen)| (what.to_string(), seen)).to_vec();
    expected.sort();
    assert_eq!(recent, expected);
    assert_eq!(seen(tests, "known"), [("`or else 50%` taken".to_string(), false)]);
    let without = r#"test "d" as of 2026-03-31 {
  account acme { industry saas }
  expect acme.known = 50%
}"#;
    assert_eq!(seen(without, "known"), [("`or else 50%` taken".to_string(), true)]);
    assert!(seen(without, "recent").iter().all(|(_, seen)| !seen));
}

#[test]
fn a_test_of_each_account_of_the_examples_passes() {
    for project in ["examples/advocacy", "examples/health"] {
        let mut sources = Sources::new();
        for file in files(project, "laud") {
            sources.add(file.file_name().unwrap().to_string_lossy(), read(&file));
        }
        let (program, _) = laud::compile(&sources, &Settings::default());
        let program = program.unwrap();
        let mut found = laud::diagnostics::Diagnostics::new();
        let toml = laud::source::Source::new("laud.toml", read(&root().join(project).join("laud.toml")));
        let config = laud::data::Config::parse(0, &toml, &mut found).unwrap();
        let binding = config.binding(&program, None, &root().join(project), &mut found).unwrap();
        let (data, _) = laud::data::load(&program, &binding, &mut |_| {}).unwrap();
        let as_of = Date::parse("2026-03-31").unwrap();
        let calendar = config.calendar();
        let evaluator = laud::engine::reference::Evaluator::new(&program, &data, calendar);
        let mut text = String::new();
        let mut titles = HashSet::new();
        for id in evaluator.ids(as_of).step_by(3) {
            let draft = testing::draft(&program, &data, calendar, id, as_of, &[], false).unwrap();
            assert!(titles.insert(draft.title.clone()));
            text += &draft.text(&draft.title, &HashSet::new());
        }
        for secret in ["Ana", "@"] {
            assert!(!text.contains(secret), "{project}: {secret}");
        }
        let mut with = sources.clone();
        with.add("drafts.laud", text.as_str());
        let (program, found) = laud::compile(&with, &Settings::default());
        let program = program.unwrap_or_else(|| panic!("{}", laud::diagnostics::render::short(&found.sorted(), &with)));
        let setup = Setup {
            program: &program,
            sources: &with,
            rules: &with,
            settings: &Settings::default(),
            calendar,
            zone: config.time_zone,
            project,
            open: &|_, path| Place { path: path.into(), shown: path.into() },
            width: 100,
            coverage: false,
        };
        let report = testing::run(&setup, Some("as of 2026-03-31"), 2);
        assert_eq!(report.outcomes.len(), titles.len());
        let told: Vec<String> = report
            .outcomes
            .iter()
            .flat_map(|o| {
                let failures = o.failures.iter().map(|f| format!("{}: {}, got {}", o.title, f.text, f.got));
                failures.chain(o.problems.iter().map(|p| format!("{}: {}", o.title, p.message)))
            })
            // What takes the family into account needs the family.
            .filter(|told| !told.contains("group_meeting"))
            .collect();
        assert!(told.is_empty(), "{}", told.join("\n"));
    }
}

#[test]
fn watching_runs_again_after_a_change_and_after_a_mistake() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rules.laud");
    let text = |half: &str| {
        format!("{WORLD}\ntest \"w\" as of 2026-03-31 {{ account a {{ arr 100 }}  expect half = {half} }}\n")
    };
    std::fs::write(&file, text("50")).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_laud"))
        .args(["test", "--watch"])
        .arg(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (told, heard) = std::sync::mpsc::channel();
    for output in [
        Box::new(child.stdout.take().unwrap()) as Box<dyn std::io::Read + Send>,
        Box::new(child.stderr.take().unwrap()),
    ] {
        let told = told.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let _ = told.send(line);
            }
        });
    }
    let wait = |what: &str| {
        let mut lines = Vec::new();
        while let Ok(line) = heard.recv_timeout(Duration::from_secs(30)) {
            lines.push(line.clone());
            if line.contains(what) {
                return;
            }
        }
        panic!("`{what}` never came:\n{}", lines.join("\n"));
    };
    wait("1 test: 1 passed");
    std::fs::write(&file, text("51")).unwrap();
    wait("1 test: 1 failed");
    std::fs::write(&file, "metric = ").unwrap();
    wait("1 error");
    std::fs::write(&file, text("50.0")).unwrap();
    wait("1 test: 1 passed");
    child.kill().unwrap();
    child.wait().unwrap();
}
