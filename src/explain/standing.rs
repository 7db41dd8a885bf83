//! Where an account stands among others, told: whom it was compared with, how many, and how it came out.

use super::words::{self, Words};
use super::{Case, Figure, Shown};
use crate::builtins::Ranking;
use crate::engine::reference::Standing;
use crate::number::Decimal;
use crate::program::{Ranked, Type, Unit, Within, shifted};
use crate::report::{counted, value};
use serde::Serialize;

/// A place among other accounts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StandingWhy {
    /// As written.
    pub text: String,
    /// What came out.
    pub value: Shown,
    /// The account's own value.
    pub own: Shown,
    /// Whom it was compared with: `everyone`, or a segment.
    pub among: String,
    /// The date at which the others were frozen; `null` if they are those of the as-of date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub against: Option<String>,
    /// Accounts that were compared, this one among them.
    pub accounts: usize,
    /// Accounts left out because they have no value.
    pub missing: usize,
    /// Accounts with a smaller value.
    pub less: usize,
    /// Accounts with the same value, this one among them.
    pub equal: usize,
    /// The mean, where a distance from it was taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mean: Option<Figure>,
    /// The standard deviation of a sample.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deviation: Option<Figure>,
    /// What is out of the ordinary: a group that was too small, values that are all equal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// The facts.
pub fn standing(case: Case, ranked: &Ranked) -> StandingWhy {
    let program = case.program;
    let words = Words::new(program);
    let found = case.probe.standing(ranked);
    let group = group(case, ranked, &found);
    let hidden = !case.personal && super::personal(program, &ranked.value);
    let own = Shown::new(program, ranked.value.ty, &found.own);
    let figure = |n: Decimal| match ranked.value.ty {
        _ if hidden => Figure { exact: Decimal::ZERO, shown: value::MASK.to_string() },
        Type::Number(unit) => Figure { exact: n, shown: value::precise(n, unit) },
        _ => Figure { exact: n, shown: n.to_string() },
    };
    let mut notes = Vec::new();
    if let Some(few) = found.too_small {
        let has = format!("{group} has {} with a value", counted(few as u64, "account", "accounts"));
        notes.push(format!("{has}, fewer than {}: everyone is taken", ranked.at_least));
    }
    if found.everyone && found.accounts > 0 && found.accounts < ranked.at_least as usize {
        let all = counted(found.accounts as u64, "account", "accounts");
        notes.push(format!("{all} with a value in all, fewer than {}", ranked.at_least));
    }
    let against = ranked.against.map(|shift| shifted(case.probe.calendar(), shift, case.probe.as_of()));
    let ahead = against.filter(|date| *date > case.probe.as_of());
    if let Some(date) = ahead {
        notes.push(format!("{date} lies ahead: nothing is known of it"));
    }
    if found.flat {
        notes.push("all values are the same, so there is no distance".to_string());
    }
    if ahead.is_none() && ranked.within.is_some() && found.accounts == 0 && found.own.number().is_some() {
        notes.push(match found.value.missing() {
            Some(crate::value::Missing::NotApplicable) => format!("the account is not in {group}"),
            _ => format!("it is not known whether the account is in {group}"),
        });
    }
    let ty = match ranked.function {
        Ranking::Percentile | Ranking::Tscore | Ranking::NormalScore => Type::Number(Unit::Points),
        Ranking::Zscore | Ranking::Rank => Type::PLAIN,
    };
    StandingWhy {
        text: words.ranked(ranked),
        value: Shown::new(program, ty, &found.value),
        own: if hidden { own.masked() } else { own },
        among: if found.everyone { "everyone".to_string() } else { group },
        against: found.against.map(|date| date.to_string()),
        accounts: found.accounts,
        missing: found.missing,
        less: found.less,
        equal: found.equal,
        mean: found.moments.map(|(mean, _)| figure(mean)),
        deviation: found.moments.map(|(_, deviation)| figure(deviation)),
        note: (!notes.is_empty()).then(|| notes.join("; ")),
    }
}

/// The part or segment that was asked for.
fn group(case: Case, ranked: &Ranked, found: &Standing) -> String {
    match (ranked.within, found.part) {
        (None, _) => "everyone".to_string(),
        (Some(Within::Partition(id)), Some(part)) => {
            words::segment(case.program, crate::program::SegmentRef::Part(id, part))
        }
        (Some(within), _) => Words::new(case.program).within(within),
    }
}

impl StandingWhy {
    /// In a few words: `among 12 accounts of enterprise`.
    pub fn among(&self) -> String {
        let whom = if self.among == "everyone" { String::new() } else { format!(" of {}", self.among) };
        match self.accounts {
            0 => self.note.clone().unwrap_or_default(),
            n => {
                let then = self.against.as_ref().map_or(String::new(), |date| format!(" as they were on {date}"));
                format!("among {}{whom}{then}", counted(n as u64, "account", "accounts"))
            }
        }
    }

    /// The lines of the page, each under its label.
    pub fn lines(&self) -> Vec<(&'static str, String)> {
        let own = self.own.missing.map_or_else(|| self.own.shown.clone(), |why| format!("missing ({why})"));
        let mut lines = vec![("own", own)];
        if self.accounts > 0 {
            let missing = match self.missing {
                0 => String::new(),
                n => format!(", {} more without a value", value::grouped(n as u64)),
            };
            lines.push(("among", format!("{}{missing}", self.among().trim_start_matches("among "))));
            let above = self.accounts.saturating_sub(self.less + self.equal);
            let (less, equal) = (value::grouped(self.less as u64), value::grouped(self.equal as u64));
            // Of frozen accounts its own old value is one, and today's is looked up among them.
            let itself = if self.against.is_some() { "" } else { " (itself included)" };
            let above = value::grouped(above as u64);
            lines.push(("place", format!("{less} below, {equal} equal{itself}, {above} above")));
        }
        if let (Some(mean), Some(deviation)) = (&self.mean, &self.deviation) {
            lines.push(("mean", format!("{}, standard deviation {}", mean.shown, deviation.shown)));
        }
        lines.extend(self.note.clone().map(|note| ("note", note)));
        lines
    }
}
