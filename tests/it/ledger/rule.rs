//! The rules and accounts of [`super::model`]. A place is what a rule is about: `A1`, the contact `cA1` of that account, or with
//! a rule that is deduped `A1/ana`.

use crate::fuzz::rng::Rng;
use laud::calendar::Date;

/// A random rule.
#[derive(Debug, Clone)]
pub struct Rule {
    pub name: String,
    pub level: bool,
    pub monthly: bool,
    pub below: i64,
    pub runs: usize,
    pub unless_above: Option<i64>,
    pub close: Option<(i64, usize)>,
    pub cooldown: Option<i64>,
    pub won: Option<i64>,
    pub dismissed: Option<i64>,
    pub steps: Vec<i64>,
    pub approval: bool,
    pub limit: Option<usize>,
    pub grouped: bool,
    pub priority: usize,
    pub at_first: bool,
    /// About the account's contact, of which `asks` is what `x` is of the account.
    pub contact: bool,
    /// Items about one subject are told apart by whose it is.
    pub deduped: bool,
    /// A guard holds it back where `y` is above.
    pub guard: Option<i64>,
    /// So many of a hundred are treated.
    pub pilot: Option<i64>,
    /// The approval is late after so many days.
    pub late: Option<i64>,
    /// What it was called before.
    pub was: Option<String>,
}

impl Rule {
    pub fn random(number: usize, rng: &mut Rng) -> Rule {
        let level = rng.chance(35);
        let monthly = !level && rng.chance(20);
        let some = |rng: &mut Rng, percent: usize, from: usize, to: usize| -> Option<i64> {
            rng.chance(percent).then(|| (from + rng.below(to - from + 1)) as i64)
        };
        Rule {
            name: format!("r{number}"),
            level,
            monthly,
            below: 30 + 10 * rng.below(4) as i64,
            runs: if rng.chance(25) { 2 + rng.below(2) } else { 1 },
            unless_above: some(rng, 30, 0, 2),
            close: rng.chance(50).then(|| (50 + 10 * rng.below(2) as i64, 1 + rng.below(2))),
            cooldown: if level { some(rng, 100, 2, 8) } else { some(rng, 40, 2, 8) },
            won: some(rng, 25, 1, 12),
            dismissed: some(rng, 25, 1, 12),
            steps: if rng.chance(40) { vec![1 + rng.below(3) as i64, 5] } else { Vec::new() },
            approval: rng.chance(25),
            limit: rng.chance(30).then(|| 1 + rng.below(2)),
            grouped: rng.chance(40),
            priority: rng.below(3),
            at_first: rng.chance(30),
            contact: rng.chance(25),
            deduped: rng.chance(25),
            guard: some(rng, 20, 1, 2),
            pilot: rng.chance(15).then(|| 25 * (1 + rng.below(3)) as i64),
            late: some(rng, 60, 1, 4),
            was: None,
        }
    }

    pub fn text(&self) -> String {
        let runs = |n: usize| if n > 1 { format!(" for {n} runs") } else { String::new() };
        let (name, x) = (&self.name, self.reads());
        let mut out = String::new();
        self.guard
            .iter()
            .for_each(|y| out += &format!("guard of_{name} {{\n  applies to {name}\n  full when y > {y}\n}}\n"));
        out += &format!("{}rule {name} {{\n", if self.contact { "contact " } else { "" });
        let word = if self.level { "while" } else { "when" };
        out += &format!("  {word} {x} < {}{}\n", self.below, runs(self.runs));
        self.unless_above.iter().for_each(|y| out += &format!("  unless y > {y}\n"));
        out += &format!("  do task \"Call, x is {{{x}}}\" assign csm fallback cs_ops\n");
        if let [first, second] = self.steps[..] {
            out += &format!("  escalate after {first} days to boss, after {second} days to vp\n");
        }
        if self.approval {
            let late = self.late.map_or(String::new(), |days| format!(" within {days} days escalate to boss"));
            out += &format!("  approval legal{late}\n");
        }
        self.cooldown.iter().for_each(|days| out += &format!("  cooldown {days} days\n"));
        out += &format!("  priority {}\n", self.priority);
        if self.grouped {
            out += "  exclusive talk\n";
        }
        self.limit.iter().for_each(|n| out += &format!("  limit {n} per csm per week\n"));
        let reads = self.reads();
        self.close.iter().for_each(|(x, n)| out += &format!("  close when {reads} >= {x}{}\n", runs(*n)));
        if self.at_first {
            out += "  fire on first run\n";
        }
        if self.deduped {
            out += "  dedupe by csm\n";
        }
        self.pilot.iter().for_each(|share| out += &format!("  pilot {share}%\n"));
        self.was.iter().for_each(|was| out += &format!("  renamed from {was}\n"));
        out + "}\n"
    }

    fn reads(&self) -> &'static str {
        if self.contact { "asks" } else { "x" }
    }

    pub fn value(&self, cells: &Cells) -> Option<i64> {
        if self.contact { cells.asks } else { cells.x }
    }

    /// Where the rule looks for an account on a day.
    pub fn place(&self, account: &str, cells: &Cells) -> String {
        let subject = if self.contact { format!("c{account}") } else { account.to_string() };
        if self.deduped { format!("{subject}/{}", cells.csm) } else { subject }
    }

    /// Whole accounts are in one arm; the rule is known by the name that it had first.
    pub fn is_control(&self, place: &str) -> bool {
        let name = self.was.as_ref().unwrap_or(&self.name);
        self.pilot.is_some_and(|share| bucket(&format!("{name}/{}", account_of(place))) >= share as u64 * 100)
    }

    pub fn outlived(&self, opened: Date, on: Date) -> bool {
        self.close.is_none() && self.cooldown.is_some_and(|days| on >= opened.plus_days(days)) && on > opened
    }
}

/// `A1` of `A1`, `cA1` and `A1/ana`.
pub fn account_of(place: &str) -> &str {
    subject_of(place).trim_start_matches('c')
}

/// `cA1` of `cA1/ana`.
pub fn subject_of(place: &str) -> &str {
    place.split('/').next().unwrap()
}

/// The bucket of a pilot, as the domain defines it.
fn bucket(text: &str) -> u64 {
    let hash = text.bytes().fold(0xcbf29ce484222325_u64, |h, b| (h ^ b as u64).wrapping_mul(0x100000001b3));
    let x = hash.wrapping_add(0x9e3779b97f4a7c15);
    let x = (x ^ x >> 30).wrapping_mul(0xbf58476d1ce4e5b9);
    let x = (x ^ x >> 27).wrapping_mul(0x94d049bb133111eb);
    (x ^ x >> 31) % 10_000
}

/// An account on a day.
#[derive(Debug, Clone, Default)]
pub struct Cells {
    pub there: bool,
    pub x: Option<i64>,
    pub y: Option<i64>,
    pub csm: String,
    pub asks: Option<i64>,
}

impl Cells {
    pub fn line(&self, id: &str) -> String {
        let number = |n: Option<i64>| n.map_or(String::new(), |n| n.to_string());
        format!("{id},{},{},{},", number(self.x), number(self.y), self.csm)
    }

    /// The one contact of the account.
    pub fn contact(&self, id: &str) -> String {
        format!("{id},c{id},{},", self.asks.map_or(String::new(), |n| n.to_string()))
    }

    pub fn owner(&self) -> &str {
        if self.csm.is_empty() { "cs_ops" } else { &self.csm }
    }
}
