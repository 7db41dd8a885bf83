//! Commands that look: why, what if, what a name means, what reads what, bands, rules, findings.

use super::moves::{Move, moved};
use super::session::{Format, Session};
use super::show::{accounts, words};
use super::whatif::{Supposed, assignments, suppose};
use super::{Host, Reply};
use crate::diagnostics::{Code, nearest};
use crate::engine::{AccountResult, RuleStatus};
use crate::explain::words::{Words, band_test, segment};
use crate::explain::{self, Case, PortfolioPart, Topic, Traced, Whole};
use crate::outline::{Entry, Kind};
use crate::program::{BandTable, ExprKind, FieldId, MetricId, PortfolioId, Program, Scale, Type, Unit};
use crate::report::accounts::{differences, status_words};
use crate::report::paint::Tone;
use crate::report::table::{Cell, Column, Table, clean, wrapped};
use crate::report::{counted, page, value};
use crate::value::{Missing, Value};

/// Names beyond this are counted in a list.
const LISTED: usize = 40;

impl<H: Host> Session<H> {
    // ---------- why ----------

    pub(super) fn why(&mut self, asked: &str) -> Reply {
        self.try_why(asked).unwrap_or_else(|reply| reply)
    }

    fn try_why(&self, asked: &str) -> Result<Reply, Reply> {
        let program = self.program()?;
        let topic = |name: &str| Topic::find(program, name);
        let (first, second) = asked.split_once(char::is_whitespace).map_or((asked, ""), |(a, b)| (a, b.trim()));
        let portfolio = program.portfolio.iter().position(|m| m.header.name == asked);
        if let Some(id) = portfolio.and_then(|i| u32::try_from(i).ok()).map(PortfolioId) {
            return self.why_portfolio(Some(id));
        }
        if asked == "portfolio" && self.find_account(asked).is_err() {
            return self.why_portfolio(None);
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
        Ok(Reply::of(match self.format {
            Format::Human | Format::Csv => explain::human(&why, &self.layout),
            Format::Md => explain::markdown(&why),
            Format::Json => format!("{:#}\n", serde_json::to_value(&why).unwrap_or_default()),
        }))
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

    // ---------- what if ----------

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
        let case = (&program, self.dataset(), self.calendar());
        let of = |id: &str| -> Result<Option<AccountResult>, Reply> {
            let evaluator = self.evaluator()?;
            let mut list = Vec::new();
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
            Ok(suppose(case, id, self.as_of(), &list))
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
        let id = |i: usize| u32::try_from(i).unwrap_or(u32::MAX);
        let metric =
            program.metrics.iter().position(|m| m.header.name == name).map(|i| Supposed::Metric(MetricId(id(i))));
        let table = program.subject_table();
        let bare = name
            .rsplit_once('.')
            .map_or(name, |(owner, column)| if table.is_some_and(|t| t.header.name == owner) { column } else { name });
        let field = table.and_then(|t| t.fields.iter().position(|f| f.name == bare));
        let identity = |i: usize| {
            table
                .is_some_and(|t| t.key == Some(FieldId(id(i))) || t.fields.get(i).is_some_and(|f| f.merged || f.parent))
        };
        let what = match (metric, field) {
            (Some(metric), _) => metric,
            (None, Some(i)) if identity(i) => {
                return Err(Reply::failed(format!("`{name}` says which account it is, and cannot be supposed"), ""));
            }
            (None, Some(i)) => Supposed::Column(FieldId(id(i))),
            (None, None) => {
                if let Some(entry) = self.draft.outline.get(name) {
                    let message = format!("`{name}` is a {}: suppose what it reads", entry.kind.word());
                    return Err(Reply::failed(message, format!("`:deps {name}` says what that is")));
                }
                let fields = table.into_iter().flat_map(|t| t.fields.iter().map(|f| f.name.as_str()));
                let names = program.metrics.iter().map(|m| m.header.name.as_str()).chain(fields);
                let params = program.params.iter().map(|p| p.header.name.as_str());
                let help = nearest(name, names.chain(params)).map(|near| format!("did you mean `{near}`?"));
                let message = format!("there is no metric, column or parameter `{}`", clean(name));
                return Err(Reply::failed(message, help.unwrap_or_default()));
            }
        };
        if text == "missing" {
            return Ok((what, None));
        }
        // Typed as if it were compared with what it is supposed of, so that it adopts its unit.
        let expr = self.typed(&format!("{name} = ({text})"), line)?;
        match expr.kind {
            ExprKind::Compare(_, _, value) => Ok((what, Some(*value))),
            _ => Err(Reply::failed(format!("`{}` is no value for `{name}`", clean(text)), "")),
        }
    }

    // ---------- names ----------

    fn unknown(&self, name: &str) -> Reply {
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

    /// Some values of a column that the data has.
    fn seen(&self, column: &Entry) -> Option<String> {
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

    // ---------- bands and rules ----------

    pub(super) fn bands(&mut self, name: &str) -> Reply {
        self.try_bands(name).unwrap_or_else(|reply| reply)
    }

    fn try_bands(&mut self, name: &str) -> Result<Reply, Reply> {
        if name.is_empty() {
            return Err(Reply::failed("say of what", "`:bands references`"));
        }
        let results = self.results()?;
        let program = self.program()?;
        let bound = self.bound();
        let own = results.accounts.iter().find(|a| Some(a.id.as_str()) == bound);
        if let Some(i) = program.metrics.iter().position(|m| m.header.name == name) {
            let Some(metric) = program.metrics.get(i) else { return Err(self.unknown(name)) };
            let ty = metric.value.ty;
            let band = |a: &AccountResult| a.metrics.get(i).and_then(|m| m.band.clone());
            let mut out = self.band_tables(program, &metric.thresholds, ty, &results.accounts, own, &band);
            out.extend(metric.scales.iter().map(|scale| scale_words(program, scale, ty)));
            if out.is_empty() {
                let help = "`:doc` says more; a line of a scorecard may have a scale of its own";
                return Err(Reply::failed(format!("`{name}` has neither thresholds nor a scale"), help));
            }
            return Ok(Reply::of(out.join("")));
        }
        if let Some(i) = program.scorecards.iter().position(|s| s.header.name == name) {
            let Some(card) = program.scorecards.get(i) else { return Err(self.unknown(name)) };
            let grade = |a: &AccountResult| a.scores.get(i).and_then(|s| s.grade.clone());
            let ty = Type::Number(card.combine.unit());
            let out = self.band_tables(program, &card.grades, ty, &results.accounts, own, &grade);
            if out.is_empty() {
                return Err(Reply::failed(format!("`{name}` has no grades"), ""));
            }
            return Ok(Reply::of(out.join("")));
        }
        if let Some(i) = program.partitions.iter().position(|p| p.header.name == name) {
            let Some(partition) = program.partitions.get(i) else { return Err(self.unknown(name)) };
            let ty = partition.by.as_ref().map_or(Type::PLAIN, |by| by.ty);
            let mut table = Table::new(vec![Column::default(), Column::default(), Column::numbers("")]);
            for (k, part) in partition.parts.iter().enumerate() {
                let inside = |a: &&AccountResult| a.parts.get(i).copied().flatten().map(|p| p as usize) == Some(k);
                let count = results.accounts.iter().filter(inside).count();
                let test = crate::explain::words::part_test(program, ty, &part.test);
                table.row(vec![part.name.as_str().into(), test.into(), accounts(count).into()]);
            }
            return Ok(Reply::of(table.human(0, &self.layout)));
        }
        match self.draft.outline.get(name) {
            Some(entry) => {
                let message = format!("`{name}` is a {} and has no bands", entry.kind.word());
                Err(Reply::failed(message, "metrics, scorecards and partitions have them"))
            }
            None => Err(self.unknown(name)),
        }
    }

    fn band_tables(
        &self,
        program: &Program,
        tables: &[BandTable],
        ty: Type,
        all: &[AccountResult],
        own: Option<&AccountResult>,
        band: &dyn Fn(&AccountResult) -> Option<String>,
    ) -> Vec<String> {
        let mut out = Vec::new();
        for (i, table) in tables.iter().enumerate() {
            let uses = |account: &AccountResult| {
                explain::bands::table_for(tables, account).is_some_and(|t| std::ptr::eq(t, table))
            };
            let mut lines = Table::new(vec![Column::default(); 5]);
            for row in &table.bands {
                let count = all.iter().filter(|a| uses(a) && band(a).as_ref() == Some(&row.name)).count();
                let here = own.is_some_and(|a| uses(a) && band(a).as_ref() == Some(&row.name));
                let points = row.points.map_or(String::new(), |p| format!("-> {p}"));
                lines.row(vec![
                    Cell::toned(row.name.as_str(), if here { Tone::Strong } else { Tone::Plain }),
                    band_test(program, ty, &row.test).into(),
                    points.into(),
                    Cell::toned(accounts(count), Tone::Dim),
                    if here { "<- here".into() } else { Cell::default() },
                ]);
            }
            let whom = table.segment.map(|s| format!("for {}\n", segment(program, s)));
            let whom = whom.or_else(|| (tables.len() > 1).then(|| "for all others\n".to_string()));
            let gap = if i > 0 { "\n" } else { "" };
            out.push(format!("{gap}{}{}", whom.unwrap_or_default(), lines.human(2, &self.layout)));
        }
        out
    }

    pub(super) fn rules(&mut self, name: &str) -> Reply {
        self.try_rules(name).unwrap_or_else(|reply| reply)
    }

    fn try_rules(&mut self, name: &str) -> Result<Reply, Reply> {
        let known = |program: &Program| program.rules.iter().any(|r| r.header.name == name);
        if !name.is_empty() && !known(self.program()?) {
            let program = self.program()?;
            let near = nearest(name, program.rules.iter().map(|r| r.header.name.as_str()));
            let help = near.map_or("`:rules` lists them".to_string(), |near| format!("did you mean `{near}`?"));
            return Err(Reply::failed(format!("there is no rule `{}`", clean(name)), help));
        }
        if !name.is_empty() && self.bound().is_some() {
            return self.try_why(name);
        }
        let results = self.results()?;
        let program = self.program()?;
        if program.rules.is_empty() && program.portfolio_rules.is_empty() {
            return Ok(Reply::of("there are no rules\n"));
        }
        let bound = self.bound().map(str::to_string);
        let mut table = Table::new(vec![Column::default(); 3]);
        for (i, rule) in program.rules.iter().enumerate() {
            if !name.is_empty() && rule.header.name != name {
                continue;
            }
            let statuses = results.accounts.iter().filter(|a| bound.as_ref().is_none_or(|id| a.id == *id));
            let statuses: Vec<RuleStatus> = statuses.filter_map(|a| Some(a.rules.get(i)?.status)).collect();
            let told = match bound {
                Some(_) => statuses.first().map_or("", |status| status_words(*status)).to_string(),
                None => {
                    let count = |wanted| statuses.iter().filter(|s| **s == wanted).count();
                    let parts = [
                        (RuleStatus::Holds, "holds for"),
                        (RuleStatus::HeldBack, "held back for"),
                        (RuleStatus::Undecided, "undecided for"),
                    ];
                    let parts: Vec<String> = parts
                        .into_iter()
                        .filter(|(s, _)| count(*s) > 0)
                        .map(|(s, w)| format!("{w} {}", count(s)))
                        .collect();
                    if parts.is_empty() { "holds for nobody".to_string() } else { parts.join(", ") }
                }
            };
            let tone = if told.starts_with("holds") && !told.ends_with("nobody") { Tone::Warn } else { Tone::Plain };
            let condition = Words::new(program).expr(&rule.condition);
            table.row(vec![
                rule.header.name.as_str().into(),
                Cell::toned(told, tone),
                Cell::toned(condition, Tone::Dim),
            ]);
        }
        for (rule, result) in program.portfolio_rules.iter().zip(&results.portfolio_rules) {
            if name.is_empty() {
                let condition = Words::new(program).expr(&rule.condition);
                table.row(vec![
                    rule.header.name.as_str().into(),
                    status_words(result.status).into(),
                    Cell::toned(format!("portfolio: {condition}"), Tone::Dim),
                ]);
            }
        }
        Ok(Reply::of(table.human(0, &self.layout)))
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

fn scale_words(program: &Program, scale: &Scale, ty: Type) -> String {
    let unit = if let Type::Number(unit) = ty { unit } else { Unit::Plain };
    let points: Vec<String> = scale.points.iter().map(|(v, p)| format!("{} -> {p}", value::number(*v, unit))).collect();
    let whom = scale.segment.map_or(String::new(), |s| format!(" for {}", segment(program, s)));
    format!("scale{whom} {}, clamped\n", points.join(", "))
}

/// `a, b, c … 4 more`
fn listed(names: &[String]) -> String {
    let shown = names.get(..names.len().min(LISTED)).unwrap_or(names).join(", ");
    let rest = names.len().saturating_sub(LISTED);
    if rest > 0 { format!("{shown} … {rest} more") } else { shown }
}

/// A value of a column as it would be written in an expression.
pub(super) fn written(program: &Program, ty: Type, v: &Value) -> String {
    match v {
        Value::Text(_) => crate::explain::words::literal(program, ty, v),
        v => words(program, ty, v),
    }
}
