//! What a score was at an earlier date, and what made it what it is: time, data, the program, other accounts.
//!
//! One thing is substituted after the other, always in this order, and the score is evaluated after each: the clock (no row is
//! new, but windows move on and values age), the data, the program, and last the accounts that it is compared with. Each part is
//! the difference of two scores, so that the parts add up to the whole exactly.

use super::figures::adding_up;
use super::{CardWhy, Case, Figure, Shown, Traced, TracedRows, bands, personal, reads};
use crate::calendar::Date;
use crate::data::Dataset;
use crate::engine::reference::{Account, Evaluator, View};
use crate::engine::{AccountResult, LineResult, ScoreResult};
use crate::number::Decimal;
use crate::program::{Node, Program, Scorecard};
use crate::report::accounts::personal_key;
use crate::report::table::{Cell, Column, Table, clean};
use crate::report::value;
use crate::value::Value;
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;

/// What a page looks back at.
#[derive(Clone, Copy)]
pub struct Past<'a> {
    /// The earlier date.
    pub on: Date,
    /// The program as it was.
    pub program: &'a Program,
    /// The data as that program reads it.
    pub data: &'a Dataset,
    /// What people call the other program, if it is not the same.
    pub against: Option<&'a str>,
    /// Line by line, with the rows that came and went.
    pub detailed: bool,
}

/// A score at an earlier date.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WasWhy {
    /// The date.
    #[serde(serialize_with = "date")]
    pub on: Date,
    /// The program as it was, if another one was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub program: Option<String>,
    /// The score then; `null` if the account or the scorecard was not there.
    pub score: Option<Shown>,
    /// The grade then.
    pub grade: Option<String>,
    /// How much it differs, where both are known.
    pub change: Option<Figure>,
    /// What made the difference, in the order of substitution; these add up to `change`.
    pub parts: Vec<CauseWhy>,
    /// The lines then and now.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<LineWas>,
    /// What has to be said of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// A part of a difference.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CauseWhy {
    /// `time`, `data`, `program` or `populations`; joined by `and` where the score between them is missing.
    pub what: String,
    /// By how much the score changes.
    pub change: Figure,
    /// The score after it.
    pub score: Shown,
}

/// A line then and now.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LineWas {
    /// The metric or scorecard.
    pub name: String,
    /// Its value then; `null` if there was no such line.
    pub was: Option<Shown>,
    /// Its value now; `null` if there is no such line any more.
    pub is: Option<Shown>,
    /// What it contributed.
    pub contributed: Option<Figure>,
    /// What it contributes.
    pub contributes: Option<Figure>,
    /// Rows that count now and did not then.
    pub entered: Vec<RowMoved>,
    /// Rows that counted then and do not now.
    pub left: Vec<RowMoved>,
}

/// A row that came or went.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RowMoved {
    /// Where it was read.
    pub row: String,
    /// When it happened.
    pub date: Option<String>,
    /// Why it does not count any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

fn date<S: Serializer>(date: &Date, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(date)
}

