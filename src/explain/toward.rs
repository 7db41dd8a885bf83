//! What would have to change for a score to reach a grade: the smallest changes of one metric, or else of two.
//!
//! Nothing is estimated. Values are taken from where something can change (bounds of thresholds, ends of scales, bounds of what a metric
//! can be), the account is evaluated with each, and between a value that is not enough and one that is the smallest that is
//! found by halving, in steps that a metric can take.

use super::candidates::{Candidate, candidates};
use super::{CardWhy, Case, Figure, Shown, bands};
use crate::engine::reference::{Account, Evaluator, Supposition, Suppositions};
use crate::number::Decimal;
use crate::program::{BandTable, Combine, Scorecard, ScorecardId};
use crate::value::Value;
use serde::Serialize;
use std::cell::Cell;

/// No more evaluations than this.
const TRIES: u64 = 4_000;

/// At most so many ways are told.
const WAYS: usize = 12;

/// What is to be reached.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// A grade, by name.
    Grade(String),
    /// A score.
    Score(Decimal),
}

/// What would have to change.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TowardWhy {
    /// The grade, or the score.
    pub target: String,
    /// The score from which it is reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Figure>,
    /// It is reached already.
    pub reached: bool,
    /// Ways to reach it, fewest changes first; each was evaluated.
    pub ways: Vec<WayWhy>,
    /// What cannot reach it alone, and why.
    pub not_alone: Vec<NotAlone>,
    /// The highest score that was met, where nothing reaches it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub best: Option<Shown>,
    /// How many evaluations it took.
    pub tried: u64,
    /// The search ended before all had been tried.
    pub stopped: bool,
}

/// A way to reach it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WayWhy {
    /// What changes.
    pub changes: Vec<ChangeWhy>,
    /// The score then.
    pub score: Shown,
    /// The grade then.
    pub grade: Option<String>,
}

/// A value that changes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChangeWhy {
    /// A metric, or a column of the account.
    pub name: String,
    /// `metric` or `column`.
    pub kind: &'static str,
    /// What it is.
    pub from: Shown,
    /// What it would be.
    pub to: Shown,
}

/// Something that cannot reach it alone.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NotAlone {
    /// A metric, or a column of the account.
    pub name: String,
    /// Why not: `already at its best`.
    pub why: String,
    /// The best score that it leads to, if that is better than it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub best: Option<Shown>,
}

/// The names of all grades of a scorecard.
pub fn grades(card: &Scorecard) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for band in card.grades.iter().flat_map(|table| &table.bands) {
        if !names.contains(&band.name.as_str()) {
            names.push(&band.name);
        }
    }
    names
}

/// What a score has to be.
struct Goal {
    at: Decimal,
    grade: Option<String>,
    /// The present score and grade.
    now: Option<Decimal>,
    is: Option<String>,
    down: bool,
}

impl Goal {
    fn reached(&self, value: &Value, grade: Option<&str>) -> bool {
        let Some(n) = value.number() else { return false };
        let beyond = if self.down { n <= self.at } else { n >= self.at };
        match &self.grade {
            None => beyond,
            // Beyond the grade is fine, too, but no grade is as little as the present one.
            Some(wanted) => {
                let better = self.now.is_none_or(|now| if self.down { n < now } else { n > now });
                let at_home = self.is.as_deref() == Some(wanted);
                grade == Some(wanted) && (better || at_home) || beyond && grade.is_some() && grade != self.is.as_deref()
            }
        }
    }
}

/// What was found for one value of one candidate.
#[derive(Clone)]
struct Found {
    value: Value,
    score: Value,
    reached: bool,
    /// What decides which value is best: the score, then the score before limits, then the points.
    worth: (Option<Decimal>, Option<Decimal>, Option<Decimal>),
}

struct Search<'a, 'e> {
    base: &'a Suppositions<'e>,
    card: ScorecardId,
    goal: Goal,
    tried: Cell<u64>,
}

