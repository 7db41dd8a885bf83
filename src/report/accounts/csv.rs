//! One row per account with every digit: for spreadsheets and joins.

use super::figures::{Figures, Live, Told};
use super::{Evaluation, extras, portfolio, undecided};
use crate::engine::column::{Seen, Tag};
use crate::engine::{RuleStatus, Unknown};
use crate::program::{
    Action, Field, FieldId, MetricId, PartitionId, Rule, RuleId, Scorecard, ScorecardId, Trigger, Type, What, Who,
};
use crate::report::table::{csv_cell, csv_line};
use crate::report::value;
use crate::value::{MASK, Missing, Value};
use std::sync::atomic::{AtomicUsize, Ordering};

/// A header line and one line per account. Columns: `account`, `name` if there is one, `as_of`, each partition, the columns
/// of the accounts that were asked for, each scorecard with `.grade`, `.coverage` and `.limited` where it has limits, each
/// metric with `.band`, `.points` and `.stale_since`, each rule, for each rule what it `.asks` for, each portfolio metric with `.band` and
/// each rule about the portfolio with `.asks` (the same in every line), and last `missing`: what is missing and why, because a blank cell cannot say it, and what undecided
/// rules lack.
pub fn csv(of: &Evaluation) -> String {
    let sheet = Sheet::new(*of);
    let mut part = Part::default();
    for (place, account) in of.results.accounts.iter().enumerate() {
        let row_then = of.extras.rows.get(place).copied().unwrap_or(account.row);
        sheet.line(&mut Told { account, row_then, tasks: of.extras.tasks_of(Some(place)) }, &mut part);
    }
    sheet.head() + &part.text
}

/// What is the same for all lines.
pub struct Sheet<'a> {
    of: Evaluation<'a>,
    columns: Vec<(FieldId, &'a Field)>,
    as_of: String,
    /// By scorecard: whether it can be limited.
    limited: Vec<bool>,
    /// By metric: whether it has points, and whether it is not to be shown.
    metrics: Vec<(bool, bool)>,
    /// By rule: what it asks for.
    asks: Vec<Asks>,
    /// The cells of the portfolio, each with a comma before it.
    portfolio: String,
    /// What is missing of the portfolio.
    missing: String,
    /// How long the longest part was: the next is not much longer.
    room: AtomicUsize,
}

/// What a rule asks for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asks {
    Nothing,
    /// The same for every account.
    Always,
    ByAccount,
}

/// Some lines.
#[derive(Default)]
pub struct Part {
    /// As they are printed.
    pub text: String,
    missing: String,
    /// What undecided rules lack, and how that is said: many accounts lack the same.
    lacks: Vec<(RuleId, Vec<Unknown>, String)>,
    /// What rules ask for that ask for the same of every account.
    asked: Vec<(RuleId, String)>,
}

