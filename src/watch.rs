//! What `laud watch` says after each look: findings, whose score moved since the program last made sense, and which tests
//! fail or pass now.

mod verdicts;

use crate::diagnostics::{Diagnostic, Severity, render};
use crate::engine::Results;
use crate::program::Program;
use crate::repl::{Move, moves};
use crate::report::accounts::personal_key;
use crate::report::table::{Cell, Column, Table};
use crate::report::{Layout, counted};
use crate::source::Sources;
use crate::testing::Report;
use crate::value::MASK;
use verdicts::Verdicts;

/// So many accounts that moved are named.
const NAMED: usize = 20;

/// What one look at the project found.
#[derive(Debug, Default)]
pub struct Look {
    /// Everything that was found about the program.
    pub findings: Vec<Diagnostic>,
    /// What the places of the findings belong to.
    pub sources: Sources,
    /// What is wrong outside the program, ready to be shown: project file or data.
    pub complaint: String,
    /// The program and all accounts, scored; nothing if something is wrong.
    pub scored: Option<(Program, Results)>,
    /// What came of the tests; nothing if they could not run. They bring their own data, so they run without any.
    pub tests: Option<Report>,
}

/// What was seen last.
#[derive(Debug, Default)]
pub struct Watch {
    /// The last scores.
    scored: Option<(Program, Results)>,
    /// The last verdicts.
    verdicts: Verdicts,
    /// The messages of findings that have been drawn already.
    drawn: Vec<Diagnostic>,
}

impl Watch {
    /// What to say of a look. `changed` are the files that changed since the last one; there are none at first.
    pub fn told(&mut self, look: Look, changed: &[String], personal: bool, layout: &Layout) -> String {
        let mut out = String::new();
        if !changed.is_empty() {
            let names: Vec<&str> = changed.iter().take(5).map(String::as_str).collect();
            let more = if changed.len() > 5 { format!(" and {} more", changed.len() - 5) } else { String::new() };
            out.push_str(&format!("{}\n", layout.paint.strong(&format!("{}{more} changed", names.join(", ")))));
        }
        out.push_str(&look.complaint);
        // Errors are in the way each time; whatever else was told once is only counted.
        let same = |a: &Diagnostic, b: &Diagnostic| (a.code, &a.message) == (b.code, &b.message);
        let fresh = |f: &&Diagnostic| f.severity == Severity::Error || !self.drawn.iter().any(|d| same(d, f));
        let list: Vec<Diagnostic> = look.findings.iter().filter(fresh).cloned().collect();
        let mut text = render::human(&list, &look.sources, layout.paint.color);
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        out.push_str(&text);
        out.push_str(&counts(&look.findings));
        self.drawn = look.findings;
        match look.scored {
            Some(scored) => out.push_str(&self.scores(scored, personal, layout)),
            None => out.push_str("no scores until that is mended\n"),
        }
        if let Some(report) = &look.tests {
            out.push_str(&self.verdicts.told(report, layout));
        }
        out
    }

    /// What to say of scores, against the last ones.
    fn scores(&mut self, (program, results): (Program, Results), personal: bool, layout: &Layout) -> String {
        let of = results.accounts.len();
        let out = match &self.scored {
            None => format!("{} scored as of {}\n", counted(of as u64, "account", "accounts"), results.as_of),
            Some((old, was)) => {
                let list = moves((old, was), (&program, &results));
                moved(&list, of, personal_key(&program) && !personal, layout)
            }
        };
        self.scored = Some((program, results));
        out
    }
}

fn counts(findings: &[Diagnostic]) -> String {
    let of = |severity| findings.iter().filter(|f| f.severity == severity).count() as u64;
    let parts = [
        (Severity::Error, "error", "errors"),
        (Severity::Warning, "warning", "warnings"),
        (Severity::Info, "note", "notes"),
    ];
    let parts: Vec<String> =
        parts.into_iter().filter(|(s, ..)| of(*s) > 0).map(|(s, one, many)| counted(of(s), one, many)).collect();
    match parts.is_empty() {
        true => "no findings\n".to_string(),
        false => format!("{}\n", parts.join(", ")),
    }
}

