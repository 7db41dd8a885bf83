//! The step: every number of the domain's rules about interventions.

use super::world::{World, count, date, reasons, shown};
use laud::interventions::{ActionKind, Closing, Decided, Edge, Status, close, decide, snooze};

// ---------- triggers ----------

#[test]
fn the_first_run_is_a_baseline_and_an_edge_fires_once() {
    let mut world = World::new("rule low { when x < 50  do task \"Call\" assign csm }");
    assert_eq!(world.rows("2026-03-01", "A1,40,,ana,; A2,60,,ana,"), "A1 baseline");
    assert!(world.state.items.is_empty());
    // A1 was low before; A2 becomes it.
    assert_eq!(world.rows("2026-03-02", "A1,40,,ana,; A2,40,,ana,"), "A2 fired");
    assert_eq!(world.rows("2026-03-03", "A1,40,,ana,; A2,40,,ana,"), "A2 refreshed");
    // A1 has to recover before it counts as becoming low again.
    assert_eq!(world.rows("2026-03-04", "A1,60,,ana,; A2,40,,ana,"), "A2 refreshed");
    assert_eq!(world.rows("2026-03-05", "A1,40,,ana,; A2,40,,ana,"), "A1 fired; A2 refreshed");
    // An account that was not there before becomes low when it comes.
    assert_eq!(
        world.rows("2026-03-06", "A1,40,,ana,; A2,40,,ana,; A3,1,,ana,"),
        "A1 refreshed; A2 refreshed; A3 fired"
    );
}

#[test]
fn a_first_run_acts_where_the_rule_says_so() {
    let mut world = World::new("rule low { when x < 50  do task \"Call\" assign csm  fire on first run }");
    assert_eq!(world.rows("2026-03-01", "A1,40,,ana,"), "A1 fired");
    let mut world = World::new("rule low { when x < 50  do task \"Call\" assign csm }");
    let candidates = world.candidates("2026-03-01", "A1,40,,ana,");
    let run = laud::interventions::Run { as_of: date("2026-03-01"), requester: "ops".into(), fire_on_first_run: true };
    assert_eq!(shown(&laud::interventions::step(&world.policy, &world.state, &candidates, &run)), "A1 fired");
    // A rule that comes later has its own baseline.
    world.run("2026-03-01", "A1,40,1,ana,");
    world.becomes(
        "rule low { when x < 50  do task \"Call\" assign csm }\nrule thin { when y < 5  do task \"Ask\" assign csm }",
    );
    assert_eq!(
        world.rows("2026-03-02", "A1,60,1,ana,; A2,40,1,ana,"),
        "low/A2 fired; thin/A1 baseline; thin/A2 baseline"
    );
}

#[test]
fn what_is_missing_leaves_it_undecided_and_unknown_to_true_fires() {
    let mut world = World::new("rule low { when x < 50  do task \"Call\" assign csm }");
    world.run("2026-03-01", "A1,60,,ana,");
    let outcome = world.run("2026-03-02", "A1,,,ana,");
    assert_eq!(shown(&outcome), "A1 undecided");
    assert_eq!(reasons(&outcome, "A1"), ["x (no data)"]);
    assert_eq!(world.rows("2026-03-03", "A1,40,,ana,"), "A1 fired");
    // True, then unknown, then true again: an edge by the domain's definition, but the item is open.
    assert_eq!(world.rows("2026-03-04", "A1,,,ana,"), "A1 undecided");
    assert_eq!(world.rows("2026-03-05", "A1,40,,ana,"), "A1 refreshed");
}

#[test]
fn a_level_fires_again_when_its_cooldown_is_over() {
    let mut world = World::new("rule low { while x < 50  do task \"Call\" assign csm  cooldown 30 days }");
    assert_eq!(world.rows("2026-03-01", "A1,40,,ana,"), "A1 baseline");
    assert_eq!(world.rows("2026-03-01", "A1,40,,ana,"), "", "the same date again is the same run");
    assert_eq!(world.rows("2026-03-02", "A1,40,,ana,"), "A1 fired");
    let first = world.item().id.clone();
    assert_eq!(world.rows("2026-03-31", "A1,40,,ana,"), "A1 refreshed");
    // 2026-03-02 and 30 days is 2026-04-01. Nothing in the rule closes items, so the next one takes its place.
    let outcome = world.run("2026-04-01", "A1,40,,ana,");
    assert_eq!(shown(&outcome), "A1 fired");
    assert_ne!(world.item().id, first);
    let kinds: Vec<_> = outcome.actions.iter().map(|a| a.id.clone()).collect();
    assert_eq!(kinds, [format!("{first}-close"), format!("{}-task-1", world.item().id)]);
    assert_eq!(world.rows("2026-04-02", "A1,60,,ana,"), "", "not true, and nothing to say");
    assert_eq!(world.state.items.len(), 1, "what nothing closes stays open");
}

