//! What if: an account of which some values are supposed to be other ones.
//!
//! What a supposed value does not reach keeps its result, so that trying many values costs little.

use super::account::{Account, Known};
use super::schedule::{Needs, Schedule, Step};
use super::{Evaluator, Subject};
use crate::calendar::Date;
use crate::engine::Item;
use crate::program::{FieldId, MetricId, Node};
use crate::value::Value;
use std::collections::{HashMap, HashSet};

/// What a value is supposed of. Other accounts, and other dates, keep what they have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Supposed {
    /// A metric.
    Metric(MetricId),
    /// A column of the account.
    Column(FieldId),
}

/// A value that something is supposed to have at the as-of date.
pub type Supposition = (Supposed, Value);

/// An account about which much is supposed, one thing after the other.
#[derive(Debug)]
pub struct Suppositions<'a> {
    evaluator: &'a Evaluator<'a>,
    subject: &'a Subject,
    as_of: Date,
    schedule: Schedule,
    /// By place in the schedule: the places of the steps that read it.
    readers: Vec<Vec<usize>>,
    places: HashMap<Step, usize>,
    base: Vec<Supposition>,
    known: HashMap<Step, Known>,
}

impl<'a> Evaluator<'a> {
    /// An account, supposing that some values were other ones; `None` if there is none of this id at that date.
    pub fn account_supposing(&self, id: &str, as_of: Date, suppose: &[Supposition]) -> Option<Account<'_>> {
        let subject = self.subject(id, as_of)?;
        self.get_ready(as_of);
        let schedule = Schedule::whole(self.program, self.calendar, as_of);
        Some(Account::new(self, subject, as_of, &schedule, suppose))
    }

    /// An account about which more will be supposed; `base` goes without saying.
    pub fn suppositions(&'a self, id: &str, as_of: Date, base: &[Supposition]) -> Option<Suppositions<'a>> {
        let subject = self.subject(id, as_of)?;
        self.get_ready(as_of);
        let schedule = Schedule::whole(self.program, self.calendar, as_of);
        let places: HashMap<Step, usize> = schedule.steps.iter().enumerate().map(|(i, step)| (*step, i)).collect();
        let mut readers = vec![Vec::new(); schedule.steps.len()];
        for (i, step) in schedule.steps.iter().enumerate() {
            let mut reads = Vec::new();
            Needs::new(self.program, self.calendar, false).item(*step, &mut reads);
            for place in reads.iter().filter_map(|read| places.get(read)) {
                if let Some(list) = readers.get_mut(*place) {
                    list.push(i);
                }
            }
        }
        let known = Account::new(self, subject, as_of, &schedule, base).known;
        Some(Suppositions { evaluator: self, subject, as_of, schedule, readers, places, base: base.to_vec(), known })
    }

    fn subject(&self, id: &str, as_of: Date) -> Option<&Subject> {
        let index = self.subjects.binary_search_by(|s| (*s.id).cmp(id)).ok()?;
        self.subjects.get(index).filter(|s| s.row_at(as_of).is_some())
    }
}

impl<'a> Suppositions<'a> {
    /// The account, supposing this too.
    pub fn with(&self, more: &[Supposition]) -> Account<'a> {
        let suppose: Vec<Supposition> = more.iter().chain(&self.base).cloned().collect();
        let again = self.reached(more);
        let schedule = Schedule {
            steps: self.schedule.steps.iter().enumerate().filter(|(i, _)| again.contains(i)).map(|(_, s)| *s).collect(),
        };
        let mut known = self.known.clone();
        schedule.steps.iter().for_each(|step| {
            known.remove(step);
        });
        Account::going_on(self.evaluator, self.subject, self.as_of, known, &schedule, &suppose)
    }

    /// The places of the steps that may come out differently, in no order.
    fn reached(&self, more: &[Supposition]) -> HashSet<usize> {
        let mut open: Vec<usize> = Vec::new();
        for (what, _) in more {
            match what {
                Supposed::Metric(id) => {
                    open.extend(self.places.get(&(Item::Node(Node::Metric(*id)), self.as_of)));
                }
                // Columns are read everywhere; metrics of rows are computed as they are asked for.
                Supposed::Column(_) => return (0..self.schedule.steps.len()).collect(),
            }
        }
        let mut reached = HashSet::new();
        while let Some(place) = open.pop() {
            if reached.insert(place) {
                open.extend(self.readers.get(place).into_iter().flatten());
            }
        }
        // Metrics of rows are not kept: those that are read again are computed again, in order.
        for (place, (item, _)) in self.schedule.steps.iter().enumerate().rev() {
            let mut read = self.readers.get(place).into_iter().flatten();
            if matches!(item, Item::RowMetric(_)) && read.any(|reader| reached.contains(reader)) {
                reached.insert(place);
            }
        }
        reached
    }
}
