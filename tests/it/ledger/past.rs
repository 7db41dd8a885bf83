//! The model of [`super::model`]: all runs as they were. Nothing is carried along from run to run but what happened; how
//! things stand is asked of the whole past.

use super::rule::{Cells, Rule, account_of, subject_of};
use crate::fuzz::rng::Rng;
use laud::calendar::Date;
use laud::interventions::Decided::{self, *};
use std::collections::{BTreeMap, BTreeSet};

/// The number of the week.
pub fn week(date: Date) -> i32 {
    // 1970-01-01 was a Thursday.
    (date.0 + 3).div_euclid(7)
}

fn month(date: Date) -> String {
    date.to_string()[..7].to_string()
}

/// By rule and place.
pub type Happened = BTreeMap<(String, String), Decided>;

struct Run {
    date: Date,
    rows: BTreeMap<String, Cells>,
    rules: BTreeSet<usize>,
    /// Who slept in it.
    asleep: BTreeSet<(usize, String)>,
}

/// An item, from its first day to its last.
struct Item {
    rule: usize,
    /// What the rule was called.
    name: String,
    place: String,
    number: u64,
    /// The run that opened it.
    run: usize,
    opened: Date,
    per: String,
    started: Option<(usize, Date)>,
    approved: bool,
    /// Somebody was told that the approval is late.
    late: bool,
    closed: Option<(usize, Date, &'static str)>,
}

/// All that happened.
pub struct Past {
    pub rules: Vec<Rule>,
    pub happened: Vec<Happened>,
    runs: Vec<Run>,
    items: Vec<Item>,
    /// When a rule acted on an account, or would have if there had not been an item.
    turns: BTreeSet<(usize, String, usize)>,
    /// When it had to wait for room.
    waits: BTreeSet<(usize, String, usize)>,
    snoozes: BTreeMap<(usize, String), Date>,
}

impl Past {
    pub fn new(rules: Vec<Rule>) -> Past {
        let (turns, waits, snoozes) = Default::default();
        Past { rules, happened: Vec::new(), runs: Vec::new(), items: Vec::new(), turns, waits, snoozes }
    }

    pub fn last_date(&self) -> Option<Date> {
        self.runs.last().map(|run| run.date)
    }

    /// Which rules the program has next: mostly all.
    pub fn draw_rules(&self, rng: &mut Rng) -> Vec<usize> {
        let missing = if rng.chance(8) { rng.below(self.rules.len()) } else { usize::MAX };
        (0..self.rules.len()).filter(|i| *i != missing).collect()
    }

    fn rule(&self, name: &str) -> usize {
        self.rules.iter().position(|rule| rule.name == name).unwrap()
    }

    // ---------- questions about a run ----------

    /// The account of a place, if the rule looked at it.
    fn looked(&self, rule: usize, place: &str, run: usize) -> Option<&Cells> {
        self.runs[run].rules.contains(&rule).then(|| self.runs[run].rows.get(account_of(place))).flatten()
    }

    /// The same, where it is still at this place.
    fn cells(&self, rule: usize, place: &str, run: usize) -> Option<&Cells> {
        let still = |cells: &&Cells| self.rules[rule].place(account_of(place), cells) == place;
        self.looked(rule, place, run).filter(still)
    }

    /// Whether the condition and `unless` hold; nothing where that is not known.
    fn stands(&self, rule: usize, place: &str, run: usize) -> (Option<bool>, Option<bool>) {
        let Some(cells) = self.cells(rule, place, run) else { return (Some(false), Some(false)) };
        let unless = match self.rules[rule].unless_above {
            None => Some(false),
            Some(above) => cells.y.map(|y| y > above),
        };
        let rule = &self.rules[rule];
        (rule.value(cells).map(|x| x < rule.below), unless)
    }

    /// True, false or unknown. What is held back for certain is true all the same.
    fn truth(&self, rule: usize, place: &str, run: usize) -> Option<bool> {
        match self.stands(rule, place, run) {
            (Some(false), _) | (None, Some(true)) => Some(false),
            (Some(true), Some(_)) => Some(true),
            _ => None,
        }
    }

