//! Mutants of a program whose mutants and survivors are worked out by hand.

use crate::support::root;
use laud::calendar::Calendar;
use laud::data::Place;
use laud::source::Sources;
use laud::span::Span;
use laud::testing::Setup;
use laud::testing::mutate::{self, Plan, Report};
use laud::{Compilation, Settings};

const TABLES: &str = r#"
table account { id text key  arr number 0 or more  seats integer 0 or more optional  paid boolean optional }
events call of account at made_on { kind one of reference, other }
"#;

struct Ask<'a> {
    filter: Option<&'a str>,
    most: Option<usize>,
    keep: &'a (dyn Fn(Span) -> bool + Sync),
}

const ALL: Ask<'static> = Ask { filter: None, most: None, keep: &|_| true };

fn run_with(text: &str, ask: &Ask, threads: usize) -> Report {
    let mut sources = Sources::new();
    sources.add("rules.laud", format!("{TABLES}{text}"));
    let settings = Settings::default();
    let compiled = Compilation::new(&sources, &settings);
    let Some(program) = &compiled.program else {
        panic!("{}", laud::diagnostics::render::short(&compiled.diagnostics.sorted(), &sources));
    };
    let open = |_: &str, path: &str| Place { path: root().join(path), shown: path.into() };
    let setup = Setup {
        program,
        sources: &sources,
        rules: &sources,
        settings: &settings,
        calendar: Calendar::default(),
        zone: chrono_tz::Tz::UTC,
        project: "world",
        open: &open,
        width: 80,
        coverage: false,
    };
    mutate::run(&Plan {
        setup: &setup,
        files: &compiled.files,
        proven: &compiled.proven,
        filter: ask.filter,
        keep: ask.keep,
        most: ask.most,
        threads,
    })
}

fn run(text: &str) -> Report {
    run_with(text, &ALL, 1)
}

/// Survivors as `owner: what`, and killed, same, broken.
fn told(report: &Report) -> (Vec<String>, [usize; 3]) {
    let one = |s: &mutate::Survivor| format!("{}: {}", s.mutant.owner, s.mutant.told);
    (report.survivors.iter().map(one).collect(), [report.killed, report.same, report.broken])
}

/// `seats > 2`: the sign, and the bound one up and one down. On whole numbers `>= 2`, `> 3` and `> 1` each differ from it by
/// one value.
const BUSY: &str = "segment busy = seats > 2\n";

#[test]
fn a_survivor_comes_with_the_value_that_would_tell() {
    let report = run(&format!(
        "{BUSY}test \"far away\" as of 2026-03-31 {{\n  case | seats | expect busy\n  few | 0 | no\n  many | 9 | yes\n}}"
    ));
    // 9 > 2 and 0 <= 2 hold for three of the mutants; 9 < 2 does not.
    let expected = ["busy: `>` becomes `>=`", "busy: `2` becomes `3`", "busy: `2` becomes `1`"];
    assert_eq!(told(&report), (expected.map(String::from).to_vec(), [1, 0, 0]));
    let tells: Vec<&str> = report.survivors.iter().map(|s| s.tell.what.as_str()).collect();
    assert_eq!(tells, ["an account with `seats` 2", "an account with `seats` 3", "an account with `seats` 2"]);
    let first = &report.survivors[0];
    assert_eq!(
        (first.before.as_str(), first.after.as_str()),
        ("segment busy = seats > 2", "segment busy = seats >= 2")
    );
    assert_eq!((first.place.as_str(), report.score()), ("rules.laud:4:22", Some(25)));
}

#[test]
fn tests_at_the_bound_notice_every_change_of_it() {
    let report = run(&format!(
        "{BUSY}test \"bound\" as of 2026-03-31 {{\n  case | seats | expect busy\n  a | 2 | no\n  b | 3 | yes\n}}"
    ));
    assert_eq!(told(&report), (vec![], [4, 0, 0]));
    assert_eq!(report.score(), Some(100));
}

