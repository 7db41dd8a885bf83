//! Where accounts stand: bands, grades and parts with how many accounts are in each, and how the rules stand.

use super::session::Session;
use super::show::accounts;
use super::{Host, Reply};
use crate::diagnostics::nearest;
use crate::engine::{AccountResult, RuleStatus};
use crate::explain;
use crate::explain::words::{Words, band_test, segment};
use crate::program::{BandTable, Program, Scale, Type, Unit};
use crate::report::accounts::status_words;
use crate::report::paint::Tone;
use crate::report::table::{Cell, Column, Table, clean};
use crate::report::value;

impl<H: Host> Session<H> {
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
            return self.try_why(name).map(|(page, _)| page);
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
                        (RuleStatus::Suppressed, "suppressed for"),
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
            let condition = Words::new(program).rule(rule);
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
}

fn scale_words(program: &Program, scale: &Scale, ty: Type) -> String {
    let unit = if let Type::Number(unit) = ty { unit } else { Unit::Plain };
    let points: Vec<String> = scale.points.iter().map(|(v, p)| format!("{} -> {p}", value::number(*v, unit))).collect();
    let whom = scale.segment.map_or(String::new(), |s| format!(" for {}", segment(program, s)));
    format!("scale{whom} {}, clamped\n", points.join(", "))
}