// ---------- cooldown ----------

#[test]
fn cooldown_is_inclusive() {
    let rule = "rule low { when x < 50  do task \"Call\" assign csm  cooldown 30 days  close when x >= 60 }";
    let to_close = |world: &mut World| {
        world.run("2026-02-01", "A1,70,,ana,");
        assert_eq!(world.rows("2026-02-10", "A1,40,,ana,"), "A1 fired");
        let outcome = world.run("2026-03-01", "A1,70,,ana,");
        assert_eq!(shown(&outcome), "A1 closed");
        assert_eq!(outcome.actions[0].kind, ActionKind::Close);
    };
    // Closed on 03-01 with 30 days: the day before 03-31 is too early.
    let mut world = World::new(rule);
    to_close(&mut world);
    let outcome = world.run("2026-03-30", "A1,40,,ana,");
    assert_eq!(shown(&outcome), "A1 suppressed");
    assert_eq!(reasons(&outcome, "A1"), ["recovered on 2026-03-01, cooldown until 2026-03-31"]);
    assert_eq!(outcome.rows[0].next, Some(date("2026-03-31")));
    // It stays armed while it stays true, and fires when the obstacle is gone.
    assert_eq!(world.rows("2026-03-31", "A1,40,,ana,"), "A1 fired");
    // On the day itself it is over.
    let mut world = World::new(rule);
    to_close(&mut world);
    assert_eq!(world.rows("2026-03-31", "A1,40,,ana,"), "A1 fired");
    // What was held back and is not true any more is forgotten.
    let mut world = World::new(rule);
    to_close(&mut world);
    assert_eq!(world.rows("2026-03-30", "A1,40,,ana,"), "A1 suppressed");
    assert_eq!(world.rows("2026-03-31", "A1,70,,ana,"), "");
}

#[test]
fn cooldown_after_won_and_dismissed_may_differ() {
    let mut world = World::new("rule low { when x < 50  do task \"Call\" assign csm  cooldown 30 days }");
    let rule = &mut world.policy.rules[0];
    rule.cooldown_won = Some(laud::calendar::Duration { count: 90, unit: laud::calendar::PeriodKind::Day });
    world.run("2026-02-01", "A1,70,,ana,");
    world.run("2026-02-10", "A1,40,,ana,");
    let verdict = close(world.item(), Closing::Won, "ana", date("2026-03-01"), None).unwrap();
    assert_eq!(verdict.actions[0].kind, ActionKind::Close);
    world.decided(verdict);
    world.run("2026-03-02", "A1,70,,ana,");
    // 2026-03-01 and 90 days is 2026-05-30.
    let outcome = world.run("2026-05-29", "A1,40,,ana,");
    assert_eq!(reasons(&outcome, "A1"), ["won on 2026-03-01, cooldown until 2026-05-30"]);
    assert_eq!(world.rows("2026-05-30", "A1,40,,ana,"), "A1 fired");
}

#[test]
fn snoozed_until_a_date() {
    let mut world = World::new("rule low { when x < 50  do task \"Call\" assign csm  escalate after 7 days to boss }");
    world.run("2026-03-01", "A1,70,,ana,");
    world.run("2026-03-02", "A1,40,,ana,");
    let slot = world.item().slot.clone();
    assert!(snooze(&slot, date("2026-03-02"), "ana", date("2026-03-02")).is_err());
    world.decided(snooze(&slot, date("2026-03-20"), "ana", date("2026-03-03")).unwrap());
    let outcome = world.run("2026-03-19", "A1,40,,ana,");
    assert_eq!(
        (shown(&outcome).as_str(), reasons(&outcome, "A1")),
        ("A1 suppressed", vec!["snoozed until 2026-03-20".to_string()])
    );
    assert_eq!(world.rows("2026-03-20", "A1,40,,ana,"), "A1 escalated");
    assert!(world.state.snoozes.is_empty());
}

