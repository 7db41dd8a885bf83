//! `--summary` over many dates takes one account through all of them and computes again what changed: every date is what the
//! reference's results of that date add up to.

use crate::columns::{Dice, summed};
use crate::eval::{Bound, Loaded};
use laud::calendar::{Calendar, Date};
use laud::engine::Options;
use laud::engine::column::Replay;
use laud::engine::reference::Evaluator;
use laud::source::Sources;
use laud::{Settings, compile};
use std::path::Path;

/// Everything that days, windows and bounds do to a score: numbers that are only compared and such that are not, ages, values
/// that expire and fade, earlier dates, benchmarks that begin, points that are carried on.
const PROGRAM: &str = r#"
table account {
  id          text key
  arr         money USD optional
  started_on  date
  renewal_on  date optional
  tier        one of gold, silver optional
}
events act of account at day {
  day     date
  kind    one of call, visit, smoke optional
  amount  money USD optional
  score   integer 0 to 10 optional
  who     text optional
}
events view of account at moment { moment instant  pages number optional }

segments size by arr or else 0 { small < 1000  middle < 20k  large otherwise }
segments worth by calls { none = 0  some < 4  many otherwise }
segment fresh = days since started_on < 400

metric calls = count(act where kind = call in last 30 days)
metric half_calls = calls / 2
metric earlier = calls as of 30 days ago
metric last_month = calls as of 1 month ago
metric more { value (calls - earlier) / max(earlier, 1)  thresholds { up > 0 -> 100  same >= 0 -> 50  down otherwise -> 0 } }
metric visits { value count(act where kind = visit in last 90 days)  thresholds { many >= 3 -> 100  one = 1 -> 40  two = 2 -> 70  none otherwise -> 0 } }
metric since {
  value days since last(act where kind in (call, visit)) + 1
  thresholds { near <= 30 -> 100  far <= 91 -> 60  long_ago otherwise -> 10 }
}
metric age { value days since started_on + 1  thresholds for small { new < 365 -> 0  old otherwise -> 100 } thresholds { new <= 730 -> 10  old otherwise -> 90 } }
metric to_go { value 2 - (1 - days until renewal_on)  thresholds { past < 0 -> 0  soon <= 60 -> 30  later <= 200 -> 60  far otherwise -> 100 } }
metric ripe { value days since last(act where kind = smoke) - 10.5  thresholds { soon < 0 -> 100  half <= 20.5 -> 50  past otherwise -> 0 } }
metric ripe_then = ripe as of 23 days ago
metric due { value days until renewal_on - 1  thresholds { past < 0 -> 0  soon <= 50 -> 40  later otherwise -> 100 } }
metric due_then = due as of 23 days ago
metric weeks { value weeks since started_on  thresholds { few < 50 -> 0  many otherwise -> 100 } }
metric spend { value sum(amount of act in last 120 days, at least 1 rows)  thresholds { much >= 50k -> 100  some >= 100 -> 60  little otherwise -> 20 } }
metric mood { value nps(score of act in last 60 days)  scale -100 -> 0, 100 -> 100 }
metric best { value max(score of act in last 45 days)  thresholds { high >= 8 -> 100  low otherwise -> 0 } }
metric latest { value last(pages of view in last 50 days)  thresholds { much > 5 -> 100  little otherwise -> 30 } }
metric people { value distinct(who of act in last 100 days)  thresholds { many >= 3 -> 100  few otherwise -> 50 } }
metric months { value count(act where kind = call in last 365 days cap 1 per month)  thresholds { most > 6 -> 100  some > 2 -> 50  few otherwise -> 0 } }
metric sunk { value sum(amount of act where kind = visit)  thresholds { much > 20k -> 100  little otherwise -> 0 } valid for 40 days then missing }
metric fading { value count(act where kind = visit in last 300 days)  thresholds { some >= 1 -> 100  none otherwise -> 0 } valid for 30 days then decay to 10 over 60 days }
metric quotient { value calls / to_number(points(visits))  thresholds { high > 0.05 -> 100  low otherwise -> 0 } }
metric unread = count(act where kind = smoke in last 20 days)
metric unread_sum = sum(amount of act in last 33 days)

benchmark elsewhere of calls {
  from 2025-01-01  1, 2, 4
  from 2025-09-01  2, 3, 5
  source "made for this test"
}
metric beside { value gap(elsewhere)  thresholds { above >= 0 -> 100  below otherwise -> 0 } }

scorecard activity {
  weights free
  visits  weight 3
  since   weight 2
  months  weight 1
  more    weight 1
  mood    informational
  for large { visits weight 1  since weight 5  mood weight 2 }
  missing renormalise at least 20% coverage
}
scorecard value {
  weights free
  spend     weight 40  missing carry last at most 60 days
  best      weight 20  missing neutral 50
  latest    weight 20
  sunk      weight 10  missing zero
  people    weight 10
  fading    weight 10
  ripe      weight 5
  due       weight 5
  beside    weight 5
  missing renormalise at least 10% coverage
  cap 49 when since > 200
  floor 20 when calls >= 3
}
scorecard overall {
  weights free
  activity  weight 60
  value     weight 40
  age       weight 5
  to_go     weight 5
  weeks     weight 5
  quotient  weight 1
  grades { A >= 75  B >= 50  C otherwise }
}

