//! What `laud watch` says after each look: findings, and whose score moved since the program last made sense.

use crate::diagnostics::{Diagnostic, Severity, render};
use crate::engine::Results;
use crate::program::Program;
use crate::repl::{Move, moves};
use crate::report::accounts::personal_key;
use crate::report::table::{Cell, Column, Table};
use crate::report::{Layout, counted};
use crate::source::Sources;
use crate::value::MASK;

/// So many accounts that moved are named.
const NAMED: usize = 20;

/// What one look at the project found.
#[derive(Debug, Clone, Default)]
pub struct Look {
    /// Everything that was found about the program.
    pub findings: Vec<Diagnostic>,
    /// What the places of the findings belong to.
    pub sources: Sources,
    /// What is wrong outside the program, ready to be shown: project file or data.
    pub complaint: String,
    /// The program and all accounts, scored; nothing if something is wrong.
    pub scored: Option<(Program, Results)>,
}

/// What was seen last.
#[derive(Debug, Default)]
pub struct Watch {
    /// The last scores.
    scored: Option<(Program, Results)>,
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
        let Some((program, results)) = look.scored else {
            out.push_str("no scores until that is mended\n");
            return out;
        };
        let of = results.accounts.len();
        match &self.scored {
            None => {
                out.push_str(&format!("{} scored as of {}\n", counted(of as u64, "account", "accounts"), results.as_of))
            }
            Some((old, was)) => {
                let list = moves((old, was), (&program, &results));
                out.push_str(&moved(&list, of, personal_key(&program) && !personal, layout));
            }
        }
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
            by_key: points.iter().enumerate().map(|(i, (id, _))| (Arc::from(*id), i as u32)).collect(),
            ..TableData::default()
        };
        let data = Dataset { tables: vec![table] };
        let options =
            Options { as_of: Date::parse("2026-03-31").unwrap(), calendar: Calendar::default(), accounts: Vec::new() };
        let scored = program.map(|p| {
            let results = Reference.evaluate(&p, &data, &options);
            (p, results)
        });
        Look { findings: found.sorted(), sources, complaint: String::new(), scored }
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
}
