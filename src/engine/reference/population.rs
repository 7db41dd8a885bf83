//! Where an account stands among others: percentile, rank, and distance from the mean.
//!
//! A population is all accounts that exist at the as-of date and have a value, of the account's own part, of a segment, or of
//! everyone. It is sorted once; every account then finds its place in it by searching. The population is what the data say:
//! where one account's value is supposed to be another one, the others keep theirs. A population may be frozen at an earlier date
//! (`against 2025-12-31`): then it stays as it was, the account's own value of that time included, and today's value is looked up in it.

use super::scope::Scope;
use crate::builtins::Ranking;
use crate::calendar::{Calendar, Date};
use crate::number::Decimal;
use crate::program::{Ranked, Within, shifted};
use crate::statistics::{Deviation, Sample};
use crate::value::{Fault, Missing, Value};
use std::collections::HashMap;

/// The date of the population that an account is compared with; `None` if it lies ahead, where nothing is known.
pub(super) fn date(calendar: Calendar, ranked: &Ranked, as_of: Date) -> Option<Date> {
    Some(ranked.against.map_or(as_of, |shift| shifted(calendar, shift, as_of))).filter(|date| *date <= as_of)
}

/// An account of a population.
#[derive(Debug, Clone)]
pub(super) struct Member {
    /// Its place among all accounts.
    account: usize,
    /// The part, or 0 for members of a segment; `None` for others, and where that is unknown.
    group: Option<u32>,
    value: Value,
}

/// Everyone, and everyone by group.
#[derive(Debug, Default)]
pub(super) struct Population {
    everyone: Group,
    groups: HashMap<u32, Group>,
    /// By account.
    own: HashMap<usize, (Option<u32>, Option<Decimal>)>,
}

/// Values side by side.
#[derive(Debug, Clone, Default)]
struct Group {
    /// By size.
    sorted: Vec<Decimal>,
    /// `None` if the sums do not fit.
    sample: Option<Sample>,
    /// Accounts without a value.
    missing: usize,
}

impl Population {
    pub(super) fn new(members: Vec<Member>) -> Population {
        let mut population = Population::default();
        for member in &members {
            population.everyone.take(&member.value);
            if let Some(group) = member.group {
                population.groups.entry(group).or_default().take(&member.value);
            }
            population.own.insert(member.account, (member.group, member.value.number()));
        }
        population.everyone.close();
        population.groups.values_mut().for_each(Group::close);
        population
    }
}

impl Group {
    fn take(&mut self, value: &Value) {
        match value.number() {
            Some(number) => self.sorted.push(number),
            None => self.missing += 1,
        }
    }

    fn close(&mut self) {
        self.sorted.sort_unstable();
        // The middle value as origin keeps the squares small.
        let mut sample = Sample::around(self.sorted.get(self.sorted.len() / 2).copied().unwrap_or_default());
        self.sample = self.sorted.iter().try_for_each(|value| sample.add(*value)).map(|()| sample);
    }

    /// The group seen by an account with a value, from outside.
    fn seen_as_it_was(&self, value: Decimal) -> Seen {
        let less = self.sorted.partition_point(|other| *other < value);
        let equal = self.sorted.partition_point(|other| *other <= value) - less;
        Seen { n: self.sorted.len(), less, equal, sample: self.sample }
    }

    /// The group seen by an account with a value: its own recorded one, if it is in there, is replaced.
    fn seen(&self, recorded: Option<Decimal>, value: Decimal) -> Seen {
        let mut less = self.sorted.partition_point(|other| *other < value);
        let mut equal = self.sorted.partition_point(|other| *other <= value) - less;
        let mut n = self.sorted.len();
        let mut sample = self.sample;
        if recorded != Some(value) {
            if let Some(recorded) = recorded {
                less -= usize::from(recorded < value);
                n -= 1;
                sample = sample.and_then(|mut s| s.remove(recorded).map(|()| s));
            }
            equal += 1;
            n += 1;
            sample = sample.and_then(|mut s| s.add(value).map(|()| s));
        }
        Seen { n, less, equal, sample }
    }
}

struct Seen {
    n: usize,
    less: usize,
    equal: usize,
    sample: Option<Sample>,
}

/// How an account came to its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// What came out.
    pub value: Value,
    /// What is compared.
    pub own: Value,
    /// The part whose members it was compared with, or `None` for a segment and for everyone.
    pub part: Option<u32>,
    /// The date at which the others were frozen.
    pub against: Option<Date>,
    /// True if everyone was taken, because nobody else was asked for or because the group was too small.
    pub everyone: bool,
    /// Members of the group that was too small.
    pub too_small: Option<usize>,
    /// Accounts that were compared, this one among them.
    pub accounts: usize,
    /// Accounts left out because they have no value.
    pub missing: usize,
    /// Accounts with a smaller value.
    pub less: usize,
    /// Accounts with the same value, this one among them.
    pub equal: usize,
    /// Mean and standard deviation, where they were needed.
    pub moments: Option<(Decimal, Decimal)>,
    /// All values are the same, so that there is no distance.
    pub flat: bool,
}