#[test]
fn what_means_the_same_is_left_out_by_proof() {
    // Seats are whole: above 2.5 is 2.6 and 2.4 and at least 2.5. Below it is something else, as 1 shows.
    let text =
        "segment busy = seats > 2.5\ntest \"t\" as of 2026-03-31 {\n  account a { seats 1 }\n  expect not busy\n}";
    assert_eq!(told(&run(text)), (vec![], [1, 3, 0]));
    // A parameter as well, unless it is used for more than that: `few` seats more are others.
    let text = "param few = 2.5\nsegment busy = seats > few\n\
                test \"t\" as of 2026-03-31 {\n  account a { seats 1 }\n  expect not busy\n}";
    assert_eq!(told(&run(text)), (vec![], [1, 3, 0]));
    let text = text.replace("test", "metric more = seats + few\ntest").replace("expect", "expect more = 3.5\n  expect");
    assert_eq!(told(&run(&text)), (vec![], [3, 1, 0]));
    // Money has fractions: none of the three is the same.
    let text = "segment busy = arr > 2.5\ntest \"t\" as of 2026-03-31 {\n  account a { arr 1 }\n  expect not busy\n}";
    assert_eq!(told(&run(text)).1, [1, 0, 0]);
    // Calls are counted, so `> 1` and `>= 2` take the same; one band's bound at 0 or less takes nothing away.
    let text = "metric calls { value count(call)\n  thresholds { many > 1.5 -> 100  few otherwise -> 0 } }\n\
                test \"t\" as of 2026-03-31 {\n  case | calls | expect calls | expect points(calls)\n  a | 1 | few | 0\n  b | 2 | many | 100\n}";
    // `>=`, 1.6 and 1.4 are the same; swapped points are noticed; `otherwise` cannot come first.
    assert_eq!(told(&run(text)), (vec![], [1, 3, 1]));
}

#[test]
fn clauses_and_joiners() {
    let text = "segment good = seats > 2.5 and not paid\n\
                test \"t\" as of 2026-03-31 {\n  case | seats | paid | expect good\n  both | 3 | no | yes\n  none | 2 | yes | no\n}";
    // Three of the bound are the same. `or`: both and neither give the same answers. Either clause alone too. Without `not`:
    // 3 and unpaid would not be good; below 2.5 it is not either.
    let expected = [
        "good: `and` becomes `or`",
        "good: the clause `seats > 2.5` is dropped",
        "good: the clause `not paid` is dropped",
    ];
    assert_eq!(told(&run(text)), (expected.map(String::from).to_vec(), [2, 3, 0]));
    let tell = run(text).survivors[2].tell.what.clone();
    assert!(tell.contains("paid = yes"), "{tell}");
    let text = text.replace("none | 2 | yes | no", "paid | 3 | yes | no\n  few | 2 | no | no");
    assert_eq!(told(&run(&text)), (vec![], [5, 3, 0]));
}

const CARD: &str = "
metric one { value arr  scale 0 -> 0, 10 -> 100 }
metric two { value seats  scale 0 -> 0, 10 -> 100 }
scorecard health {
  one  weight 60
  two  weight 40
  cap 90 when paid
  grades { good >= 50  bad otherwise }
}
";

#[test]
fn weights_scales_limits_and_what_is_missing() {
    let test = |rows: &str| {
        run(&format!(
            "{CARD}test \"t\" as of 2026-03-31 {{\n  case | arr | seats | paid | expect health | expect health\n{rows}}}"
        ))
    };
    // 60 + 40 = 100; nobody looks at 90, at 50, at different points or at missing seats. A scale turned round is seen.
    let expected = [
        "health: the weights of `one` and `two` are swapped",
        "health: what is missing counts as zero",
        "health: `cap` becomes `floor`",
        "health: `90` becomes `91`",
        "health: `90` becomes `89`",
        "health: `>=` becomes `>`",
        "health: `50` becomes `51`",
        "health: `50` becomes `49`",
    ];
    let (survivors, [killed, same, _]) = told(&test("  all | 10 | 10 | no | good | 100\n"));
    assert_eq!((survivors, killed, same), (expected.map(String::from).to_vec(), 2, 0));
    // 60 x 10 / 10; 90 of 100; 60% present: 100 of what is there; 50 = 0.6 x 50 + 0.4 x 50; 49.8 = 0.6 x 49 + 0.4 x 51.
    let rows = "  one | 10 | 0 | no | good | 60\n  capped | 10 | 10 | yes | good | 90\n  no seats | 10 | | no | good | 100\n\
                half | 5 | 5 | no | good | 50\n  less | 9 | 0 | no | good | 54\n  nearly | 1.5 | 10 | no | bad | 49\n  close | 1.6 | 10 | no | bad | 49.6\n";
    let report = test(rows);
    assert_eq!((told(&report).0, report.killed), (Vec::new(), 10));
}

