//! What a page says beyond the present is true: parts add up, every change that is said to reach a grade does, and what is said of
//! days to come is what `eval` prints on those days.

use crate::eval::{Loaded, load, options};
use crate::support::{Failures, folders, root, stem};
use laud::calendar::{Date, PeriodKind};
use laud::compile;
use laud::engine::reference::{Evaluator, Supposed, Supposition};
use laud::explain::{self, Ask, CardWhy, Case, HORIZON, Past, Target, Topic, Traced, Why};
use laud::number::Decimal;
use laud::program::{FieldId, MetricId, Program};
use laud::report::Stamp;
use laud::source::Sources;
use laud::value::Value;
use std::path::Path;
use std::process::Command;

/// Accounts that are looked at per case.
const ACCOUNTS: usize = 2;

/// A page with everything on it.
fn page(program: &Program, loaded: &Loaded, evaluator: &Evaluator, id: &str, target: Option<&Target>) -> Why {
    let stamp = Stamp { as_of: loaded.as_of, program: program.hash.clone(), ..Stamp::default() };
    let account = evaluator.account(id, loaded.as_of).unwrap();
    let (result, sources) = (account.result(), Sources::new());
    let case = Case {
        program,
        sources: &sources,
        data: &loaded.data,
        stamp: &stamp,
        account: &result,
        probe: &Traced::new(evaluator, &account),
        personal: true,
    };
    let mut why = explain::why(case, Topic::Account);
    let on = loaded.calendar.end_of_previous(PeriodKind::Quarter, loaded.as_of);
    let past = Past { on, program, data: &loaded.data, against: None, detailed: true };
    let ask = Ask { past: Some(past), target, suppose: &[] };
    explain::outlook(case, evaluator, ask, &mut why).unwrap();
    why
}

/// All scorecards of a page, those inside others too.
fn cards(why: &Why) -> Vec<&CardWhy> {
    let mut open: Vec<&CardWhy> = why.scorecards.iter().collect();
    let mut out = Vec::new();
    while let Some(card) = open.pop() {
        out.push(card);
        open.extend(card.lines.iter().filter_map(|line| line.scorecard.as_deref()));
    }
    out
}

fn number(json: &serde_json::Value) -> Option<Decimal> {
    json.is_number().then(|| json.to_string().parse().unwrap())
}

fn place(program: &Program, card: &CardWhy) -> usize {
    program.scorecards.iter().position(|c| c.header.name == card.name).unwrap()
}

/// Runs a check over the accounts of all cases that hold little data.
fn everywhere(check: impl Fn(&Program, &Loaded, &Evaluator, &str) -> Result<usize, String>) {
    let mut failures = Failures::default();
    let mut checked = 0;
    for folder in folders("tests/eval") {
        let case = options(&folder);
        let (program, _) = compile(&case.sources(), &case.settings);
        let program = program.unwrap();
        let Ok(loaded) = load(&program, &case) else { continue };
        if program.scorecards.is_empty() || loaded.report.tables.iter().any(|table| table.read > 500) {
            continue;
        }
        let evaluator = Evaluator::new(&program, &loaded.data, loaded.calendar);
        let ids: Vec<String> = evaluator.ids(loaded.as_of).take(ACCOUNTS).map(str::to_string).collect();
        for id in ids {
            let result = check(&program, &loaded, &evaluator, &id);
            checked += result.as_ref().copied().unwrap_or(0);
            failures.case(&format!("{} {id}", stem(&folder)), result.map(|_| ()));
        }
    }
    assert!(checked > 0, "nothing was checked");
    failures.report();
}

