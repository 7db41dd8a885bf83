//! `laud simulate`: the past of a small project, worked by hand, and the past played against the same runs of `laud apply`
//! on a ledger, one process after the other.

use crate::support::{copy, root};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A copy of a folder of the repository that may be written to.
fn place(folder: &str) -> (tempfile::TempDir, PathBuf) {
    let place = tempfile::tempdir().unwrap();
    let project = place.path().join("project");
    copy(&root().join(folder), &project);
    (place, project)
}

fn laud(project: &Path, words: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_laud"));
    command.args(words).current_dir(project).env_remove("LAUD_LEDGER").env("NO_COLOR", "1");
    let output = command.output().unwrap();
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn json(project: &Path, words: &[&str]) -> Json {
    serde_json::from_str(&laud(project, words)).unwrap()
}

/// Health by account (`q`: quiet, `.`: missing) on the nine Mondays of `files/calm`, and what that comes to.
///
/// ```text
///             01-05  01-12  01-19  01-26  02-02  02-09  02-16  02-23  03-02
/// acme (ana)     40     70     45     45     65     40     40     70     70
///   rescue     base      -   FIRE   open  close   held   FIRE  close      -
/// bolt (ana)      .     45     45     70     40     70     45     70     70
///   rescue      und   FIRE   open  close   held      -   FIRE  close      -
///   nudge       und      -      -      -      -      -      -      -      -
/// cora (ben)     55    48q    48q     48     48     48     48     48     62
///   rescue        -   held   held   FIRE   open    esc   open   open  close
/// dune (ben)     90     20     20     20     20     20     20     25      .
///   rescue        -   FIRE   open    esc   open   open   open   open    und
///   nudge         -   FIRE   open   open   FIRE   open   open   FIRE    und
/// ```
///
/// `rescue` closes from 60 on and pauses 14 days after that: acme's closes on 02-02, so 02-16 is the first free day; bolt's
/// closes on 01-26, and what becomes true on 02-02 is false again before 02-09. Cora is held back by `unless quiet`. Both of
/// dune's are open at the end, though nobody knows its health then.
/// `nudge` has nothing that closes it, so that it fires anew every 21 days, in place of the one before.
/// Without cooldowns acme's second comes on 02-09 instead, bolt gets one more on 02-02, and dune is nudged in each of the
/// seven weeks from 01-12 to 02-23.
#[test]
fn nine_weeks_worked_by_hand() {
    let (_place, project) = place("tests/cli/files/calm");
    let all = json(&project, &["simulate", "--from", "2026-01-05", "--format", "json"]);
    assert_eq!(all["runs"], 9);
    let fired: Vec<String> =
        all["fired"].as_array().unwrap().iter().map(|f| words(f, &["on", "rule", "subject", "owner"])).collect();
    let expected = [
        "2026-01-12 nudge dune ben",
        "2026-01-12 rescue bolt ana",
        "2026-01-12 rescue dune ben",
        "2026-01-19 rescue acme ana",
        "2026-01-26 rescue cora ben",
        "2026-02-02 nudge dune ben",
        "2026-02-16 rescue acme ana",
        "2026-02-16 rescue bolt ana",
        "2026-02-23 nudge dune ben",
    ];
    assert_eq!(fired, expected);
    let rescue = &all["rules"]["rescue"];
    let numbers =
        ["fired", "escalated", "closed", "superseded", "fired_again", "open", "waiting", "fired_without_cooldown"];
    assert_eq!(numbers.map(|n| rescue[n].as_u64().unwrap()), [6, 2, 5, 0, 2, 1, 0, 7]);
    // Open for 7, 7, 14, 14 and 35 days.
    assert_eq!((&rescue["median_days_to_close"], &rescue["ninety_percent_closed_within"]), (&14.into(), &35.into()));
    let held = |kind: &str| {
        [&rescue["held_back"][kind]["times"], &rescue["held_back"][kind]["subjects"]].map(|n| n.as_u64().unwrap())
    };
    assert_eq!((held("cooldown"), held("unless")), ([2, 2], [2, 1]));
    assert_eq!(rescue["held_back_subjects"], 3);
    assert_eq!((&rescue["undecided"]["times"], &rescue["undecided"]["subjects"]), (&2.into(), &2.into()));
    let nudge = &all["rules"]["nudge"];
    assert_eq!(numbers.map(|n| nudge[n].as_u64().unwrap()), [3, 0, 0, 2, 0, 1, 0, 7]);
    let again: Vec<String> = all["fired_again"]
        .as_array()
        .unwrap()
        .iter()
        .map(|a| words(a, &["rule", "subject", "closed", "fired", "days"]))
        .collect();
    assert_eq!(again, ["rescue acme 2026-02-02 2026-02-16 14", "rescue bolt 2026-01-26 2026-02-16 21"]);
    let weeks: Vec<String> = all["weeks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|w| words(w, &["week", "fired", "closed", "escalated", "open"]))
        .collect();
    let expected = [
        "2026-01-05 0 0 0 0",
        "2026-01-12 3 0 0 3",
        "2026-01-19 1 0 0 4",
        "2026-01-26 1 1 1 4",
        "2026-02-02 1 1 0 3",
        "2026-02-09 0 0 1 3",
        "2026-02-16 2 0 0 5",
        "2026-02-23 1 2 0 3",
        "2026-03-02 0 1 0 2",
    ];
    assert_eq!(weeks, expected);
    let owners = &all["owners"];
    assert_eq!((&owners["ana"]["fired"], &owners["ben"]["fired"]), (&4.into(), &5.into()));
    assert_eq!(owners["ana"]["weeks"], serde_json::json!({ "2026-01-12": 1, "2026-01-19": 1, "2026-02-16": 2 }));
    // Nothing is written, and the same question has the same answer.
    assert_eq!(json(&project, &["simulate", "--from", "2026-01-05", "--format", "json"]), all);
    assert!(!project.join(".laud").exists());
}

/// What the first run finds is acted on when that is asked for: acme too.
#[test]
fn the_first_run_acts_if_it_is_asked_to() {
    let (_place, project) = place("tests/cli/files/calm");
    let words = ["simulate", "--from", "2026-01-05", "--to", "2026-01-12", "--fire-on-first-run", "--format", "json"];
    let all = json(&project, &words);
    let fired = all["fired"].as_array().unwrap().iter().map(|f| self::words(f, &["on", "rule", "subject"]));
    let expected =
        ["2026-01-05 rescue acme", "2026-01-12 nudge dune", "2026-01-12 rescue bolt", "2026-01-12 rescue dune"];
    assert_eq!(fired.collect::<Vec<_>>(), expected);
    // Acme is well after a week.
    assert_eq!(all["rules"]["rescue"]["median_days_to_close"], 7);
}

/// The values of an object as words.
fn words(json: &Json, keys: &[&str]) -> String {
    let word = |key: &&str| json[*key].as_str().map_or_else(|| json[*key].to_string(), str::to_string);
    keys.iter().map(word).collect::<Vec<_>>().join(" ")
}

/// Days since 1970-01-01 of `2026-03-02`, by the calendar's own arithmetic.
fn day(text: &str) -> i64 {
    let part = |range: std::ops::Range<usize>| text[range].parse::<i64>().unwrap();
    let (year, month, day) = (part(0..4), part(5..7), part(8..10));
    let (year, month) = if month <= 2 { (year - 1, month + 9) } else { (year, month - 3) };
    year * 365 + year / 4 - year / 100 + year / 400 + (month * 306 + 5) / 10 + day - 1 - 719_468
}

/// How many rows ended how, by rule, week and owner.
type Cells = BTreeMap<(String, i64, String, String), u64>;

/// The same dates, simulated and applied: what fires, closes, is held back and undecided is the same to the row.
fn simulated_as_applied(folder: &str, dates: &[String], every: &str) -> Cells {
    let (_place, project) = place(folder);
    let (from, to) = (dates.first().unwrap().as_str(), dates.last().unwrap().as_str());
    let common = ["--from", from, "--to", to, "--every", every, "--show-personal", "--format"];
    let simulate = |format: &str| laud(&project, &[&["simulate"], &common[..], &[format]].concat());
    let mut simulated = Cells::new();
    let mut reader = csv::Reader::from_reader(std::io::Cursor::new(simulate("csv")));
    let titles: Vec<String> = reader.headers().unwrap().iter().map(str::to_string).collect();
    for record in reader.records() {
        let record = record.unwrap();
        assert_eq!(&record[0], "now");
        for (title, count) in titles.iter().zip(&record).skip(4).filter(|(_, count)| *count != "0") {
            let key = (record[1].to_string(), day(&record[2]), record[3].to_string(), title.clone());
            simulated.insert(key, count.parse().unwrap());
        }
    }
    let all: Json = serde_json::from_str(&simulate("json")).unwrap();
    let keys = ["rule", "subject", "key", "owner"];
    let fired: Vec<String> =
        all["fired"].as_array().unwrap().iter().map(|f| words(f, &["on"]) + " " + &words(f, &keys)).collect();

    let (mut applied, mut applied_fired) = (Cells::new(), Vec::new());
    for date in dates {
        let run =
            json(&project, &["apply", "--as-of", date, "--by", "ops", "--show-personal", "--all", "--format", "json"]);
        // 1970-01-01 was a Thursday.
        let monday = (day(date) + 3).div_euclid(7) * 7 - 3;
        for row in run["rows"].as_array().unwrap() {
            let owner = row["owner"].as_str().unwrap_or_default().to_string();
            let outcome = row["outcome"].as_str().unwrap().to_string();
            if outcome == "fired" {
                applied_fired.push(format!("{date} {}", words(row, &keys)));
            }
            *applied.entry((row["rule"].as_str().unwrap().to_string(), monday, owner, outcome)).or_default() += 1;
        }
    }
    assert_eq!(simulated, applied, "{folder}");
    assert_eq!(fired, applied_fired, "{folder}");
    let open = laud(&project, &["ledger", "export", "--format", "csv"]);
    let still = all["weeks"].as_array().unwrap().last().unwrap()["open"].as_u64().unwrap();
    assert_eq!(
        open.lines().filter(|line| line.contains(",open,") || line.contains(",pending approval,")).count() as u64,
        still,
        "{open}"
    );
    simulated
}

fn seen(cells: &Cells, outcome: &str) -> u64 {
    cells.iter().filter(|(key, _)| key.3 == outcome).map(|(_, n)| n).sum()
}

#[test]
fn nine_weeks_simulated_are_nine_runs_applied() {
    let dates = (0..9).map(|week| laud::calendar::Date::parse("2026-01-05").unwrap().plus_days(7 * week).to_string());
    let cells = simulated_as_applied("tests/cli/files/calm", &dates.collect::<Vec<_>>(), "week");
    assert_eq!(["fired", "closed", "suppressed", "escalated"].map(|outcome| seen(&cells, outcome)), [9, 5, 4, 2]);
}

/// Over the turn of the year, with a blackout, a pilot, guards and playbooks.
#[test]
fn days_of_the_example_simulated_are_runs_applied() {
    let dates = (0..7).map(|days| laud::calendar::Date::parse("2025-12-30").unwrap().plus_days(days).to_string());
    let cells = simulated_as_applied("examples/advocacy", &dates.collect::<Vec<_>>(), "day");
    assert!(seen(&cells, "fired") >= 3 && seen(&cells, "undecided") > 0 && seen(&cells, "refreshed") > 0, "{cells:?}");
}
