//! What the language can say about acting besides conditions: guards, new rows, rows as subjects, periods, playbooks, working
//! days.

use super::world::{World, count, date, reasons, shown};
use laud::interventions::{ActionKind, Closing, Decided, close, decide};

#[test]
fn every_reason_of_every_guard_is_listed_in_order() {
    let rules = "guard outreach { except thank  trouble when y > 5 because \"a ticket is open\"  lock 14 days because \"one team at a time\"  \
            blackout from 2026-03-10 to 2026-03-12 because \"the fair\" }\n\
        guard legal { hold when renewal is missing }\n\
        rule ask { when x < 50  unless x < 10  do task \"Ask\" assign csm }\n\
        rule thank { when x < 60  do task \"Thank\" assign csm }";
    let mut world = World::new(rules);
    world.run("2026-03-01", "A1,70,0,ana,2026-09-01");
    assert_eq!(world.rows("2026-03-02", "A1,55,0,ana,2026-09-01"), "A1 fired");
    let outcome = world.run("2026-03-10", "A1,5,9,ana,");
    assert_eq!(shown(&outcome), "ask/A1 suppressed; thank/A1 refreshed");
    assert_eq!(
        reasons(&outcome, "A1"),
        [
            "unless x < 10",
            "trouble: a ticket is open",
            "outreach: one team at a time: `thank` acted on 2026-03-02, and for 14 days nothing else may",
            "blackout of outreach: the fair",
            "hold"
        ]
    );
    // 2026-03-02 and 14 days is 2026-03-16: until the day before, the lock alone holds.
    let outcome = world.run("2026-03-15", "A1,20,0,ana,2026-09-01");
    assert_eq!(reasons(&outcome, "A1").len(), 1);
    assert_eq!(outcome.rows[0].next, Some(date("2026-03-16")));
    assert_eq!(world.rows("2026-03-16", "A1,20,0,ana,2026-09-01"), "ask/A1 fired; thank/A1 refreshed");
}

#[test]
fn a_guard_that_is_unknown_leaves_it_undecided_unless_another_holds() {
    let rules = "guard consent { no_consent when y > 5 }\nguard other { late when renewal <= 2026-03-31 }\n\
        rule ask { when x < 50  do task \"Ask\" assign csm }";
    let mut world = World::new(rules);
    world.run("2026-03-01", "A1,70,0,ana,2026-09-01");
    let outcome = world.run("2026-03-02", "A1,40,,ana,2026-09-01");
    assert_eq!(shown(&outcome), "A1 undecided");
    assert_eq!(reasons(&outcome, "A1"), ["no_consent is unknown: y (no data)"]);
    let outcome = world.run("2026-03-03", "A1,40,,ana,2026-03-15");
    assert_eq!(shown(&outcome), "A1 suppressed");
    assert_eq!(reasons(&outcome, "A1"), ["late", "no_consent is unknown"]);
    assert_eq!(world.rows("2026-03-04", "A1,40,0,ana,2026-09-01"), "A1 fired");
}

#[test]
fn each_new_row_is_acted_on_once() {
    let rule = "rule answer { on survey where score <= 3  do task \"Answer {score}\" assign csm  close when x >= 90 }";
    let mut world = World::new(rule);
    let old = "A1,70,,ana, | survey: A1,2026-02-20,1,a,; A1,2026-03-01,2,b,";
    assert_eq!(world.rows("2026-03-01", old), "", "the first run remembers nothing: only what is new counts");
    let outcome =
        world.run("2026-03-02", &format!("{old}; A1,2026-03-02,3,c,; A1,2026-03-02,9,d,; A1,2026-03-01,2,late,"));
    // Of the date of the last run one came after it, and is not told from one that was there: both are new to the ledger.
    assert_eq!((shown(&outcome).as_str(), outcome.actions.len()), ("A1 fired; A1 fired; A1 fired", 3));
    let three = format!("{old}; A1,2026-03-02,3,c,; A1,2026-03-02,9,d,; A1,2026-03-01,2,late,");
    assert_eq!(count(&world.run("2026-03-02", &three), Decided::Fired), 0, "the same run again");
    let outcome = world.run("2026-03-03", &format!("{three}; A1,2026-03-02,3,after the run,"));
    assert_eq!(count(&outcome, Decided::Fired), 1);
    assert_eq!((world.state.items.len(), outcome.orphans.len()), (4, 0));
    // Rows of long ago count when they are learned of now.
    let outcome = world.run("2026-03-04", &format!("{three}; A1,2025-12-24,1,found,2026-03-04"));
    assert_eq!(count(&outcome, Decided::Fired), 1);
    assert_eq!(count(&world.run("2026-03-09", &three), Decided::Fired), 0);
    // All close by what is so of the account, though none of their rows is new.
    let outcome = world.run("2026-03-10", "A1,95,,ana, | survey: A1,2026-02-20,1,a,");
    assert_eq!((count(&outcome, Decided::Closed), world.state.items.len()), (5, 0));
    // Going back fires nothing twice.
    assert_eq!(count(&world.run("2026-03-02", &three), Decided::Fired), 0);
}

