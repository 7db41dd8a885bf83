//! Tests that run the rules over days: what became of them, day by day, worked out by hand.

use crate::testing::run_with;
use laud::testing::{self, Outcome, Report, Verdict};

const WORLD: &str = r#"
table account {
  id       text key
  health   points optional
  csm      text optional
  held     boolean optional
}
table contact of account { id text key  left_on date optional }
events call of account at called_on { score integer optional  noted_on date optional recorded }

metric calls = count(call in last 14 days)
portfolio metric all_calls = count(call in last 14 days)

guard peace {
  applies   to hush, later
  quiet     when held
  lock      14 days
  blackout  from 2026-02-01 to 2026-02-08
}

rule ask   { when calls >= 1  do task "Ask"  close when calls = 0  cooldown 60 days }
rule nag   { while health < 50  do task "Call"  cooldown 30 days }
rule heard { on call where score <= 3  do task "Answer" }
rule look  { every month where health >= 50  do task "Look"  cooldown 10 days }
rule hush  { when health < 20  do task "Call"  cooldown 5 days }
rule later { when calls >= 2  do task "Thank"  escalate after 7 days to lead, after 21 days to vp }
rule one   { when calls >= 1  do task "Call"  limit 1 per csm per month }
contact rule gone { when left_on >= 2026-01-01  do task "Find another" }
portfolio rule busy { when all_calls >= 3  do task "Hire" }
"#;

fn run(tests: &str) -> Report {
    run_with(&format!("{WORLD}\n{tests}"), 1, false).0
}

fn all_pass(tests: &str) {
    let report = run(tests);
    let failed: Vec<&Outcome> = report.outcomes.iter().filter(|o| o.verdict() != Verdict::Passed).collect();
    assert!(failed.is_empty(), "{failed:#?}");
    assert!(!report.outcomes.is_empty());
}

/// What is expected, and what is got, of the failures of a test.
fn failures(tests: &str) -> Vec<(String, String)> {
    let report = run(tests);
    let all = report.outcomes.iter().flat_map(|o| &o.failures);
    all.map(|f| (f.expected.clone(), f.got.clone())).collect()
}

/// Calls on 01-10, 02-12, 03-20; runs on Mondays. A call counts for 14 days: in the runs of 01-12 and 01-19, of 02-16 and 02-23,
/// of 03-23 and 03-30. Closed on 01-26, 60 days are over on 03-27.
#[test]
fn a_cooldown_is_seen_in_weekly_runs() {
    all_pass(
        r#"test "ask" as of 2026-04-12 {
             account acme { health 80 }
             call of acme { called_on 2026-01-10 }
             call of acme { called_on 2026-02-12 }
             call of acme { called_on 2026-03-20 }
             run weekly from 2026-01-05
             expect ask fired for acme on 2026-01-12, 2026-03-30
             expect ask fired on 2026-03-30, 2026-01-12 for acme
             expect ask fired 2 times
             expect ask fired
             expect ask closed on 2026-01-26, 2026-04-06
             expect ask was suppressed on 2026-02-16, 2026-02-23, 2026-03-23 because cooldown
             expect ask was suppressed 3 times
             expect ask was not suppressed on 2026-03-30
             expect ask did not fire on 2026-02-16 because cooldown
             expect ask did not fire from 2026-02-02 to 2026-03-23
             expect ask was open from 2026-01-12 to 2026-01-19
             expect ask was open on 2026-03-30
             expect ask was not open on 2026-01-26, 2026-04-06
             expect nag did not fire
             expect nag fired 0 times
           }"#,
    );
}

/// The first run remembers; 30 days from 01-05 are over on 02-04, and from 02-04 on 03-06.
#[test]
fn the_first_run_only_remembers() {
    all_pass(
        r#"test "remembered" as of 2026-01-12 {
             account acme { health 40 }
             run on 2026-01-05, 2026-01-12
             expect nag was baseline on 2026-01-05
             expect nag fired on 2026-01-12
             expect ask was not baseline
           }
           test "acted on" as of 2026-03-06 {
             account acme { health 40 }
             run on 2026-01-05, 2026-02-03, 2026-02-04, 2026-03-05, 2026-03-06 fire on first run
             expect nag fired on 2026-01-05, 2026-02-04, 2026-03-06
           }"#,
    );
}

