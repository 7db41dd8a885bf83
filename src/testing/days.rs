//! The runs of a test: its rules on one day after the other, beginning with nothing remembered, by the very step that
//! `laud apply` takes and `laud simulate` plays.

use super::Setup;
use crate::ast::Became;
use crate::calendar::Date;
use crate::data::Dataset;
use crate::interventions::simulate::{How, Play, run_on};
use crate::interventions::{Decided, Policy, Row, Slot, Truth};
use crate::program::RunDays;

/// What became of all rules.
pub(super) struct Days {
    days: Vec<Day>,
}

/// One run.
struct Day {
    on: Date,
    rows: Vec<Row>,
    /// Items that are open after it.
    open: Vec<Slot>,
    /// What is true, and has had its turn or waits for it.
    holds: Vec<Slot>,
}

/// What became of one rule for one subject in a run.
pub(super) struct Turn<'a> {
    pub on: Date,
    pub rows: Vec<&'a Row>,
    pub open: bool,
    pub holds: bool,
}

impl Days {
    pub(super) fn play(setup: &Setup, data: &Dataset, run: &RunDays) -> Days {
        let policy = Policy::of(setup.program, setup.calendar);
        // What stands in a test is no secret.
        let how = How { fire_on_first_run: run.fire_on_first_run, personal: true, ..How::default() };
        let mut plays = [Play::new(policy, how)];
        let mut days = Vec::new();
        for on in &run.dates {
            let outcome = run_on(&mut plays, setup.program, data, setup.calendar, *on).pop();
            let [play] = &plays;
            let memory = play.state().memory.iter().filter(|(_, memory)| memory.truth == Truth::True);
            days.push(Day {
                on: *on,
                rows: outcome.map(|outcome| outcome.rows).unwrap_or_default(),
                open: play.state().items.keys().cloned().collect(),
                holds: memory.map(|(slot, _)| slot.clone()).collect(),
            });
        }
        Days { days }
    }

    /// Run by run what became of a rule; whatever tells its items apart, they are those of the subject.
    pub(super) fn of<'a>(&'a self, rule: &str, kind: &str, subject: &str) -> Vec<Turn<'a>> {
        let own = |slot: &Slot| *slot.rule == *rule && *slot.subject.kind == *kind && *slot.subject.id == *subject;
        let turn = |day: &'a Day| Turn {
            on: day.on,
            rows: day.rows.iter().filter(|row| own(&row.slot)).collect(),
            open: day.open.iter().any(own),
            holds: day.holds.iter().any(own),
        };
        self.days.iter().map(turn).collect()
    }
}

impl Turn<'_> {
    /// How often that became of it in this run, for this reason if there is one; how things stand counts once.
    pub(super) fn count(&self, what: Became, because: Option<&str>) -> usize {
        let rows = |decided: Decided| {
            let named =
                |row: &&&Row| because.is_none_or(|word| row.reasons.iter().any(|reason| reason.is_called(word)));
            self.rows.iter().filter(|row| row.decided == decided).filter(named).count()
        };
        match what {
            Became::Fired => rows(Decided::Fired),
            Became::Closed => rows(Decided::Closed),
            Became::Escalated => rows(Decided::Escalated),
            Became::Suppressed => rows(Decided::Suppressed).min(1),
            Became::Queued => rows(Decided::Queued).min(1),
            Became::Undecided => rows(Decided::Undecided).min(1),
            Became::Baseline => rows(Decided::Baseline).min(1),
            Became::Open => usize::from(self.open),
        }
    }

    /// True if it was held back for this reason.
    pub(super) fn held(&self, because: &str) -> bool {
        [Became::Suppressed, Became::Queued].into_iter().any(|what| self.count(what, Some(because)) > 0)
    }

    /// In words: `fired`, `suppressed: closed on 2026-03-02, cooldown until 2026-04-01`.
    pub(super) fn told(&self) -> String {
        let mut words: Vec<String> = Vec::new();
        for row in &self.rows {
            let reasons: Vec<&str> = row.reasons.iter().map(|reason| reason.text.as_str()).collect();
            let why = reasons.join("; ");
            // That it closed has been said.
            let why = why.strip_prefix("recovered: ").filter(|_| row.decided == Decided::Closed).unwrap_or(&why);
            let why = if why.is_empty() { String::new() } else { format!(": {why}") };
            let text = match row.decided {
                Decided::Refreshed => format!("open{why}"),
                decided => format!("{}{why}", decided.word()),
            };
            if !words.contains(&text) {
                words.push(text);
            }
        }
        match (words.is_empty(), self.open, self.holds) {
            (false, ..) => words.join("; "),
            (true, true, _) => "open, and no longer true".to_string(),
            (true, false, true) => "still true: it had its turn".to_string(),
            (true, false, false) => "not true".to_string(),
        }
    }
}