#[test]
fn windows_points_and_what_no_test_reads() {
    let text = "metric calls { value count(call where kind = reference in last 10 days)\n  \
                thresholds { some >= 1 -> 70  none otherwise -> 20 } }\n\
                segment lost = arr > 1\n\
                test \"t\" as of 2026-03-31 {\n  account a { seats 1 }\n  call of a { made_on 2026-03-30  kind reference }\n  \
                expect calls = 1\n  expect calls is some\n}";
    let report = run(text);
    // `>`: one call would be none. 2: too. 0: nobody without calls is looked at. `otherwise` first does not check. The window
    // begins on 22 March: a call on the 21st would tell.
    let expected = [
        "calls: `last 10 days` becomes `last 11 days`",
        "calls: `1` becomes `0`",
        "calls: the points of `some` and `none` are swapped",
        "lost: `>` becomes `>=`",
        "lost: `>` becomes `<`",
        "lost: `1` becomes `2`",
        "lost: `1` becomes `0`",
    ];
    assert_eq!(told(&report), (expected.map(String::from).to_vec(), [2, 0, 1]));
    let seen: Vec<bool> = report.survivors.iter().map(|s| s.seen).collect();
    assert_eq!(seen, [true, true, true, false, false, false, false]);
    let mended = text.replace(
        "  expect calls = 1",
        "  call of a { made_on 2026-03-21  kind reference }\n  expect points(calls) = 70\n  expect calls = 1",
    );
    assert_eq!(told(&run(&mended)).0.len(), 5);
}

#[test]
fn params_rules_and_their_other_statements() {
    let text = "param enough = 3\n\
                rule ask {\n  when arr >= enough and seats > 4.5\n  unless paid\n  do task \"x\" assign y due in 3 days\n  cooldown 9 days\n  close when arr < 2\n}\n\
                test \"t\" as of 2026-03-31 {\n  case | arr | seats | paid | expect ask\n  at | 3 | 5 | no | fires\n  below | 2.9 | 5 | no | does not fire\n  few | 3 | 4 | no | does not fire\n}";
    // Of `enough` 2 and 4; of `>=` both, `and`, both clauses, seats below 4.5, and three same of the seats; `unless` survives, as
    // nobody paid. Cooldown and `close` are seen in runs only, and the due date nowhere: it is not mutated.
    let survivors = [
        "ask: `when` becomes `while`",
        "ask: `unless paid` is dropped",
        "ask: `cooldown 9 days` is dropped",
        "ask: `9 days` becomes `10 days`",
        "ask: `9 days` becomes `8 days`",
        "ask: `close when arr < 2` is dropped",
        "ask: `<` becomes `<=`",
        "ask: `<` becomes `>`",
        "ask: `2` becomes `3`",
        "ask: `2` becomes `1`",
    ];
    assert_eq!(told(&run(text)), (survivors.map(String::from).to_vec(), [8, 3, 0]));
}

#[test]
fn failing_tests_and_none_are_said() {
    let report = run(BUSY);
    assert!(report.untested);
    let report =
        run(&format!("{BUSY}test \"wrong\" as of 2026-03-31 {{\n  account a {{ seats 3 }}\n  expect not busy\n}}"));
    assert_eq!((report.failing.clone(), report.tried, report.score()), (vec!["wrong".to_string()], 0, None));
    // What is to do may fail, and notices nothing.
    let report = run(&format!(
        "{BUSY}test \"later\" as of 2026-03-31 {{\n  todo\n  account a {{ seats 3 }}\n  expect not busy\n}}"
    ));
    assert_eq!(told(&report).0.len(), 4);
}

#[test]
fn a_choice_of_mutants() {
    let test = "test \"t\" as of 2026-03-31 {\n  account a { seats 9  arr 9 }\n  expect busy\n  expect rich\n}";
    let text = format!("{BUSY}segment rich = arr > 2\n{test}");
    let all = run(&text);
    assert_eq!((all.possible, all.tried), (8, 8));
    assert_eq!(told(&run_with(&text, &ALL, 4)), told(&all));
    let rich = run_with(&text, &Ask { filter: Some("RICH"), ..ALL }, 1);
    assert!(rich.survivors.iter().all(|s| s.mutant.owner == "rich") && rich.possible == 4);
    // Of eight the first and the fifth.
    let two = run_with(&text, &Ask { most: Some(2), ..ALL }, 1);
    let owners: Vec<&str> = two.survivors.iter().map(|s| s.mutant.owner.as_str()).collect();
    assert_eq!((owners, two.tried, two.possible), (vec!["busy", "rich"], 2, 8));
    let line = format!("{TABLES}{text}").find("segment rich").unwrap() as u32;
    let late = run_with(&text, &Ask { keep: &|span| span.start > line, ..ALL }, 1);
    assert_eq!(late.possible, 4);
    assert!(mutate::human(&two, laud::report::paint::Paint::plain()).ends_with("; tried 2 of 8, taken evenly\n"));
}

/// True on 03-02, over on 03-03, true again from 03-11 on: closed on 03-03, 9 days are over on 03-12.
const RESTS: &str = "
rule ask {
  when      seats >= 0 and calls >= 1
  do        task \"x\"
  close     when calls = 0
  cooldown  9 days
}
metric calls = count(call in last 1 days)
";

