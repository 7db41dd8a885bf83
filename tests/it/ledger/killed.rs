//! `laud apply`, ended at any instant: the ledger is as before the run or as after it, the next run completes it, and every
//! action arrives. `LAUD_KILLS=200` ends it at 200 instants instead of 40.

use super::home::{Home, on_both};
use super::project::{DAYS, Project};
use std::os::unix::process::ExitStatusExt;
use std::time::{Duration, Instant};

on_both!(ended_at_any_instant);

fn ended_at_any_instant(home: &mut Home) {
    let asked = std::env::var("LAUD_KILLS").ok().and_then(|n| n.parse().ok());
    let kills: usize = asked.unwrap_or(40);
    // Undisturbed, and how long each run takes.
    let mut after = vec![String::new()];
    let mut takes = Vec::new();
    let expected = {
        let project = Project::new(home);
        for day in DAYS {
            let start = Instant::now();
            project.applied(day);
            takes.push(start.elapsed());
            after.push(home.everything());
        }
        project.received()
    };
    assert!(expected.len() > 60, "{}", expected.len());
    let mut dice = crate::fuzz::rng::Rng::new(20_260_302);
    let (mut points, mut ended, mut midway) = (0_usize, 0_usize, 0_usize);
    while points < kills {
        home.clear();
        let project = Project::new(home);
        project.forget_received();
        for (n, day) in DAYS.into_iter().enumerate() {
            // Spread over the run, each somewhere in a part of its own, a little beyond the end.
            let part = (points * 7 + n * 3) % kills;
            let share = (part as f64 + dice.below(1000) as f64 / 1000.0) / kills as f64;
            let wait = Duration::from_secs_f64(takes[n].as_secs_f64() * share * 1.1);
            let mut child = project.apply(day).spawn().unwrap();
            std::thread::sleep(wait);
            child.kill().unwrap();
            let status = child.wait().unwrap();
            points += 1;
            if status.signal() == Some(9) {
                ended += 1;
                // A server may still be busy with what it was sent; a file is what it is.
                if let Some(mut ledger) = home.place().open_to_read().unwrap() {
                    let head = usize::try_from(ledger.load().unwrap().head).unwrap();
                    let now = home.everything();
                    assert!(head == n || head == n + 1, "{head} after {day}");
                    assert!(now == after[n] || now == after[n + 1], "neither as before nor as after {day}:\n{now}");
                    midway += usize::from(head == n + 1);
                }
            }
            project.applied(day);
            assert_eq!(home.everything(), after[n + 1], "{day}, ended after {wait:?}");
        }
        assert_eq!(project.received(), expected);
    }
    let words =
        format!("apply was ended at {points} instants: {ended} while it ran, {midway} of them after its commit");
    super::home::say(&words);
    assert!(ended * 4 >= points, "{words}: too few to mean anything");
}