/// Each of two poor calls is an item, so that both of one day count; the third was noted two weeks late. A call on the day of
/// the first run is taken for known.
#[test]
fn rules_that_rows_set_off_and_rows_that_come_late() {
    all_pass(
        r#"test "heard" as of 2026-02-02 {
             account acme { health 80 }
             call of acme {
               called_on  | score | noted_on
               2026-01-10 | 2     |
               2026-01-10 | 3     |
               2026-01-11 | 9     |
               2026-01-13 | 1     | 2026-01-28
             }
             run weekly from 2026-01-05
             expect heard fired on 2026-01-12, 2026-02-02
             expect heard fired 3 times
           }"#,
    );
}

/// `every month` has its turn in the first run of February and of March; that of January was the first of all.
#[test]
fn rules_by_the_calendar_about_rows_and_about_all() {
    all_pass(
        r#"test "others" as of 2026-03-09 {
             account acme { health 80 }
             account bolt { health 20 }
             contact of acme { id c1  left_on 2026-01-20 }
             contact of bolt { id c2 }
             call of acme { called_on 2026-01-10 }
             call of bolt { called_on 2026-01-11 }
             call of bolt { called_on 2026-01-14 }
             run weekly from 2026-01-05
             expect look fired for acme on 2026-02-02, 2026-03-02
             expect look did not fire for bolt
             expect gone did not fire for c2
             expect gone was baseline for c1
             expect gone was undecided for c2 on 2026-01-05
             expect busy fired on 2026-01-19
             expect busy fired 1 time
           }"#,
    );
}

/// Two calls on 01-10 open `later` on 01-12; 7 days on and 21 days on somebody is told. Its limit lets `one` ask one customer of
/// a person a month: acme comes before bolt. What opened for bolt on 01-12 locks it for 14 days, and what opened for core on
/// 02-02 does so after the blackout.
#[test]
fn escalations_limits_locks_and_blackouts() {
    all_pass(
        r#"test "held" as of 2026-02-16 {
             account acme { csm "ana"  health 80  held no }
             account bolt { csm "ana"  health 80  held no }
             account core { health 80  held no }
             call of acme { called_on 2026-01-10 }
             call of acme { called_on 2026-01-10  score 4 }
             call of bolt { called_on 2026-01-12 }
             call of bolt { called_on 2026-01-17 }
             call of bolt { called_on 2026-01-24 }
             call of core { called_on 2026-01-31 }
             call of core { called_on 2026-01-31  score 4 }
             run weekly from 2026-01-05
             expect later fired for acme on 2026-01-12
             expect later escalated for acme on 2026-01-19, 2026-02-02
             expect one fired for acme on 2026-01-12
             expect one was queued for bolt from 2026-01-12 to 2026-01-26 because limit
             expect one fired for bolt on 2026-02-02
             expect later was suppressed for bolt on 2026-01-19 because lock
             expect later fired for bolt on 2026-01-26
             expect later was suppressed for core on 2026-02-02 because blackout
             expect later was suppressed for core on 2026-02-09 because lock
             expect later did not fire for core
           }
           test "a reason by its name" as of 2026-01-12 {
             account acme { health 10  held yes }
             account bolt { health 10 }
             run weekly from 2026-01-05 fire on first run
             expect hush was suppressed for acme on 2026-01-05, 2026-01-12 because quiet
             expect hush was undecided for bolt
           }"#,
    );
}