fn rests(rules: &str, expect: &str) -> Report {
    run(&format!(
        "{rules}test \"rests\" as of 2026-03-12 {{\n  account a {{ seats 1 }}\n  call of a {{ made_on 2026-03-02 }}\n  \
         call of a {{ made_on 2026-03-11 }}\n  call of a {{ made_on 2026-03-12 }}\n  \
         run on 2026-03-02, 2026-03-03, 2026-03-11, 2026-03-12 fire on first run\n{expect}}}\n"
    ))
}

fn of_cooldown(report: &Report) -> Vec<String> {
    let own = report.survivors.iter().filter(|s| s.mutant.kind == mutate::Kind::Cooldown);
    own.map(|s| s.mutant.told.clone()).collect()
}

#[test]
fn cooldowns_are_seen_in_runs_on_their_last_day_and_the_day_after() {
    assert_eq!(of_cooldown(&rests(RESTS, "  expect ask fired on 2026-03-02, 2026-03-12\n")), Vec::<String>::new());
    // Whoever looks at the first day alone sees no cooldown.
    let all = ["`cooldown 9 days` is dropped", "`9 days` becomes `10 days`", "`9 days` becomes `8 days`"];
    let blind = rests(RESTS, "  expect ask did not fire on 2026-03-03\n");
    assert_eq!(of_cooldown(&blind), all);
    // Each comes with a test that would see it.
    let tells: Vec<&str> = blind.survivors.iter().filter_map(|s| s.tell.case.as_deref()).collect();
    let test = "`run on 2026-01-05, 2026-01-06, 2026-01-14, 2026-01-15 fire on first run`, where it closes on the second day \
                and is true again on the last two, and `expect ask fired for ACCOUNT on 2026-01-05, 2026-01-15`";
    assert_eq!(tells.iter().filter(|tell| **tell == test).count(), 3, "{tells:?}");
    // That the reason named is not there any more is noticed too: the test does not check.
    let named = "  expect ask was suppressed on 2026-03-11 because cooldown\n";
    assert_eq!(of_cooldown(&rests(RESTS, named)), ["`9 days` becomes `10 days`"]);
}

/// `while` needs a cooldown, so it is not dropped but cut to a day; without `close when` the next item takes the place of the first
/// once the cooldown is over, on 03-11. What waits for approval is never over.
#[test]
fn a_level_needs_its_cooldown_and_what_nobody_decides_has_none() {
    let level = "rule ask { while seats >= 1  do task \"x\"  cooldown 9 days }\n";
    let report = rests(level, "  expect ask fired on 2026-03-02, 2026-03-11\n");
    // There is no run on 03-10, where 8 days are over.
    assert_eq!(of_cooldown(&report), ["`9 days` becomes `8 days`"]);
    let blind = rests(level, "  expect ask fired\n");
    let all =
        ["`9 days` becomes `10 days`", "the cooldown is `1 day` instead of `9 days`", "`9 days` becomes `8 days`"];
    assert_eq!(of_cooldown(&blind), all);
    let approved = "rule ask { while seats >= 1  do task \"x\"  cooldown 9 days  approval legal }\n";
    let report = rests(approved, "  expect ask fired on 2026-03-02\n");
    assert!(report.survivors.iter().all(|s| s.mutant.kind != mutate::Kind::Cooldown) && report.score() > Some(0));
}

/// On 03-02 and on 03-11 both want to, and `first` goes before by its name; what it opened on 03-02 locks for five days.
#[test]
fn groups_and_locks_are_seen_through_other_rules() {
    let rules = "
guard peace { applies to second  lock 5 days }
rule first  { when calls >= 1  do task \"x\"  exclusive outreach  close when calls = 0 }
rule second { while seats >= 1  do task \"y\"  exclusive outreach  cooldown 1 day  close when seats = 0 }
metric calls = count(call in last 1 days)
";
    let expect = "  expect second was suppressed on 2026-03-02, 2026-03-11 because exclusive\n  \
                  expect second was suppressed on 2026-03-03 because lock\n";
    let report = rests(rules, expect);
    let told: Vec<&str> = report.survivors.iter().map(|s| s.mutant.told.as_str()).collect();
    // Without its group `first` would not stand in the way of `second`.
    assert!(
        !told.iter().any(|told| told.contains("exclusive") || told.contains("`lock 5 days` is dropped")),
        "{told:?}"
    );
    assert!(told.contains(&"`5 days` becomes `6 days`") && told.contains(&"`5 days` becomes `4 days`"), "{told:?}");
    assert!(report.survivors.iter().all(|s| s.seen), "{told:?}");
}