/// What would have to change; `None` if nothing better can be named.
pub fn toward(
    case: Case,
    evaluator: &Evaluator,
    base: &[Supposition],
    why: &CardWhy,
    target: Option<&Target>,
) -> Option<TowardWhy> {
    let place = case.program.scorecards.iter().position(|c| c.header.name == why.name)?;
    let card = case.program.scorecards.get(place)?;
    let id = ScorecardId(u32::try_from(place).ok()?);
    let score = case.account.scores.get(place)?;
    let table = bands::table_for(&card.grades, case.account);
    let down = matches!(card.combine, Combine::CountBelow(_)) || is_worse(card);
    let (goal, name, from) = goal(score.value.number(), &score.grade, table, down, target)?;
    let shown_from = from.map(|n| Figure { exact: n, shown: n.to_string() });
    let mut out = TowardWhy {
        target: name,
        from: shown_from,
        reached: goal.reached(&score.value, score.grade.as_deref()),
        ways: Vec::new(),
        not_alone: Vec::new(),
        best: None,
        tried: 0,
        stopped: false,
    };
    // A count of lines is never below 0: nothing is better than none.
    let counts = matches!(card.combine, Combine::CountBelow(_));
    if counts && goal.at.is_negative() {
        return None;
    }
    if out.reached {
        return Some(out);
    }
    let base = evaluator.suppositions(&case.account.id, case.stamp.as_of, base)?;
    let search = Search { base: &base, card: id, goal, tried: Cell::new(0) };
    let all = candidates(case, card, score);
    search.run(case, card, &all, &mut out);
    (out.tried, out.stopped) = (search.tried.get(), search.tried.get() >= TRIES);
    Some(out)
}

/// Less is better.
fn is_worse(card: &Scorecard) -> bool {
    let says = |meta: &crate::ast::Meta| match meta.kind {
        crate::ast::MetaKind::Direction { higher_is_better } => Some(!higher_is_better),
        _ => None,
    };
    card.header.meta.iter().find_map(says).unwrap_or(false)
}

/// The goal, its name, and where it begins.
fn goal(
    now: Option<Decimal>,
    grade: &Option<String>,
    table: Option<&BandTable>,
    down: bool,
    target: Option<&Target>,
) -> Option<(Goal, String, Option<Decimal>)> {
    let is = grade.clone();
    match target {
        Some(Target::Score(n)) => Some((Goal { at: *n, grade: None, now, is, down }, n.to_string(), Some(*n))),
        Some(Target::Grade(name)) => {
            let (at, from) = bands::begins(table?, name, down)?;
            Some((Goal { at, grade: Some(name.clone()), now, is, down }, name.clone(), Some(from)))
        }
        None => {
            let (name, at, from) = match now {
                Some(now) => bands::next(table?, now, down)?,
                // Any grade is better than none.
                None => bands::worst(table?, down)?,
            };
            Some((Goal { at, grade: Some(name.clone()), now, is, down }, name, Some(from)))
        }
    }
}

