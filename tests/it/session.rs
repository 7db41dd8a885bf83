//! The session without a terminal: whatever is typed, it answers and goes on.

use crate::support::root;
use laud::calendar::{Calendar, Date};
use laud::data;
use laud::program::Program;
use laud::repl::{Host, Loaded, Opened, Refusal, Reply, Session, statements, unfinished};
use laud::report::Layout;
use laud::source::Sources;
use proptest::prelude::*;

/// The project of `tests/cli/files/limits`; nothing is written anywhere.
struct Limits;

fn refused() -> Refusal {
    Refusal { code: 2, text: "error: no\n".to_string() }
}

impl Host for Limits {
    fn open(&mut self, path: Option<&str>) -> Result<Opened, Refusal> {
        if path.is_some_and(|path| !path.is_empty()) {
            return Err(refused());
        }
        let mut sources = Sources::new();
        let folder = root().join("tests/cli/files/limits");
        sources.add("rules.laud", std::fs::read_to_string(folder.join("rules.laud")).unwrap());
        Ok(Opened {
            name: "limits".to_string(),
            path: String::new(),
            sources,
            as_of: Date::parse("2026-03-31").unwrap(),
            calendar: Calendar::default(),
            zone: chrono_tz::Tz::UTC,
            profiles: Vec::new(),
            complaint: String::new(),
        })
    }

    fn load(&mut self, program: &Program, data: Option<&str>) -> Result<Loaded, Refusal> {
        if data.is_some() {
            return Err(refused());
        }
        let binding = data::without_config(program, None, &root().join("tests/cli/files/limits"));
        let (data, report) = data::load(program, &binding, &mut |_| {}).map_err(|_| refused())?;
        Ok(Loaded { data, report, name: "data".to_string() })
    }

    fn beside(_: &str, path: &str) -> data::Place {
        data::Place { shown: path.to_string(), path: path.into() }
    }

    fn save(&mut self, _: &str, _: &str) -> Result<(), Refusal> {
        Ok(())
    }
}

fn session() -> Session<Limits> {
    Session::open(Limits, None, Layout::default(), false).map_err(|reply| reply.err).unwrap().0
}

fn out(session: &mut Session<Limits>, text: &str) -> String {
    let Reply { out, err, code, .. } = session.enter(text);
    assert_eq!((err.as_str(), code), ("", 0), "{text}");
    out
}

#[test]
fn a_paste_of_statements_of_all_kinds_is_answered_one_by_one() {
    let mut session = session();
    let text = "# A note.\nparam half = talks_half\nparam talks_half = 0.5\n:account acme\n\ntalks * half\n:undo\n:undo\nhealth is fair";
    let reply = session.enter(text);
    assert_eq!(reply.code, 0, "{}", reply.err);
    // talks is 12 (tests/cli/limits.md).
    let told: Vec<&str> = reply.out.lines().collect();
    assert_eq!(told[..4], ["param half: a number", "param talks_half: a number", "about acme", "6"]);
    assert_eq!(told[4..6], ["taken back: account acme", "taken back: half, talks_half"]);
    assert!(told[6].starts_with("account"), "{told:?}");
    assert_eq!(out(&mut session, ":history").lines().next(), Some("   1  # A note."));
}

#[test]
fn a_test_of_an_account_is_made_run_and_taken_back_and_may_be_called_like_a_metric() {
    let mut session = session();
    let reply = session.enter(":tests");
    assert_eq!((reply.err.lines().next(), reply.code), (Some("error: there are no tests"), 1));
    let reply = session.enter(":save-test acme");
    assert_eq!((reply.err.lines().next(), reply.code), (Some("error: of which account?"), 1));
    out(&mut session, ":account acme");
    // talks is 12 (tests/cli/limits.md): the value, and nothing else, as that is what was asked.
    assert_eq!(out(&mut session, "talks"), "12   100.0 points\n");
    assert_eq!(out(&mut session, ":save-test talks"), "test talks\n1 expectation about acme as of 2026-03-31\n");
    let (_, offered) = session.complete(":tests ta", 9);
    assert_eq!(offered.iter().map(|c| c.text.as_str()).collect::<Vec<_>>(), ["talks"]);
    // The metric is still there.
    assert_eq!(out(&mut session, "talks"), "12   100.0 points\n");
    assert_eq!(out(&mut session, ":tests"), "1 test: 1 passed\n");
    let reply = session.enter("metric talks { value 11  scale 0 -> 0, 12 -> 100 }\n:tests");
    assert_eq!(reply.code, 1);
    assert!(reply.out.contains("expected  12\n        got       11\n"), "{}", reply.out);
    assert!(out(&mut session, ":diff").contains("expect acme.talks = 12"));
    out(&mut session, ":undo");
    assert_eq!(out(&mut session, ":tests \"Talks\""), "1 test: 1 passed\n");
    assert_eq!(out(&mut session, ":undo"), "taken back: talks\n");
    assert_eq!(session.enter(":tests").code, 1);
}

