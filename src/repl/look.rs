//! Commands that look: why, what if, what a name means, what reads what, bands, rules, findings.

use super::session::{Format, Session};
use super::{Host, Reply};
use crate::data::Cells;
use crate::diagnostics::{Code, nearest};
use crate::explain::{self, Case, PortfolioPart, Topic, Traced, Whole};
use crate::outline::{Entry, Kind};
use crate::program::{PortfolioId, Program};
use crate::report::paint::Tone;
use crate::report::table::{Cell, Column, Table, clean, wrapped};
use crate::report::{counted, page, value};
use crate::value::Value;

/// Names beyond this are counted in a list.
const LISTED: usize = 40;

impl<H: Host> Session<H> {
    // ---------- why ----------

    pub(super) fn why(&mut self, asked: &str) -> Reply {
        match self.try_why(asked) {
            Ok((reply, topic)) => {
                topic.into_iter().for_each(|topic| self.asked_about(topic));
                reply
            }
            Err(reply) => reply,
        }
    }

    /// The page, and what of an account it is about.
    pub(super) fn try_why(&self, asked: &str) -> Result<(Reply, Option<Topic>), Reply> {
        let program = self.program()?;
        let topic = |name: &str| Topic::find(program, name);
        let (first, second) = asked.split_once(char::is_whitespace).map_or((asked, ""), |(a, b)| (a, b.trim()));
        let portfolio = program.portfolio.iter().position(|m| m.header.name == asked);
        if let Some(id) = portfolio.and_then(|i| u32::try_from(i).ok()).map(PortfolioId) {
            return Ok((self.why_portfolio(Some(id))?, None));
        }
        if asked == "portfolio" && self.find_account(asked).is_err() {
            return Ok((self.why_portfolio(None)?, None));
        }
        let bound = || {
            let help = "`:why ACCOUNT NAME`, or choose one first: `:account acme`";
            self.bound().map(str::to_string).ok_or_else(|| Reply::failed("of which account?", help))
        };
        let (id, topic) = match (first, second) {
            ("", _) => (bound()?, Topic::Account),
            (name, "") => match (topic(name), self.find_account(asked)) {
                (Some(topic), _) => (bound()?, topic),
                (None, Ok(id)) => (id, Topic::Account),
                (None, Err(reply)) => return Err(self.no_topic(program, name).unwrap_or(reply)),
            },
            // A name of an account may have blanks in it.
            (name, rest) => match (self.find_account(asked), topic(rest), topic(name)) {
                (Ok(id), _, _) => (id, Topic::Account),
                (_, Some(topic), _) => (self.find_account(name)?, topic),
                (_, None, Some(topic)) => (self.find_account(rest)?, topic),
                (Err(reply), None, None) => match asked.rsplit_once(char::is_whitespace) {
                    Some((account, name)) if topic(name).is_some() => {
                        (self.find_account(account.trim())?, topic(name).unwrap_or(Topic::Account))
                    }
                    _ => return Err(self.no_topic(program, rest).unwrap_or(reply)),
                },
            },
        };
        let evaluator = self.evaluator()?;
        let Some(account) = evaluator.account(&id, self.as_of()) else {
            let message = format!("there is no account `{}` on {}", self.shown_id(&id), self.as_of());
            return Err(Reply::failed(message, ""));
        };
        let (result, stamp) = (account.result(), self.stamp(program));
        let why = explain::why(
            Case {
                program,
                sources: &self.draft.sources,
                data: self.dataset(),
                stamp: &stamp,
                account: &result,
                probe: &Traced::new(&evaluator, &account),
                personal: self.personal,
            },
            topic,
        );
        let reply = Reply::of(match self.format {
            Format::Human | Format::Csv => explain::human(&why, &self.layout),
            Format::Md => explain::markdown(&why),
            Format::Json => format!("{:#}\n", serde_json::to_value(&why).unwrap_or_default()),
        });
        Ok((reply, Some(topic)))
    }