impl<'e> Search<'_, 'e> {
    fn left(&self) -> bool {
        self.tried.get() < TRIES
    }

    fn account(&self, suppose: &[Supposition]) -> Account<'e> {
        self.tried.set(self.tried.get() + 1);
        self.base.with(suppose)
    }

    fn look(&self, candidate: &Candidate, value: &Value, besides: &[Supposition]) -> Found {
        let mut suppose = besides.to_vec();
        suppose.push((candidate.what, value.clone()));
        let account = self.account(&suppose);
        let score = account.score(self.card);
        let points = candidate.points_of(&account);
        let sign = |n: Decimal| if self.goal.down { n.neg() } else { n };
        Found {
            value: value.clone(),
            reached: self.goal.reached(&score.value, score.grade.as_deref()),
            worth: (score.value.number().map(sign), score.unlimited.number().map(sign), points.map(sign)),
            score: score.value,
        }
    }

    fn run(&self, case: Case, card: &Scorecard, all: &[Candidate], out: &mut TowardWhy) {
        let here = self.account(&[]).score(self.card);
        let sign = |n: Decimal| if self.goal.down { n.neg() } else { n };
        let now = here.value.number().map(sign);
        let mut bests: Vec<(usize, Found)> = Vec::new();
        let mut ways: Vec<Vec<(usize, Found)>> = Vec::new();
        for (i, candidate) in all.iter().enumerate().take_while(|_| self.left()) {
            let tries: Vec<Found> = candidate.values.iter().map(|v| self.look(candidate, v, &[])).collect();
            if let Some(found) = self.nearest(candidate, &tries, &[]) {
                ways.push(vec![(i, found)]);
            }
            let best = tries.into_iter().max_by(|a, b| a.worth.cmp(&b.worth));
            let best = best.filter(|best| best.value != candidate.now);
            let Some(best) = best else {
                if !candidate.is_line() {
                    continue;
                }
                out.not_alone.push(NotAlone {
                    name: candidate.name.clone(),
                    why: "already at its best".to_string(),
                    best: None,
                });
                continue;
            };
            if !best.reached {
                let shown = Shown::score(card, &best.score);
                let better = best.worth.0 > now;
                let at_best = candidate.at_best(&best.value, now, best.worth);
                let why = match (better, at_best) {
                    (true, _) => format!("leads to {} at most", shown.shown),
                    (false, true) => "already at its best".to_string(),
                    (false, false) => "changes nothing alone".to_string(),
                };
                // What only a limit asks is worth a word where it helps.
                if better || candidate.is_line() {
                    out.not_alone.push(NotAlone { name: candidate.name.clone(), why, best: better.then_some(shown) });
                }
            }
            bests.push((i, best));
        }
        if ways.is_empty() {
            ways = self.pairs(all, &bests);
        }
        if ways.is_empty() {
            let (way, best) = self.together(all, &bests, now);
            ways.extend(way);
            out.best = best.map(|score| Shown::score(card, &score));
        }
        self.tell(case, card, all, ways, out);
    }

    /// The value nearest to the present one that is enough; where there is none at present, the one that asks for least.
    fn nearest(&self, candidate: &Candidate, tries: &[Found], besides: &[Supposition]) -> Option<Found> {
        let mut found: Vec<Found> = Vec::new();
        for (i, enough) in tries.iter().enumerate().filter(|(_, t)| t.reached) {
            let sides = [i.checked_sub(1), Some(i + 1)].into_iter().flatten().filter_map(|j| tries.get(j));
            let short = sides.filter(|t| !t.reached);
            found.extend(short.filter_map(|short| self.halve(candidate, short, enough, besides)));
            found.push(enough.clone());
        }
        let far = |f: &Found| match candidate.distance(&f.value) {
            Some(distance) => distance,
            None => f.worth.0.unwrap_or_default(),
        };
        found.into_iter().min_by_key(far)
    }

    /// The first value on the way from one that is not enough to one that is.
    fn halve(&self, candidate: &Candidate, short: &Found, enough: &Found, besides: &[Supposition]) -> Option<Found> {
        let step = candidate.step?;
        let number = |v: &Value| candidate.number(v);
        // `low` is not enough, `high` is; either may be the greater one.
        let (mut low, mut high, mut best) = (number(&short.value)?, number(&enough.value)?, enough.clone());
        while high.sub(low)?.abs() > step && self.left() {
            let (least, most) = (low.min(high), low.max(high));
            let between = |n: &Decimal| least < *n && *n < most;
            // Whole steps from 0 on, so that what is found can be read.
            let steps = (least.raw() + most.sub(least)?.raw() / 2).div_euclid(step.raw());
            let whole = |steps: i128| steps.checked_mul(step.raw()).and_then(Decimal::from_raw).filter(between);
            let Some(middle) = whole(steps).or_else(|| whole(steps + 1)) else { break };
            let tried = self.look(candidate, &candidate.value(middle)?, besides);
            if tried.reached {
                (high, best) = (middle, tried);
            } else {
                low = middle;
            }
        }
        Some(best)
    }

    /// Pairs of changes: of those that are enough at their best, the smallest.
    fn pairs(&self, all: &[Candidate], bests: &[(usize, Found)]) -> Vec<Vec<(usize, Found)>> {
        let mut ways = Vec::new();
        for (n, (i, a)) in bests.iter().enumerate() {
            for (j, b) in bests.iter().skip(n + 1) {
                let (Some(first), Some(second)) = (all.get(*i), all.get(*j)) else { continue };
                if !self.left() {
                    return ways;
                }
                if self.look(first, &a.value, &[(second.what, b.value.clone())]).reached {
                    ways.extend(self.least(&[(*i, first, a), (*j, second, b)]));
                }
            }
        }
        ways
    }

    /// Each in turn as small as it can be, the others staying as they are.
    fn least(&self, way: &[(usize, &Candidate, &Found)]) -> Option<Vec<(usize, Found)>> {
        let mut now: Vec<(usize, Found)> = way.iter().map(|(i, _, found)| (*i, (*found).clone())).collect();
        for (place, (i, candidate, _)) in way.iter().enumerate() {
            let besides: Vec<Supposition> = now
                .iter()
                .zip(way)
                .filter(|((other, _), _)| other != i)
                .map(|((_, found), (_, candidate, _))| (candidate.what, found.value.clone()))
                .collect();
            let tries: Vec<Found> = candidate.values.iter().map(|v| self.look(candidate, v, &besides)).collect();
            let found = self.nearest(candidate, &tries, &besides)?;
            if found.value == candidate.now {
                // The others are enough.
                return None;
            }
            if let Some(slot) = now.get_mut(place) {
                slot.1 = found;
            }
        }
        Some(now)
    }

    /// More than two: those that bring most, one after the other, until it is enough.
    fn together(
        &self,
        all: &[Candidate],
        bests: &[(usize, Found)],
        now: Option<Decimal>,
    ) -> (Option<Vec<(usize, Found)>>, Option<Value>) {
        let mut taken: Vec<(usize, &Candidate, &Found)> = Vec::new();
        let mut best: Option<Found> = None;
        while self.left() {
            let besides: Vec<Supposition> = taken.iter().map(|(_, c, f)| (c.what, f.value.clone())).collect();
            let open = bests.iter().filter(|(i, _)| !taken.iter().any(|(j, ..)| i == j));
            let next = open
                .filter_map(|(i, found)| {
                    let candidate = all.get(*i)?;
                    Some((*i, candidate, found, self.look(candidate, &found.value, &besides)))
                })
                .max_by(|a, b| a.3.worth.cmp(&b.3.worth));
            let Some((i, candidate, found, then)) = next else { break };
            taken.push((i, candidate, found));
            let enough = then.reached;
            best = Some(then);
            if enough {
                return (self.least(&taken), None);
            }
        }
        (None, best.filter(|b| b.worth.0 > now).map(|b| b.score))
    }

    fn tell(
        &self,
        case: Case,
        card: &Scorecard,
        all: &[Candidate],
        ways: Vec<Vec<(usize, Found)>>,
        out: &mut TowardWhy,
    ) {
        let mut told: Vec<(usize, Option<Decimal>, WayWhy)> = Vec::new();
        for way in ways {
            // What is printed is what comes out with exactly these values.
            let suppose: Vec<Supposition> =
                way.iter().filter_map(|(i, f)| Some((all.get(*i)?.what, f.value.clone()))).collect();
            let score = self.account(&suppose).score(self.card);
            if !self.goal.reached(&score.value, score.grade.as_deref()) {
                continue;
            }
            let changes = way.iter().filter_map(|(i, found)| Some(all.get(*i)?.change(case, &found.value)));
            let way =
                WayWhy { changes: changes.collect(), score: Shown::score(card, &score.value), grade: score.grade };
            told.push((way.changes.len(), score.value.number(), way));
        }
        let down = self.goal.down;
        told.sort_by(|a, b| a.0.cmp(&b.0).then(if down { a.1.cmp(&b.1) } else { b.1.cmp(&a.1) }));
        out.ways = told.into_iter().map(|(_, _, way)| way).take(WAYS).collect();
    }
}