#[test]
fn parts_add_up_to_the_difference() {
    everywhere(|program, loaded, evaluator, id| {
        let why = page(program, loaded, evaluator, id, None);
        let mut checked = 0;
        for card in cards(&why) {
            let was = card.was.as_ref().ok_or("nothing is said of what was")?;
            // What was is what `eval` says of that day.
            let then = evaluator.account(id, was.on).map(|a| a.result().scores[place(program, card)].clone());
            let then = then.as_ref().and_then(|score| score.value.number());
            if then != was.score.as_ref().and_then(|s| number(&s.value)) {
                return Err(format!("{}: was {then:?} by eval, {:?} on the page", card.name, was.score));
            }
            let (Some(then), Some(now)) = (then, number(&card.score.value)) else {
                if !was.parts.is_empty() {
                    return Err(format!("{}: parts of what is not known", card.name));
                }
                continue;
            };
            let sum = was.parts.iter().try_fold(then, |sum, part| sum.add(part.change.exact)).unwrap();
            let tenths = |text: &str| text.trim_start_matches('+').parse::<Decimal>().unwrap();
            let shown = was.parts.iter().try_fold(Decimal::ZERO, |sum, p| sum.add(tenths(&p.change.shown))).unwrap();
            let change = was.change.as_ref().unwrap();
            if sum != now || change.exact != now.sub(then).unwrap() || shown != tenths(&change.shown) {
                return Err(format!("{}: {then} and {:?} do not make {now}", card.name, was.parts));
            }
            checked += 1;
        }
        Ok(checked)
    });
}

/// What a page says would change, as suppositions.
fn suppositions(program: &Program, changes: &[explain::ChangeWhy]) -> Vec<Supposition> {
    let one = |change: &explain::ChangeWhy| {
        let value = match &change.to.value {
            v if v.is_number() => Value::Number(number(v).unwrap()),
            v if v.is_boolean() => Value::Boolean(v.as_bool().unwrap()),
            v => match Date::parse(v.as_str().unwrap()) {
                Some(date) => Value::Date(date),
                None => {
                    let list =
                        program.enums.iter().find_map(|e| e.values.iter().position(|x| x == v.as_str().unwrap()));
                    Value::Symbol(u32::try_from(list.unwrap()).unwrap())
                }
            },
        };
        let at = |found: Option<usize>| u32::try_from(found.unwrap()).unwrap();
        let what = match change.kind {
            "metric" => {
                Supposed::Metric(MetricId(at(program.metrics.iter().position(|m| m.header.name == change.name))))
            }
            _ => {
                let fields = &program.subject_table().unwrap().fields;
                Supposed::Column(FieldId(at(fields.iter().position(|f| f.name == change.name))))
            }
        };
        (what, value)
    };
    changes.iter().map(one).collect()
}

#[test]
fn every_way_that_is_named_leads_there() {
    everywhere(|program, loaded, evaluator, id| {
        let why = page(program, loaded, evaluator, id, None);
        let mut checked = 0;
        for card in cards(&why) {
            let Some(to) = &card.to else { continue };
            for way in &to.ways {
                // Everything is evaluated anew; the search keeps what a change does not reach.
                let suppose = suppositions(program, &way.changes);
                let account = evaluator.account_supposing(id, loaded.as_of, &suppose).unwrap().result();
                let score = &account.scores[place(program, card)];
                if score.value.number() != number(&way.score.value) || score.grade != way.grade {
                    return Err(format!("{}: {way:?} leads to {:?} {:?}", card.name, score.value, score.grade));
                }
                if way.grade == card.grade || way.grade.is_none() {
                    return Err(format!("{}: {way:?} leads nowhere", card.name));
                }
                let fewer = way.changes.len() > 1
                    && (0..way.changes.len()).any(|leave| {
                        let mut rest = suppose.clone();
                        rest.remove(leave);
                        let account = evaluator.account_supposing(id, loaded.as_of, &rest).unwrap().result();
                        account.scores[place(program, card)].grade == way.grade
                    });
                if fewer {
                    return Err(format!("{}: not all of {way:?} is needed", card.name));
                }
                checked += 1;
            }
        }
        Ok(checked)
    });
}