// ---------- identity ----------

#[test]
fn declared_keys_make_another_intervention() {
    let mut world =
        World::new("rule low { when x < 50  do task \"Call before {renewal}\" assign csm  dedupe by renewal }");
    world.run("2026-03-01", "A1,70,,ana,2026-05-30");
    assert_eq!(world.rows("2026-03-02", "A1,40,,ana,2026-05-30"), "A1 fired");
    assert_eq!(world.item().slot.key, ["2026-05-30"]);
    // The next renewal is another one, though the condition was true all the time; the old item stays open.
    let outcome = world.run("2026-06-01", "A1,40,,ana,2027-05-30");
    assert_eq!(shown(&outcome), "A1 fired");
    assert_eq!(world.state.items.len(), 2);
    // The first renewal again: its item is open.
    assert_eq!(world.rows("2026-06-02", "A1,40,,ana,2026-05-30"), "A1 refreshed");
}

#[test]
fn refresh_updates_and_does_not_create() {
    let mut world = World::new("rule low { when x < 50  do task \"Call, x is {x}\" assign csm due in 10 days }");
    world.run("2026-03-01", "A1,70,,ana,");
    world.run("2026-03-02", "A1,40,,ana,");
    let before = world.item().clone();
    assert_eq!((before.tasks[0].text.as_str(), before.tasks[0].due), ("Call, x is 40", Some(date("2026-03-12"))));
    // Nothing changes: nothing is written.
    let outcome = world.run("2026-03-03", "A1,40,,ana,");
    assert_eq!((shown(&outcome).as_str(), outcome.changes.len(), outcome.actions.len()), ("A1 refreshed", 0, 0));
    world.run("2026-03-04", "A1,30,,ben,");
    let after = world.item();
    assert_eq!((after.id.clone(), after.opened), (before.id, before.opened));
    assert_eq!(after.owner.as_deref(), Some("ben"));
    assert_eq!((after.tasks[0].text.as_str(), after.tasks[0].due), ("Call, x is 30", Some(date("2026-03-12"))));
    // Another list of tasks is for new items: open ones keep theirs.
    world.becomes("rule low { when x < 50  do task \"Write\" assign csm  do email \"Hello\" assign csm }");
    world.run("2026-03-05", "A1,30,,ben,");
    assert_eq!(world.item().tasks.len(), 1);
    assert_eq!(world.item().tasks[0].text, "Call, x is 30");
}

#[test]
fn the_same_run_again_changes_nothing() {
    let rules = "rule low { when x < 50  do task \"Call\" assign csm  close when x >= 60 for 2 runs  limit 1 per csm per week }\n\
        rule thin { while y < 5  do task \"Ask\" assign csm  cooldown 10 days  approval legal }\n\
        rule both { when x < 50 and y < 5  do task \"Both\" assign csm  exclusive talk }\n\
        rule more { when x < 45  do task \"More\" assign csm  exclusive talk  priority 5 }";
    let mut world = World::new(rules);
    let days = [
        ("2026-03-01", "A1,70,9,ana,; A2,40,2,ana,; A3,70,9,,"),
        ("2026-03-02", "A1,40,2,ana,; A2,40,2,ana,; A3,30,1,ana,"),
        ("2026-03-03", "A1,40,2,ana,; A2,80,2,ana,; A3,30,1,ana,"),
        ("2026-03-04", "A1,80,,ana,; A2,40,2,ben,"),
        ("2026-03-05", "A1,80,1,ana,; A2,40,2,ben,; A3,30,1,ana,"),
        ("2026-03-12", "A1,10,1,ana,; A2,40,2,ben,; A3,30,1,ana,"),
    ];
    for (day, rows) in days {
        world.run(day, rows);
        let again = world.plan(day, rows);
        assert_eq!(again.changes, [], "{day}: {}", shown(&again));
        assert_eq!(again.actions, [], "{day}");
        assert_eq!(count(&again, Decided::Fired) + count(&again, Decided::Closed), 0, "{day}: {}", shown(&again));
    }
}

// ---------- closing ----------