/// The account at every stage: then, after the clock, after the data, after the program; the page itself is the last.
struct Stages {
    then: Option<AccountResult>,
    between: Vec<(&'static str, Option<AccountResult>)>,
}

/// Fills in what each scorecard of a page was.
pub fn was(case: Case, evaluator: &Evaluator, past: Past, cards: &mut [CardWhy]) {
    let (id, now) = (&case.account.id, case.stamp.as_of);
    let others = evaluator.looks_at_others(now);
    let seeing = |view: View| Evaluator::new(past.program, past.data, evaluator.calendar).within(view);
    let frozen = View { others_until: Some(past.on), ..View::default() };
    let before = seeing(View { rows_until: Some(past.on), ..frozen });
    let then = before.account(id, past.on);
    let mut between = Vec::new();
    if then.is_some() {
        between.push(("time", before.account(id, now).map(|a| a.result())));
        let same = past.against.is_none();
        between.push(match same && !others {
            true => ("data", Some(case.account.clone())),
            false => ("data", seeing(frozen).account(id, now).map(|a| a.result())),
        });
        let last = |(_, result): &(_, Option<AccountResult>)| result.clone();
        between.push(match (same, others) {
            (true, _) => ("program", between.last().and_then(last)),
            (false, false) => ("program", Some(case.account.clone())),
            (false, true) => {
                let evaluator = Evaluator::new(case.program, case.data, evaluator.calendar).within(frozen);
                ("program", evaluator.account(id, now).map(|a| a.result()))
            }
        });
        if others {
            between.push(("populations", Some(case.account.clone())));
        }
    }
    let stages = Stages { then: then.as_ref().map(Account::result), between };
    let lines = Lines { case, past, before: &before, then: then.as_ref() };
    for card in cards {
        one(case, past, &stages, &lines, card);
    }
}

fn one(case: Case, past: Past, stages: &Stages, lines: &Lines, why: &mut CardWhy) {
    for inner in why.lines.iter_mut().filter_map(|l| l.scorecard.as_deref_mut()) {
        one(case, past, stages, lines, inner);
    }
    let name = why.name.clone();
    let find = |program: &Program| program.scorecards.iter().position(|c| c.header.name == name);
    let (old, new) = (find(past.program), find(case.program));
    let Some(card) = new.and_then(|i| case.program.scorecards.get(i)) else { return };
    let score = |result: Option<&AccountResult>, place: Option<usize>| {
        result.zip(place).and_then(|(result, place)| result.scores.get(place).cloned())
    };
    let then = score(stages.then.as_ref(), old);
    let mut notes = Vec::new();
    if stages.then.is_some() && old.is_none() {
        notes.push(format!("{} has no scorecard `{name}`", past.against.unwrap_or("it")));
    }
    notes.extend(reads::without_history(case, &name));
    notes.extend(merged(case));
    let mut values: Vec<(&str, Option<Decimal>)> = Vec::new();
    for (what, result) in &stages.between {
        // The last two are of the program of the page.
        let theirs = matches!(*what, "time" | "data") || past.against.is_none();
        let value = score(result.as_ref(), if theirs { old } else { new });
        values.push((what, value.and_then(|s| s.value.number())));
    }
    let is = case.account.scores.get(new.unwrap_or_default());
    let (parts, change) = parts(card, then.as_ref().and_then(|s| s.value.number()), &values);
    why.was = Some(WasWhy {
        on: past.on,
        program: past.against.map(str::to_string),
        grade: then.as_ref().and_then(|s| s.grade.clone()),
        lines: if past.detailed { lines.of(card, old, then.as_ref(), is) } else { Vec::new() },
        score: then.map(|s| Shown::score(card, &s.value)),
        change,
        parts,
        notes,
    });
}

/// The differences from stage to stage. A stage without a score is taken together with the next.
fn parts(
    card: &Scorecard,
    then: Option<Decimal>,
    stages: &[(&str, Option<Decimal>)],
) -> (Vec<CauseWhy>, Option<Figure>) {
    let now = stages.last().and_then(|(_, value)| *value);
    let (Some(then), Some(now)) = (then, now) else { return (Vec::new(), None) };
    let (mut at, mut open) = (then, Vec::new());
    let mut steps: Vec<(String, Option<Decimal>, Decimal)> = Vec::new();
    for (what, value) in stages {
        open.push(*what);
        if let Some(value) = value {
            steps.push((open.join(" and "), value.sub(at), *value));
            (at, open) = (*value, Vec::new());
        }
    }
    let shown = |n: Decimal| n.round(1);
    let total = shown(now).sub(shown(then)).unwrap_or_default();
    let exact: Vec<Option<Decimal>> = steps.iter().map(|(_, change, _)| *change).collect();
    let figures = adding_up(&exact, total);
    let parts = steps.into_iter().zip(figures).filter_map(|((what, _, score), figure)| {
        Some(CauseWhy { what, change: figure.map(signed)?, score: Shown::score(card, &Value::Number(score)) })
    });
    let change = now.sub(then).map(|exact| signed(Figure { exact, shown: total.fixed(1) }));
    (parts.collect(), change)
}

/// `+8.0`
fn signed(figure: Figure) -> Figure {
    let plus = figure.shown.bytes().any(|b| matches!(b, b'1'..=b'9')) && !figure.shown.starts_with('-');
    Figure { shown: if plus { format!("+{}", figure.shown) } else { figure.shown }, ..figure }
}

/// Said where rows of accounts that were merged into this one count, since a merge has no date.
fn merged(case: Case) -> Option<String> {
    let mut from: Vec<&str> = Vec::new();
    for table in &case.data.tables {
        let own = |row: &u32| table.owners.get(*row as usize) == Some(&case.account.row);
        from.extend(table.rekeyed.iter().filter(|(row, _)| own(row)).map(|(_, key)| &**key));
    }
    from.sort_unstable();
    from.dedup();
    let names = match (from.is_empty(), personal_key(case.program) && !case.personal) {
        (true, _) => return None,
        (false, true) => "accounts".to_string(),
        (false, false) => from.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", "),
    };
    Some(format!("rows of {names}, merged into it, count at both dates"))
}

/// For the lines of scorecards then and now.
struct Lines<'a, 'e> {
    case: Case<'a>,
    past: Past<'a>,
    before: &'e Evaluator<'e>,
    then: Option<&'e Account<'e>>,
}