#[test]
fn a_table_that_the_data_does_not_fit_is_not_taken_in() {
    let mut session = session();
    let reply = session.enter("table account { id text key  name text  open_p1 integer  legal boolean  extra number }");
    assert_eq!(reply.code, 2, "{}", reply.err);
    assert!(reply.err.contains("nothing was changed"), "{}", reply.err);
    assert_eq!(out(&mut session, "count(account)"), "5\n");
    // With a column that the file may lack, it is, and the data is read for it.
    let told = out(
        &mut session,
        "table account { id text key  name text  open_p1 integer  legal boolean  extra number optional }",
    );
    assert!(told.starts_with("table account"), "{told}");
    out(&mut session, ":account acme");
    assert_eq!(out(&mut session, "extra or else 7"), "7\n");
}

#[test]
fn a_definition_of_the_project_can_be_called() {
    let mut session = session();
    out(&mut session, "define twice(n: number) = n * 2");
    assert_eq!(out(&mut session, "twice(3)"), "6\n");
    out(&mut session, ":account acme");
    assert_eq!(out(&mut session, "twice(talks)"), "24\n");
}

#[test]
fn completion_knows_what_was_declared_just_now_and_what_the_data_has() {
    let mut session = session();
    out(&mut session, "param brand_new = 3");
    let texts = |session: &Session<Limits>, text: &str| -> Vec<String> {
        session.complete(text, text.len()).1.into_iter().map(|c| c.text).collect()
    };
    assert_eq!(texts(&session, "1 + bran"), ["brand_new"]);
    assert!(texts(&session, "name = ").contains(&"\"Acme Corp\"".to_string()));
    assert_eq!(texts(&session, ":acc"), [":account"]);
    assert_eq!(texts(&session, ":account ac"), ["acme"]);
    assert_eq!(texts(&session, ":set br"), ["brand_new"]);
    assert_eq!(texts(&session, ":format j"), ["json"]);
    assert_eq!(texts(&session, ":bands hea"), ["health"]);
    // Who corrected a score is personal.
    assert!(texts(&session, "count(correction where who = ").iter().all(|t| !t.starts_with('"')));
}

/// Pieces that mean something, in any order, with rubbish in between.
fn anything() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        ":",
        ":help ",
        ":why ",
        ":whatif ",
        ":account ",
        ":as-of ",
        ":set ",
        ":doc ",
        ":deps ",
        ":rdeps ",
        ":bands ",
        ":rules ",
        ":diff",
        ":undo",
        ":type ",
        ":format ",
        ":data ",
        ":more",
        ":history ",
        ":check",
        ":save ",
        ":load ",
        ":time ",
        ":reload",
        "acme",
        "health",
        "talks",
        "open_p1",
        "2026-03-31",
        "=",
        " = ",
        "(",
        ")",
        "{",
        "}",
        "\"",
        "#",
        "\n",
        "\n\n",
        " ",
        ",",
        "metric ",
        "param ",
        "x",
        "1",
        "9999999999999999999999",
        "%",
        "-",
        " and ",
        "if ",
        " of ",
        "count",
        "activity",
        "missing",
        " in last ",
        "90 days",
        "thresholds",
        "scorecard ",
        "weight 3",
        "é",
        "\u{0}",
        "\u{202e}",
        "\t",
        "->",
        "/ 0",
        ".",
        "none",
        "json",
        "human",
    ]);
    prop::collection::vec(words, 0..14).prop_map(|words| words.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_typed_there_is_an_answer(texts in prop::collection::vec(anything(), 1..4)) {
        let mut session = session();
        for text in &texts {
            let reply = session.enter(text);
            prop_assert!(reply.code <= 4);
            prop_assert!(reply.code == 0 || !reply.err.is_empty());
            for end in (0..=text.len()).filter(|end| text.is_char_boundary(*end)) {
                let (start, _) = session.complete(text, end);
                prop_assert!(start <= end && text.is_char_boundary(start));
            }
        }
        // Whatever it was, the session goes on.
        prop_assert_eq!(session.enter(":account none").code, 0);
    }

    #[test]
    fn statements_are_parts_of_the_text_in_its_order(text in anything()) {
        let mut end = 0;
        for statement in statements(&text) {
            let at = statement.text.as_ptr() as usize - text.as_ptr() as usize;
            prop_assert!(at >= end && !statement.text.trim().is_empty());
            end = at + statement.text.len();
            let line = text[..at].matches('\n').count() + 1;
            prop_assert_eq!(line, statement.line);
        }
        // Two empty lines end whatever was begun.
        let ended = format!("{text}\n\n\n\n");
        prop_assert!(!unfinished(&ended));
    }
}
