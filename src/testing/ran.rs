//! Whether rules came out in the runs of a test as is expected, and what to say where they did not: what became of the
//! rule day by day, and the words that would be right.

use super::coverage::{self, Seen};
use super::days::{Days, Turn};
use super::judge::World;
use super::{Edit, Failure};
use crate::ast::Became;
use crate::calendar::Date;
use crate::engine::reference::Evaluator;
use crate::interventions::Decided;
use crate::program::{Expectation, ExpectationKind, RanWhen, Rule, RuleId, Whose};

/// Dates that are listed before the rest is counted.
const LISTED: usize = 12;

/// Runs that are told of one by one.
const TOLD: usize = 30;

/// What is expected of a rule in runs.
struct Asked<'a> {
    what: Became,
    negated: bool,
    when: &'a RanWhen,
    because: Option<&'a str>,
}

impl World<'_> {
    /// Whether it is so.
    pub(super) fn ran_so(&self, expectation: &Expectation) -> bool {
        self.asked(expectation).is_none_or(|(asked, turns, _)| asked.so(&turns))
    }

    /// What is not so.
    pub(super) fn ran(&self, expectation: &Expectation) -> Option<Failure> {
        let (asked, turns, rule) = self.asked(expectation)?;
        if asked.so(&turns) {
            return None;
        }
        let ExpectationKind::Ran { place, whose, .. } = &expectation.kind else { return None };
        let mut failure = self.failure(expectation, asked.words(), asked.found(&turns));
        let subject = self.id(whose).map_or(String::new(), |id| format!(" for {id}"));
        failure.why = Some(format!("{}{subject}, run by run:\n{}", rule.header.name, told(&turns)));
        failure.note = asked.note(&turns);
        failure.edit = asked.right(&turns).map(|text| {
            let cell = expectation.head.is_some();
            let text = if cell { format!("{} {text}", asked.what.written(false)) } else { text };
            Edit { span: *place, text, fresh: false }
        });
        Some(failure)
    }

    fn asked<'e>(&'e self, expectation: &'e Expectation) -> Option<(Asked<'e>, Vec<Turn<'e>>, &'e Rule)> {
        let ExpectationKind::Ran { whose, rule, what, negated, when, because, .. } = &expectation.kind else {
            return None;
        };
        let days = match self.days.get() {
            Some(days) => days,
            None => {
                let days = Days::play(self.setup, self.data, self.test().run.as_ref()?);
                self.days.get_or_init(|| days)
            }
        };
        let (declared, kind) = self.declared(whose, *rule)?;
        let subject = match whose {
            Whose::Row(_, key) => key,
            _ => self.id(whose).unwrap_or(""),
        };
        let turns = days.of(&declared.header.name, kind, subject);
        Some((Asked { what: *what, negated: *negated, when, because: because.as_deref() }, turns, declared))
    }

    /// The rule, and what the subjects of its items are called.
    fn declared(&self, whose: &Whose, id: RuleId) -> Option<(&Rule, &str)> {
        let program = self.program();
        let table = |table: &crate::program::TableId| program.table(*table).map_or("", |t| t.header.name.as_str());
        let (rules, kind) = match whose {
            Whose::Account(_) | Whose::Case => (&program.rules, program.subject.as_ref().map_or("account", table)),
            Whose::Row(of, _) => (&program.row_rules, table(of)),
            Whose::Portfolio => (&program.portfolio_rules, "portfolio"),
        };
        Some((rules.get(id.index())?, kind))
    }

    /// What the runs show of the rules that are asked for.
    pub(super) fn seen_in_runs(&self, seen: &mut Seen) {
        let Some(run) = &self.test().run else { return };
        let cases = self.unit.case.into_iter().flat_map(|case| &case.expect);
        let evaluator = Evaluator::new(self.program(), self.data, self.setup.calendar).as_recorded();
        for expectation in self.test().expect.iter().chain(cases) {
            let ExpectationKind::Ran { whose, rule, .. } = &expectation.kind else { continue };
            let Some((declared, _)) = self.declared(whose, *rule) else { continue };
            for on in &run.dates {
                match self.id(whose) {
                    Some(id) => {
                        if let Some(account) = evaluator.account(id, *on) {
                            coverage::seen_of_rule(&account, declared, *rule, seen);
                        }
                    }
                    None => coverage::seen_of_portfolio(&evaluator, &evaluator.nobody(*on), seen),
                }
            }
        }
    }
}