    /// The runs up to this one in which it was true without a break.
    fn true_since(&self, rule: usize, place: &str, run: usize) -> std::ops::RangeInclusive<usize> {
        let first = (0..=run).rev().take_while(|r| self.truth(rule, place, *r) == Some(true)).last();
        first.map_or(run + 1..=run, |first| first..=run)
    }

    fn same_date_as_before(&self, run: usize) -> bool {
        run > 0 && self.runs[run].date == self.runs[run - 1].date
    }

    /// True if all runs from one to another are of one date.
    fn one_date(&self, from: usize, to: usize) -> bool {
        (from + 1..=to).all(|run| self.same_date_as_before(run))
    }

    fn had_turn(&self, rule: usize, place: &str, run: usize) -> bool {
        self.turns.contains(&(rule, place.to_string(), run))
    }

    /// A monthly rule had its turn in this month or a later one already, as far as anybody knows: whatever was known of a
    /// rule that was away is forgotten.
    fn had_month(&self, rule: usize, place: &str, run: usize) -> bool {
        let mut known = (0..run).rev().take_while(|r| self.runs[*r].rules.contains(&rule));
        let this = month(self.runs[run].date);
        self.runs[run].rules.contains(&rule)
            && known.any(|r| self.had_turn(rule, place, r) && month(self.runs[r].date) >= this)
    }

    fn wants(&self, rule: usize, place: &str, run: usize) -> bool {
        let block = self.true_since(rule, place, run);
        let counted = block.clone().filter(|r| r == block.start() || !self.same_date_as_before(*r)).count();
        let acted = block.clone().any(|r| self.had_turn(rule, place, r));
        let Rule { level, monthly, runs, .. } = self.rules[rule];
        counted >= runs
            && match (level, monthly) {
                // It acts once a day, and what was held back in an earlier run of the day may still act in a later one.
                (true, _) => !block.clone().any(|r| self.had_turn(rule, place, r) && self.one_date(r, run)),
                (_, true) => !self.had_month(rule, place, run),
                _ => !acted,
            }
    }

    /// How many runs in a row up to this one the item could have been closed.
    fn closable(&self, item: &Item, run: usize) -> usize {
        let Some((from, _)) = self.rules[item.rule].close else { return 0 };
        let looked = (item.run + 1..=run).filter(|r| self.runs[*r].date > item.opened);
        looked.fold(0, |count, r| match self.looked(item.rule, &item.place, r) {
            None => count,
            Some(cells) if self.rules[item.rule].value(cells).is_some_and(|x| x >= from) => {
                match self.same_date_as_before(r) {
                    true => count.max(1),
                    false => count + 1,
                }
            }
            Some(_) => 0,
        })
    }

    /// How far the item has escalated up to this run.
    fn escalated(&self, item: &Item, run: usize) -> usize {
        let Some((begun, started)) = item.started else { return 0 };
        let end = item.closed.map_or(run, |(closed, _, _)| run.min(closed));
        let reached = |r: usize| {
            let over = |days: &&i64| started.plus_days(**days) <= self.runs[r].date;
            let awake = !self.runs[r].asleep.contains(&(item.rule, item.place.clone()));
            let looked = awake && self.looked(item.rule, &item.place, r).is_some();
            if looked { self.rules[item.rule].steps.iter().filter(over).count() } else { 0 }
        };
        (begun + 1..=end).map(reached).max().unwrap_or(0)
    }

    fn items_of(&self, rule: usize, place: &str) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(move |item| item.rule == rule && item.place == place)
    }

    fn open_item(&self, rule: usize, place: &str) -> Option<usize> {
        self.items.iter().position(|item| item.rule == rule && item.place == place && item.closed.is_none())
    }

    // ---------- a run ----------

