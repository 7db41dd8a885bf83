//! What an account would be like if some of its metrics or columns were otherwise.

use super::moves::{Move, moved};
use super::session::{Format, Session};
use super::{Host, Reply};
use crate::diagnostics::nearest;
use crate::engine::AccountResult;
use crate::engine::reference::{Evaluator, Supposed, Supposition};
use crate::explain::{NotSupposed, supposed};
use crate::program::Program;
use crate::report::accounts::differences;
use crate::report::table::clean;
use crate::value::{Missing, Value};

/// `references = 4, arr = 500k` taken apart into names and values. Signs in quotes and brackets do not count, nor do those
/// of comparisons.
pub fn assignments(text: &str) -> Vec<(&str, &str)> {
    let bytes = text.as_bytes();
    let mut open = 0usize;
    let mut at = 0;
    // Where each name begins, and where its `=` is.
    let mut found: Vec<(usize, usize)> = Vec::new();
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => {
                at = crate::syntax::scan::text_end(bytes, at);
                continue;
            }
            b'(' => open += 1,
            b')' => open = open.saturating_sub(1),
            b'=' if open == 0 => {
                let before = text.get(..at).unwrap_or("");
                let name = before.trim_end();
                let is_name = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
                let start = name
                    .rfind(|c: char| !is_name(c))
                    .map_or(0, |i| i + name.get(i..).and_then(|r| r.chars().next()).map_or(1, char::len_utf8));
                let compares = before.ends_with(['<', '>', '!', '=']);
                if !compares && start < name.len() {
                    found.push((start, at));
                }
            }
            _ => {}
        }
        at += 1;
    }
    let mut out = Vec::new();
    for (i, (start, equals)) in found.iter().enumerate() {
        let end = found.get(i + 1).map_or(text.len(), |(next, _)| *next);
        let name = text.get(*start..*equals).unwrap_or("").trim();
        let value = text.get(equals + 1..end).unwrap_or("").trim().trim_end_matches(',').trim();
        out.push((name, value));
    }
    out
}

impl<H: Host> Session<H> {
    pub(super) fn what_if(&mut self, asked: &str, line: usize) -> Reply {
        self.try_what_if(asked, line).unwrap_or_else(|reply| reply)
    }