#[test]
fn what_is_not_so_is_told_with_the_days() {
    let text = r#"test "ask" as of 2026-02-28 {
         account acme { health 40 }
         call of acme { called_on 2026-01-10 }
         call of acme { called_on 2026-02-12 }
         run weekly from 2026-01-05
         expect ask fired for acme on 2026-01-19
         expect ask fired 2 times
         expect ask closed on 2026-01-19
         expect ask was suppressed on 2026-01-12, 2026-02-16
         expect ask did not fire on 2026-01-12
         expect ask was open from 2026-01-12 to 2026-01-26
         expect heard fired
       }"#;
    let expected = [
        ("fired on 2026-01-19", "fired on 2026-01-12"),
        ("fired 2 times", "fired 1 time: on 2026-01-12"),
        ("closed on 2026-01-19", "closed on 2026-01-26"),
        ("was suppressed on 2026-01-12, 2026-02-16", "on 2026-01-12: fired"),
        ("did not fire on 2026-01-12", "on 2026-01-12: fired"),
        ("was open from 2026-01-12 to 2026-01-26", "on 2026-01-26: closed: its `close when` held"),
        ("fired", "did not fire in any run"),
    ];
    let expected = expected.map(|(a, b)| (a.to_string(), b.to_string()));
    assert_eq!(failures(text), expected);
    let report = run(text);
    let why = report.outcomes[0].failures[0].why.clone().unwrap_or_default();
    let days = "ask for acme, run by run:\n  \
        2026-01-05                not true\n  \
        2026-01-12                fired\n  \
        2026-01-19                open\n  \
        2026-01-26                closed: its `close when` held\n  \
        2026-02-02 to 2026-02-09  not true, in 2 runs\n  \
        2026-02-16 to 2026-02-23  suppressed: recovered on 2026-01-26, cooldown until 2026-03-27, in 2 runs\n";
    assert_eq!(why, days);
}

#[test]
fn the_first_run_is_what_a_rule_that_never_fires_is_told_of() {
    let text = r#"test "t" as of 2026-03-01 {
         account acme { health 10 }
         run weekly from 2026-01-05
         expect hush fired
       }"#;
    let report = run(text);
    let failure = &report.outcomes[0].failures[0];
    assert_eq!(failure.got, "did not fire in any run");
    let note = "it is true already on the first run, 2026-01-05, which only remembers: `fire on first run` behind `run` acts on it";
    assert_eq!(failure.note.as_deref(), Some(note));
}

/// 30 and 80 points of health: true always, and never.
#[test]
fn cases_expect_runs_too_and_blessing_writes_the_days() {
    let tests = r#"test "cases" as of 2026-02-09 {
  case | health | expect nag
  low  | 30     | fired on 2026-01-05, 2026-02-09
  high | 80     | did not fire
  half | 49     | fired 2 times
  some | 49     | was open on 2026-02-02
  none |        | was undecided on 2026-01-12
  run weekly from 2026-01-05 fire on first run
}
"#;
    all_pass(tests);
    let wrong = tests
        .replace("fired on 2026-01-05, 2026-02-09", "fired on 2026-01-12")
        .replace("fired 2 times", "fired 1 time");
    let more = "test \"more\" as of 2026-02-09 {\n  account acme { health 30 }\n  run on 2026-01-05, 2026-01-12\n  \
                expect nag fired on 2026-01-12\n  expect ask fired for acme on 2026-01-12\n}\n";
    let (mut report, sources) = run_with(&format!("{WORLD}\n{wrong}\n{more}"), 1, false);
    let blessed = testing::bless(&mut report, &sources);
    let text = &blessed.files.first().expect("a file").1;
    assert!(text.contains(tests), "{text}");
    assert!(text.contains("expect ask fired for acme 0 times\n"), "{text}");
    all_pass(&text[WORLD.len()..]);
}

/// On the date of the test there is no call any more; in the run of 01-12 there was one.
#[test]
fn runs_show_what_their_rules_said() {
    let tests = |expect: &str| {
        format!(
            "{WORLD}\ntest \"t\" as of 2026-03-01 {{\n  account acme {{ health 80 }}\n  \
             call of acme {{ called_on 2026-01-10 }}\n  run weekly from 2026-01-05\n  {expect}\n}}"
        )
    };
    let unseen = |text: &str| {
        let (report, _) = run_with(text, 1, true);
        let coverage = report.coverage.expect("coverage");
        let unseen = coverage.facets.into_iter().filter(|(facet, seen)| facet.owner == "ask" && !seen);
        unseen.map(|(facet, _)| facet.what).collect::<Vec<String>>()
    };
    assert_eq!(unseen(&tests("expect ask does not fire")), ["fires", "undecided", "`calls >= 1` true"]);
    assert_eq!(unseen(&tests("expect ask fired on 2026-01-12")), ["undecided"]);
}