impl Scope<'_> {
    pub(super) fn population_member(self, ranked: &Ranked, account: usize) -> Member {
        Member { account, group: self.group(ranked).unwrap_or(None), value: self.eval(&ranked.value) }
    }

    /// The group of this account: its part, 0 for a member of the segment. `Ok(None)` for no member, and for everyone.
    fn group(self, ranked: &Ranked) -> Result<Option<u32>, Missing> {
        match ranked.within {
            None => Ok(None),
            Some(Within::Partition(id)) => match self.partition(id) {
                Value::Symbol(part) => Ok(Some(part)),
                other => Err(other.missing().unwrap_or(Missing::NoData)),
            },
            Some(Within::Group(segment)) => match self.membership_of(segment) {
                Value::Boolean(member) => Ok(member.then_some(0)),
                other => Err(other.missing().unwrap_or(Missing::NoData)),
            },
        }
    }

    pub(super) fn ranked(self, ranked: &Ranked) -> Value {
        self.standing(ranked).value
    }

    /// Where the account stands, with everything that led there.
    pub(super) fn standing(self, ranked: &Ranked) -> Standing {
        let own = self.eval(&ranked.value);
        let mut standing = Standing {
            value: Value::Missing(Missing::NotApplicable),
            own: own.clone(),
            part: None,
            against: None,
            everyone: ranked.within.is_none(),
            too_small: None,
            accounts: 0,
            missing: 0,
            less: 0,
            equal: 0,
            moments: None,
            flat: false,
        };
        let group = match self.group(ranked) {
            Ok(group) => group,
            Err(reason) => {
                standing.value = Value::Missing(reason);
                return standing;
            }
        };
        if ranked.within.is_some() && group.is_none() {
            return standing;
        }
        let Value::Number(value) = own else {
            standing.value = Value::Missing(own.missing().unwrap_or(Missing::NotApplicable));
            return standing;
        };
        let Some(date) = date(self.account.evaluator.calendar, ranked, self.as_of) else {
            standing.value = Value::Missing(Missing::NoData);
            return standing;
        };
        standing.against = ranked.against.map(|_| date);
        let frozen = ranked.against.is_some();
        let population = self.account.evaluator.population(ranked, date);
        let recorded = population.own.get(&self.account.subject.place()).copied();
        let least = ranked.at_least as usize;
        let mut chosen = None;
        if let Some(group) = group {
            standing.part = matches!(ranked.within, Some(Within::Partition(_))).then_some(group);
            // Where membership itself is supposed to be another one, the account joins as a newcomer.
            let before = recorded.filter(|(of, _)| *of == Some(group)).and_then(|(_, value)| value);
            let fallback = Group::default();
            let members = population.groups.get(&group).unwrap_or(&fallback);
            let seen = if frozen { members.seen_as_it_was(value) } else { members.seen(before, value) };
            if seen.n < least {
                standing.too_small = Some(seen.n);
                standing.everyone = true;
            } else {
                standing.missing = members.missing;
                chosen = Some(seen);
            }
        }
        let seen = chosen.unwrap_or_else(|| {
            standing.missing = population.everyone.missing;
            match frozen {
                true => population.everyone.seen_as_it_was(value),
                false => population.everyone.seen(recorded.and_then(|(_, value)| value), value),
            }
        });
        (standing.accounts, standing.less, standing.equal) = (seen.n, seen.less, seen.equal);
        standing.value = if seen.n < least {
            Value::Missing(Missing::TooFew)
        } else {
            self.place(ranked.function, value, &seen, &mut standing)
        };
        standing
    }

    fn place(self, function: Ranking, value: Decimal, seen: &Seen, standing: &mut Standing) -> Value {
        let count = |n: usize| Decimal::int(i64::try_from(n).unwrap_or(i64::MAX));
        match function {
            Ranking::Rank => Value::Number(count(seen.n - seen.less - seen.equal + 1)),
            // (less + equal / 2) / n * 100, rounded once.
            Ranking::Percentile => {
                let halves = count(2 * seen.less + seen.equal).mul(Decimal::int(50));
                self.number(halves.and_then(|halves| halves.div(count(seen.n))))
            }
            Ranking::Zscore | Ranking::Tscore | Ranking::NormalScore => {
                let Some(sample) = seen.sample else { return self.fault(Fault::Overflow) };
                if sample.n < 2 {
                    return Value::Missing(Missing::TooFew);
                }
                standing.moments = sample.mean().zip(sample.deviation());
                standing.flat = sample.flat();
                if standing.flat {
                    let middle = if function == Ranking::Zscore { Decimal::ZERO } else { Decimal::int(50) };
                    return Value::Number(middle);
                }
                self.number(sample.deviation_of(value).and_then(|place| match function {
                    Ranking::Tscore => Deviation::t_score(place),
                    Ranking::NormalScore => Deviation::normal_score(place),
                    _ => Deviation::rounded(place),
                }))
            }
        }
    }
}