#[test]
fn auto_close_has_its_own_hysteresis() {
    let mut world = World::new("rule low { when x < 50  do task \"Call\" assign csm  close when x >= 60 for 2 runs }");
    world.run("2026-03-01", "A1,70,,ana,");
    world.run("2026-03-02", "A1,40,,ana,");
    assert_eq!(world.rows("2026-03-03", "A1,65,,ana,"), "");
    assert_eq!(world.item().close_streak, 1);
    // A run in between starts the count anew, and so does one that does not know.
    assert_eq!(world.rows("2026-03-04", "A1,55,,ana,"), "");
    assert_eq!(world.rows("2026-03-05", "A1,65,,ana,"), "");
    assert_eq!(world.rows("2026-03-06", "A1,,,ana,"), "A1 undecided");
    assert_eq!(world.rows("2026-03-07", "A1,65,,ana,"), "");
    let outcome = world.run("2026-03-08", "A1,65,,ana,");
    assert_eq!(shown(&outcome), "A1 closed");
    assert_eq!(reasons(&outcome, "A1"), ["recovered: its `close when` held for 2 runs"]);
    assert!(world.state.items.is_empty());
}

// ---------- escalation ----------

const ESCALATES: &str = "rule low { when x < 50  do task \"Call\" assign csm due in 7 days  escalate after 7 days to manager, after 14 days to vp }";

fn opened_on_the_first() -> World {
    let mut world = World::new(ESCALATES);
    world.run("2026-02-28", "A1,70,,ana,");
    assert_eq!(world.rows("2026-03-01", "A1,40,,ana,"), "A1 fired");
    world
}

#[test]
fn escalation_is_timed_from_the_opening() {
    let mut world = opened_on_the_first();
    assert_eq!(world.rows("2026-03-07", "A1,40,,ana,"), "A1 refreshed");
    let outcome = world.run("2026-03-09", "A1,40,,ana,");
    assert_eq!(shown(&outcome), "A1 escalated");
    assert_eq!(reasons(&outcome, "A1"), ["level 1: to manager, 7 days after 2026-03-01"]);
    assert_eq!((world.item().level, world.item().level_at), (1, Some(date("2026-03-09"))));
    let outcome = world.run("2026-03-20", "A1,40,,ana,");
    assert_eq!(reasons(&outcome, "A1"), ["level 2: to vp, 14 days after 2026-03-01"]);
    assert_eq!(world.item().level, 2);
    assert_eq!(world.rows("2026-06-01", "A1,40,,ana,"), "A1 refreshed");
}

#[test]
fn a_late_run_takes_skipped_steps_once_and_in_order() {
    let mut world = opened_on_the_first();
    let outcome = world.run("2026-03-20", "A1,60,,ana,");
    assert_eq!(shown(&outcome), "A1 escalated", "an open item escalates whether its condition holds or not");
    let steps: Vec<_> = outcome.actions.iter().map(|a| (a.to.clone().unwrap(), a.level.unwrap())).collect();
    assert_eq!(steps, [("manager".to_string(), 1), ("vp".to_string(), 2)]);
    assert_eq!(world.item().level, 2);
    assert!(world.run("2026-03-21", "A1,60,,ana,").actions.is_empty());
    // A step that is taken out of the rule is not taken any more.
    let mut world = opened_on_the_first();
    world.becomes("rule low { when x < 50  do task \"Call\" assign csm due in 7 days }");
    assert_eq!(world.rows("2026-03-20", "A1,40,,ana,"), "A1 refreshed");
}

// ---------- approval ----------

