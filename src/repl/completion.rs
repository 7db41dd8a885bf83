//! What can be typed next: commands, names, functions, values of columns as the data has them.

use super::command::{COMMANDS, Takes, find};
use super::session::Session;
use super::{Host, named};
use crate::data::{Cells, Column};
use crate::explain::words::literal;
use crate::outline::complete::{Candidate, complete, word_at};
use crate::outline::{Entry, Kind};
use crate::program::{Field, Program};
use std::collections::BTreeSet;

/// Distinct values of a column that are offered.
const VALUES: usize = 200;
/// Rows that are looked at for them.
const ROWS: usize = 20_000;

impl<H: Host> Session<H> {
    /// Where the word at the cursor begins, and what can stand in its place.
    pub fn complete(&self, text: &str, cursor: usize) -> (usize, Vec<Candidate>) {
        let before = text.get(..cursor).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |i| i + 1);
        let line = before.get(line_start..).unwrap_or("");
        if let Some(command) = line.trim_start().strip_prefix(':') {
            let indent = line.len() - line.trim_start().len();
            return self.command_word(before, line_start + indent, command);
        }
        self.expression_word(before)
    }

    fn expression_word(&self, before: &str) -> (usize, Vec<Candidate>) {
        complete(&self.draft.outline, before, &|column| self.values_seen(column))
    }

    fn command_word(&self, before: &str, colon: usize, command: &str) -> (usize, Vec<Candidate>) {
        let Some((word, rest)) = command.split_once(char::is_whitespace) else {
            let fits = COMMANDS.iter().filter(|c| c.name.starts_with(command));
            let candidate = |c: &super::Command| Candidate {
                text: format!(":{}", c.name),
                kind: "command",
                detail: c.does.to_string(),
            };
            return (colon, fits.map(candidate).collect());
        };
        let takes = find(word).map_or(Takes::Nothing, |command| command.takes);
        let (start, typed) = word_at(before);
        let plain = |words: Vec<String>, kind: &'static str, start: usize, typed: &str| {
            let fits = words.into_iter().filter(|w| w.to_lowercase().starts_with(&typed.to_lowercase()));
            (start, fits.map(|text| Candidate { text, kind, detail: String::new() }).collect())
        };
        match takes {
            Takes::Nothing => (before.len(), Vec::new()),
            Takes::Words(words) => plain(words.iter().map(|w| w.to_string()).collect(), "", start, typed),
            Takes::Command => plain(super::command::names().map(str::to_string).collect(), "command", start, typed),
            Takes::Profile => plain(self.profiles().to_vec(), "profile", start, typed),
            Takes::Param => {
                let params = self.draft.outline.entries().iter().filter(|e| e.kind == Kind::Param);
                plain(params.map(|e| e.name.clone()).collect(), "parameter", start, typed)
            }
            // Titles have blanks in them.
            Takes::Test => {
                let tests = self.draft.outline.entries().iter().filter(|e| e.kind == Kind::Test);
                let typed = rest.trim_start();
                plain(tests.map(|e| e.name.clone()).collect(), "test", before.len() - typed.len(), typed)
            }
            Takes::Account => {
                let rest_start = before.len() - rest.trim_start().len();
                plain(self.account_names(), "account", rest_start, rest.trim_start())
            }
            // `:why` takes an account too.
            Takes::Name if word == "why" => {
                let (start, mut list) = self.names(start, typed);
                if rest.trim_start() == typed {
                    list.extend(plain(self.account_names(), "account", start, typed).1);
                }
                (start, list)
            }
            Takes::Name if word == "whatif" && rest.contains('=') => self.expression_word(before),
            Takes::Name => self.names(start, typed),
            Takes::Expression => self.expression_word(before),
        }
    }

    /// Names alone: no words of the language.
    fn names(&self, start: usize, typed: &str) -> (usize, Vec<Candidate>) {
        let outline = &self.draft.outline;
        let candidates =
            outline.entries().iter().filter(|e| e.name.starts_with(typed) || outline.qualified(e).starts_with(typed));
        let mut seen = BTreeSet::new();
        let list = candidates.filter(|e| !matches!(e.kind, Kind::Band | Kind::Grade | Kind::Value | Kind::Test));
        let list = list.map(|e| {
            let text =
                if e.name.starts_with(typed) && !typed.contains('.') { e.name.clone() } else { outline.qualified(e) };
            Candidate { text, kind: e.kind.word(), detail: e.ty.clone().unwrap_or_default() }
        });
        (start, list.filter(|c| seen.insert(c.text.clone())).collect())
    }

    fn account_names(&self) -> Vec<String> {
        let Ok(evaluator) = self.evaluator() else { return Vec::new() };
        if crate::report::accounts::personal_key(evaluator.program) && !self.personal {
            return Vec::new();
        }
        named::all(&evaluator, self.as_of(), self.personal).into_iter().map(|(id, _)| id).take(1_000).collect()
    }

    /// A column with its cells, unless they are nobody's business.
    pub(super) fn cells_of(&self, column: &Entry) -> Option<(&Program, &Field, &Column)> {
        let program = self.draft.program.as_ref()?;
        let owner = self.draft.outline.entry(column.inside?)?;
        let place = program.tables.iter().position(|t| t.header.name == owner.name)?;
        let table = program.tables.get(place)?;
        let i = table.fields.iter().position(|f| f.name == column.name)?;
        let field = table.fields.get(i).filter(|f| !f.personal || self.personal)?;
        Some((program, field, self.dataset().tables.get(place)?.columns.get(i)?))
    }

    /// The values that the data has in a column of words, as they are written; none of a personal one. Numbers are not
    /// offered: nobody looks for one in a list.
    pub(super) fn values_seen(&self, column: &Entry) -> Vec<String> {
        let Some((program, field, cells)) = self.cells_of(column) else { return Vec::new() };
        let rows = match &cells.cells {
            Cells::Text(list) => list.len(),
            Cells::Symbol(list) => list.len(),
            _ => return Vec::new(),
        };
        let mut seen = BTreeSet::new();
        for row in (0..u32::try_from(rows).unwrap_or(u32::MAX)).take(ROWS) {
            let value = cells.value(row);
            if !value.is_missing() {
                seen.insert(literal(program, field.ty, &value));
            }
            if seen.len() >= VALUES {
                break;
            }
        }
        seen.into_iter().collect()
    }
}
