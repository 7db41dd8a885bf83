//! What will happen to a score on its own, without any new row: rows leave windows, periods turn, values go stale.
//!
//! The as-of date moves on day by day. Nothing dated later than today is seen, sources are taken to go on without new rows, and other
//! accounts stay as they are today.

use super::reads::Reads;
use super::{CardWhy, Case, Shown, personal};
use crate::calendar::{Calendar, Date, PeriodKind, WindowKind};
use crate::engine::ScoreResult;
use crate::engine::reference::{Account, Evaluator, Outcome, View};
use crate::program::{Aggregate, MetricId, Program, Scorecard};
use crate::report::value;
use crate::value::{Missing, Value};
use serde::{Serialize, Serializer};
use std::collections::{BTreeMap, BTreeSet};

/// How many days ahead are looked at.
pub const HORIZON: i64 = 100;

/// At most so many dates are told; of people, fewer.
const TOLD: usize = 24;

/// With more rows to read per day than this, days are looked at week by week first.
const ROWS_PER_DAY: usize = 50_000;

/// What happens on its own.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AheadWhy {
    /// The last day that was looked at.
    #[serde(serialize_with = "date")]
    pub until: Date,
    /// The days between two looks: 1, or 7 where there are very many rows.
    pub every: i64,
    /// The first dates on which something but the passing days changes the score or its grade.
    pub dates: Vec<DayWhy>,
    /// The score on the last day.
    pub then: Shown,
    /// The grade on the last day.
    pub grade: Option<String>,
    /// It also changes a little from day to day, as values age.
    pub drifts: bool,
    /// The program compares accounts: the others were taken as they are.
    pub others_stay: bool,
}

/// A date on which the score changes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DayWhy {
    /// When.
    #[serde(serialize_with = "date")]
    pub date: Date,
    /// What happens, in words.
    pub because: Vec<String>,
    /// Metrics below the scorecard that change on this date.
    pub changes: Vec<ChangeAhead>,
    /// The score on that date.
    pub score: Shown,
    /// The grade on that date.
    pub grade: Option<String>,
}

/// A metric before and after.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChangeAhead {
    /// The metric.
    pub metric: String,
    /// On the day before.
    pub from: Shown,
    /// On the date.
    pub to: Shown,
}

fn date<S: Serializer>(date: &Date, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(date)
}

/// Looks ahead for some scorecards of the account, by name.
pub fn ahead(case: Case, evaluator: &Evaluator, cards: &mut [CardWhy]) {
    let today = case.stamp.as_of;
    let view = View { rows_until: Some(today), others_until: Some(today), goes_on_from: Some(today) };
    let still = Evaluator::new(case.program, case.data, evaluator.calendar).within(view);
    let find = |name: &str| case.program.scorecards.iter().position(|c| c.header.name == name);
    let mut watched: Vec<Watch> = Vec::new();
    for card in cards.iter() {
        if let Some((place, scorecard)) = find(&card.name).and_then(|i| Some((i, case.program.scorecards.get(i)?))) {
            watched.push(Watch::new(case, place, scorecard));
        }
    }
    let every = pace(case, &watched);
    let day = |n: i64| still.account(&case.account.id, today.plus_days(n));
    let Some(mut before) = day(0) else { return };
    let mut at = 0;
    while at < HORIZON {
        let next = (at + every).min(HORIZON);
        let Some(after) = day(next) else { break };
        if watched.iter().any(|w| w.differs(&before, &after)) {
            // Something happens within these days: each of them is looked at.
            for between in (at + 1..next).map_while(day) {
                watched.iter_mut().for_each(|w| w.step(case, evaluator.calendar, &before, &between));
                before = between;
            }
            watched.iter_mut().for_each(|w| w.step(case, evaluator.calendar, &before, &after));
        }
        (before, at) = (after, next);
    }
    let others_stay = evaluator.looks_at_others(today);
    for watch in watched {
        let Some(card) = cards.iter_mut().find(|c| c.name == watch.card.header.name) else { continue };
        let last = before.result();
        let Some(score) = last.scores.get(watch.place) else { continue };
        card.on_its_own = Some(AheadWhy {
            until: today.plus_days(at),
            every,
            dates: watch.dates,
            then: Shown::score(watch.card, &score.value),
            grade: score.grade.clone(),
            drifts: watch.drifts,
            others_stay,
        });
    }
}

/// How many days may be taken at once.
fn pace(case: Case, watched: &[Watch]) -> i64 {
    let mut rows = 0usize;
    for metric in watched.iter().flat_map(|w| &w.metrics).filter_map(|id| case.program.metric(*id)) {
        rows += metric.value.aggregates().into_iter().map(|a| case.probe.rows(a).rows.len()).sum::<usize>();
    }
    if rows > ROWS_PER_DAY { 7 } else { 1 }
}