    /// A run, and what comes of it for each rule and account.
    pub fn run(&mut self, date: Date, rows: BTreeMap<String, Cells>, rules: &[usize]) -> Happened {
        let asleep = self.snoozes.iter().filter(|(_, until)| date < **until).map(|(slot, _)| slot.clone()).collect();
        self.runs.push(Run { date, rows, rules: rules.iter().copied().collect(), asleep });
        let now = self.runs.len() - 1;
        let mut out = Happened::new();
        let mut ready = Vec::new();
        // Who is in the way of a group: items that were open before this run, those of the first place first, and then
        // what an earlier run of the same date has closed: runs of one date count as one.
        let mut groups: BTreeMap<String, (usize, String)> = BTreeMap::new();
        let just = |item: &Item| {
            item.closed.is_some_and(|(run, on, how)| run < now && on == date && how == "recovered")
                && self.same_date_as_before(now)
        };
        let mut open: Vec<&Item> = self.items.iter().filter(|item| item.closed.is_none() || just(item)).collect();
        open.sort_by_key(|item| (item.closed.is_some(), item.rule, item.place.clone()));
        for item in open.into_iter().rev().filter(|item| rules.contains(&item.rule)) {
            if self.rules[item.rule].grouped && !self.rules[item.rule].outlived(item.opened, date) {
                groups.insert(subject_of(&item.place).to_string(), (item.rule, item.place.clone()));
            }
        }
        for rule in rules {
            let at = |(account, cells): (&String, &Cells)| self.rules[*rule].place(account, cells);
            let places: Vec<String> = self.runs[now].rows.iter().map(at).collect();
            for place in &places {
                if self.judge(*rule, place, now, &mut out) {
                    ready.push((*rule, place.clone()));
                }
            }
            // Items of places at which nobody is any more: only their end is waited for.
            let left = |item: &&Item| {
                let looked = self.looked(*rule, &item.place, now).is_some();
                item.rule == *rule && item.closed.is_none() && looked && !places.contains(&item.place)
            };
            let left: Vec<String> = self.items.iter().filter(left).map(|item| item.place.clone()).collect();
            left.iter().for_each(|place| self.go_on(*rule, place, now, &mut out));
        }
        ready.sort_by_key(|(rule, place)| self.rank(*rule, place, now));
        for (rule, place) in ready {
            if self.rules[rule].grouped {
                let mine = (rule, place.clone());
                let first = groups.entry(subject_of(&place).to_string()).or_insert_with(|| mine.clone());
                if *first != mine {
                    self.not_now(rule, &place, now, Suppressed, &mut out);
                    continue;
                }
            }
            let per = self.runs[now].rows[account_of(&place)].owner().to_string();
            if self.rules[rule].limit.is_some_and(|limit| self.used(rule, &per, now) >= limit) {
                self.waits.insert((rule, place.clone(), now));
                self.not_now(rule, &place, now, Queued, &mut out);
                continue;
            }
            self.fire(rule, &place, per, now);
            out.insert((self.rules[rule].name.clone(), place), Fired);
        }
        self.snoozes.retain(|_, until| date < *until);
        self.happened.push(out.clone());
        out
    }

    /// True if nothing holds it back but others.
    fn judge(&mut self, rule: usize, place: &str, now: usize, out: &mut Happened) -> bool {
        let date = self.runs[now].date;
        let slot = (self.rules[rule].name.clone(), place.to_string());
        let truth = self.truth(rule, place, now);
        let asleep = self.runs[now].asleep.contains(&(rule, place.to_string()));
        let wants = self.wants(rule, place, now);
        let open = self.open_item(rule, place);
        let new = now == 0 || !self.runs[now - 1].rules.contains(&rule);
        let baseline = new && !self.rules[rule].at_first;
        let follows = open.is_some_and(|i| {
            let item = &self.items[i];
            item.started.is_some() && self.rules[rule].outlived(item.opened, date) && !asleep && !baseline
        });
        if open.is_some() && !(wants && follows) {
            if wants {
                self.turns.insert((rule, place.to_string(), now));
            }
            self.go_on(rule, place, now, out);
            return false;
        }
        if !wants {
            if truth.is_none() && !(self.rules[rule].monthly && self.had_month(rule, place, now)) {
                out.insert(slot, Undecided);
            }
            return false;
        }
        if baseline {
            self.turns.insert((rule, place.to_string(), now));
            out.insert(slot, Baseline);
            return false;
        }
        let unless = self.stands(rule, place, now).1 == Some(true);
        let cools = !follows && self.items_of(rule, place).last().is_some_and(|item| self.cools(item, date));
        let control = self.rules[rule].is_control(place);
        let guard = match self.rules[rule].guard {
            None => Some(false),
            Some(above) => self.cells(rule, place, now).and_then(|cells| cells.y).map(|y| y > above),
        };
        if unless || asleep || cools || control || guard == Some(true) {
            if control {
                self.turns.insert((rule, place.to_string(), now));
            }
            self.not_now(rule, place, now, Suppressed, out);
            return false;
        }
        if guard.is_none() {
            self.not_now(rule, place, now, Undecided, out);
        }
        guard.is_some()
    }