impl Lines<'_, '_> {
    fn of(
        &self,
        card: &Scorecard,
        old: Option<usize>,
        then: Option<&ScoreResult>,
        is: Option<&ScoreResult>,
    ) -> Vec<LineWas> {
        let Lines { case, past, .. } = *self;
        let named = |program: &Program, card: Option<&Scorecard>, score: Option<&ScoreResult>| {
            let lines = card.zip(score).map(|(card, score)| (bands::lines_for(card, score.applied), &score.lines));
            let each = lines.into_iter().flat_map(|(lines, results)| lines.iter().zip(results));
            each.map(|(line, result)| (program.node_name(line.item).to_string(), line.item, result.clone()))
                .collect::<Vec<(String, Node, LineResult)>>()
        };
        let before = named(past.program, old.and_then(|i| past.program.scorecards.get(i)), then);
        let after = named(case.program, Some(card), is);
        let total = |score: Option<&ScoreResult>| {
            score.and_then(|s| s.unlimited.number()).map_or(Decimal::ZERO, |n| n.round(1))
        };
        let shares = |lines: &[(String, Node, LineResult)], total: Decimal| {
            let parts: Vec<Option<Decimal>> = lines.iter().map(|(_, _, line)| line.contribution).collect();
            adding_up(&parts, total)
        };
        let (gave, gives) = (shares(&before, total(then)), shares(&after, total(is)));
        let mut out: Vec<LineWas> = Vec::new();
        for ((name, item, _), contributes) in after.iter().zip(gives) {
            let place = before.iter().position(|(n, ..)| n == name);
            let (entered, left) = self.rows(place.and_then(|i| before.get(i)).map(|(_, item, _)| *item), Some(*item));
            out.push(LineWas {
                name: name.clone(),
                was: place.and_then(|i| before.get(i)).map(|(_, item, _)| self.value_then(*item)),
                is: Some(value_of(case, case.program, case.account, *item)),
                contributed: place.and_then(|i| gave.get(i).cloned().flatten()),
                contributes,
                entered,
                left,
            });
        }
        for ((name, item, _), contributed) in before.iter().zip(gave) {
            if after.iter().any(|(n, ..)| n == name) {
                continue;
            }
            let was = Some(self.value_then(*item));
            let none = (None, None, Vec::new(), Vec::new());
            let (is, contributes, entered, left) = none;
            out.push(LineWas { name: name.clone(), was, is, contributed, contributes, entered, left });
        }
        out
    }

    fn value_then(&self, item: Node) -> Shown {
        let result = self.then.map(Account::result);
        result.map_or_else(
            || Shown::points(&Value::Missing(crate::value::Missing::NoData)),
            |result| value_of(self.case, self.past.program, &result, item),
        )
    }

    /// The rows that came and went between the aggregates of a line then and now.
    fn rows(&self, then: Option<Node>, now: Option<Node>) -> (Vec<RowMoved>, Vec<RowMoved>) {
        let Lines { case, past, before, then: account } = *self;
        let metric = |program: &'_ Program, node: Option<Node>| match node {
            Some(Node::Metric(id)) => program.metric(id).cloned(),
            _ => None,
        };
        let (Some(old), Some(new), Some(account)) = (metric(past.program, then), metric(case.program, now), account)
        else {
            return (Vec::new(), Vec::new());
        };
        let told = Traced::new(before, account);
        let mut kept_then: BTreeMap<String, Option<String>> = BTreeMap::new();
        for aggregate in old.value.aggregates() {
            use super::Probe;
            let (rows, data) = (told.rows(aggregate), past.data.table(aggregate.source));
            kept(&rows, data, |place, date, why| {
                if why.is_none() {
                    kept_then.insert(place, date);
                }
            });
        }
        let mut kept_now: BTreeMap<String, Option<String>> = BTreeMap::new();
        let mut reasons: BTreeMap<String, String> = BTreeMap::new();
        for aggregate in new.value.aggregates() {
            let (rows, data) = (case.probe.rows(aggregate), case.data.table(aggregate.source));
            kept(&rows, data, |place, date, why| match why {
                None => drop(kept_now.insert(place, date)),
                Some(why) => drop(reasons.insert(place, why)),
            });
        }
        let entered = kept_now.iter().filter(|(place, _)| !kept_then.contains_key(*place));
        let left = kept_then.iter().filter(|(place, _)| !kept_now.contains_key(*place));
        let moved = |(place, date): (&String, &Option<String>)| RowMoved {
            row: place.clone(),
            date: date.clone(),
            reason: None,
        };
        let gone = |(place, date): (&String, &Option<String>)| RowMoved {
            reason: reasons.get(place).cloned(),
            ..moved((place, date))
        };
        (by_date(entered.map(moved).collect()), by_date(left.map(gone).collect()))
    }
}

