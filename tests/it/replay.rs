//! `laud eval --from --to --every` says of each date what `laud eval --as-of` says of that date alone.

use crate::support::{copy, root};
use laud::calendar::{Date, PeriodKind, every};
use laud::number::Decimal;
use std::path::Path;
use std::process::Command;

/// What a command prints; it must end well, or with the code for numbers that could not be computed.
fn laud(place: &Path, args: &[&str]) -> String {
    let done = Command::new(env!("CARGO_BIN_EXE_laud")).args(args).current_dir(place).output().unwrap();
    let errors = String::from_utf8_lossy(&done.stderr);
    assert!(matches!(done.status.code(), Some(0 | 4)), "{args:?}: {errors}");
    String::from_utf8(done.stdout).unwrap()
}

fn dates(period: PeriodKind, from: &str, to: &str) -> Vec<String> {
    every(period, Date::parse(from).unwrap(), Date::parse(to).unwrap()).map(|date| date.to_string()).collect()
}

#[test]
fn periods_are_counted_from_the_first_date() {
    assert_eq!(dates(PeriodKind::Week, "2026-03-03", "2026-03-17"), ["2026-03-03", "2026-03-10", "2026-03-17"]);
    assert_eq!(dates(PeriodKind::Week, "2026-03-03", "2026-03-16"), ["2026-03-03", "2026-03-10"]);
    assert_eq!(dates(PeriodKind::Day, "2026-02-27", "2026-03-01"), ["2026-02-27", "2026-02-28", "2026-03-01"]);
    // A day that a month does not have is its last; the next month has it again.
    assert_eq!(dates(PeriodKind::Month, "2026-01-30", "2026-03-30"), ["2026-01-30", "2026-02-28", "2026-03-30"]);
    // From the end of a month to the ends of months.
    assert_eq!(dates(PeriodKind::Month, "2026-02-28", "2026-05-01"), ["2026-02-28", "2026-03-31", "2026-04-30"]);
    assert_eq!(dates(PeriodKind::Quarter, "2025-09-30", "2026-03-31"), ["2025-09-30", "2025-12-31", "2026-03-31"]);
    assert_eq!(dates(PeriodKind::Year, "2024-02-29", "2026-03-01"), ["2024-02-29", "2025-02-28", "2026-02-28"]);
    assert_eq!(dates(PeriodKind::Day, "2026-03-01", "2026-02-28"), Vec::<String>::new());
    assert_eq!(dates(PeriodKind::Year, "9998-12-31", "9999-12-31"), ["9998-12-31", "9999-12-31"]);
}

/// A table of csv without quotes around names.
fn table(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    reader.records().map(|record| record.unwrap().iter().map(str::to_string).collect()).collect()
}

/// More dates than keep places of their own, over examples with portfolio figures, ranks, streaks, merges and history.
#[test]
fn every_date_is_what_it_is_alone() {
    let place = tempfile::tempdir().unwrap();
    copy(&root().join("examples"), place.path());
    for (project, period, from, to) in
        [("advocacy", "week", "2026-01-05", "2026-03-30"), ("health", "month", "2025-06-30", "2026-03-31")]
    {
        let kind = if period == "week" { PeriodKind::Week } else { PeriodKind::Month };
        let dates = dates(kind, from, to);
        assert!(dates.len() > 9);
        let many = |more: &[&str]| {
            let args = [&["eval", project, "--from", from, "--to", to, "--every", period][..], more].concat();
            laud(place.path(), &args)
        };
        let (all, summary) = (many(&["--format", "csv"]), many(&["--format", "csv", "--summary"]));
        let all_json = many(&["--format", "json"]);
        let all = table(&all);
        let date_of = |row: &Vec<String>| row[all[0].iter().position(|cell| cell == "as_of").unwrap()].clone();
        let mut documents = Vec::new();
        for (i, date) in dates.iter().enumerate() {
            // One in three is enough to see it, and the first and the last.
            if i % 3 != 0 && i + 1 != dates.len() {
                documents.push(None);
                continue;
            }
            let alone = table(&laud(place.path(), &["eval", project, "--as-of", date, "--format", "csv"]));
            let got: Vec<&Vec<String>> = all.iter().filter(|row| date_of(row) == *date).collect();
            assert_eq!((got.len() + 1, &alone[0]), (alone.len(), &all[0]), "{project} as of {date}");
            let differ = got.iter().zip(&alone[1..]).find(|(got, alone)| **got != *alone);
            assert_eq!(differ, None, "{project} as of {date}");
            let alone = laud(place.path(), &["eval", project, "--as-of", date, "--format", "json"]);
            let mut alone: serde_json::Value = serde_json::from_str(&alone).unwrap();
            alone.as_object_mut().unwrap().remove("load").unwrap();
            documents.push(Some(alone));
        }
        let mut seen: Vec<String> = all[1..].iter().map(date_of).collect();
        seen.dedup();
        assert_eq!(seen, dates, "{project}: dates in order, and no others");
        assert_eq!(all_json.lines().count(), dates.len());
        for (got, alone) in all_json.lines().zip(documents) {
            let got: serde_json::Value = serde_json::from_str(got).unwrap();
            assert!(alone.is_none_or(|alone| alone == got), "{project}");
        }
        summed(project, &all, &table(&summary));
    }
}