/// A scorecard that is watched from day to day.
struct Watch<'a> {
    place: usize,
    card: &'a Scorecard,
    metrics: BTreeSet<MetricId>,
    dates: Vec<DayWhy>,
    drifts: bool,
}

impl<'a> Watch<'a> {
    fn new(case: Case<'a>, place: usize, card: &'a Scorecard) -> Watch<'a> {
        let metrics = Reads::of(case.program, card).metrics;
        Watch { place, card, metrics, dates: Vec::new(), drifts: false }
    }

    fn differs(&self, before: &Account, after: &Account) -> bool {
        let id = crate::program::ScorecardId(u32::try_from(self.place).unwrap_or(u32::MAX));
        let (a, b) = (before.score(id), after.score(id));
        a.value != b.value || a.grade != b.grade
    }

    /// From one day to another.
    fn step(&mut self, case: Case, calendar: Calendar, before: &Account, after: &Account) {
        if !self.differs(before, after) || self.dates.len() >= TOLD {
            self.drifts |= self.dates.len() >= TOLD;
            return;
        }
        let (was, is) = (before.result(), after.result());
        let (Some(a), Some(b)) = (was.scores.get(self.place), is.scores.get(self.place)) else { return };
        let mut because = limits(self.card, a, b);
        let mut changes = Vec::new();
        let mut happens = !because.is_empty() || a.grade != b.grade || a.value.is_missing() != b.value.is_missing();
        for id in &self.metrics {
            let (Some(metric), Some(x), Some(y)) =
                (case.program.metric(*id), was.metrics.get(id.index()), is.metrics.get(id.index()))
            else {
                continue;
            };
            if x.value == y.value && x.points == y.points {
                continue;
            }
            let why = reason(case, calendar, metric_aggregates(case.program, *id), (before, after), (x, y));
            happens |= !why.is_empty();
            for text in why {
                if !because.contains(&text) {
                    because.push(text);
                }
            }
            let hidden = !case.personal && personal(case.program, &metric.value);
            let told = |v: &Value| {
                let shown = Shown::new(case.program, metric.value.ty, v);
                if hidden { shown.masked() } else { shown }
            };
            changes.push(ChangeAhead { metric: metric.header.name.clone(), from: told(&x.value), to: told(&y.value) });
        }
        if !happens {
            self.drifts = true;
            return;
        }
        self.dates.push(DayWhy {
            date: after.as_of(),
            because,
            changes,
            score: Shown::score(self.card, &b.value),
            grade: b.grade.clone(),
        });
    }
}

fn metric_aggregates(program: &Program, id: MetricId) -> Vec<&Aggregate> {
    program.metric(id).map_or_else(Vec::new, |m| m.value.aggregates())
}

/// What happens to limits and to a score set by hand.
fn limits(card: &Scorecard, a: &ScoreResult, b: &ScoreResult) -> Vec<String> {
    let applied = |score: &ScoreResult, i: usize| score.limits.iter().any(|(limit, _)| *limit == i);
    let mut out = Vec::new();
    for (i, limit) in card.limits.iter().enumerate() {
        let name = super::words::limit_name(limit);
        match (applied(a, i), applied(b, i)) {
            (false, true) => out.push(format!("{name} begins to apply")),
            (true, false) => out.push(format!("{name} no longer applies")),
            _ => {}
        }
    }
    match (a.by_hand(), b.by_hand()) {
        (Some(_), None) => out.push("the score set by hand ends".to_string()),
        (None, Some(_)) => out.push("a score set by hand applies again".to_string()),
        (Some(x), Some(y)) if x.row != y.row => out.push("an earlier score set by hand takes over".to_string()),
        _ => {}
    }
    let carried =
        a.lines.iter().zip(&b.lines).any(|(a, b)| a.carried.is_some() && b.missing.is_some() && b.carried.is_none());
    if carried {
        out.push("points carried from an earlier date are too old".to_string());
    }
    out
}

