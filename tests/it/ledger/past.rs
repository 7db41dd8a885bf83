//! The model of [`super::model`]: all runs as they were. Nothing is carried along from run to run but what happened; how
//! things stand is asked of the whole past.

use crate::fuzz::rng::Rng;
use laud::calendar::Date;
use laud::interventions::Decided::{self, *};
use std::collections::{BTreeMap, BTreeSet};

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
        }
    }

    pub fn text(&self) -> String {
        let runs = |n: usize| if n > 1 { format!(" for {n} runs") } else { String::new() };
        let mut out = format!("rule {} {{\n", self.name);
        let word = if self.level { "while" } else { "when" };
        out += &format!("  {word} x < {}{}\n", self.below, runs(self.runs));
        self.unless_above.iter().for_each(|y| out += &format!("  unless y > {y}\n"));
        out += "  do task \"Call, x is {x}\" assign csm fallback cs_ops\n";
        if let [first, second] = self.steps[..] {
            out += &format!("  escalate after {first} days to boss, after {second} days to vp\n");
        }
        if self.approval {
            out += "  approval legal\n";
        }
        self.cooldown.iter().for_each(|days| out += &format!("  cooldown {days} days\n"));
        out += &format!("  priority {}\n", self.priority);
        if self.grouped {
            out += "  exclusive talk\n";
        }
        self.limit.iter().for_each(|n| out += &format!("  limit {n} per csm per week\n"));
        self.close.iter().for_each(|(x, n)| out += &format!("  close when x >= {x}{}\n", runs(*n)));
        if self.at_first {
            out += "  fire on first run\n";
        }
        out + "}\n"
    }

    fn outlived(&self, opened: Date, on: Date) -> bool {
        self.close.is_none() && self.cooldown.is_some_and(|days| on >= opened.plus_days(days)) && on > opened
    }
}

/// An account on a day.
#[derive(Debug, Clone, Default)]
pub struct Cells {
    pub there: bool,
    pub x: Option<i64>,
    pub y: Option<i64>,
    pub csm: String,
}

impl Cells {
    pub fn line(&self, id: &str) -> String {
        let number = |n: Option<i64>| n.map_or(String::new(), |n| n.to_string());
        format!("{id},{},{},{},", number(self.x), number(self.y), self.csm)
    }

    fn owner(&self) -> &str {
        if self.csm.is_empty() { "cs_ops" } else { &self.csm }
    }
}

/// The number of the week.
pub fn week(date: Date) -> i32 {
    // 1970-01-01 was a Thursday.
    (date.0 + 3).div_euclid(7)
}

fn month(date: Date) -> String {
    date.to_string()[..7].to_string()
}