    fn why_portfolio(&self, only: Option<PortfolioId>) -> Result<Reply, Reply> {
        let evaluator = self.evaluator()?;
        let program = evaluator.program;
        let stamp = self.stamp(program);
        let whole = Whole {
            program,
            sources: &self.draft.sources,
            data: self.dataset(),
            stamp: &stamp,
            evaluator: &evaluator,
            personal: self.personal,
        };
        let part = only.map_or(PortfolioPart::All, PortfolioPart::Metric);
        let why = explain::portfolio(whole, part);
        Ok(Reply::of(match self.format {
            Format::Human | Format::Csv => explain::portfolio_human(&why, &self.layout),
            Format::Md => explain::portfolio_markdown(&why),
            Format::Json => format!("{:#}\n", serde_json::to_value(&why).unwrap_or_default()),
        }))
    }

    /// Said of a word that is nearer to a metric than to an account, or means something that cannot be unfolded.
    fn no_topic(&self, program: &Program, name: &str) -> Option<Reply> {
        if let Some(entry) = self.draft.outline.get(name) {
            let help = match entry.kind {
                Kind::Column => format!("type `{name}` to see it; metrics, scorecards and rules can be unfolded"),
                _ => format!("`:doc {name}` says what it is; metrics, scorecards and rules can be unfolded"),
            };
            return Some(Reply::failed(format!("`{name}` is a {}", entry.kind.word()), help));
        }
        let near = nearest(name, Topic::names(program))?;
        Some(Reply::failed(
            format!("there is no account, metric, scorecard or rule `{}`", clean(name)),
            format!("did you mean `{near}`?"),
        ))
    }

    // ---------- names ----------

    pub(super) fn unknown(&self, name: &str) -> Reply {
        let names = self.draft.outline.entries().iter().map(|e| e.name.as_str());
        let near = nearest(name, names).map(|near| format!("did you mean `{near}`?"));
        Reply::failed(format!("nothing is called `{}`", clean(name)), near.unwrap_or_default())
    }

    pub(super) fn doc(&self, name: &str) -> Reply {
        if name.is_empty() {
            return Reply::failed("say of what", "`:doc references`");
        }
        let found = self.draft.outline.find(name);
        if found.is_empty() {
            return match Code::find(name) {
                Some(code) => Reply::of(page::styled(code.page().0, &self.layout)),
                None => self.unknown(name),
            };
        }
        let pages: Vec<String> = found.into_iter().take(4).map(|entry| self.page_of(entry)).collect();
        Reply::of(pages.join("\n"))
    }

    fn page_of(&self, entry: &Entry) -> String {
        let (outline, paint) = (&self.draft.outline, self.layout.paint);
        let label = entry.label.as_ref().map_or(String::new(), |l| format!(" \"{}\"", clean(l)));
        let place = entry.place.map(|span| format!("   {}", self.draft.sources.position(span)));
        let place = place.or_else(|| entry.package.as_ref().map(|p| format!("   {p}"))).unwrap_or_default();
        let mut out = format!(
            "{}{label}   {}{}\n",
            paint.strong(&outline.qualified(entry)),
            entry.kind.word(),
            paint.dim(&place)
        );
        let width = self.layout.width.saturating_sub(2).min(98);
        for line in entry.doc.iter().flat_map(|doc| doc.lines()).flat_map(|line| wrapped(&clean(line), width)) {
            out.push_str(&format!("  {line}\n"));
        }
        let mut table = Table::new(vec![Column::default(), Column::default()]);
        let mut row = |head: &str, text: String| {
            if !text.is_empty() {
                table.row(vec![Cell::toned(head, Tone::Dim), text.into()]);
            }
        };
        let callable = entry.ty.as_ref().is_some_and(|ty| ty.starts_with(&entry.name)) || entry.kind == Kind::Function;
        row(if callable { "called" } else { "type" }, entry.ty.clone().unwrap_or_default());
        match entry.kind {
            Kind::Function => {
                for (head, text) in ["units", "missing", "example"].into_iter().zip(&entry.notes) {
                    row(head, text.trim_start_matches("missing: ").to_string());
                }
            }
            Kind::Band | Kind::Grade | Kind::Part => row("taken", entry.notes.join(" ")),
            _ => entry.notes.iter().for_each(|note| row("", note.clone())),
        }
        let names = |list: Vec<&Entry>| {
            let list: Vec<String> = list.into_iter().map(|e| outline.qualified(e)).collect();
            listed(&list)
        };
        let members: Vec<&Entry> = outline.members(entry).filter(|m| m.kind != Kind::Value).collect();
        row("has", listed(&members.iter().map(|m| m.name.clone()).collect::<Vec<_>>()));
        row("reads", names(outline.reads(entry)));
        row("read by", names(outline.read_by(entry)));
        if let (Kind::Column, Some(seen)) = (entry.kind, self.seen(entry)) {
            row("seen", seen);
        }
        out + &table.human(2, &self.layout)
    }