/// Means and counts as they come of the lines of all accounts.
fn summed(project: &str, all: &[Vec<String>], summary: &[Vec<String>]) {
    let at = |table: &[Vec<String>], name: &str| table[0].iter().position(|cell| cell == name);
    let date = at(all, "as_of").unwrap();
    let mut compared = 0;
    for line in &summary[1..] {
        let of: Vec<&Vec<String>> = all[1..].iter().filter(|row| row[date] == line[0]).collect();
        assert_eq!(line[1], of.len().to_string());
        for (name, cell) in summary[0].iter().zip(line).skip(2) {
            let column = |name: &str| at(all, name).map(|i| of.iter().map(|row| row[i].as_str()).collect::<Vec<_>>());
            let expected = if let Some(grades) = name.split_once('.').and_then(|(card, grade)| {
                let missing = || Some(column(card)?.iter().filter(|score| score.is_empty()).count());
                let graded = || Some(column(&format!("{card}.grade"))?.iter().filter(|cell| **cell == grade).count());
                if grade == "missing" { missing() } else { graded() }
            }) {
                grades.to_string()
            } else if at(all, &format!("{name}.coverage")).is_some() {
                let scores: Vec<Decimal> =
                    column(name).unwrap().iter().filter_map(|n| Decimal::parse(n).ok()).collect();
                let sum = scores.iter().fold(Decimal::ZERO, |sum, score| sum.add(*score).unwrap());
                sum.div(Decimal::int(scores.len() as i64)).map_or(String::new(), |mean| mean.to_string())
            } else {
                let cells = column(name).unwrap();
                let rule =
                    cells.iter().all(|cell| ["yes", "no", "held back", "suppressed", "undecided"].contains(cell));
                if rule {
                    cells.iter().filter(|cell| **cell == "yes").count().to_string()
                } else {
                    cells[0].to_string()
                }
            };
            assert_eq!(cell, &expected, "{project}: {name} as of {}", line[0]);
            compared += 1;
        }
    }
    assert!(compared > 40, "{project}: only {compared} numbers");
}