/// ```text
///             rows of kind p      what becomes of `A1 [p]`
/// 03-01       -                   the first run
/// 03-02       03-02               fired; closed by hand that evening
/// 03-03       03-02, 03-03        the one of 03-03 is another: fired
/// 03-03       the same            nothing new
/// 03-04       and 03-04           taken in by the open item; closed by hand that evening
/// 03-05       the same            nothing: it was taken in
/// 03-06       and 03-06           fired
/// 03-02       back again          nothing: all of it was acted on
/// 03-07       forth again         nothing
/// ```
#[test]
fn a_key_that_was_closed_is_opened_by_the_next_row() {
    let done = |world: &mut World, on: &str| {
        let verdict = close(world.item(), Closing::Done, "ana", date(on), None).unwrap();
        world.decided(verdict);
    };
    let mut world =
        World::new("rule answer { on survey where score <= 3  do task \"Answer {kind}\" assign csm  dedupe by kind }");
    let rows = |days: &[&str]| {
        let rows: Vec<String> = days.iter().map(|day| format!("A1,2026-03-{day},1,p,")).collect();
        format!("A1,70,,ana, | survey: {}", rows.join("; "))
    };
    assert_eq!(world.rows("2026-03-01", "A1,70,,ana, | survey: A1,2026-02-01,9,p,"), "");
    assert_eq!(world.rows("2026-03-02", &rows(&["02"])), "A1 fired");
    done(&mut world, "2026-03-02");
    assert_eq!(world.rows("2026-03-03", &rows(&["02", "03"])), "A1 fired");
    assert_eq!(world.rows("2026-03-03", &rows(&["02", "03"])), "A1 refreshed");
    assert_eq!(world.rows("2026-03-04", &rows(&["02", "03", "04"])), "A1 refreshed");
    done(&mut world, "2026-03-04");
    assert_eq!(world.rows("2026-03-05", &rows(&["02", "03", "04"])), "");
    assert_eq!(world.rows("2026-03-06", &rows(&["02", "03", "04", "06"])), "A1 fired");
    done(&mut world, "2026-03-06");
    assert_eq!(world.rows("2026-03-02", &rows(&["02", "03", "04", "06"])), "");
    assert_eq!(world.rows("2026-03-07", &rows(&["02", "03", "04", "06"])), "");
}

/// Fired on 03-10 for March and on 04-01 for April. Back in March, and in April again, it has had its turn.
#[test]
fn a_month_has_one_turn_however_runs_go_back() {
    let mut world =
        World::new("rule review { every month where x < 50  do task \"Look\" assign csm  close when x >= 60 }");
    assert_eq!(world.rows("2026-02-27", "A1,70,,ana,"), "");
    assert_eq!(world.rows("2026-03-10", "A1,40,,ana,"), "A1 fired");
    assert_eq!(world.rows("2026-03-12", "A1,70,,ana,"), "A1 closed");
    // April has begun, and A1 has not had its turn in it.
    assert_eq!(world.rows("2026-04-01", "A1,70,,ana,"), "");
    assert_eq!(world.rows("2026-03-30", "A1,40,,ana,"), "", "March had its turn on 03-10");
    assert_eq!(world.rows("2026-04-01", "A1,40,,ana,"), "A1 fired");
    assert_eq!(world.rows("2026-04-02", "A1,70,,ana,"), "A1 closed");
    assert_eq!(world.rows("2026-03-31", "A1,40,,ana,"), "");
    assert_eq!(world.rows("2026-05-04", "A1,40,,ana,"), "A1 fired");
}