    /// Some values of a column that the data has; of numbers and dates the ends.
    fn seen(&self, column: &Entry) -> Option<String> {
        let (program, field, cells) = self.cells_of(column)?;
        let ends = match &cells.cells {
            Cells::Number(list) => {
                let known = || list.iter().flatten();
                known().min().zip(known().max()).map(|(low, high)| (Value::Number(low), Value::Number(high)))
            }
            Cells::Date(list) => {
                let known = || list.iter().flatten();
                known().min().zip(known().max()).map(|(low, high)| (Value::Date(low), Value::Date(high)))
            }
            _ => None,
        };
        if let Some((low, high)) = ends {
            let shown = |v| value::shown(program, field.ty, &v);
            return Some(format!("{} to {}", shown(low), shown(high)));
        }
        let values = self.values_seen(column);
        let shown: Vec<&str> = values.iter().take(5).map(String::as_str).collect();
        let more = if values.len() > shown.len() { ", …" } else { "" };
        (!shown.is_empty()).then(|| format!("{}{more}", shown.join(", ")))
    }

    pub(super) fn reads(&self, name: &str, by: bool) -> Reply {
        let Some(entry) = self.draft.outline.get(name) else {
            return match name {
                "" => Reply::failed("say of what", if by { "`:rdeps arr`" } else { "`:deps advocacy`" }),
                name => self.unknown(name),
            };
        };
        let outline = &self.draft.outline;
        let next = |entry: &Entry| if by { outline.read_by(entry) } else { outline.reads(entry) };
        let direct = next(entry);
        if direct.is_empty() {
            let text = if by { "nothing reads" } else { "reads nothing:" };
            return Reply::of(match by {
                true => format!("{text} `{}`\n", outline.qualified(entry)),
                false => format!("`{}` reads nothing\n", outline.qualified(entry)),
            });
        }
        let mut table = Table::new(vec![Column::default(); 3]);
        let line = |e: &Entry, table: &mut Table| {
            table.row(vec![
                outline.qualified(e).into(),
                Cell::toned(e.kind.word(), Tone::Dim),
                Cell::toned(e.ty.clone().unwrap_or_default(), Tone::Dim),
            ]);
        };
        direct.iter().for_each(|e| line(e, &mut table));
        // What lies behind those, each once.
        let mut seen: Vec<&Entry> = direct.clone();
        let mut at = 0;
        while let Some(e) = seen.get(at).copied() {
            at += 1;
            for further in next(e) {
                let known = seen.iter().any(|s| std::ptr::eq(*s, further)) || std::ptr::eq(entry, further);
                if !known {
                    seen.push(further);
                }
            }
        }
        let behind: Vec<String> = seen.iter().skip(direct.len()).map(|e| outline.qualified(e)).collect();
        let mut out = table.human(0, &self.layout);
        if !behind.is_empty() {
            let text = format!("through them: {}", listed(&behind));
            let lines = wrapped(&text, self.layout.width);
            out.extend(lines.iter().map(|line| format!("{}\n", self.layout.paint.dim(line))));
        }
        Reply::of(out)
    }

    // ---------- findings ----------

    pub(super) fn check(&self) -> Reply {
        let list = &self.draft.findings;
        if list.is_empty() {
            return Reply::of("no findings\n");
        }
        let count = counted(list.len() as u64, "finding", "findings");
        Reply::of(format!("{}{count}\n", self.drawn(list, &self.draft.sources)))
    }
}

/// `a, b, c … 4 more`
fn listed(names: &[String]) -> String {
    let shown = names.get(..names.len().min(LISTED)).unwrap_or(names).join(", ");
    let rest = names.len().saturating_sub(LISTED);
    if rest > 0 { format!("{shown} … {rest} more") } else { shown }
}