#[test]
fn what_happens_on_its_own_is_what_eval_says_of_that_day() {
    everywhere(|program, loaded, evaluator, id| {
        let after = |table: usize| {
            let at = program.tables[table].kind.at().or(program.tables[table].kind.since());
            at.is_some_and(|at| loaded.data.tables[table].dated_after(at, loaded.as_of) > 0)
        };
        // New rows, and other accounts, are what `on its own` leaves out.
        if evaluator.looks_at_others(loaded.as_of) || (0..program.tables.len()).any(after) {
            return Ok(0);
        }
        // Sources go on without new rows: those that cover the present are said to cover the days ahead.
        let mut data = loaded.data.clone();
        let end = loaded.as_of.plus_days(HORIZON);
        data.tables.iter_mut().for_each(|table| {
            if table.covers_to.is_some_and(|to| to >= loaded.as_of.plus_days(-31)) {
                table.covers_to = Some(end);
            }
        });
        let plain = Evaluator::new(program, &data, loaded.calendar);
        let why =
            page(program, &Loaded { data: data.clone(), report: loaded.report.clone(), ..*loaded }, &plain, id, None);
        let mut checked = 0;
        let days: Vec<_> =
            (0..=HORIZON).map(|n| plain.account(id, loaded.as_of.plus_days(n)).unwrap().result()).collect();
        for card in cards(&why) {
            let Some(ahead) = &card.on_its_own else { continue };
            let score = |date: Date| {
                let day = usize::try_from(date.days_since(loaded.as_of)).unwrap();
                let score = days[day].scores[place(program, card)].clone();
                (score.value.number(), score.grade)
            };
            for day in &ahead.dates {
                if score(day.date) != (number(&day.score.value), day.grade.clone()) {
                    return Err(format!(
                        "{} on {}: {:?}, eval says {:?}",
                        card.name,
                        day.date,
                        day.score,
                        score(day.date)
                    ));
                }
            }
            // No grade changes on a day that is not told.
            let mut grade = card.grade.clone();
            for n in 1..=HORIZON {
                let (_, next) = score(loaded.as_of.plus_days(n));
                if next != grade && !ahead.dates.iter().any(|d| d.date == loaded.as_of.plus_days(n)) {
                    return Err(format!("{}: {grade:?} becomes {next:?} on day {n} untold", card.name));
                }
                grade = next;
            }
            checked += ahead.dates.len();
        }
        Ok(checked)
    });
}

// ---------- rows that make it so ----------