#[test]
fn nothing_goes_out_before_it_is_approved() {
    let mut world = World::new(
        "rule low { when x < 50  do task \"Call\" assign csm due in 10 days  approval legal, finance  escalate after 7 days to boss }",
    );
    world.run("2026-03-01", "A1,70,,ana,");
    let outcome = world.run("2026-03-02", "A1,40,,ana,");
    assert_eq!(shown(&outcome), "A1 fired");
    assert!(outcome.rows[0].pending);
    let asked: Vec<_> = outcome.actions.iter().map(|a| (a.kind, a.to.clone().unwrap())).collect();
    assert_eq!(asked, [(ActionKind::Approval, "legal".to_string()), (ActionKind::Approval, "finance".to_string())]);
    assert_eq!((world.item().status, world.item().tasks[0].due), (Status::Pending, None));
    let outcome = world.run("2026-03-20", "A1,40,,ana,");
    assert_eq!((shown(&outcome).as_str(), outcome.actions.len()), ("A1 refreshed", 0), "time approves nothing");
    // Neither who asked nor whose work it is may approve.
    let item = world.item();
    let on = date("2026-03-20");
    let why = |by: &str| decide(item, Some("legal"), true, by, on, None).unwrap_err().message;
    assert_eq!(why("Ops "), format!("`Ops ` asked for item {} and cannot approve it", item.id));
    assert_eq!(why("ANA"), format!("item {} is `ANA`'s own work, so `ANA` cannot approve it", item.id));
    assert_eq!(
        decide(item, None, true, "lee", on, None).unwrap_err().message,
        format!("item {} waits for legal and finance", item.id)
    );
    assert!(decide(item, Some("sales"), true, "lee", on, None).is_err());
    assert!(decide(item, Some("legal"), true, "lee", date("2026-03-01"), None).is_err(), "before it was opened");
    world.decided(decide(world.item(), Some("legal"), true, "lee", on, Some("fine")).unwrap());
    assert!(decide(world.item(), Some("legal"), false, "lee", on, None).is_err(), "decided already");
    assert_eq!(world.rows("2026-03-21", "A1,40,,ana,"), "A1 refreshed", "finance has not");
    world.decided(decide(world.item(), None, true, "fay", date("2026-03-21"), None).unwrap());
    let outcome = world.run("2026-03-22", "A1,40,,ana,");
    assert_eq!(shown(&outcome), "A1 approved");
    // Work begins with the run that hands it out, and so does the time until it is due and escalates.
    assert_eq!((outcome.actions[0].kind, outcome.actions[0].due), (ActionKind::Task, Some(date("2026-04-01"))));
    assert_eq!(world.rows("2026-03-28", "A1,40,,ana,"), "A1 refreshed");
    assert_eq!(world.rows("2026-03-29", "A1,40,,ana,"), "A1 escalated");
}

#[test]
fn a_rejected_item_is_closed_and_cools_down() {
    let mut world =
        World::new("rule low { when x < 50  do task \"Call\" assign csm  approval legal  cooldown 10 days }");
    world.run("2026-03-01", "A1,70,,ana,");
    world.run("2026-03-02", "A1,40,,ana,");
    // Whoever asked for it may take it back.
    world.decided(decide(world.item(), None, false, "ops", date("2026-03-03"), Some("no")).unwrap());
    assert!(world.state.items.is_empty());
    assert_eq!(world.rows("2026-03-04", "A1,40,,ana,"), "", "it has to become true anew");
    world.run("2026-03-05", "A1,70,,ana,");
    let outcome = world.run("2026-03-12", "A1,40,,ana,");
    assert_eq!(reasons(&outcome, "A1"), ["rejected on 2026-03-03, cooldown until 2026-03-13"]);
}

#[test]
fn an_approval_that_takes_too_long_escalates_and_never_approves() {
    let mut world = World::new("rule low { when x < 50  do task \"Call\" assign csm  approval legal }");
    let approval = &mut world.policy.rules[0].approvals[0];
    approval.within = Some(laud::interventions::Delay::Working(5));
    approval.escalate_to = Some("vp".to_string());
    world.run("2026-03-01", "A1,70,,ana,");
    world.run("2026-03-02", "A1,40,,ana,");
    // Five working days after Monday the 2nd is Monday the 9th.
    assert_eq!(world.rows("2026-03-08", "A1,40,,ana,"), "A1 refreshed");
    let outcome = world.run("2026-03-09", "A1,40,,ana,");
    assert_eq!(shown(&outcome), "A1 escalated");
    assert_eq!(reasons(&outcome, "A1"), ["approval of legal was due on 2026-03-09: to vp"]);
    assert_eq!(outcome.actions[0].to.as_deref(), Some("vp"));
    assert_eq!(world.rows("2026-06-01", "A1,40,,ana,"), "A1 refreshed");
    assert_eq!(world.item().status, Status::Pending);
}

// ---------- conflicts ----------