    fn cools(&self, item: &Item, date: Date) -> bool {
        let rule = &self.rules[item.rule];
        let Some((_, on, how)) = item.closed else { return false };
        let days = match how {
            "won" => rule.won.or(rule.cooldown),
            "dismissed" | "rejected" => rule.dismissed.or(rule.cooldown),
            _ => rule.cooldown,
        };
        date <= on || days.is_some_and(|days| date < on.plus_days(days))
    }

    /// It may not: the item that it would have replaced goes on.
    fn not_now(&mut self, rule: usize, place: &str, now: usize, how: Decided, out: &mut Happened) {
        match self.open_item(rule, place) {
            Some(_) => self.go_on(rule, place, now, out),
            None => {
                out.insert((self.rules[rule].name.clone(), place.to_string()), how);
            }
        }
    }

    /// Higher priority first, then the rule's name, then who waited longest, then who is true for longest.
    fn rank(&self, rule: usize, place: &str, now: usize) -> impl Ord + use<> {
        let block = self.true_since(rule, place, now);
        let acted = block.clone().rev().find(|r| self.had_turn(rule, place, *r));
        let after = acted.map_or(*block.start(), |acted| acted + 1);
        let waited = (after..now).find(|r| self.waits.contains(&(rule, place.to_string(), *r)));
        let waited = waited.map(|r| self.runs[r].date);
        let since = self.runs[*block.start()].date;
        (usize::MAX - self.rules[rule].priority, rule, waited.is_none(), waited, since, place.to_string())
    }

    /// How many of this rule went to somebody in the week. A rule that was away begins anew.
    fn used(&self, rule: usize, per: &str, now: usize) -> usize {
        let away = (0..now).rev().find(|r| !self.runs[*r].rules.contains(&rule));
        let counts = |item: &&Item| {
            item.rule == rule
                && item.per == per
                && week(item.opened) == week(self.runs[now].date)
                && away.is_none_or(|away| item.run > away)
        };
        self.items.iter().filter(counts).count()
    }

    fn fire(&mut self, rule: usize, place: &str, per: String, now: usize) {
        let opened = self.runs[now].date;
        if let Some(i) = self.open_item(rule, place) {
            self.items[i].closed = Some((now, opened, "superseded"));
        }
        let number = self.items_of(rule, place).count() as u64 + 1;
        let started = (!self.rules[rule].approval).then_some((now, opened));
        let place = place.to_string();
        self.turns.insert((rule, place.clone(), now));
        let (approved, closed) = (false, None);
        let name = self.rules[rule].name.clone();
        let late = false;
        self.items.push(Item { rule, name, place, number, run: now, opened, per, started, approved, late, closed });
    }

    /// What becomes of an item that is open.
    fn go_on(&mut self, rule: usize, place: &str, now: usize, out: &mut Happened) {
        let Some(i) = self.open_item(rule, place) else { return };
        let slot = (self.rules[rule].name.clone(), place.to_string());
        let date = self.runs[now].date;
        let item = &self.items[i];
        if self.rules[rule].close.is_some_and(|(_, runs)| date > item.opened && self.closable(item, now) >= runs) {
            self.items[i].closed = Some((now, date, "recovered"));
            out.insert(slot, Closed);
            return;
        }
        if item.started.is_none() && item.approved {
            self.items[i].started = Some((now, date));
            out.insert(slot, Approved);
        } else if item.started.is_none()
            && !item.late
            && self.rules[rule].late.is_some_and(|days| item.opened.plus_days(days) <= date)
        {
            self.items[i].late = true;
            out.insert(slot, Escalated);
        } else if self.escalated(item, now) > self.escalated(item, now.saturating_sub(1)) {
            out.insert(slot, Escalated);
        } else {
            let decided = match self.truth(rule, place, now) {
                None => Undecided,
                Some(true) if self.runs[now].asleep.contains(&(rule, place.to_string())) => Suppressed,
                Some(true) => Refreshed,
                Some(false) => return,
            };
            out.insert(slot, decided);
        }
    }