#[test]
fn a_row_that_was_held_back_waits() {
    let mut world =
        World::new("rule answer { on survey where score <= 3  unless y > 0  do task \"Answer\" assign csm }");
    world.run("2026-03-01", "A1,,0,ana, | survey: A1,2026-02-20,9,,");
    let rows = |y: &str| format!("A1,,{y},ana, | survey: A1,2026-03-02,1,,");
    assert_eq!(world.rows("2026-03-02", &rows("1")), "A1 suppressed");
    assert_eq!(world.rows("2026-03-20", &rows("1")), "A1 suppressed");
    assert_eq!(world.rows("2026-03-21", &rows("0")), "A1 fired");
    assert_eq!(world.rows("2026-03-22", &rows("0")), "");
}

#[test]
fn rows_are_subjects_of_their_own() {
    let rules = "contact guard silent { left when out }\n\
        contact rule thank { when asks >= 2  do task \"Thank {id} of {csm}\" assign csm  cooldown 10 days  pilot 50% }";
    let mut world = World::new(rules);
    world.policy.rules[0].pilot = None;
    world.run("2026-03-01", "A1,,,ana, | contact: A1,c1,1,no; A1,c2,1,no; A1,c3,1,yes");
    let outcome = world.run("2026-03-02", "A1,,,ana, | contact: A1,c1,2,no; A1,c2,1,no; A1,c3,5,yes");
    assert_eq!(shown(&outcome), "c1 fired; c3 suppressed");
    assert_eq!(reasons(&outcome, "c3"), ["left"]);
    let item = world.item();
    assert_eq!((&*item.slot.subject.kind, item.account.as_deref()), ("contact", Some("A1")));
    assert_eq!(item.tasks[0].text, "Thank c1 of ana");
    // Whole accounts are in one arm: for this pilot A1 and its contacts.
    let mut world = World::new(rules);
    let bucket = laud::pilot::bucket("thank", "A1");
    world.run("2026-03-01", "A1,,,ana, | contact: A1,c1,1,no; A1,c2,1,no");
    for (below, outcome) in [(bucket, "c1 suppressed; c2 suppressed"), (bucket + 1, "c1 fired; c2 fired")] {
        world.policy.rules[0].pilot = Some(below);
        let planned = world.plan("2026-03-02", "A1,,,ana, | contact: A1,c1,2,no; A1,c2,2,no");
        assert_eq!(shown(&planned), outcome);
    }
}

#[test]
fn a_period_has_one_turn_for_each_subject() {
    let mut world = World::new("rule review { every quarter where x > 0  do task \"Review\" assign csm }");
    assert_eq!(world.rows("2026-02-10", "A1,1,,ana,; A2,0,,ana,"), "A1 baseline");
    assert_eq!(world.rows("2026-03-20", "A1,1,,ana,; A2,0,,ana,"), "");
    let outcome = world.run("2026-04-03", "A1,1,,ana,; A2,0,,ana,");
    assert_eq!(shown(&outcome), "A1 fired");
    world.decided(close(world.item(), Closing::Done, "ana", date("2026-04-10"), None).unwrap());
    // The quarter has had its turn for A1; A2 has it when its condition holds.
    assert_eq!(world.rows("2026-05-01", "A1,1,,ana,; A2,,,ana,"), "A2 undecided");
    assert_eq!(world.rows("2026-05-02", "A1,0,,ana,; A2,1,,ana,"), "A2 fired");
    assert_eq!(world.rows("2026-06-30", "A1,1,,ana,; A2,1,,ana,"), "A2 refreshed");
    assert_eq!(world.rows("2026-07-01", "A1,1,,ana,; A2,1,,ana,"), "A1 fired; A2 refreshed");
}