fn by_date(mut rows: Vec<RowMoved>) -> Vec<RowMoved> {
    rows.sort_by(|a, b| a.date.cmp(&b.date));
    rows
}

/// Each row of an aggregate by where it was read, with why it does not count.
fn kept(
    rows: &TracedRows,
    data: Option<&crate::data::TableData>,
    mut tell: impl FnMut(String, Option<String>, Option<String>),
) {
    for row in &rows.rows {
        let place = data.map_or_else(String::new, |data| data.place(row.row));
        let why = row.dropped.as_ref().map(|d| d.reason.clone());
        tell(place, row.date.map(|d| d.to_string()), why);
    }
}

fn value_of(case: Case, program: &Program, account: &AccountResult, item: Node) -> Shown {
    match item {
        Node::Metric(id) => {
            let (metric, result) = (program.metric(id), account.metrics.get(id.index()));
            let shown = metric.zip(result).map(|(m, r)| (m, Shown::new(program, m.value.ty, &r.value)));
            shown.map_or_else(
                || Shown::points(&Value::Missing(crate::value::Missing::NoData)),
                |(m, shown)| if !case.personal && personal(program, &m.value) { shown.masked() } else { shown },
            )
        }
        Node::Scorecard(id) => {
            let (card, result) = (program.scorecard(id), account.scores.get(id.index()));
            card.zip(result).map_or_else(
                || Shown::points(&Value::Missing(crate::value::Missing::NoData)),
                |(card, score)| Shown::score(card, &score.value),
            )
        }
    }
}

impl WasWhy {
    /// `38.2 bronze on 2025-12-31: time 0.0, data +8.0, program 0.0`
    pub fn words(&self, now: &CardWhy) -> String {
        let grade = |grade: &Option<String>| grade.as_ref().map_or(String::new(), |g| format!(" {g}"));
        let with = self.program.as_ref().map_or(String::new(), |name| format!(" by {name}"));
        let Some(score) = &self.score else { return format!("not there on {}{with}", self.on) };
        let score = score.missing.map_or_else(|| score.shown.clone(), |why| format!("missing ({why})"));
        let head = format!("{score}{} on {}{with}", grade(&self.grade), self.on);
        if self.parts.is_empty() {
            return head;
        }
        if self.lines.is_empty() {
            let parts: Vec<String> = self.parts.iter().map(|p| format!("{} {}", p.what, p.change.shown)).collect();
            return format!("{head}: {}", parts.join(", "));
        }
        let parts = self.parts.iter().map(|p| format!(" -> ({} {}) {}", p.what, p.change.shown, p.score.shown));
        format!("{head}{}{}", parts.collect::<String>(), grade(&now.grade))
    }

    /// The lines below each other.
    pub fn table(&self, label: usize) -> Table {
        let mut table = Table::new(vec![
            Column { least: label.saturating_sub(2), ..Column::words("then and now") },
            Column::numbers("was"),
            Column::numbers("is"),
            Column::numbers("contributed"),
            Column::numbers("contributes"),
            Column::words("rows"),
        ]);
        for line in &self.lines {
            let shown = |s: &Option<Shown>| {
                s.as_ref().map_or("-".to_string(), |s| {
                    if s.missing.is_some() { "missing".to_string() } else { s.shown.clone() }
                })
            };
            let figure = |f: &Option<Figure>| f.as_ref().map_or("-".to_string(), |f| f.shown.clone());
            table.row(vec![
                Cell::from(line.name.as_str()),
                shown(&line.was).into(),
                shown(&line.is).into(),
                figure(&line.contributed).into(),
                figure(&line.contributes).into(),
                clean(&line.rows()).into(),
            ]);
        }
        table
    }
}

/// At most so many rows that came or went are listed for people.
const MOVED: usize = 3;

impl LineWas {
    /// `entered activity.csv:4 2026-01-12; left activity.csv:2 2025-10-01 (outside the window)`
    fn rows(&self) -> String {
        let one = |row: &RowMoved| {
            let date = row.date.as_ref().map_or(String::new(), |date| format!(" of {date}"));
            let why = row.reason.as_ref().map_or(String::new(), |why| format!(" ({why})"));
            format!("{}{date}{why}", row.row)
        };
        let list = |word: &str, rows: &[RowMoved]| {
            let mut all: Vec<String> = rows.iter().take(MOVED).map(one).collect();
            if let Some(more) = rows.len().checked_sub(MOVED).filter(|n| *n > 0) {
                all.push(format!("{} more", value::grouped(more as u64)));
            }
            (!all.is_empty()).then(|| format!("{word} {}", all.join(", ")))
        };
        let both = [list("entered", &self.entered), list("left", &self.left)];
        both.into_iter().flatten().collect::<Vec<_>>().join("; ")
    }
}