/// By rule and account.
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
    account: String,
    number: u64,
    /// The run that opened it.
    run: usize,
    opened: Date,
    per: String,
    started: Option<(usize, Date)>,
    approved: bool,
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

    fn cells(&self, rule: usize, account: &str, run: usize) -> Option<&Cells> {
        self.runs[run].rules.contains(&rule).then(|| self.runs[run].rows.get(account)).flatten()
    }

    /// Whether the condition and `unless` hold; nothing where that is not known.
    fn stands(&self, rule: usize, account: &str, run: usize) -> (Option<bool>, Option<bool>) {
        let Some(cells) = self.cells(rule, account, run) else { return (Some(false), Some(false)) };
        let unless = match self.rules[rule].unless_above {
            None => Some(false),
            Some(above) => cells.y.map(|y| y > above),
        };
        (cells.x.map(|x| x < self.rules[rule].below), unless)
    }

    /// True, false or unknown. What is held back for certain is true all the same.
    fn truth(&self, rule: usize, account: &str, run: usize) -> Option<bool> {
        match self.stands(rule, account, run) {
            (Some(false), _) | (None, Some(true)) => Some(false),
            (Some(true), Some(_)) => Some(true),
            _ => None,
        }
    }

    /// The runs up to this one in which it was true without a break.
    fn true_since(&self, rule: usize, account: &str, run: usize) -> std::ops::RangeInclusive<usize> {
        let first = (0..=run).rev().take_while(|r| self.truth(rule, account, *r) == Some(true)).last();
        first.map_or(run + 1..=run, |first| first..=run)
    }

    fn same_date_as_before(&self, run: usize) -> bool {
        run > 0 && self.runs[run].date == self.runs[run - 1].date
    }

    /// True if all runs from one to another are of one date.
    fn one_date(&self, from: usize, to: usize) -> bool {
        (from + 1..=to).all(|run| self.same_date_as_before(run))
    }

    fn had_turn(&self, rule: usize, account: &str, run: usize) -> bool {
        self.turns.contains(&(rule, account.to_string(), run))
    }

    /// A monthly rule had its turn in this month or a later one already, as far as anybody knows: whatever was known of a
    /// rule that was away is forgotten.
    fn had_month(&self, rule: usize, account: &str, run: usize) -> bool {
        let known = (0..=run).rev().take_while(|r| self.runs[*r].rules.contains(&rule)).filter(|r| *r < run);
        let this = month(self.runs[run].date);
        known.into_iter().any(|r| self.had_turn(rule, account, r) && month(self.runs[r].date) >= this)
    }

    fn wants(&self, rule: usize, account: &str, run: usize) -> bool {
        let block = self.true_since(rule, account, run);
        let counted = block.clone().filter(|r| r == block.start() || !self.same_date_as_before(*r)).count();
        let acted = block.clone().any(|r| self.had_turn(rule, account, r));
        let Rule { level, monthly, runs, .. } = self.rules[rule];
        counted >= runs
            && match (level, monthly) {
                (true, _) => !block.clone().any(|r| self.had_turn(rule, account, r) && self.one_date(r, run)),
                (_, true) => !self.had_month(rule, account, run),
                _ => !acted,
            }
    }

    /// How many runs in a row up to this one the item could have been closed.
    fn closable(&self, item: &Item, run: usize) -> usize {
        let Some((from, _)) = self.rules[item.rule].close else { return 0 };
        let looked = (item.run + 1..=run).filter(|r| self.runs[*r].date > item.opened);
        looked.fold(0, |count, r| match self.cells(item.rule, &item.account, r) {
            None => count,
            Some(cells) if cells.x.is_some_and(|x| x >= from) => match self.same_date_as_before(r) {
                true => count.max(1),
                false => count + 1,
            },
            Some(_) => 0,
        })
    }

    /// How far the item has escalated up to this run.
    fn escalated(&self, item: &Item, run: usize) -> usize {
        let Some((begun, started)) = item.started else { return 0 };
        let end = item.closed.map_or(run, |(closed, _, _)| run.min(closed));
        let reached = |r: usize| {
            let over = |days: &&i64| started.plus_days(**days) <= self.runs[r].date;
            let awake = !self.runs[r].asleep.contains(&(item.rule, item.account.clone()));
            let looked = awake && self.cells(item.rule, &item.account, r).is_some();
            if looked { self.rules[item.rule].steps.iter().filter(over).count() } else { 0 }
        };
        (begun + 1..=end).map(reached).max().unwrap_or(0)
    }

    fn items_of(&self, rule: usize, account: &str) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(move |item| item.rule == rule && item.account == account)
    }

    fn open_item(&self, rule: usize, account: &str) -> Option<usize> {
        self.items.iter().position(|item| item.rule == rule && item.account == account && item.closed.is_none())
    }

    // ---------- a run ----------

    /// A run, and what comes of it for each rule and account.
    pub fn run(&mut self, date: Date, rows: BTreeMap<String, Cells>, rules: &[usize]) -> Happened {
        let asleep = self.snoozes.iter().filter(|(_, until)| date < **until).map(|(slot, _)| slot.clone()).collect();
        self.runs.push(Run { date, rows, rules: rules.iter().copied().collect(), asleep });
        let now = self.runs.len() - 1;
        let accounts: Vec<String> = self.runs[now].rows.keys().cloned().collect();
        let mut out = Happened::new();
        let mut ready = Vec::new();
        // Who is in the way of a group: items that were open before this run, those of the first rule first.
        let mut groups: BTreeMap<String, usize> = BTreeMap::new();
        for rule in rules.iter().rev() {
            // Runs of one date count as one.
            let just = |item: &&Item| {
                let now = self.runs.len() - 1;
                let recovered = item.closed.is_some_and(|(run, on, how)| run < now && on == date && how == "recovered");
                item.closed.is_none() || (recovered && self.same_date_as_before(now))
            };
            for item in self.items.iter().filter(|item| item.rule == *rule).filter(just) {
                if self.rules[*rule].grouped && !self.rules[*rule].outlived(item.opened, date) {
                    groups.insert(item.account.clone(), *rule);
                }
            }
        }
        for rule in rules {
            for account in &accounts {
                if self.judge(*rule, account, now, &mut out) {
                    ready.push((*rule, account.clone()));
                }
            }
        }
        ready.sort_by_key(|(rule, account)| self.rank(*rule, account, now));
        for (rule, account) in ready {
            if self.rules[rule].grouped {
                let first = *groups.entry(account.clone()).or_insert(rule);
                if first != rule {
                    self.not_now(rule, &account, now, Suppressed, &mut out);
                    continue;
                }
            }
            let per = self.runs[now].rows[&account].owner().to_string();
            if self.rules[rule].limit.is_some_and(|limit| self.used(rule, &per, now) >= limit) {
                self.waits.insert((rule, account.clone(), now));
                self.not_now(rule, &account, now, Queued, &mut out);
                continue;
            }
            self.fire(rule, &account, per, now);
            out.insert((self.rules[rule].name.clone(), account), Fired);
        }
        self.snoozes.retain(|_, until| date < *until);
        self.happened.push(out.clone());
        out
    }

    /// True if nothing holds it back but others.
    fn judge(&mut self, rule: usize, account: &str, now: usize, out: &mut Happened) -> bool {
        let date = self.runs[now].date;
        let slot = (self.rules[rule].name.clone(), account.to_string());
        let truth = self.truth(rule, account, now);
        let asleep = self.runs[now].asleep.contains(&(rule, account.to_string()));
        let wants = self.wants(rule, account, now);
        let open = self.open_item(rule, account);
        let follows = open.is_some_and(|i| {
            let item = &self.items[i];
            item.started.is_some() && self.rules[rule].outlived(item.opened, date) && !asleep
        });
        if open.is_some() && !(wants && follows) {
            if wants {
                self.turns.insert((rule, account.to_string(), now));
            }
            self.go_on(rule, account, now, out);
            return false;
        }
        if !wants {
            if truth.is_none() && !(self.rules[rule].monthly && self.had_month(rule, account, now)) {
                out.insert(slot, Undecided);
            }
            return false;
        }
        let new = now == 0 || !self.runs[now - 1].rules.contains(&rule);
        if new && !self.rules[rule].at_first {
            self.turns.insert((rule, account.to_string(), now));
            match open {
                // The rule was away, and comes back to what it left open.
                Some(_) => self.go_on(rule, account, now, out),
                None => drop(out.insert(slot, Baseline)),
            }
            return false;
        }
        let unless = self.stands(rule, account, now).1 == Some(true);
        let cools = !follows && self.items_of(rule, account).last().is_some_and(|item| self.cools(item, date));
        if unless || asleep || cools {
            self.not_now(rule, account, now, Suppressed, out);
            return false;
        }
        true
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
    fn not_now(&mut self, rule: usize, account: &str, now: usize, how: Decided, out: &mut Happened) {
        match self.open_item(rule, account) {
            Some(_) => self.go_on(rule, account, now, out),
            None => {
                out.insert((self.rules[rule].name.clone(), account.to_string()), how);
            }
        }
    }

    /// Higher priority first, then the rule's name, then who waited longest, then who is true for longest.
    fn rank(&self, rule: usize, account: &str, now: usize) -> impl Ord + use<> {
        let block = self.true_since(rule, account, now);
        let acted = block.clone().rev().find(|r| self.had_turn(rule, account, *r));
        let after = acted.map_or(*block.start(), |acted| acted + 1);
        let waited = (after..now).find(|r| self.waits.contains(&(rule, account.to_string(), *r)));
        let waited = waited.map(|r| self.runs[r].date);
        let since = self.runs[*block.start()].date;
        (usize::MAX - self.rules[rule].priority, rule, waited.is_none(), waited, since, account.to_string())
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

    fn fire(&mut self, rule: usize, account: &str, per: String, now: usize) {
        let opened = self.runs[now].date;
        if let Some(i) = self.open_item(rule, account) {
            self.items[i].closed = Some((now, opened, "superseded"));
        }
        let number = self.items_of(rule, account).count() as u64 + 1;
        let started = (!self.rules[rule].approval).then_some((now, opened));
        let account = account.to_string();
        self.turns.insert((rule, account.clone(), now));
        let (approved, closed) = (false, None);
        self.items.push(Item { rule, account, number, run: now, opened, per, started, approved, closed });
    }

    /// What becomes of an item that is open.
    fn go_on(&mut self, rule: usize, account: &str, now: usize, out: &mut Happened) {
        let Some(i) = self.open_item(rule, account) else { return };
        let slot = (self.rules[rule].name.clone(), account.to_string());
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
        } else if self.escalated(item, now) > self.escalated(item, now.saturating_sub(1)) {
            out.insert(slot, Escalated);
        } else {
            let decided = match self.truth(rule, account, now) {
                None => Undecided,
                Some(true) if self.runs[now].asleep.contains(&(rule, account.to_string())) => Suppressed,
                Some(true) => Refreshed,
                Some(false) => return,
            };
            out.insert(slot, decided);
        }
    }

    // ---------- what people do ----------

    pub fn approve(&mut self, rule: &str, account: &str) {
        let i = self.open_item(self.rule(rule), account).unwrap();
        self.items[i].approved = true;
    }

    pub fn close(&mut self, rule: &str, account: &str, on: Date, how: &'static str) {
        let i = self.open_item(self.rule(rule), account).unwrap();
        // Nothing happened to it after the run before.
        self.items[i].closed = Some((self.runs.len() - 1, on, how));
    }

    pub fn snooze(&mut self, rule: &str, account: &str, until: Date) {
        self.snoozes.insert((self.rule(rule), account.to_string()), until);
    }

    // ---------- how things stand ----------

    pub fn open(&self) -> Vec<String> {
        let now = self.runs.len().saturating_sub(1);
        let mut open: Vec<&Item> = self.items.iter().filter(|item| item.closed.is_none()).collect();
        open.sort_by_key(|item| (item.rule, item.account.clone()));
        let shown = |item: &&Item| {
            // It says what its account said when it was last true.
            let says = (item.run + 1..=now).rev().find(|r| self.truth(item.rule, &item.account, *r) == Some(true));
            let cells = &self.runs[says.unwrap_or(item.run)].rows[&item.account];
            let started = item.started.map_or("-".to_string(), |(_, date)| date.to_string());
            format!(
                "{} {} {} started {started} level {} owner {} `Call, x is {}`",
                self.rules[item.rule].name,
                item.account,
                item.opened,
                self.escalated(item, now),
                cells.owner(),
                cells.x.unwrap()
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
                out.push(format!("{rule} {} {} {on} {how} level {level}", item.account, item.opened));
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
            let id = id(&rule.name, &item.account, item.number);
            let by_run = item.closed.is_some_and(|(_, _, how)| matches!(how, "recovered" | "superseded"));
            let last = item.closed.map_or(self.runs.len() - 1, |(run, _, _)| if by_run { run - 1 } else { run });
            out.extend(rule.approval.then(|| format!("{id}-approval-legal")));
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
            run.rows.iter().for_each(|(id, cells)| out += &format!("; {}", cells.line(id)));
            out += &format!("\n   {happened:?}\n");
        }
        out
    }
}