impl<'a> Sheet<'a> {
    /// For accounts of this evaluation; of its results only those of the portfolio count.
    pub fn new(of: Evaluation<'a>) -> Sheet<'a> {
        let program = of.program;
        let limited = |card: &Scorecard| !card.limits.is_empty() || card.correction.is_some();
        let metrics = program.metrics.iter().map(|metric| {
            let pointed = !metric.thresholds.is_empty() || !metric.scales.is_empty();
            (pointed, !of.personal && super::personal_metric(program, metric))
        });
        let mut portfolio = String::new();
        for cell in portfolio::csv_cells(&of) {
            portfolio.push(',');
            csv_cell(&mut portfolio, &cell);
        }
        let mut missing = String::new();
        for (result, metric) in of.results.portfolio.iter().zip(&program.portfolio) {
            lack(&mut missing, &metric.header.name, "", &result.value);
        }
        Sheet {
            of,
            columns: of.extras.columns.iter().filter_map(|f| Some((*f, of.column(*f)?))).collect(),
            as_of: of.stamp.as_of.to_string(),
            limited: program.scorecards.iter().map(limited).collect(),
            metrics: metrics.collect(),
            asks: program.rules.iter().map(asks).collect(),
            portfolio,
            missing,
            room: AtomicUsize::new(0),
        }
    }

    /// A part without lines.
    pub fn part(&self) -> Part {
        Part { text: String::with_capacity(self.room.load(Ordering::Relaxed)), ..Part::default() }
    }

    /// Tells that a part has all its lines.
    pub fn whole(&self, part: &Part) {
        self.room.fetch_max(part.text.len() + part.text.len() / 16, Ordering::Relaxed);
    }

    /// The names of the columns.
    pub fn head(&self) -> String {
        let program = self.of.program;
        let mut head = vec!["account".to_string()];
        if self.of.name_field().is_some() {
            head.push("name".to_string());
        }
        head.push("as_of".to_string());
        head.extend(program.partitions.iter().map(|p| p.header.name.clone()));
        head.extend(self.columns.iter().map(|(_, declared)| declared.name.clone()));
        for (i, (card, limited)) in program.scorecards.iter().zip(&self.limited).enumerate() {
            head.push(card.header.name.clone());
            if self.of.graded(i) {
                head.push(format!("{}.grade", card.header.name));
            }
            head.push(format!("{}.coverage", card.header.name));
            if *limited {
                head.push(format!("{}.limited", card.header.name));
            }
        }
        for (metric, (pointed, _)) in program.metrics.iter().zip(&self.metrics) {
            head.push(metric.header.name.clone());
            if !metric.thresholds.is_empty() {
                head.push(format!("{}.band", metric.header.name));
            }
            if *pointed {
                head.push(format!("{}.points", metric.header.name));
            }
            if metric.valid_for.is_some() {
                head.push(format!("{}.stale_since", metric.header.name));
            }
        }
        head.extend(program.rules.iter().map(|r| r.header.name.clone()));
        let asking = program.rules.iter().zip(&self.asks).filter(|(_, asks)| **asks != Asks::Nothing);
        head.extend(asking.map(|(rule, _)| format!("{}.asks", rule.header.name)));
        head.extend(portfolio::csv_head(&self.of));
        head.push("missing".to_string());
        csv_line(head.iter().map(String::as_str))
    }

    /// The line of an account that was computed a moment ago.
    pub fn live(&self, seen: &mut Seen<'_>, part: &mut Part) {
        self.line(&mut Live::new(seen, &self.of.results.portfolio, self.of.personal), part);
    }

    /// True if there is something to say of an account beside its line: numbers that could not be computed, and limits that
    /// could not be decided.
    pub fn is_remarkable(&self, seen: &mut Seen<'_>) -> bool {
        let fatal = |tag: Tag| matches!(tag, Tag::DivisionByZero | Tag::Overflow);
        let cards = (0u32..).map(ScorecardId).take(self.limited.len());
        let faulty = !seen.state.faults().is_empty();
        if faulty || cards.clone().any(|i| fatal(seen.state.score_of(seen.machine, i).tag)) {
            return true;
        }
        self.limited.contains(&true) && seen.result().scores.iter().any(|score| !score.undecided_limits.is_empty())
    }

    /// The line of an account.
    fn line(&self, figures: &mut dyn Figures, part: &mut Part) {
        let (of, program) = (&self.of, self.of.program);
        let Part { text: out, missing, lacks, asked } = part;
        missing.clear();
        csv_cell(out, if self.of.hides_ids() { MASK } else { figures.id() });
        if of.name_field().is_some() {
            out.push(',');
            csv_cell(out, &super::account_name(program, of.data, figures.row(), of.personal).unwrap_or_default());
        }
        out.push(',');
        out.push_str(&self.as_of);
        for (i, partition) in (0u32..).zip(&program.partitions) {
            let part = figures.part(PartitionId(i)).and_then(|part| partition.parts.get(part as usize));
            out.push(',');
            out.push_str(part.map_or("", |part| &part.name));
        }
        for (field, declared) in &self.columns {
            let (cell, masked) = of.cell_of(figures.row_then(), *field);
            out.push(',');
            if masked { out.push_str(MASK) } else { value::write_csv(out, program, declared.ty, &cell) }
        }
        for ((i, card), limited) in (0u32..).map(ScorecardId).zip(&program.scorecards).zip(&self.limited) {
            let score = figures.score(i);
            out.push(',');
            value::write_csv(out, program, Type::PLAIN, &score);
            if !card.grades.is_empty() {
                out.push(',');
                out.push_str(figures.grade(i).unwrap_or(""));
            }
            out.push(',');
            figures.coverage(i).write(out);
            if *limited {
                out.push(',');
                csv_cell(out, &self.limits(figures, i));
            }
            lack(missing, &card.header.name, "", &score);
        }
        for ((i, metric), (pointed, masked)) in (0u32..).map(MetricId).zip(&program.metrics).zip(&self.metrics) {
            let found = figures.metric(i);
            out.push(',');
            match *masked && !found.is_missing() {
                true => out.push_str(MASK),
                false => value::write_csv(out, program, metric.value.ty, &found),
            }
            if !metric.thresholds.is_empty() {
                out.push(',');
                out.push_str(figures.band(i).unwrap_or(""));
            }
            let points = figures.points(i).unwrap_or(Value::Missing(Missing::NoData));
            if *pointed {
                out.push(',');
                value::write_csv(out, program, Type::PLAIN, &points);
            }
            if metric.valid_for.is_some() {
                out.push(',');
                out.push_str(&figures.expired(i).map_or(String::new(), |until| until.plus_days(1).to_string()));
            }
            match found.is_missing() {
                true => lack(missing, &metric.header.name, "", &found),
                false if *pointed => lack(missing, &metric.header.name, ".points", &points),
                false => {}
            }
        }
        if !self.missing.is_empty() {
            join(missing, &self.missing);
        }
        for (i, rule) in (0u32..).map(RuleId).zip(&program.rules) {
            let status = figures.status(i);
            out.push(',');
            out.push_str(match status {
                RuleStatus::Holds => "yes",
                RuleStatus::DoesNotHold => "no",
                RuleStatus::HeldBack => "held back",
                RuleStatus::Suppressed => "suppressed",
                RuleStatus::Undecided => "undecided",
            });
            if status == RuleStatus::Undecided {
                let unknown = figures.lacks(i);
                let known = lacks.iter().position(|(rule, same, _)| *rule == i && *same == unknown);
                let known = known.unwrap_or_else(|| {
                    let said = undecided::missing_at(program, of.results.as_of, rule, &unknown).join(", ");
                    lacks.push((i, unknown, format!("{}: {said}", rule.header.name)));
                    lacks.len() - 1
                });
                join(missing, lacks.get(known).map_or("", |(_, _, said)| said));
            }
        }
        for (i, asks) in (0u32..).map(RuleId).zip(&self.asks) {
            if *asks == Asks::Nothing {
                continue;
            }
            out.push(',');
            if figures.status(i) != RuleStatus::Holds {
                continue;
            }
            let known = asked.iter().position(|(rule, _)| *rule == i);
            let known = known.unwrap_or_else(|| {
                let tasks = figures.tasks().iter().filter(|t| t.rule == i.index() && t.row.is_none());
                asked.push((i, tasks.map(|t| t.words()).collect::<Vec<_>>().join("; ")));
                asked.len() - 1
            });
            csv_cell(out, asked.get(known).map_or("", |(_, words)| words));
            if *asks == Asks::ByAccount {
                asked.remove(known);
            }
        }
        out.push_str(&self.portfolio);
        out.push(',');
        csv_cell(out, missing);
        out.push('\n');
    }

    /// What changed a score after its lines were combined, and what may have.
    fn limits(&self, figures: &mut dyn Figures, id: ScorecardId) -> String {
        let (program, i) = (self.of.program, id.index());
        let Some(score) = figures.whole(id) else { return String::new() };
        let undecided = extras::undecided(program, i, score).into_iter().map(|limit| format!("{limit}?"));
        let all: Vec<String> = extras::limited(program, i, score).into_iter().chain(undecided).collect();
        all.join("; ")
    }
}

/// Whether a rule asks for the same of every account: nothing is filled in, and nobody is named by a column.
fn asks(rule: &Rule) -> Asks {
    if rule.actions.is_empty() {
        return Asks::Nothing;
    }
    let constant = |action: &Action| {
        let filled = matches!(&action.what, What::Text(text) if text.text.contains('{'));
        let named = action.assign.as_ref().is_some_and(|assign| !matches!(assign.to, Who::Team(_)));
        !filled && !named
    };
    let by_row = matches!(rule.trigger, Trigger::On(_));
    if !by_row && rule.actions.iter().all(constant) { Asks::Always } else { Asks::ByAccount }
}

/// `health: too few`
fn lack(missing: &mut String, name: &str, of: &str, value: &Value) {
    if let Some(why) = value.missing() {
        join(missing, name);
        missing.push_str(of);
        missing.push_str(": ");
        missing.push_str(why.words());
    }
}

/// One more, after a semicolon.
fn join(list: &mut String, one: &str) {
    if !list.is_empty() {
        list.push_str("; ");
    }
    list.push_str(one);
}