/// Two rows of the same moment with different values: which is the last, only rows that are held say. Until one comes into
/// sight nothing is held; then the files are read once more, and nothing is told twice or left out.
#[test]
fn a_date_that_needs_rows_that_went_by() {
    let place = tempfile::tempdir().unwrap();
    let program = "table account { id text key }\n\
                   events view of account at moment { moment instant  pages number }\n\
                   metric last_pages = last(pages of view in last 10 days)\n\
                   metric views = count(view in last 10 days)\n\
                   scorecard depth { last_pages weight 100 scale 0 -> 0, 10 -> 100 }\n";
    std::fs::write(place.path().join("views.laud"), program).unwrap();
    std::fs::create_dir(place.path().join("data")).unwrap();
    std::fs::write(place.path().join("data/account.csv"), "id\na\nb\n").unwrap();
    let views = "account,moment,pages\n\
                 a,2026-01-05T10:00:00Z,3\na,2026-01-20T10:00:00Z,4\nb,2026-01-20T11:00:00Z,5\n\
                 a,2026-02-10T09:00:00Z,7\na,2026-02-10T09:00:00Z,8\nb,2026-01-01T11:00:00Z,1\n";
    std::fs::write(place.path().join("data/view.csv"), views).unwrap();
    for (every, from) in [("day", "2026-01-01"), ("week", "2026-01-09")] {
        let args = ["eval", "views.laud", "--from", from, "--to", "2026-02-19", "--every", every, "--format", "csv"];
        let lines = table(&laud(place.path(), &args));
        let mut told = std::collections::BTreeMap::new();
        for line in &lines[1..] {
            let at = |name: &str| line[lines[0].iter().position(|cell| cell == name).unwrap()].clone();
            assert_eq!(told.insert((at("as_of"), at("account")), (at("last_pages"), at("views"))), None, "told twice");
        }
        let kind = if every == "day" { PeriodKind::Day } else { PeriodKind::Week };
        let dates = dates(kind, from, "2026-02-19");
        assert_eq!(told.len(), dates.len() * 2);
        let of = |date: &str, account: &str| told[&(date.to_string(), account.to_string())].clone();
        for date in &dates {
            let within = |moment: &str| {
                *date.as_str() >= *moment && *date < Date::parse(moment).unwrap().plus_days(10).to_string()
            };
            // The later of the two rows in the file is the last.
            let last = [("2026-02-10", "8"), ("2026-01-20", "4"), ("2026-01-05", "3")];
            let found = last.iter().find(|(moment, _)| within(moment)).map_or("", |(_, pages)| pages);
            let count = last.iter().filter(|(moment, _)| within(moment)).count() + usize::from(within("2026-02-10"));
            assert_eq!(of(date, "a"), (found.to_string(), count.to_string()), "{every}: a as of {date}");
            let last = [("2026-01-20", "5"), ("2026-01-01", "1")];
            let found = last.iter().find(|(moment, _)| within(moment)).map_or("", |(_, pages)| pages);
            assert_eq!(of(date, "b").0, found, "{every}: b as of {date}");
        }
    }
}

#[test]
fn one_account_at_many_dates_and_a_setting() {
    let place = tempfile::tempdir().unwrap();
    copy(&root().join("examples"), place.path());
    let many = ["--from", "2026-01-31", "--to", "2026-03-31", "--every", "month", "--format", "csv"];
    let args = [&["eval", "advocacy", "--account", "bayside", "--set", "champion_calls=2"][..], &many].concat();
    let all = laud(place.path(), &args);
    let mut lines = String::new();
    for date in ["2026-01-31", "2026-02-28", "2026-03-31"] {
        let one = ["--as-of", date, "--format", "csv"];
        let alone = laud(
            place.path(),
            &[&["eval", "advocacy", "--account", "bayside", "--set", "champion_calls=2"][..], &one].concat(),
        );
        let (head, rest) = alone.split_once('\n').unwrap();
        if lines.is_empty() {
            lines = format!("{head}\n");
        }
        lines += rest;
    }
    assert_eq!(all, lines);
}

/// Lines are printed while accounts are computed, unless something else is asked for as well: then whole results are made
/// first. The lines, what is said beside them and the exit code are the same.
#[test]
fn lines_are_the_same_however_they_come() {
    let place = tempfile::tempdir().unwrap();
    copy(&root().join("examples"), place.path());
    copy(&root().join("tests/cli/files"), place.path());
    let told = |args: &[&str]| {
        let done = Command::new(env!("CARGO_BIN_EXE_laud")).args(args).current_dir(place.path()).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        (text(&done.stdout), text(&done.stderr), done.status.code())
    };
    let mut lines = 0;
    let examples = ["advocacy", "governance", "health", "roi"];
    // Limits, masks, numbers that cannot be computed, values that are too old, rules of every kind.
    let others = ["limits", "masked", "personal", "faults", "lapsed", "quarters", "peers", "guarded", "kinds", "mess"];
    for project in examples.into_iter().chain(others) {
        for date in ["2025-09-30", "2026-02-28", "2026-03-31", "2026-07-01"] {
            let args = ["eval", project, "--as-of", date, "--format", "csv", "--columns", "all"];
            let straight = told(&args);
            assert_eq!(straight, told(&[&args[..], &["--rejects", "rejects.csv"]].concat()), "{project} as of {date}");
            lines += straight.0.lines().count();
        }
    }
    // The examples have dozens of accounts.
    assert!(lines > 100, "{lines}");
}
