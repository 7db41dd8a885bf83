//! Work for people who have left, are away, or are nobody that the table of staff knows.

use super::world::{World, shown};
use laud::interventions::Outcome;

const STAFF: &str = "table staff { name text key  active boolean }\n";
const LOW: &str = "rule low { when x < 50  do task \"Call\" assign csm fallback cs_ops }";

/// Who is asked, and what there is to put right, after A1 has become low.
fn asked(tables: &str, rule: &str, staff: &str) -> (Option<String>, Vec<String>) {
    let mut world = World::new(&format!("{tables}{rule}"));
    world.run("2026-03-01", &format!("A1,70,,ana,{staff}"));
    let outcome = world.run("2026-03-02", &format!("A1,40,,ana,{staff}"));
    assert_eq!(shown(&outcome), "A1 fired");
    (outcome.actions[0].to.clone(), findings(&outcome))
}

fn findings(outcome: &Outcome) -> Vec<String> {
    outcome.findings.iter().map(|f| f.text.clone()).collect()
}

fn by(to: &str, finding: &[&str]) -> (Option<String>, Vec<String>) {
    let to = (!to.is_empty()).then(|| to.to_string());
    (to, finding.iter().map(|f| f.to_string()).collect())
}

#[test]
fn whoever_is_there_is_asked_and_the_fallback_for_whoever_is_not() {
    let active = |staff: &str| asked(STAFF, LOW, staff);
    assert_eq!(active(" | staff: ana,yes; ben,no"), by("ana", &[]));
    assert_eq!(active(" | staff: ana,no; ben,yes"), by("cs_ops", &["csm is not active"]));
    assert_eq!(active(" | staff: ben,yes"), by("cs_ops", &["csm is not among the staff"]));
    // A blank cell says nothing against her.
    assert_eq!(active(" | staff: ana,"), by("ana", &[]));
    // Without rows nothing is known of anybody: an export that failed sends no work elsewhere.
    assert_eq!(active(""), by("ana", &[]));
    // A table that does not say who is active says who is there.
    let list = "table staff { name text key }\n";
    assert_eq!(asked(list, LOW, " | staff: ana,no"), by("ana", &[]));
    assert_eq!(asked(list, LOW, " | staff: ben,no"), by("cs_ops", &["csm is not among the staff"]));
}

#[test]
fn what_else_is_called_staff_decides_nothing() {
    let asks = |table: &str| World::new(&format!("{table}{LOW}")).program.staff().is_some();
    assert!(asks(STAFF));
    assert!(!asks(""));
    assert!(!asks("table staff of account { name text key  active boolean }\n"));
    assert!(!asks("events staff of account at on { name text key  active boolean }\n"));
    assert!(!asks("table people { name text key  active boolean }\n"));
}

#[test]
fn a_fallback_who_has_left_is_nobody_either() {
    let rules = "table ticket of account { id text key  days number  lead text optional }\n\
        ticket rule late { when days > 5  do task \"Call\" assign csm fallback lead }";
    let world = |lead: &str, staff: &str| {
        let mut world = World::new(&format!("{STAFF}{rules}"));
        let rows = |days: u32| format!("A1,40,,ana, | ticket: A1,t1,{days},{lead} | staff: {staff}");
        world.run("2026-03-01", &rows(1));
        let outcome = world.run("2026-03-02", &rows(6));
        (outcome.actions[0].to.clone(), findings(&outcome))
    };
    assert_eq!(world("ben", "ana,no; ben,yes"), by("ben", &["csm is not active"]));
    assert_eq!(world("ben", "ana,no; ben,no"), by("", &["nobody is asked: csm is not active, and so is lead"]));
    assert_eq!(
        world("ben", "ana,no"),
        by("", &["nobody is asked: csm is not active, and lead is not among the staff"])
    );
    assert_eq!(world("", "ana,no"), by("", &["nobody is asked: csm is not active, and lead is blank"]));
}

/// `table staff as of`: who was there on the day, not who is there now.
#[test]
fn staff_with_a_history_is_that_of_the_day() {
    let staff = "table staff as of since { name text key  active boolean  since date }\n";
    let rows = |x: u32| format!("A1,{x},,ana, | staff: ana,yes,2026-01-01; ana,no,2026-03-04; ana,yes,2026-03-06");
    let mut world = World::new(&format!("{staff}{LOW}"));
    world.run("2025-12-30", &rows(70));
    let outcome = world.run("2025-12-31", &rows(40));
    assert_eq!(
        (outcome.actions[0].to.as_deref(), findings(&outcome)),
        (Some("cs_ops"), vec!["csm is not among the staff".to_string()])
    );
    // The open item follows her, from day to day.
    for (day, owner) in
        [("2026-03-03", "ana"), ("2026-03-04", "cs_ops"), ("2026-03-05", "cs_ops"), ("2026-03-06", "ana")]
    {
        assert_eq!(world.rows(day, &rows(40)), "A1 refreshed");
        assert_eq!(
            (world.item().owner.as_deref(), world.item().tasks[0].assignee.as_deref()),
            (Some(owner), Some(owner))
        );
    }
}

/// The tasks of a playbook, and rules about rows, ask the same.
#[test]
fn playbooks_and_rows_ask_the_staff_too() {
    let rules = format!(
        "{STAFF}playbook save \"Save\" version 1 {{ task \"Call\"  task \"Write\" assign csm fallback office }}\n\
         rule low {{ when x < 50  do playbook save assign csm fallback cs_ops }}\n\
         contact rule thank {{ when asks >= 2  do task \"Thank\" assign csm fallback desk }}"
    );
    let rows = |x: u32, asks: u32| format!("A1,{x},,ana, | contact: A1,c1,{asks},no | staff: ana,no");
    let mut world = World::new(&rules);
    world.run("2026-03-01", &rows(70, 1));
    let outcome = world.run("2026-03-02", &rows(40, 2));
    let mut to: Vec<_> = outcome.actions.iter().map(|a| (a.text.as_str(), a.to.as_deref().unwrap())).collect();
    to.sort_unstable();
    assert_eq!(to, [("Call", "cs_ops"), ("Thank", "desk"), ("Write", "office")]);
}

/// Ana has left: what she had counts for the team that takes it over, not for her.
#[test]
fn a_limit_counts_for_whoever_gets_the_work() {
    let rule = "rule low { when x < 50  do task \"Call\" assign csm fallback ben  limit 2 per csm per week }";
    let rows = |x: u32, staff: &str| {
        let account = |id: &str, csm: &str| format!("{id},{x},,{csm},");
        let all = [account("A1", "ana"), account("A2", "ana"), account("A3", "ben"), account("A4", "cy")];
        format!("{} | staff: {staff}", all.join("; "))
    };
    let run = |staff: &str| {
        let mut world = World::new(&format!("{STAFF}{rule}"));
        world.run("2026-03-02", &rows(70, staff));
        world.rows("2026-03-03", &rows(40, staff))
    };
    // Two for Ana, one for Ben, one for Cy.
    assert_eq!(run("ana,yes; ben,yes; cy,yes"), "A1 fired; A2 fired; A3 fired; A4 fired");
    // Three for Ben, of which the first two have room.
    assert_eq!(run("ana,no; ben,yes; cy,yes"), "A1 fired; A2 fired; A3 queued; A4 fired");
}