    // ---------- what people do ----------

    pub fn approve(&mut self, rule: &str, place: &str) {
        let i = self.open_item(self.rule(rule), place).unwrap();
        self.items[i].approved = true;
    }

    pub fn close(&mut self, rule: &str, place: &str, on: Date, how: &'static str) {
        let i = self.open_item(self.rule(rule), place).unwrap();
        // Nothing happened to it after the run before.
        self.items[i].closed = Some((self.runs.len() - 1, on, how));
    }

    pub fn snooze(&mut self, rule: &str, place: &str, until: Date) {
        self.snoozes.insert((self.rule(rule), place.to_string()), until);
    }

    // ---------- how things stand ----------

    pub fn open(&self) -> Vec<String> {
        let now = self.runs.len().saturating_sub(1);
        let mut open: Vec<&Item> = self.items.iter().filter(|item| item.closed.is_none()).collect();
        open.sort_by_key(|item| (item.rule, item.place.clone()));
        let shown = |item: &&Item| {
            // It says what its account said when it was last true.
            let says = (item.run + 1..=now).rev().find(|r| self.truth(item.rule, &item.place, *r) == Some(true));
            let cells = &self.runs[says.unwrap_or(item.run)].rows[account_of(&item.place)];
            let started = item.started.map_or("-".to_string(), |(_, date)| date.to_string());
            format!(
                "{} {} {} started {started} level {} owner {} late {} `Call, x is {}`",
                self.rules[item.rule].name,
                item.place,
                item.opened,
                self.escalated(item, now),
                cells.owner(),
                item.late,
                self.rules[item.rule].value(cells).unwrap()
            )
        };
        open.iter().map(shown).collect()
    }

    pub fn closed(&self) -> Vec<String> {
        let mut out: Vec<String> = Vec::new();
        for item in &self.items {
            if let Some((run, on, how)) = item.closed {
                // The run that closes an item does not escalate it; people close after a run.
                let by_run = matches!(how, "recovered" | "superseded");
                let level = self.escalated(item, if by_run { run.saturating_sub(1) } else { run });
                let rule = &self.rules[item.rule].name;
                out.push(format!("{rule} {} {} {on} {how} level {level}", item.place, item.opened));
            }
        }
        out.sort();
        out
    }

    /// The ids of all actions that have ever been due.
    pub fn actions(&self, id: impl Fn(&str, &str, u64) -> String) -> Vec<String> {
        let mut out = Vec::new();
        for item in &self.items {
            let rule = &self.rules[item.rule];
            let id = id(&item.name, &item.place, item.number);
            let by_run = item.closed.is_some_and(|(_, _, how)| matches!(how, "recovered" | "superseded"));
            let last = item.closed.map_or(self.runs.len() - 1, |(run, _, _)| if by_run { run - 1 } else { run });
            out.extend(rule.approval.then(|| format!("{id}-approval-legal")));
            out.extend(item.late.then(|| format!("{id}-escalation-approval-legal")));
            out.extend(item.started.map(|_| format!("{id}-task-1")));
            out.extend((1..=self.escalated(item, last)).map(|level| format!("{id}-escalation-{level}")));
            out.extend(item.closed.map(|_| format!("{id}-close")));
        }
        out.sort();
        out
    }

    /// Everything, for whoever has to find out what went wrong.
    pub fn shown(&self) -> String {
        let mut out: String = self.rules.iter().map(|rule| format!("{rule:?}\n")).collect();
        for (run, happened) in self.runs.iter().zip(&self.happened) {
            out += &format!("{} rules {:?}", run.date, run.rules);
            run.rows.iter().for_each(|(id, cells)| out += &format!("; {}{:?}", cells.line(id), cells.asks));
            out += &format!("\n   {happened:?}\n");
        }
        out
    }
}