impl Asked<'_> {
    fn so(&self, turns: &[Turn]) -> bool {
        let count = |turn: &Turn| turn.count(self.what, self.because.filter(|_| !self.negated));
        let is = |turn: &Turn| count(turn) > 0;
        let held = |turn: &Turn| self.because.is_none_or(|because| turn.held(because));
        if self.negated {
            let mut asked = turns.iter().filter(|turn| self.asks(turn.on));
            return match self.when {
                RanWhen::Ever => !asked.any(is) && (self.because.is_none() || turns.iter().any(held)),
                _ => asked.all(|turn| !is(turn) && held(turn)),
            };
        }
        match self.when {
            RanWhen::Ever => turns.iter().any(is),
            RanWhen::Times(times) => turns.iter().map(count).sum::<usize>() == *times as usize,
            // What happens is named whole: on these days, and on no other.
            RanWhen::On(_) if self.what.happens() => turns.iter().all(|turn| is(turn) == self.asks(turn.on)),
            _ => turns.iter().filter(|turn| self.asks(turn.on)).all(is),
        }
    }

    /// True for runs that are named, or where none is.
    fn asks(&self, on: Date) -> bool {
        match self.when {
            RanWhen::Ever | RanWhen::Times(_) => true,
            RanWhen::On(dates) => dates.contains(&on),
            RanWhen::Between(from, to) => (*from..=*to).contains(&on),
        }
    }

    fn words(&self) -> String {
        let when = match self.when {
            RanWhen::Ever => String::new(),
            RanWhen::On(dates) => format!(" on {}", listed(dates)),
            RanWhen::Between(from, to) => format!(" from {from} to {to}"),
            RanWhen::Times(times) => format!(" {}", often(*times as usize)),
        };
        let because = self.because.map_or(String::new(), |because| format!(" because {because}"));
        format!("{}{when}{because}", self.what.written(self.negated))
    }

    /// What there is instead.
    fn found(&self, turns: &[Turn]) -> String {
        let dates = |turns: &mut dyn Iterator<Item = &Turn>| turns.map(|turn| turn.on).collect::<Vec<Date>>();
        let is = |turn: &Turn| turn.count(self.what, None) > 0;
        let word = self.what.written(false);
        let single = self.negated || !self.what.happens();
        if let (RanWhen::On(_) | RanWhen::Between(..), true) = (self.when, single) {
            // The first of the days that are asked for and are otherwise says most.
            let wrong = |turn: &&Turn| {
                let because = self.because.is_some_and(|because| !turn.held(because));
                self.asks(turn.on) && (is(turn) == self.negated || because)
            };
            return turns.iter().find(wrong).map_or(String::new(), |turn| format!("on {}: {}", turn.on, turn.told()));
        }
        let found = dates(&mut turns.iter().filter(|turn| is(turn)));
        let times: usize = turns.iter().map(|turn| turn.count(self.what, None)).sum();
        match (found.as_slice(), self.when) {
            ([], _) => format!("{} in any run", self.what.written(true)),
            (found, RanWhen::Times(_)) => format!("{word} {}: on {}", often(times), listed(found)),
            (found, _) if self.because.is_some() => format!("{word} on {}, but not because of that", listed(found)),
            (found, _) => format!("{word} on {}", listed(found)),
        }
    }

    /// The days or the number that would be right, where it is one of these that is wrong.
    fn right(&self, turns: &[Turn]) -> Option<String> {
        if self.negated || self.because.is_some() {
            return None;
        }
        let times: usize = turns.iter().map(|turn| turn.count(self.what, None)).sum();
        match self.when {
            RanWhen::Times(_) => Some(often(times)),
            RanWhen::On(_) if self.what.happens() && times == 0 => Some(often(0)),
            RanWhen::On(_) if self.what.happens() => {
                let dates = turns.iter().filter(|turn| turn.count(self.what, None) > 0);
                let dates: Vec<String> = dates.map(|turn| turn.on.to_string()).collect();
                Some(format!("on {}", dates.join(", ")))
            }
            _ => None,
        }
    }

    /// What often stands behind it.
    fn note(&self, turns: &[Turn]) -> Option<String> {
        let first = turns.first()?;
        let baseline = first.rows.iter().any(|row| row.decided == Decided::Baseline);
        let acts = self.what.happens() || self.what == Became::Open;
        (baseline && acts && !self.negated && !turns.iter().any(|turn| turn.count(Became::Fired, None) > 0)).then(|| {
            format!(
                "it is true already on the first run, {}, which only remembers: `fire on first run` behind `run` acts on it",
                first.on
            )
        })
    }
}

fn often(times: usize) -> String {
    format!("{times} {}", if times == 1 { "time" } else { "times" })
}

fn listed(dates: &[Date]) -> String {
    let some: Vec<String> = dates.iter().take(LISTED).map(Date::to_string).collect();
    let more = dates.len() - some.len();
    format!("{}{}", some.join(", "), if more > 0 { format!(" and {more} more") } else { String::new() })
}

/// The runs in words, those in a row that are alike in one line.
fn told(turns: &[Turn]) -> String {
    let mut spans: Vec<(Date, Date, usize, String)> = Vec::new();
    for turn in turns {
        let text = turn.told();
        match spans.last_mut() {
            Some((_, to, count, known)) if *known == text => (*to, *count) = (turn.on, *count + 1),
            _ => spans.push((turn.on, turn.on, 1, text)),
        }
    }
    let more = spans.len().saturating_sub(TOLD);
    let line = |(from, to, count, text): &(Date, Date, usize, String)| match count {
        1 => format!("  {from}                {text}\n"),
        count => format!("  {from} to {to}  {text}, in {count} runs\n"),
    };
    let mut out: String = spans.iter().take(TOLD).map(line).collect();
    if more > 0 {
        out.push_str(&format!("  … and {more} more lines\n"));
    }
    out
}
