//! The past played in memory against the same days run on a ledger, over the random programs and data of [`super::model`].
//! Every day the ledger is opened anew, so that what is remembered goes through the store.

use super::home::{Home, on_both};
use super::model::{patch, tomorrow};
use super::rule::{Cells, Rule};
use super::store::record;
use crate::fuzz::rng::Rng;
use crate::interventions::world::{World, date};
use laud::calendar::{Calendar, PeriodKind};
use laud::interventions::Decided;
use laud::interventions::simulate::{Ended, How, Place, Play};
use laud::ledger::RecordKind;
use std::collections::BTreeMap;

on_both!(days_played_are_days_run);

fn days_played_are_days_run(home: &mut Home) {
    let mut seen: BTreeMap<Decided, u64> = BTreeMap::new();
    for seed in 0..12 {
        if seed > 0 {
            home.clear();
        }
        let mut rng = Rng::new(7_000 + seed);
        let rules: Vec<Rule> = (0..2 + rng.below(2)).map(|i| Rule::random(i, &mut rng)).collect();
        let text: Vec<String> = rules.iter().map(Rule::text).collect();
        let mut applied = World::new(&text.join("\n"));
        patch(&mut applied.policy, &rules);
        let mut played = World::new(&text.join("\n"));
        patch(&mut played.policy, &rules);
        let mut play = Play::new(played.policy.clone(), How { again_within: 30, personal: true, ..How::default() });

        let mut rows: BTreeMap<String, Cells> = BTreeMap::new();
        let (mut cells, mut fired, mut open) = (BTreeMap::new(), Vec::new(), Vec::new());
        for count in 0..24 {
            let day = date("2026-03-25").plus_days(count);
            let as_of = day.to_string();
            tomorrow(&mut rows, &mut rng);
            let there: Vec<(&String, &Cells)> = rows.iter().filter(|(_, cells)| cells.there).collect();
            let lines: Vec<String> = there.iter().map(|(id, cells)| cells.line(id)).collect();
            let contacts: Vec<String> = there.iter().map(|(id, cells)| cells.contact(id)).collect();
            let lines = format!("{} | contact: {}", lines.join(";"), contacts.join(";"));

            let mut ledger = home.open();
            applied.state = ledger.load().unwrap();
            let outcome = applied.plan(&as_of, &lines);
            let record = record(RecordKind::Apply, &as_of);
            ledger.commit(&mut applied.state, &record, &outcome.changes, &outcome.actions).unwrap();
            let week = Calendar::default().start_of(PeriodKind::Week, day);
            for row in &outcome.rows {
                let owner = row.owner.clone().unwrap_or_default();
                let place = Place { rule: row.slot.rule.clone(), week, owner };
                *cells.entry((place, row.decided)).or_insert(0) += 1;
                *seen.entry(row.decided).or_default() += 1;
                if row.decided == Decided::Fired {
                    fired.push((row.slot.clone(), day));
                }
            }
            open.push((day, ledger.load().unwrap().items.len() as u64));

            played.state = play.state().clone();
            let candidates = played.candidates(&as_of, &lines);
            let run = play.run(day);
            play.take(&run, &candidates);
        }

        let told = play.finish();
        let place = format!("seed {seed}\n{}", text.join("\n"));
        let all = |(place, tally): (&Place, &laud::interventions::plan::Tally)| {
            let counts = Decided::ALL.map(|decided| ((place.clone(), decided), tally.of(decided)));
            counts.into_iter().filter(|(_, count)| *count > 0).collect::<Vec<_>>()
        };
        assert_eq!(told.cells.iter().flat_map(all).collect::<BTreeMap<_, u64>>(), cells, "{place}");
        assert_eq!(told.fired.iter().map(|f| (f.slot.clone(), f.on)).collect::<Vec<_>>(), fired, "{place}");
        let counted = told.open.iter().map(|(day, rules)| (*day, rules.values().sum::<u64>()));
        assert_eq!(counted.collect::<Vec<_>>(), open, "{place}");
        // What the ledger closed, with how long it was open.
        let closed = home.open().closed().unwrap();
        let mut closed: Vec<_> = closed
            .iter()
            .map(|item| (item.rule.to_string(), item.closed.days_since(item.opened), item.closing.to_string()))
            .collect();
        closed.sort();
        let mut ended: Vec<_> = told
            .ended
            .iter()
            .flat_map(|(rule, all)| {
                all.iter().map(|Ended { days, closing }| (rule.to_string(), *days, closing.word().to_string()))
            })
            .collect();
        ended.sort();
        assert_eq!(ended, closed, "{place}");
    }
    // Nothing is approved where nobody decides; all else has to come up.
    for decided in Decided::ALL.into_iter().filter(|decided| *decided != Decided::Approved) {
        assert!(seen.get(&decided).is_some_and(|n| *n > 5), "{}: {seen:?}", decided.word());
    }
}