fn moved(list: &[Move], of: usize, masked: bool, layout: &Layout) -> String {
    let mut accounts: Vec<&str> = list.iter().map(|m| m.account.as_str()).collect();
    accounts.dedup();
    let all = counted(of as u64, "account", "accounts");
    if accounts.is_empty() {
        return format!("no score of {all} moves\n");
    }
    let verb = if accounts.len() == 1 { "moves" } else { "move" };
    let mut table = Table::new(vec![Column::default(), Column::default()]);
    for id in accounts.iter().take(NAMED) {
        let words: Vec<String> = list.iter().filter(|m| m.account == *id).map(Move::words).collect();
        table.row(vec![Cell::from(if masked { MASK } else { id }), words.join(", ").into()]);
    }
    let mut out = format!("{} of {all} {verb}\n{}", accounts.len(), table.human(2, layout));
    if accounts.len() > NAMED {
        out.push_str(&format!("  … {} more\n", accounts.len() - NAMED));
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;
    use crate::calendar::{Calendar, Date};
    use crate::data::{Cells, Column, Dataset, TableData};
    use crate::engine::reference::Reference;
    use crate::engine::{Engine, Options};
    use crate::number::Decimal;
    use crate::testing;
    use std::sync::Arc;

    /// Accounts a and b with 10 and 80 points.
    fn look(text: &str, points: &[(&str, i64)]) -> Look {
        let mut sources = Sources::new();
        sources.add("r.laud", text);
        let (program, found) = crate::compile(&sources, &crate::Settings::default());
        let column = |cells| Column { cells, unreadable: Vec::new() };
        let table = TableData {
            loaded: true,
            rows: points.len() as u32,
            columns: vec![
                column(Cells::Text(points.iter().map(|(id, _)| Some(Arc::from(*id))).collect())),
                column(Cells::Number(points.iter().map(|(_, n)| Some(Decimal::int(*n))).collect())),
            ],
            by_key: points.iter().map(|(id, _)| Arc::from(*id)).collect(),
            ..TableData::default()
        };
        let data = Dataset { tables: vec![table] };
        let options =
            Options { as_of: Date::parse("2026-03-31").unwrap(), calendar: Calendar::default(), accounts: Vec::new() };
        let scored = program.map(|p| {
            let results = Reference.evaluate(&p, &data, &options);
            (p, results)
        });
        let tests = scored.as_ref().map(|(program, _)| {
            let setup = testing::Setup {
                program,
                sources: &sources,
                rules: &sources,
                settings: &crate::Settings::default(),
                calendar: Calendar::default(),
                zone: chrono_tz::Tz::UTC,
                project: "r",
                open: &|_, path| crate::data::Place { shown: path.to_string(), path: path.into() },
                width: 100,
                coverage: false,
            };
            testing::run(&setup, None, 1)
        });
        Look { findings: found.sorted(), sources, complaint: String::new(), scored, tests }
    }

    const RULES: &str = "table account { id text key  p points }\nmetric m = p\n\
                         scorecard s { m weight 100 grades { good >= 50  bad otherwise } }\n";

    fn said(watch: &mut Watch, look: Look, changed: &[&str]) -> String {
        let changed: Vec<String> = changed.iter().map(|c| c.to_string()).collect();
        watch.told(look, &changed, false, &Layout::default())
    }

    #[test]
    fn it_says_what_moved_since_the_program_last_made_sense() {
        let mut watch = Watch::default();
        let points = [("a", 10), ("b", 80)];
        assert_eq!(said(&mut watch, look(RULES, &points), &[]), "no findings\n2 accounts scored as of 2026-03-31\n");
        // Nothing moves where nothing that counts was changed.
        let same = format!("# a comment\n{RULES}");
        let text = said(&mut watch, look(&same, &points), &["r.laud"]);
        assert_eq!(text, "r.laud changed\nno findings\nno score of 2 accounts moves\n");
        // A mistake: findings, no scores.
        let broken = RULES.replace("= p", "= q");
        let text = said(&mut watch, look(&broken, &points), &["r.laud"]);
        assert!(
            text.contains("there is no `q`") && text.ends_with("1 error\nno scores until that is mended\n"),
            "{text}"
        );
        // Mended, and more: compared with what was before the mistake. 10 * 6 is 60.
        let mended = RULES.replace("= p", "= min(p * 6, 100)");
        let text = said(&mut watch, look(&mended, &points), &["r.laud"]);
        assert_eq!(
            text,
            "r.laud changed\nno findings\n2 of 2 accounts move\n  a  s 10.0 bad -> 60.0 good\n  b  s 80.0 good -> 100.0 good\n"
        );
        // Data: one account comes, one goes.
        let text = said(&mut watch, look(&mended, &[("a", 10), ("c", 1)]), &["data/account.csv"]);
        assert_eq!(text, "data/account.csv changed\nno findings\n2 of 2 accounts move\n  b  is gone\n  c  is new\n");
    }

    #[test]
    fn it_says_which_tests_fail_and_pass_now_and_only_those() {
        let tests = "test \"ten\" as of 2026-03-31 { account x { p 10 } expect x.m = 10 }\n\
                     test \"twenty\" as of 2026-03-31 { account x { p 20 } expect x.m = 20 expect x.s is bad }\n\
                     test \"later\" as of 2026-03-31 { todo \"soon\" account x { p 1 } expect x.m = 7 }\n";
        let mut watch = Watch::default();
        let points = [("a", 10)];
        let with = |rules: &str| format!("{rules}{tests}");
        let drawn = |l: &str| l.contains('│');
        let last =
            |text: String| text.lines().skip_while(|l| !l.contains(" test") || drawn(l)).map(str::to_string).collect();
        let mut say =
            |text: &str, changed: &[&str]| -> Vec<String> { last(said(&mut watch, look(text, &points), changed)) };
        // The tests begin on line 4.
        assert_eq!(say(&with(RULES), &[]), ["2 tests pass, 1 to do"]);
        assert_eq!(say(&with(RULES), &["r.laud"]), ["2 tests pass, 1 to do, as before"]);
        // Less five from 16 on: ten stays ten, twenty does not; it is still bad.
        let capped = RULES.replace("= p", "= if p > 15 then max(p - 5, 0) else p");
        let told = ["1 of 3 tests fails, 1 to do", "  fails now   twenty   r.laud:5"];
        let got = say(&with(&capped), &["r.laud"]);
        assert_eq!(got[..2], told, "{got:?}");
        assert_eq!(got[2..], ["    line 5: expect x.m = 20: got 15"]);
        assert_eq!(say(&with(&capped), &["r.laud"]), ["1 of 3 tests fails, 1 to do, as before"]);
        // A mistake: no tests run, and what was known of them stays known.
        let broken = RULES.replace("= p", "= q");
        assert!(say(&with(&broken), &["r.laud"]).is_empty());
        // Twice as much up to 15: the other one fails.
        let more = RULES.replace("= p", "= if p > 15 then p else min(p * 2, 100)");
        let told =
            ["1 of 3 tests fails, 1 to do", "  fails now   ten   r.laud:4", "    line 4: expect x.m = 10: got 20"];
        let got = say(&with(&more), &["r.laud"]);
        assert_eq!(
            (&got[..3], &got[3..]),
            (&told.map(String::from)[..], &["  passes now   twenty   r.laud:5".into()][..])
        );
        assert_eq!(say(RULES, &["r.laud"]), ["there are no tests any more"].map(String::from));
        assert!(say(RULES, &["r.laud"]).is_empty());
    }
}