#[test]
fn a_limit_queues_what_is_too_much_and_drains_in_order() {
    let mut world = World::new("rule low { when x < 50  do task \"Call\" assign csm  limit 5 per csm per week }");
    let all = |x: &str, csm: &str| (1..=8).map(|i| format!("A{i},{x},,{csm},")).collect::<Vec<_>>().join(";");
    // 2026-03-02 is a Monday.
    world.run("2026-03-01", &all("70", "ana"));
    let outcome = world.run("2026-03-02", &format!("{};B1,40,,ben,", all("40", "ana")));
    assert_eq!((count(&outcome, Decided::Fired), count(&outcome, Decided::Queued)), (6, 3));
    assert_eq!(reasons(&outcome, "A6"), ["limit 5 per csm per week: no room before 2026-03-09"]);
    // Somebody new of the same week waits too; A7 is not low any more.
    let rest = "A6,40,,ana,; A7,70,,ana,; A8,40,,ana,; A0,40,,ana,";
    assert_eq!(world.rows("2026-03-08", rest), "A0 queued; A6 queued; A8 queued");
    // Four would be room for; those that waited longest go first, whatever their name.
    world.policy.rules[0].limit.as_mut().unwrap().count = 2;
    assert_eq!(world.rows("2026-03-09", rest), "A0 queued; A6 fired; A8 fired");
    assert_eq!(world.rows("2026-03-16", rest), "A0 fired; A6 refreshed; A8 refreshed");
    assert_eq!(world.state.used.len(), 1, "weeks that are over are forgotten");
}

#[test]
fn of_an_exclusive_group_one_goes_first() {
    let rules = "rule ask { when x < 50  do task \"Ask\" assign csm  exclusive outreach  priority 1 }\n\
        rule call { when x < 50  do task \"Call\" assign csm  exclusive outreach  priority 10  close when x >= 60 }\n\
        rule other { when x < 50  do task \"Other\" assign csm }";
    let mut world = World::new(rules);
    world.run("2026-03-01", "A1,70,,ana,; A2,70,,ana,");
    let outcome = world.run("2026-03-02", "A1,40,,ana,; A2,70,,ana,");
    assert_eq!(shown(&outcome), "ask/A1 suppressed; call/A1 fired; other/A1 fired");
    assert_eq!(reasons(&outcome, "A1"), ["`call` goes first in outreach"]);
    let outcome = world.run("2026-03-03", "A1,40,,ana,; A2,70,,ana,");
    assert_eq!(shown(&outcome), "ask/A1 suppressed; call/A1 refreshed; other/A1 refreshed");
    assert_eq!(reasons(&outcome, "A1"), ["`call` is open in outreach"]);
    world.decided(
        close(
            world.state.items.values().find(|i| &*i.slot.rule == "call").unwrap(),
            Closing::Done,
            "ana",
            date("2026-03-04"),
            None,
        )
        .unwrap(),
    );
    assert_eq!(world.rows("2026-03-05", "A1,40,,ana,; A2,70,,ana,"), "ask/A1 fired; other/A1 refreshed");
}

#[test]
fn among_equals_the_narrower_rule_goes_first_and_then_the_name() {
    let rules = "segment thin = y < 5\n\
        rule a_wide { when x < 50  do task \"Ask\" assign csm  exclusive outreach }\n\
        rule z_narrow { when x < 50 and thin  do task \"Call\" assign csm  exclusive outreach }";
    let mut world = World::new(rules);
    world.run("2026-03-01", "A1,70,1,ana,; A2,70,9,ana,");
    let outcome = world.run("2026-03-02", "A1,40,1,ana,; A2,40,9,ana,");
    assert_eq!(shown(&outcome), "a_wide/A1 suppressed; a_wide/A2 fired; z_narrow/A1 fired");
}

// ---------- suppression ----------

#[test]
fn every_reason_is_listed_in_order() {
    let mut world = World::new(
        "rule pilot_2026q1 { when x < 50  unless y > 0  do task \"Call\" assign csm  cooldown 30 days  pilot 25% }",
    );
    // A3 is in bucket 9284 of `pilot_2026q1`, so in the control arm; it was treated before there was a pilot.
    let with_pilot = world.policy.clone();
    world.policy.rules[0].pilot = None;
    world.run("2026-02-01", "A3,70,0,ana,");
    world.run("2026-02-02", "A3,40,0,ana,");
    world.decided(close(world.item(), Closing::Dismissed, "ana", date("2026-03-01"), None).unwrap());
    world.run("2026-03-02", "A3,70,0,ana,");
    world.policy = with_pilot;
    let outcome = world.run("2026-03-03", "A3,40,1,ana,");
    assert_eq!(shown(&outcome), "A3 suppressed");
    assert_eq!(
        reasons(&outcome, "A3"),
        [
            "unless y > 0",
            "control arm of the pilot (bucket 9284, those below 2500 are treated)",
            "dismissed on 2026-03-01, cooldown until 2026-03-31"
        ]
    );
    assert_eq!(outcome.rows[0].next, None, "nobody knows when");
}

