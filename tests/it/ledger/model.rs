//! Random programs, random data, and random sequences of runs, decisions and accidents on a real ledger, against a model
//! that is written the other way round: where laud remembers as little as it can and goes from one run to the next, the
//! model keeps every run as it was and works everything out from all of them. `LAUD_MODEL=500` plays 500 games instead
//! of 25.

use super::home::{Home, on_both};
use super::past::{Happened, Past};
use super::rule::{Cells, Rule};
use super::store::record;
use crate::fuzz::rng::Rng;
use crate::interventions::world::{World, date};
use laud::calendar::Date;
use laud::interventions::{Change, Closing, Decided, Item, Outcome, Policy, Slot, Subject, close, decide, snooze};
use laud::ledger::{LedgerError, RecordKind, Store};
use std::collections::BTreeMap;

on_both!(nothing_is_lost_or_doubled);

fn nothing_is_lost_or_doubled(home: &mut Home) {
    let games = std::env::var("LAUD_MODEL").ok().and_then(|n| n.parse().ok()).unwrap_or(25);
    let mut seen: BTreeMap<&str, u64> = BTreeMap::new();
    for seed in 0..games {
        if seed > 0 {
            home.clear();
        }
        let mut game = Game::new(home, seed);
        for _ in 0..16 {
            game.turn();
        }
        game.past.happened.iter().flat_map(|h| h.values()).for_each(|d| *seen.entry(d.word()).or_default() += 1);
    }
    // A game in which hardly anything happens would show nothing.
    for decided in Decided::ALL {
        assert!(seen.get(decided.word()).is_some_and(|n| *n >= games / 4), "{}: {seen:?}", decided.word());
    }
}

/// One game: the ledger, laud's side of it, and the model's.
struct Game<'h> {
    home: &'h Home,
    seed: u64,
    rng: Rng,
    ledger: Box<dyn Store>,
    world: World,
    past: Past,
    day: Date,
    rows: BTreeMap<String, Cells>,
    /// What the world outside was handed: each id with the one line it came with.
    received: BTreeMap<String, String>,
    records: u64,
}

const PEOPLE: [&str; 3] = ["ana", "ben", ""];

/// The accounts of the next run.
pub fn tomorrow(rows: &mut BTreeMap<String, Cells>, rng: &mut Rng) {
    for i in 1..=5 {
        let cells = rows.entry(format!("A{i}")).or_default();
        // Days differ, but not in everything.
        if rng.chance(60) {
            cells.x = (!rng.chance(12)).then(|| 10 * (1 + rng.below(8) as i64));
        }
        if rng.chance(30) {
            cells.y = (!rng.chance(15)).then(|| rng.below(4) as i64);
        }
        if rng.chance(20) {
            cells.csm = PEOPLE[rng.below(3)].to_string();
        }
        if rng.chance(50) {
            cells.asks = (!rng.chance(12)).then(|| 10 * (1 + rng.below(8) as i64));
        }
        cells.there = !rng.chance(6);
    }
}