fn laud(folder: &Path, arguments: &[&str]) -> serde_json::Value {
    let output = Command::new(env!("CARGO_BIN_EXE_laud")).args(arguments).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The page says that two more talks make it silver; two rows of talks do, and one does not.
#[test]
fn rows_that_make_a_value_so_make_the_score_so() {
    let place = tempfile::tempdir().unwrap();
    crate::support::copy(&root().join("tests/eval/charter_why"), place.path());
    let page = laud(place.path(), &["why", "globex", "advocacy", "--format", "json"]);
    let to = &page["scorecards"][0]["to"];
    assert_eq!((&to["target"], &to["ways"][0]["changes"][0]["name"]), (&"silver".into(), &"speaking".into()));
    assert_eq!(to["ways"][0]["changes"][0]["to"]["value"], 2);
    let promised = &to["ways"][0]["score"]["value"];
    let file = place.path().join("data/activity.csv");
    let text = std::fs::read_to_string(&file).unwrap();
    let header: Vec<&str> = text.lines().next().unwrap().split(',').collect();
    let row = |day: &str| {
        let cell = |name: &&str| match *name {
            "account" => "globex",
            "occurred_at" => day,
            "type" => "speaking",
            "status" => "completed",
            "solicited" => "no",
            "contact" => "talker",
            _ => "",
        };
        header.iter().map(cell).collect::<Vec<_>>().join(",") + "\n"
    };
    let advocacy = |rows: &str| {
        std::fs::write(&file, format!("{}\n{rows}", text.trim_end())).unwrap();
        let page = laud(place.path(), &["why", "globex", "advocacy", "--format", "json"]);
        (page["scorecards"][0]["score"]["value"].clone(), page["scorecards"][0]["grade"].clone())
    };
    assert_eq!(advocacy(&row("2026-03-01")).1, "bronze");
    assert_eq!(advocacy(&(row("2026-03-01") + &row("2026-03-02"))), (promised.clone(), "silver".into()));
}

/// Columns: what `--if` says of another value is what the page says when the file has it.
#[test]
fn a_supposed_column_is_as_if_the_file_said_so() {
    let place = tempfile::tempdir().unwrap();
    crate::support::copy(&root().join("tests/eval/charter_why"), place.path());
    let supposed = laud(place.path(), &["why", "globex", "--if", "open_p1=1", "--if", "arr=500k", "--format", "json"]);
    assert_eq!(supposed["supposed"][1]["is"]["shown"], "180,000 USD");
    let file = place.path().join("data/account.csv");
    let text = std::fs::read_to_string(&file).unwrap();
    let header: Vec<&str> = text.lines().next().unwrap().split(',').collect();
    let (arr, p1) = (header.iter().position(|h| *h == "arr"), header.iter().position(|h| *h == "open_p1"));
    let changed = |line: &str| {
        let mut cells: Vec<&str> = line.split(',').collect();
        if cells[0] == "globex" {
            (cells[arr.unwrap()], cells[p1.unwrap()]) = ("500k", "1");
        }
        cells.join(",") + "\n"
    };
    std::fs::write(&file, text.lines().map(changed).collect::<String>()).unwrap();
    let real = laud(place.path(), &["why", "globex", "--format", "json"]);
    let scores = |page: &serde_json::Value| {
        let card = &page["scorecards"][0];
        (card["score"].clone(), card["lines"].clone(), page["parts"].clone())
    };
    let strip = |text: String| text.replace("supposed; it is", "");
    assert_eq!(strip(format!("{:?}", scores(&supposed).0)), format!("{:?}", scores(&real).0));
    assert_eq!(scores(&supposed).2, scores(&real).2);
    // Earlier dates keep what they have; what is said of today, and what follows from it, is the same.
    let rules = |page: &serde_json::Value| {
        let all = page["rules"].as_array().unwrap().clone();
        let today = |r: &serde_json::Value| r["condition"]["clauses"][0]["shown"].clone();
        all.iter().map(|r| (r["status"].clone(), today(r))).collect::<Vec<_>>()
    };
    assert_eq!(rules(&supposed), rules(&real));
    let lines = |page: &serde_json::Value| {
        let all = page["scorecards"][0]["lines"].as_array().unwrap().clone();
        all.into_iter().map(|l| (l["name"].clone(), l["points"].clone(), l["contributes"].clone())).collect::<Vec<_>>()
    };
    assert_eq!(lines(&supposed), lines(&real));
}

/// The older program of a revision is the one that was committed; what is no revision says so.
#[test]
fn a_revision_of_git_is_an_older_program() {
    let place = tempfile::tempdir().unwrap();
    let project = place.path().join("repository/programme");
    crate::support::copy(&root().join("tests/cli/files/between/now"), &project);
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_laud")).args(arguments).current_dir(&project).output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (code, message) = run(&["why", "acme", "--against", "nowhere"]);
    assert_eq!(code, Some(2));
    assert!(message.starts_with("error: `nowhere` is neither a path nor a revision of git: "), "{message}");
    let git = |arguments: &[&str]| {
        let who = ["-c", "user.name=a", "-c", "user.email=a@example.org"];
        let output = Command::new("git").args(who).args(arguments).current_dir(project.parent().unwrap()).output();
        output.is_ok_and(|output| output.status.success())
    };
    if !git(&["init", "--quiet"]) {
        return; // without git there is nothing more to say
    }
    let rules = project.join("programme.laud");
    let now = std::fs::read_to_string(&rules).unwrap();
    std::fs::copy(root().join("tests/cli/files/between/before/programme.laud"), &rules).unwrap();
    assert!(git(&["add", "."]) && git(&["commit", "--quiet", "-m", "before"]));
    std::fs::write(&rules, now).unwrap();
    let arguments = ["why", "acme", "--between", "2025-12-31", "--against", "HEAD", "--format", "json"];
    let was = laud(&project, &arguments)["scorecards"][0]["was"].clone();
    let parts: Vec<(String, String)> = was["parts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| (p["what"].as_str().unwrap().to_string(), p["change"]["shown"].as_str().unwrap().to_string()))
        .collect();
    let expected = [("time", "0.0"), ("data", "+24.0"), ("program", "+10.0")];
    assert_eq!(parts, expected.map(|(what, change)| (what.to_string(), change.to_string())));
    let (code, message) = run(&["why", "acme", "--against", "HEAD~7"]);
    assert_eq!((code, message.contains("there is no such commit")), (Some(2), true), "{message}");
    std::fs::write(&rules, "metric x = y\n").unwrap();
    assert!(git(&["commit", "--quiet", "-am", "broken"]));
    std::fs::copy(root().join("tests/cli/files/between/now/programme.laud"), &rules).unwrap();
    let (code, message) = run(&["why", "acme", "--against", "HEAD"]);
    assert_eq!((code, message.contains("the program of `HEAD` does not check: ")), (Some(3), true), "{message}");
}
