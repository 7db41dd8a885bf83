//! What every ledger does: what goes in comes out, a run is written once and whole or not at all, an older one is brought
//! up to date.

use super::home::{Home, on_both};
use crate::interventions::store as cases;
use crate::interventions::world::{World, date};
use laud::interventions::{Closing, Outcome, State, close, decide, snooze};
use laud::ledger::{DataFile, LedgerError, Place, Record, RecordKind, Store};

on_both!(
    keeps_everything,
    refuses_who_came_second,
    writes_all_or_nothing,
    renames,
    what_goes_in_comes_out,
    texts_of_every_kind_come_back,
    an_empty_ledger_is_made_once,
    reading_makes_nothing,
    reading_sees_one_moment,
    many_changes_are_written_in_order,
);

fn keeps_everything(home: &mut Home) {
    cases::keeps_everything(home.open().as_mut());
}

fn refuses_who_came_second(home: &mut Home) {
    cases::refuses_who_came_second(home.open().as_mut(), home.open().as_mut());
}

fn writes_all_or_nothing(home: &mut Home) {
    cases::writes_all_or_nothing(home.open().as_mut());
}

fn renames(home: &mut Home) {
    cases::renames(home.open().as_mut());
}

pub fn record(kind: RecordKind, as_of: &str) -> Record {
    Record {
        kind,
        as_of: date(as_of),
        at: "2026-03-31T06:00:00Z".into(),
        who: "ops".into(),
        program: "p".into(),
        data: "d".into(),
        files: vec![DataFile { table: "account".into(), file: "account.csv".into(), hash: "h".into(), rows: 3 }],
        counts: "{}".into(),
    }
}

/// A world whose past is in a ledger.
pub struct Kept {
    pub world: World,
    pub ledger: Box<dyn Store>,
}

impl Kept {
    pub fn new(home: &Home, rules: &str) -> Kept {
        Kept { world: World::new(rules), ledger: home.open() }
    }

    /// A run; afterwards the ledger holds what the world has in memory.
    pub fn run(&mut self, as_of: &str, rows: &str) -> Outcome {
        let outcome = self.world.plan(as_of, rows);
        let record = record(RecordKind::Apply, as_of);
        self.ledger.commit(&mut self.world.state, &record, &outcome.changes, &outcome.actions).unwrap();
        self.agrees();
        outcome
    }

    pub fn decided(&mut self, kind: RecordKind, as_of: &str, verdict: laud::interventions::Verdict) {
        let record = record(kind, as_of);
        self.ledger.commit(&mut self.world.state, &record, &verdict.changes, &verdict.actions).unwrap();
        self.agrees();
    }

    pub fn agrees(&mut self) {
        assert_eq!(self.ledger.load().unwrap(), self.world.state);
    }
}

const RULES: &str = "rule low { when x < 50  do task \"Call, x is {x}\" assign csm due in 7 days  close when x >= 60 for 2 runs  \
    escalate after 7 days to boss  limit 1 per csm per week }\n\
    rule thin { while y < 5  do task \"Ask\" assign csm  cooldown 10 days  approval legal }";