#[test]
fn what_is_held_back_acts_once_the_obstacle_is_gone() {
    let mut world = World::new("rule low { when x < 50  unless y > 0  do task \"Call\" assign csm }");
    world.run("2026-03-01", "A1,70,0,ana,");
    assert_eq!(world.rows("2026-03-02", "A1,40,1,ana,"), "A1 suppressed");
    assert_eq!(world.state.memory.values().next().unwrap().edge, Edge::Armed);
    assert_eq!(world.rows("2026-03-03", "A1,40,1,ana,"), "A1 suppressed");
    assert_eq!(world.rows("2026-03-04", "A1,40,0,ana,"), "A1 fired");
}

#[test]
fn a_pilot_treats_its_arm_only() {
    let mut world = World::new("rule pilot_2026q1 { when x < 50  do task \"Call\" assign csm  pilot 25% }");
    let all = |x: &str| (1..=8).map(|i| format!("A{i},{x},,ana,")).collect::<Vec<_>>().join(";");
    world.run("2026-03-01", &all("70"));
    let outcome = world.run("2026-03-02", &all("40"));
    let fired: Vec<_> =
        outcome.rows.iter().filter(|r| r.decided == Decided::Fired).map(|r| r.slot.subject.id.to_string()).collect();
    assert_eq!(fired, ["A2", "A4"]);
    assert_eq!(count(&outcome, Decided::Suppressed), 6);
    // It is told once, and a larger share moves none of those who are in the control arm for this time.
    world.policy.rules[0].pilot = Some(5000);
    assert_eq!(world.rows("2026-03-03", &all("40")), "A2 refreshed; A4 refreshed");
    // The next time half of them are treated, those who were treated before among them: only buckets below 5000.
    world.policy.rules[0].pilot = Some(6500);
    world.run("2026-03-04", &all("70"));
    let outcome = world.run("2026-03-05", &all("40"));
    assert_eq!(
        shown(&outcome),
        "A1 suppressed; A2 refreshed; A3 suppressed; A4 refreshed; A5 fired; A6 fired; A7 suppressed; A8 fired"
    );
}

#[test]
fn an_unknown_unless_leaves_it_undecided() {
    let mut world = World::new("rule low { when x < 50  unless y > 0  do task \"Call\" assign csm }");
    world.run("2026-03-01", "A1,70,0,ana,");
    let outcome = world.run("2026-03-02", "A1,40,,ana,");
    assert_eq!((shown(&outcome).as_str(), reasons(&outcome, "A1")), ("A1 undecided", vec!["y (no data)".to_string()]));
    assert_eq!(world.rows("2026-03-03", "A1,40,0,ana,"), "A1 fired");
}

// ---------- owners ----------

#[test]
fn a_blank_owner_falls_back_and_is_found() {
    let mut world = World::new("rule low { when x < 50  do task \"Call\" assign csm fallback cs_ops }");
    world.run("2026-03-01", "A1,70,,,");
    let outcome = world.run("2026-03-02", "A1,40,,,");
    assert_eq!(outcome.actions[0].to.as_deref(), Some("cs_ops"));
    assert_eq!(outcome.findings.iter().map(|f| f.text.as_str()).collect::<Vec<_>>(), ["csm is blank"]);
    let mut world = World::new("rule low { when x < 50  do task \"Call\" assign csm }");
    world.run("2026-03-01", "A1,70,,,");
    let outcome = world.run("2026-03-02", "A1,40,,,");
    assert_eq!(outcome.actions[0].to, None);
    assert_eq!(outcome.findings[0].text, "nobody is asked: csm is blank");
}

// ---------- what goes away ----------