#[test]
fn a_condition_may_have_to_hold_for_runs() {
    let mut world = World::new("rule low { when x < 50 for 3 runs  do task \"Call\" assign csm }");
    assert_eq!(world.rows("2026-03-01", "A1,40,,ana,"), "");
    assert_eq!(world.rows("2026-03-01", "A1,40,,ana,"), "", "the same date again is no further run");
    assert_eq!(world.rows("2026-03-02", "A1,40,,ana,"), "");
    assert_eq!(world.rows("2026-03-03", "A1,40,,ana,"), "A1 fired");
    let mut world = World::new("rule low { when x < 50 for 2 runs  do task \"Call\" assign csm }");
    world.run("2026-03-01", "A1,40,,ana,");
    world.run("2026-03-02", "A1,60,,ana,");
    assert_eq!(world.rows("2026-03-03", "A1,40,,ana,"), "");
    assert_eq!(world.rows("2026-03-04", "A1,40,,ana,"), "A1 fired");
}

#[test]
fn an_item_keeps_the_version_of_its_playbook() {
    let book = |version: u32, more: &str| {
        format!(
            "playbook rescue version {version} {{ task \"Call about {{x}}\" due in 2 working days  \
             task \"Write\" assign sales after \"Call about {{x}}\" via email template hello due in 5 days {more} }}\n\
             rule low {{ when x < 50  do playbook rescue assign csm due in 9 days }}"
        )
    };
    let mut world = World::new(&book(3, ""));
    world.run("2026-03-05", "A1,70,,ana,");
    // 2026-03-06 is a Friday.
    let outcome = world.run("2026-03-06", "A1,40,,ana,");
    let told: Vec<_> =
        outcome.actions.iter().map(|a| (a.text.as_str(), a.to.as_deref(), a.due, a.within.as_deref())).collect();
    assert_eq!(
        told,
        [
            ("Call about 40", Some("ana"), Some(date("2026-03-10")), None),
            ("Write", Some("sales"), None, Some("5 days"))
        ]
    );
    let second = &outcome.actions[1];
    assert_eq!(
        (second.after.as_deref(), second.via.as_deref(), second.template.as_deref()),
        (Some("Call about 40"), Some("email"), Some("hello"))
    );
    assert_eq!(world.item().owner.as_deref(), Some("ana"));
    world.becomes(&book(4, "task \"Meet\""));
    world.run("2026-03-07", "A1,40,,ana,; A2,70,,ana,");
    assert_eq!((world.item().tasks.len(), world.item().tasks[0].playbook.as_deref()), (2, Some("rescue version 3")));
    world.run("2026-03-08", "A1,40,,ana,; A2,40,,ana,");
    let newer = world.state.items.values().find(|i| &*i.slot.subject.id == "A2").unwrap();
    assert_eq!((newer.tasks.len(), newer.tasks[2].playbook.as_deref()), (3, Some("rescue version 4")));
    assert_eq!((newer.tasks[2].assignee.as_deref(), newer.tasks[2].due), (Some("ana"), Some(date("2026-03-17"))));
}

#[test]
fn working_days_leave_out_weekends_and_holidays() {
    let rules = "calendar office { weekend saturday, sunday  holiday 2026-03-09 }\n\
        rule low { when x < 50  do task \"Call\" assign csm due in 3 working days  \
        escalate after 2 working days to boss meeting \"About {x}\"  approval legal within 1 working day escalate to vp }";
    let mut world = World::new(rules);
    world.run("2026-03-04", "A1,70,,ana,");
    // Friday; the next working day is Tuesday, because Monday is a holiday.
    world.run("2026-03-06", "A1,40,,ana,");
    assert_eq!(world.rows("2026-03-09", "A1,40,,ana,"), "A1 refreshed");
    let outcome = world.run("2026-03-10", "A1,40,,ana,");
    assert_eq!(reasons(&outcome, "A1"), ["approval of legal was due on 2026-03-10: to vp"]);
    world.decided(decide(world.item(), None, true, "lee", date("2026-03-10"), None).unwrap());
    let outcome = world.run("2026-03-12", "A1,40,,ana,");
    assert_eq!((outcome.actions[0].kind, outcome.actions[0].due), (ActionKind::Task, Some(date("2026-03-17"))));
    assert_eq!(world.rows("2026-03-15", "A1,40,,ana,"), "A1 refreshed");
    let outcome = world.run("2026-03-16", "A1,30,,ana,");
    assert_eq!(reasons(&outcome, "A1"), ["level 1: to boss, 2 working days after 2026-03-12, meeting \"About 30\""]);
}