fn what_goes_in_comes_out(home: &mut Home) {
    let mut kept = Kept::new(home, RULES);
    assert_eq!(kept.ledger.load().unwrap(), State::default());
    kept.run("2026-03-01", "A1,70,9,ana,; A2,70,9,ana,; A3,70,9,ben,");
    // A1 fires, A2 has to wait for room; A3 asks for approval.
    let outcome = kept.run("2026-03-02", "A1,40,9,ana,; A2,40,9,ana,; A3,70,1,ben,");
    assert_eq!(outcome.actions.len(), 2);
    let of = |kept: &Kept, rule: &str| kept.world.state.items.values().find(|i| &*i.slot.rule == rule).unwrap().clone();
    let (low, thin) = (of(&kept, "low"), of(&kept, "thin"));
    kept.decided(
        RecordKind::Snooze,
        "2026-03-03",
        snooze(&low.slot, date("2026-03-05"), "ana", date("2026-03-03")).unwrap(),
    );
    kept.decided(
        RecordKind::Approve,
        "2026-03-03",
        decide(&thin, None, true, "lee", date("2026-03-03"), Some("fine")).unwrap(),
    );
    kept.run("2026-03-04", "A1,30,9,ana,; A2,40,9,ana,; A3,70,1,ben,");
    kept.run("2026-03-09", "A1,65,9,cid,; A2,40,9,ana,; A3,70,1,ben,");
    kept.run("2026-03-10", "A1,65,9,cid,; A2,40,,ana,; A3,70,1,ben,");
    let thin = of(&kept, "thin");
    kept.decided(
        RecordKind::Close,
        "2026-03-11",
        close(&thin, Closing::Won, "ben", date("2026-03-11"), Some("yes")).unwrap(),
    );
    let records = kept.ledger.records().unwrap();
    let kinds: Vec<(u64, &str)> = records.iter().map(|(number, record)| (*number, record.kind.word())).collect();
    assert_eq!(
        kinds,
        [
            (1, "apply"),
            (2, "apply"),
            (3, "snooze"),
            (4, "approve"),
            (5, "apply"),
            (6, "apply"),
            (7, "apply"),
            (8, "close")
        ]
    );
    assert_eq!(records[0].1, record(RecordKind::Apply, "2026-03-01"));
    let told = |events: Vec<laud::ledger::Event>| -> Vec<String> {
        events.iter().map(|e| format!("{} {} {} {}: {}", e.record, e.on, e.rule, e.subject, e.text)).collect()
    };
    assert_eq!(
        told(kept.ledger.history(Some(&thin.id)).unwrap()),
        [
            "2 2026-03-02 thin A3: opened, waits for legal",
            "4 2026-03-03 thin A3: legal: approved by lee: fine",
            "5 2026-03-04 thin A3: all approvals are there: tasks go out",
            "8 2026-03-11 thin A3: won by ben: yes",
        ]
    );
    // Opened on the 2nd, so level 1 is reached on the 9th; that day and the next x is not low.
    assert_eq!(
        told(kept.ledger.history(Some(&low.id)).unwrap()),
        [
            "2 2026-03-02 low A1: opened",
            "3 2026-03-03 low A1: snoozed until 2026-03-05 by ana",
            "6 2026-03-09 low A1: level 1: to boss",
            "7 2026-03-10 low A1: recovered",
        ]
    );
    let closed = kept.ledger.closed().unwrap();
    let closings: Vec<_> =
        closed.iter().map(|c| (c.rule.as_str(), c.closing.as_str(), c.by.as_deref(), c.level)).collect();
    assert_eq!(closings, [("low", "recovered", None, 1), ("thin", "won", Some("ben"), 0)]);
    // Another connection sees the same.
    assert_eq!(home.open().load().unwrap(), kept.world.state);
}

fn texts_of_every_kind_come_back(home: &mut Home) {
    let mut kept =
        Kept::new(home, "rule low { when x < 50  do task \"Call\" assign csm  dedupe by csm  fire on first run }");
    let texts =
        ["", " ", "'\";--", "\\", "ä☃𝄞", "\0", "a\0b\u{10ffff}0", "\u{10ffff}", "\u{10ffff}1\0", "%s $1 {x}", "a\tb"];
    let mut candidates = kept.world.candidates("2026-03-01", "A1,40,9,ana,");
    let model = candidates.remove(0);
    candidates = texts
        .iter()
        .enumerate()
        .map(|(i, text)| {
            let mut candidate = model.clone();
            candidate.subject.id = format!("{i}{text}").into();
            candidate.key = vec![text.to_string(), "x".into()];
            candidate.owner = Some(text.to_string());
            candidate.tasks[0].text = text.to_string();
            candidate.account = Some((*text).into());
            candidate
        })
        .collect();
    let run =
        laud::interventions::Run { as_of: date("2026-03-01"), requester: "o\0ps".into(), fire_on_first_run: false };
    let outcome = laud::interventions::step(&kept.world.policy, &kept.world.state, &candidates, &run);
    let record = Record { who: "o\0ps".into(), ..record(RecordKind::Apply, "2026-03-01") };
    kept.ledger.commit(&mut kept.world.state, &record, &outcome.changes, &outcome.actions).unwrap();
    assert_eq!(kept.world.state.items.len(), texts.len());
    kept.agrees();
    assert_eq!(kept.ledger.records().unwrap()[0].1.who, "o\0ps");
}