#[test]
fn open_items_outlive_their_rule_and_their_subject() {
    let mut world = World::new("rule low { when x < 50  do task \"Call\" assign csm  close when x >= 60 }");
    world.run("2026-03-01", "A1,70,,ana,; A2,70,,ana,");
    world.run("2026-03-02", "A1,40,,ana,; A2,40,,ana,");
    let outcome = world.run("2026-03-03", "A2,40,,ana,");
    assert_eq!(outcome.orphans.len(), 1);
    assert_eq!(outcome.orphans[0].why, laud::interventions::Why::SubjectGone);
    assert_eq!(world.state.items.len(), 2, "nothing is lost");
    world.becomes("rule lower { when x < 50  do task \"Call\" assign csm  close when x >= 60 }");
    let outcome = world.run("2026-03-04", "A1,40,,ana,; A2,40,,ana,");
    assert_eq!(outcome.orphans.len(), 2);
    assert_eq!(shown(&outcome), "A1 baseline; A2 baseline");
    // With its former name it takes over what there is.
    let mut world = World::new("rule low { when x < 50  do task \"Call\" assign csm  close when x >= 60 }");
    world.run("2026-03-01", "A1,70,,ana,; A2,70,,ana,");
    world.run("2026-03-02", "A1,40,,ana,; A2,40,,ana,");
    world.becomes("rule lower { when x < 50  do task \"Call\" assign csm  close when x >= 60  renamed from low }");
    let outcome = world.run("2026-03-05", "A1,40,,ana,; A2,70,,ana,");
    assert_eq!((shown(&outcome).as_str(), outcome.orphans.len()), ("A1 refreshed; A2 closed", 0));
    assert!(world.state.memory.keys().all(|slot| &*slot.rule == "lower"));
}

#[test]
fn the_order_of_candidates_does_not_matter() {
    let mut world = World::new("rule low { when x < 50  do task \"Call\" assign csm  limit 2 per csm per week }");
    world.run("2026-03-01", "A1,70,,ana,");
    let mut candidates = world.candidates("2026-03-02", "A1,40,,ana,; A2,40,,ana,; A3,40,,ana,");
    let run = laud::interventions::Run { as_of: date("2026-03-02"), requester: "ops".into(), fire_on_first_run: false };
    let straight = laud::interventions::step(&world.policy, &world.state, &candidates, &run);
    candidates.reverse();
    // The same one again counts as one.
    candidates.push(candidates[0].clone());
    let backwards = laud::interventions::step(&world.policy, &world.state, &candidates, &run);
    assert_eq!(straight, backwards);
    assert_eq!(shown(&straight), "A1 fired; A2 fired; A3 queued");
}

/// A rule that was away for a run and comes back has its baseline, and its open item lives on with what is true now.
#[test]
fn a_rule_that_comes_back_goes_on_with_what_is_open() {
    let low = "rule low { while x < 50  do task \"Call, x is {x}\" assign csm  cooldown 2 days }";
    let mut world = World::new(low);
    world.run("2026-03-01", "A1,70,,ana,");
    assert_eq!(world.rows("2026-03-02", "A1,40,,ana,"), "A1 fired");
    world.becomes("rule thin { when y < 5  do task \"Ask\" assign csm }");
    world.run("2026-03-03", "A1,40,9,ana,");
    world.becomes(low);
    // Its cooldown is over, but its first run opens nothing.
    assert_eq!(world.rows("2026-03-06", "A1,30,9,ben,"), "A1 refreshed");
    assert_eq!((world.item().owner.as_deref(), world.item().tasks[0].text.as_str()), (Some("ben"), "Call, x is 30"));
    let again = world.plan("2026-03-06", "A1,30,9,ben,");
    assert_eq!((again.changes, again.actions), (vec![], vec![]));
    assert_eq!(world.rows("2026-03-07", "A1,30,9,ben,"), "A1 fired");
}

/// An item that recovers keeps its group for the day, however often the day is run; the next day the group is free.
#[test]
fn a_group_is_free_the_day_after_its_item_recovered() {
    let mut world = World::new(
        "rule low { when x < 50  do task \"Call\" assign csm  exclusive talk  close when x >= 50 }\n\
         rule thin { when y < 5  do task \"Ask\" assign csm  exclusive talk }",
    );
    world.run("2026-03-01", "A1,70,9,ana,");
    assert_eq!(world.rows("2026-03-02", "A1,40,9,ana,"), "A1 fired");
    assert_eq!(world.rows("2026-03-03", "A1,60,4,ana,"), "low/A1 closed; thin/A1 suppressed");
    let again = world.run("2026-03-03", "A1,60,4,ana,");
    assert_eq!((shown(&again).as_str(), again.changes, again.actions), ("A1 suppressed", vec![], vec![]));
    assert_eq!(reasons(&world.plan("2026-03-03", "A1,60,4,ana,"), "A1"), ["`low` was open until today in talk"]);
    assert_eq!(world.rows("2026-03-04", "A1,60,4,ana,"), "A1 fired");
}