rule quiet { when since > 45 and calls = 0  do task "Call" }
rule new_and_loud { when fresh and calls >= 2  do task "Look" }
rule renewal { when to_go >= 0 and to_go <= 45 and overall < 60  do task "Call" }
rule swing { when half_calls >= 1.5 or last_month > 2  unless size = large  do task "Look" }
rule old { when days since started_on > 500 and not (days until renewal_on > 30)  do task "Look" }
rule early { when started_on < 2024-09-01 and days since started_on > 300.5  do task "Look" }
rule spring { when days since 2025-04-20 >= 5 and calls = 0  do task "Look" }
rule ripened { when ripe_then < 0 and ripe >= 0  do task "Look" }
rule comes_up { when due_then > 24.5 and due <= 9  do task "Look" }
rule none_yet { when worth = none  do task "Look" }
"#;

fn data(place: &Path, seed: u64, dirty: bool) {
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let start = Date::parse("2024-03-01").unwrap();
    let day = move |dice: &mut Dice, days: u64| start.plus_days((dice.next() % days) as i64).to_string();
    let accounts = 90;
    let mut files = vec![("account", "id,arr,started_on,renewal_on,tier\n".to_string())];
    for i in 0..accounts {
        let arr = dice.of(&["", "500", "1000", "19999.99", "20000", "300000", if dirty { "what" } else { "7" }]);
        let renewal = if dice.next().is_multiple_of(5) { String::new() } else { day(&mut dice, 1000) };
        files[0].1 +=
            &format!("a{i:02},{arr},{},{renewal},{}\n", day(&mut dice, 700), dice.of(&["gold", "silver", ""]));
    }
    let mut acts = "account,day,kind,amount,score,who\n".to_string();
    for _ in 0..2500 {
        // Some accounts have many rows, some none.
        let owner = (dice.next() % accounts) * (dice.next() % accounts) / accounts;
        let odd = dirty && dice.next().is_multiple_of(60);
        let amount = dice.of(&["", "10", "99.5", "2500", "-40", "30000"]);
        acts += &format!(
            "a{owner:02},{},{},{},{},{}\n",
            day(&mut dice, 700),
            if odd { "shout" } else { dice.of(&["call", "visit", "smoke", ""]) },
            if odd { "9999999999999999999999999999" } else { amount },
            dice.of(&["", "0", "6", "7", "9", "10"]),
            dice.of(&["", "Ann", "ann", "Bob", "zoe", "Kim"]),
        );
    }
    files.push(("act", acts));
    let mut views = "account,moment,pages\n".to_string();
    let mut at = String::new();
    for i in 0..400 {
        // Ties, where it may go wrong.
        if !dirty || i % 8 != 7 {
            let (owner, minute, second) = (dice.next() % accounts, i / 60, i % 60);
            at = format!("a{owner:02},{}T10:{minute:02}:{second:02}Z", day(&mut dice, 700));
        }
        views += &format!("{at},{}\n", dice.of(&["2", "9", ""]));
    }
    files.push(("view", views));
    for (name, text) in files {
        std::fs::write(place.join(format!("{name}.csv")), text).unwrap();
    }
}

#[test]
fn sums_of_many_dates_are_those_of_each() {
    // A month ago is 30 days ago at some dates, and the program has fewer items there: only few dates are taken together. With
    // many of them most accounts would divide by zero at one or the other.
    let seldom = PROGRAM.replace("1 month ago", "45 days ago").replace("points(visits))", "points(visits) + 1)");
    let [often, seldom] = [PROGRAM.to_string(), seldom].map(|text| {
        let mut sources = Sources::new();
        sources.add("sums.laud", text);
        let (program, diagnostics) = compile(&sources, &Settings::default());
        program.unwrap_or_else(|| panic!("{}", laud::diagnostics::render::short(&diagnostics.sorted(), &sources)))
    });
    let calendar = Calendar { fiscal_year_starts: 2 };
    let first = Date::parse("2025-04-02").unwrap();
    for seed in 1..=4u64 {
        let dirty = seed == 4;
        let program = if seed == 3 { &often } else { &seldom };
        let place = tempfile::tempdir().unwrap();
        std::fs::create_dir(place.path().join("data")).unwrap();
        data(&place.path().join("data"), seed, dirty);
        let binding = laud::data::without_config(program, None, place.path());
        let (data, report) = laud::data::load(program, &binding, &mut |_| {}).unwrap();
        let loaded = Loaded { data, report, calendar, as_of: first };
        let bound = Bound { binding, calendar, as_of: Ok(first) };
        // Steps of one day find every turn; longer ones pass over some.
        for step in [1, 7, 19] {
            let dates: Vec<Date> = (0..24).map(|i| first.plus_days(i * step)).collect();
            let reference = Evaluator::new(program, &loaded.data, calendar);
            let at = |as_of| Options { as_of, calendar, accounts: Vec::new() };
            let expected: Vec<_> = dates.iter().map(|as_of| reference.evaluate(&at(*as_of))).collect();
            let replay = Replay { dates: &dates, calendar, accounts: &[], summed: false };
            let courses = summed(program, Some(&bound), &loaded, &replay, &expected)
                .unwrap_or_else(|what| panic!("seed {seed}, every {step} days: {what}"));
            let changes = expected.windows(2).filter(|pair| pair[0].accounts != pair[1].accounts).count();
            assert!(changes > 15, "nothing happens");
            let most = if dirty { 1..89 } else { 20..91 };
            assert!(most.contains(&courses), "seed {seed}, every {step} days: {courses} accounts of 90 at once");
        }
    }
}