fn an_empty_ledger_is_made_once(home: &mut Home) {
    let place = home.place();
    let made: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..6).map(|_| scope.spawn(|| place.open().map(|mut l| l.load()))).collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    for state in made {
        assert_eq!(state.unwrap().unwrap(), State::default());
    }
}

fn reading_makes_nothing(home: &mut Home) {
    assert!(home.place().open_to_read().unwrap().is_none());
    assert!(home.place().open_to_read().unwrap().is_none(), "looking did not make it");
    home.open();
    let mut read = home.place().open_to_read().unwrap().unwrap();
    assert_eq!(read.load().unwrap(), State::default());
}

/// While somebody writes, whoever reads sees all of it or nothing.
fn reading_sees_one_moment(home: &mut Home) {
    let mut kept = Kept::new(home, RULES);
    let place = home.place();
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut ledger = place.open_to_read().unwrap().unwrap();
            let mut seen = 0_u32;
            while !done.load(std::sync::atomic::Ordering::Relaxed) {
                match ledger.load() {
                    Ok(state) => {
                        // Run n has n - 1 open items, each with its task.
                        let head = usize::try_from(state.head).unwrap();
                        assert_eq!(state.items.len(), head.saturating_sub(1));
                        assert!(state.items.values().all(|item| item.tasks.len() == 1));
                        seen += 1;
                    }
                    Err(LedgerError::Busy) => {}
                    Err(error) => panic!("{error}"),
                }
            }
            seen
        });
        kept.run("2026-03-01", "A01,70,9,a0,");
        for day in 2..=20 {
            let rows: Vec<String> = (1..day).map(|i| format!("A{i:02},40,9,a{i},")).collect();
            kept.run(&format!("2026-03-{day:02}"), &rows.join(";"));
            // Longer than the escalation would change nothing here.
        }
        done.store(true, std::sync::atomic::Ordering::Relaxed);
        assert!(reader.join().unwrap() > 0);
    });
}

/// More statements than are sent at once, many of them about the same rows.
fn many_changes_are_written_in_order(home: &mut Home) {
    let mut kept =
        Kept::new(home, "rule low { when x < 50  do task \"Call, x is {x}\" assign csm  close when x >= 60 }");
    let all = |x: u32| (0..150).map(|i| format!("A{i:03},{x},9,o{},", (i + x) % 7)).collect::<Vec<_>>().join(";");
    kept.run("2026-03-01", &all(70));
    for (day, x) in [(2, 40), (3, 30), (4, 65), (5, 20)] {
        kept.run(&format!("2026-03-0{day}"), &all(x));
    }
    assert_eq!((kept.world.state.items.len(), kept.ledger.closed().unwrap().len()), (150, 150));
    // Opened twice, with a task each time, and closed once.
    assert_eq!(kept.ledger.pending().unwrap().len(), 150 * 3);
}

#[test]
fn passwords_are_not_shown() {
    let shown = |url: &str| Place::named(url.as_ref()).shown();
    assert_eq!(
        shown("postgres://ana:s3cret@db.example.com/cs?schema=x"),
        "postgres://ana:***@db.example.com/cs?schema=x"
    );
    assert_eq!(shown("postgres://ana:p@ss:word@db/cs"), "postgres://ana:***@db/cs");
    assert_eq!(shown("postgres://db/cs?user=ana&password=s3cret"), "postgres://db/cs?user=ana&password=***");
    assert_eq!(shown("postgres://ana@db/cs"), "postgres://ana@db/cs");
    assert_eq!(shown("ledger.db"), "ledger.db");
}