/// Why a metric changes, if something but the passing day makes it.
fn reason(
    case: Case,
    calendar: Calendar,
    aggregates: Vec<&Aggregate>,
    (before, after): (&Account, &Account),
    (x, y): (&crate::engine::MetricResult, &crate::engine::MetricResult),
) -> Vec<String> {
    let mut out = Vec::new();
    if x.expired.is_none() && y.expired.is_some() {
        let name = case.program.metric(y.metric).map_or("?", |m| &m.header.name);
        out.push(format!("{name} goes stale"));
    }
    if x.value.missing() != Some(Missing::Stale) && y.value.missing() == Some(Missing::Stale) && out.is_empty() {
        out.push("a rate goes stale".to_string());
    }
    for aggregate in aggregates {
        let kept = |account: &Account| -> BTreeMap<u32, Date> {
            let rows = account.rows_of(aggregate).rows.into_iter();
            rows.filter(|row| matches!(row.outcome, Outcome::Counted(_))).map(|row| (row.row, row.date)).collect()
        };
        let (a, b) = (kept(before), kept(after));
        let turned = aggregate
            .window
            .and_then(period)
            .filter(|kind| calendar.start_of(*kind, before.as_of()) != calendar.start_of(*kind, after.as_of()));
        let left: Vec<(&u32, &Date)> = a.iter().filter(|(row, _)| !b.contains_key(row)).collect();
        let came = b.keys().filter(|row| !a.contains_key(row)).count();
        let data = case.data.table(aggregate.source);
        let place = |row: u32| data.map_or_else(|| "a row".to_string(), |data| data.place(row));
        match (turned, left.as_slice()) {
            (Some(kind), _) if !left.is_empty() || came > 0 => out.push(format!("the {} turns", kind.word())),
            (None, [(row, date)]) => out.push(format!("{} of {date} leaves the window", place(**row))),
            (None, [_, _, ..]) => out.push(format!("{} leave the window", value_rows(left.len()))),
            (None, []) if came > 0 => out.push(format!("{} in", value_rows_come(came))),
            _ => {}
        }
    }
    out
}

fn value_rows(n: usize) -> String {
    format!("{} rows", value::grouped(n as u64))
}

fn value_rows_come(n: usize) -> String {
    if n == 1 { "a row comes".to_string() } else { format!("{} rows come", value::grouped(n as u64)) }
}

/// The period of a window that turns with it.
fn period(window: WindowKind) -> Option<PeriodKind> {
    match window {
        WindowKind::This(kind) | WindowKind::Previous(kind) | WindowKind::LastComplete(_, kind) => Some(kind),
        _ => None,
    }
}

/// At most so many dates are printed for people.
const LISTED: usize = 3;

impl AheadWhy {
    /// One line per date.
    pub fn lines(&self) -> Vec<String> {
        let scored = |score: &Shown, grade: &Option<String>| {
            let grade = grade.as_ref().map_or(String::new(), |g| format!(" {g}"));
            format!("{}{grade}", score.missing.map_or_else(|| score.shown.clone(), |why| format!("missing ({why})")))
        };
        let mut listed: Vec<&DayWhy> = self.dates.iter().take(LISTED).collect();
        // The first other grade is told, however late.
        let first = self.dates.first().map(|d| &d.grade);
        listed.extend(self.dates.iter().skip(LISTED).find(|d| Some(&d.grade) != first));
        let mut out: Vec<String> = listed
            .iter()
            .map(|day| {
                let word = |s: &Shown| if s.missing.is_some() { "missing".to_string() } else { s.shown.clone() };
                // What is shown the same has moved too little to be worth a word.
                let moved = day.changes.iter().filter(|c| word(&c.from) != word(&c.to));
                let changes: Vec<String> =
                    moved.map(|c| format!("{} {} -> {}", c.metric, word(&c.from), word(&c.to))).collect();
                let because = if day.because.is_empty() { "time passes".to_string() } else { day.because.join(", ") };
                let colon = if changes.is_empty() { "" } else { ": " };
                format!("{} {because}{colon}{}, then {}", day.date, changes.join(", "), scored(&day.score, &day.grade))
            })
            .collect();
        if let Some(more) = self.dates.len().checked_sub(listed.len()).filter(|n| *n > 0) {
            out.push(format!("and {more} more dates until {}", self.until));
        }
        let others = if self.others_stay { ", other accounts as they are" } else { "" };
        let weekly = if self.every > 1 { ", looked at week by week" } else { "" };
        match (out.is_empty(), self.drifts) {
            (true, false) => out.push(format!("nothing until {}{others}{weekly}", self.until)),
            (_, true) => out.push(format!(
                "little by little as values age: {} on {}{others}{weekly}",
                scored(&self.then, &self.grade),
                self.until
            )),
            (false, false) if !others.is_empty() || !weekly.is_empty() => {
                out.push(format!("nothing else until {}{others}{weekly}", self.until));
            }
            (false, false) => out.push(format!("nothing else until {}", self.until)),
        }
        if self.dates.len() > listed.len() {
            out.retain(|line| !line.starts_with("nothing else"));
        }
        out
    }
}