    fn try_what_if(&mut self, asked: &str, line: usize) -> Result<Reply, Reply> {
        let pairs = assignments(asked);
        if pairs.is_empty() || pairs.iter().any(|(_, value)| value.is_empty()) {
            return Err(Reply::failed("say what to suppose", "`:whatif references = 4, open_p1 = 0`"));
        }
        let own = self.program()?.clone();
        let (params, others): (Vec<_>, Vec<_>) =
            pairs.into_iter().partition(|(name, _)| own.params.iter().any(|p| p.header.name == *name));
        // Parameters make another program.
        let mut settings = self.settings();
        for (name, value) in &params {
            settings.set.retain(|(n, _)| n != name);
            settings.set.push(((*name).to_string(), (*value).to_string()));
        }
        let draft = match params.is_empty() {
            true => None,
            false => Some(super::draft::Draft::new(&self.state.base.sources, &self.state.typed, &settings)),
        };
        if let Some(draft) = draft.as_ref().filter(|draft| draft.program.is_none()) {
            return Err(self.wrong(&draft.findings, &draft.sources));
        }
        let program = draft.as_ref().and_then(|d| d.program.clone()).unwrap_or_else(|| own.clone());
        let mut what = Vec::new();
        for (name, text) in &others {
            what.push(self.supposed(&own, name, text, line)?);
        }
        let supposing = Evaluator::new(&program, self.dataset(), self.calendar());
        let of = |id: &str| -> Result<Option<AccountResult>, Reply> {
            let evaluator = self.evaluator()?;
            let mut list: Vec<Supposition> = Vec::new();
            for (supposed, expr) in &what {
                let value = match expr {
                    None => Value::Missing(Missing::NoData),
                    Some(expr) => match evaluator.account(id, self.as_of()) {
                        Some(mut account) => account.value_of(expr),
                        None => return Ok(None),
                    },
                };
                list.push((*supposed, value));
            }
            Ok(supposing.account_supposing(id, self.as_of(), &list).map(|account| account.result()))
        };
        let evaluator = self.evaluator()?;
        let Some(id) = self.bound() else {
            let ids: Vec<String> = evaluator.ids(self.as_of()).map(str::to_string).collect();
            let mut list: Vec<Move> = Vec::new();
            for id in &ids {
                let before = evaluator.account(id, self.as_of()).map(|account| account.result());
                if let (Some(before), Some(after)) = (before, of(id)?) {
                    moved(&own, &before, &program, &after, &mut list);
                }
            }
            let table = self.moved_table(&list, ids.len(), super::change::NAMED);
            return Ok(Reply::of(if table.is_empty() { "no score moves\n".to_string() } else { table }));
        };
        let before = evaluator.account(id, self.as_of()).map(|account| account.result());
        let (Some(before), Some(after)) = (before, of(id)?) else {
            return Err(Reply::failed(format!("there is no account `{}` on {}", self.shown_id(id), self.as_of()), ""));
        };
        let list = differences(&program, &before, &after);
        if list.is_empty() {
            return Ok(Reply::of("nothing changes\n"));
        }
        if self.format == Format::Json {
            let list: Vec<serde_json::Value> = list.iter().map(|d| d.json()).collect();
            return Ok(Reply::of(format!("{:#}\n", serde_json::Value::Array(list))));
        }
        Ok(Reply::of(list.iter().map(|d| format!("{}\n", d.words())).collect::<String>()))
    }

    /// What a name stands for, and the value that is supposed of it; no expression for `missing`.
    fn supposed(
        &self,
        program: &Program,
        name: &str,
        text: &str,
        line: usize,
    ) -> Result<(Supposed, Option<crate::program::Expr>), Reply> {
        let what = match supposed::find(program, name) {
            Ok(what) => what,
            Err(refused) => return Err(self.not_supposed(program, name, refused)),
        };
        if text == "missing" {
            return Ok((what, None));
        }
        let value = supposed::compared(self.typed(&supposed::comparison(name, text), line)?);
        match value {
            Some(value) => Ok((what, Some(value))),
            None => Err(Reply::failed(format!("`{}` is no value for `{name}`", clean(text)), "")),
        }
    }

    fn not_supposed(&self, program: &Program, name: &str, refused: NotSupposed) -> Reply {
        if let Some(message) = refused.identity(name) {
            return Reply::failed(message, "");
        }
        if let Some(entry) = self.draft.outline.get(name) {
            let message = format!("`{name}` is a {}: suppose what it reads", entry.kind.word());
            return Reply::failed(message, format!("`:deps {name}` says what that is"));
        }
        let params = program.params.iter().map(|p| p.header.name.as_str());
        let near = nearest(name, supposed::names(program).chain(params));
        let message = format!("there is no metric, column or parameter `{}`", clean(name));
        Reply::failed(message, near.map(|near| format!("did you mean `{near}`?")).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn assignments_are_told_apart_with_and_without_commas() {
        assert_eq!(assignments("references=4"), [("references", "4")]);
        assert_eq!(
            assignments("a = 1, b = max(2, 3) c=\"x = y\""),
            [("a", "1"), ("b", "max(2, 3)"), ("c", "\"x = y\"")]
        );
        assert_eq!(assignments("a = if b >= 2 then 1 else 0"), [("a", "if b >= 2 then 1 else 0")]);
        assert_eq!(assignments("nothing"), []);
        assert_eq!(assignments("é = 1 ünï = 2"), [("é", "1"), ("ünï", "2")]);
        assert_eq!(assignments("= 3"), []);
    }
}