impl<'h> Game<'h> {
    fn new(home: &'h Home, seed: u64) -> Game<'h> {
        let mut rng = Rng::new(seed);
        let rules: Vec<Rule> = (0..2 + rng.below(2)).map(|i| Rule::random(i, &mut rng)).collect();
        let text: Vec<String> = rules.iter().map(Rule::text).collect();
        Game {
            home,
            seed,
            rng,
            ledger: home.open(),
            world: World::new(&text.join("\n")),
            past: Past::new(rules),
            day: date("2026-03-25"),
            rows: BTreeMap::new(),
            received: BTreeMap::new(),
            records: 0,
        }
    }

    fn turn(&mut self) {
        match self.rng.below(100) {
            0..55 => self.run(),
            55..85 => self.decision(),
            85..92 => self.hand_on(),
            _ => {
                // A new process knows what the ledger knows.
                self.ledger = self.home.open();
                self.world.state = self.ledger.load().unwrap();
            }
        }
        self.compare();
    }

    fn run(&mut self) {
        let before = self.day;
        let mut kind = RecordKind::Apply;
        if let Some(last) = self.past.last_date() {
            let rng = &mut self.rng;
            match rng.below(10) {
                0 => {}
                // A replay, inside of the week in which things are counted.
                1 if super::past::week(last) == super::past::week(last.plus_days(-1)) => {
                    self.day = last.plus_days(-1);
                    kind = RecordKind::Replay;
                }
                n => self.day = last.plus_days(1 + (n % 4) as i64),
            }
        }
        tomorrow(&mut self.rows, &mut self.rng);
        let drawn = self.past.draw_rules(&mut self.rng);
        let mut rules = self.past.rules.clone();
        // Now and then one of them is called otherwise from now on.
        if self.rng.chance(10) {
            let rule = &mut rules[drawn[self.rng.below(drawn.len())]];
            if rule.was.is_none() {
                rule.was = Some(rule.name.clone());
                rule.name.push('x');
            }
        }
        let texts: Vec<String> = drawn.iter().map(|i| rules[*i].text()).collect();
        self.world.becomes(&texts.join("\n"));
        patch(&mut self.world.policy, &rules);
        let rules = (rules, drawn);
        let as_of = self.day.to_string();
        let there: Vec<(&String, &Cells)> = self.rows.iter().filter(|(_, cells)| cells.there).collect();
        let mut lines: Vec<String> = there.iter().map(|(id, cells)| cells.line(id)).collect();
        let mut contacts: Vec<String> = there.iter().map(|(id, cells)| cells.contact(id)).collect();
        let straight = format!("{} | contact: {}", lines.join(";"), contacts.join(";"));
        let outcome = self.world.plan(&as_of, &straight);
        // The order of rows means nothing.
        self.rng.shuffle(&mut lines);
        self.rng.shuffle(&mut contacts);
        let rows = format!("{} | contact: {}", lines.join(";"), contacts.join(";"));
        assert_eq!(self.world.plan(&as_of, &rows), outcome, "seed {}: order of rows", self.seed);
        match self.rng.below(8) {
            // Ended before it wrote.
            0 => {
                self.day = before;
                return;
            }
            // Ended while it wrote: something in it cannot be.
            1 => {
                if let Some(item) = self.world.state.items.values().next().cloned() {
                    let impossible = outcome.changes.iter().cloned().chain([Change::Open(Box::new(item))]);
                    let impossible: Vec<Change> = impossible.collect();
                    let record = record(kind, &as_of);
                    let state = &mut self.world.state;
                    assert!(self.ledger.commit(state, &record, &impossible, &outcome.actions).is_err());
                    self.world.state = self.ledger.load().unwrap();
                    self.day = before;
                    return;
                }
            }
            // Somebody decides something in between: the run has to begin again.
            2 if self.past.last_date().is_some() && self.somebody_else_decides() => {
                let record = record(kind, &as_of);
                let state = &mut self.world.state;
                let moved = self.ledger.commit(state, &record, &outcome.changes, &outcome.actions);
                assert_eq!(moved, Err(LedgerError::Moved { head: self.records }));
                self.world.state = self.ledger.load().unwrap();
                let outcome = self.world.plan(&as_of, &rows);
                return self.commit(kind, outcome, rules);
            }
            _ => {}
        }
        self.commit(kind, outcome, rules);
        // The same again comes to nothing.
        let again = self.world.plan(&as_of, &rows);
        let (seed, past) = (self.seed, self.past.shown());
        assert_eq!((again.changes, again.actions), (vec![], vec![]), "seed {seed}: {as_of} again\n{past}");
    }

    fn commit(&mut self, kind: RecordKind, outcome: Outcome, (rules, drawn): (Vec<Rule>, Vec<usize>)) {
        let record = record(kind, &self.day.to_string());
        self.ledger.commit(&mut self.world.state, &record, &outcome.changes, &outcome.actions).unwrap();
        self.records += 1;
        let rows = self.rows.iter().filter(|(_, cells)| cells.there).map(|(id, cells)| (id.clone(), cells.clone()));
        self.past.rules = rules;
        let expected = self.past.run(self.day, rows.collect(), &drawn);
        let slot = |slot: &Slot| (slot.rule.to_string(), place(slot));
        let happened: Happened = outcome.rows.iter().map(|row| (slot(&row.slot), row.decided)).collect();
        assert_eq!(happened.len(), outcome.rows.len(), "one end for each");
        assert_eq!(happened, expected, "seed {} on {}\n{}", self.seed, self.day, self.past.shown());
    }

    /// A decision about one of the open items; nothing where there is none to be made.
    fn verdict(&mut self) -> Option<(RecordKind, laud::interventions::Verdict, Decision)> {
        let items: Vec<Item> = self.world.state.items.values().cloned().collect();
        if items.is_empty() {
            return None;
        }
        let item = &items[self.rng.below(items.len())];
        let on = self.past.last_date()?.max(item.opened);
        let pending = item.waits_for().next().is_some();
        let roll = self.rng.below(100);
        Some(match roll {
            0..60 if pending => {
                let verdict = decide(item, None, true, "lee", on, None).unwrap();
                (RecordKind::Approve, verdict, Decision::Approve(item.slot.clone()))
            }
            60..75 if pending => {
                let verdict = decide(item, None, false, "lee", on, Some("no")).unwrap();
                (RecordKind::Reject, verdict, Decision::Close(item.slot.clone(), on, "rejected"))
            }
            0..40 => {
                let until = on.plus_days(1 + self.rng.below(6) as i64);
                let verdict = snooze(&item.slot, until, "lee", on).unwrap();
                (RecordKind::Snooze, verdict, Decision::Snooze(item.slot.clone(), until))
            }
            _ => {
                let closing = [Closing::Won, Closing::Done, Closing::Dismissed][self.rng.below(3)];
                let verdict = close(item, closing, "lee", on, None).unwrap();
                (RecordKind::Close, verdict, Decision::Close(item.slot.clone(), on, closing.word()))
            }
        })
    }

    fn decision(&mut self) {
        let Some((kind, verdict, decision)) = self.verdict() else { return };
        let record = record(kind, &self.day.to_string());
        self.ledger.commit(&mut self.world.state, &record, &verdict.changes, &verdict.actions).unwrap();
        self.records += 1;
        decision.tell(&mut self.past);
    }

    fn somebody_else_decides(&mut self) -> bool {
        let Some((kind, verdict, decision)) = self.verdict() else { return false };
        let mut theirs = self.home.open();
        let mut state = theirs.load().unwrap();
        theirs.commit(&mut state, &record(kind, &self.day.to_string()), &verdict.changes, &verdict.actions).unwrap();
        self.records += 1;
        decision.tell(&mut self.past);
        true
    }

    /// Actions go out; sometimes nobody is left to mark them.
    fn hand_on(&mut self) {
        let ended = self.rng.chance(40);
        let received = &mut self.received;
        let mut take = |actions: &[laud::ledger::Emission]| {
            for action in actions {
                let before = received.insert(action.id.clone(), action.line.clone());
                assert!(before.is_none_or(|before| before == action.line), "two actions of one id");
            }
            !ended
        };
        self.ledger.deliver("2026-03-31T06:00:00Z", &mut take).unwrap();
    }

    /// The ledger, laud's memory of it and the model agree.
    fn compare(&mut self) {
        let place = format!("seed {} on {}\n{}", self.seed, self.day, self.past.shown());
        let state = self.ledger.load().unwrap();
        assert_eq!(state, self.world.state, "{place}");
        assert_eq!(self.ledger.records().unwrap().len() as u64, self.records, "{place}");
        let open: Vec<String> = state.items.values().map(shown).collect();
        assert_eq!(open, self.past.open(), "{place}");
        let mut closed: Vec<String> = self.ledger.closed().unwrap().iter().map(shown_closed).collect();
        closed.sort();
        assert_eq!(closed, self.past.closed(), "{place}");
        // What went out and what waits to is what should, each id once.
        let mut ids: Vec<String> = self.ledger.pending().unwrap().into_iter().map(|e| e.id).collect();
        assert!(ids.iter().all(|id| ids.iter().filter(|other| *other == id).count() == 1), "{place}");
        ids.extend(self.received.keys().cloned());
        ids.sort();
        ids.dedup();
        let id = |rule: &str, place: &str, number: u64| {
            let (subject, key) = place.split_once('/').map_or((place, None), |(subject, key)| (subject, Some(key)));
            let kind = if subject.starts_with('c') { "contact" } else { "account" };
            let subject = Subject { kind: kind.into(), id: subject.into() };
            Slot { rule: rule.into(), subject, key: key.map(str::to_string).into_iter().collect() }
                .item_id(number)
                .to_string()
        };
        assert_eq!(ids, self.past.actions(id), "{place}");
    }
}

/// What somebody decided, for the model.
enum Decision {
    Approve(Slot),
    Close(Slot, Date, &'static str),
    Snooze(Slot, Date),
}

impl Decision {
    fn tell(self, past: &mut Past) {
        match self {
            Decision::Approve(slot) => past.approve(&slot.rule, &place(&slot)),
            Decision::Close(slot, on, how) => past.close(&slot.rule, &place(&slot), on, how),
            Decision::Snooze(slot, until) => past.snooze(&slot.rule, &place(&slot), until),
        }
    }
}

/// `A1`, `cA1` or `A1/ana`.
fn place(slot: &Slot) -> String {
    let key: String = slot.key.iter().map(|key| format!("/{key}")).collect();
    format!("{}{key}", slot.subject.id)
}

fn shown(item: &Item) -> String {
    let started = item.started.map_or("-".to_string(), |d| d.to_string());
    format!(
        "{} {} {} started {started} level {} owner {} late {} `{}`",
        item.slot.rule,
        place(&item.slot),
        item.opened,
        item.level,
        item.owner.as_deref().unwrap_or("-"),
        item.approvals.iter().any(|approval| approval.late),
        item.tasks[0].text
    )
}

fn shown_closed(item: &laud::ledger::ClosedItem) -> String {
    let key: String = item.key.iter().map(|key| format!("/{key}")).collect();
    format!("{} {}{key} {} {} {} level {}", item.rule, item.subject, item.opened, item.closed, item.closing, item.level)
}

/// What the language has no words for yet.
pub fn patch(policy: &mut Policy, rules: &[Rule]) {
    for policy in &mut policy.rules {
        let rule = rules.iter().find(|rule| *policy.name == rule.name).unwrap();
        let days = |count: i64| laud::calendar::Duration {
            count: count.try_into().unwrap(),
            unit: laud::calendar::PeriodKind::Day,
        };
        policy.cooldown_won = rule.won.map(days);
        policy.cooldown_dismissed = rule.dismissed.map(days);
        if rule.monthly {
            policy.trigger = laud::interventions::Trigger::Every(laud::calendar::PeriodKind::Month);
        }
    }
}