/// At most so many ways are printed for people.
pub const LISTED: usize = 4;

impl TowardWhy {
    /// What it is all about: `to silver`.
    pub fn label(&self) -> String {
        format!("to {}", self.target)
    }

    /// Above the ways, or in their place.
    pub fn words(&self) -> Option<String> {
        let search = if self.stopped { format!(", as far as {} tries tell", self.tried) } else { String::new() };
        match self.ways.first().map(|way| way.changes.len()) {
            _ if self.reached => Some("reached already".to_string()),
            None => Some(match &self.best {
                Some(best) => format!("no change reaches {}: {} at best{search}", self.target, best.shown),
                None => format!("no change of a metric reaches {}{search}", self.target),
            }),
            Some(1) => None,
            Some(2) => Some(format!("no single change reaches {}; two together do{search}:", self.target)),
            Some(n) => Some(format!("no two changes reach {}; these {n} together do{search}:", self.target)),
        }
    }

    /// What cannot do it alone: `promoters 58.2 at best, adoption already at its best`.
    pub fn not_alone(&self) -> Option<String> {
        let list: Vec<String> = self.not_alone.iter().map(|n| format!("{} {}", n.name, n.why)).collect();
        (!list.is_empty() && !self.reached).then(|| list.join(", "))
    }
}

impl WayWhy {
    /// `references 2 -> 4 and stories 1 -> 3`
    pub fn words(&self) -> String {
        let word = |s: &Shown| if s.missing.is_some() { "missing".to_string() } else { s.shown.clone() };
        let one = |c: &ChangeWhy| format!("{} {} -> {}", c.name, word(&c.from), word(&c.to));
        match self.changes.split_last() {
            Some((last, [])) => one(last),
            Some((last, first)) => {
                format!("{} and {}", first.iter().map(one).collect::<Vec<_>>().join(", "), one(last))
            }
            None => String::new(),
        }
    }

    /// `then 66.2 silver`
    pub fn then(&self) -> String {
        let grade = self.grade.as_ref().map_or(String::new(), |g| format!(" {g}"));
        format!("then {}{grade}", self.score.shown)
    }
}
