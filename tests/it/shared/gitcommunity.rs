//! A community's timeline: acts with 23 offsets from UTC.

use super::*;

/// The set, with the date of each act as it is written beside the instant.
fn community() -> Option<Set> {
    let set = Set::find("gitcommunity")?;
    set.widen("events.csv", "events.csv", &[("written", &|row| row["ts"][..10].to_string())]);
    Some(set)
}

fn windows(set: &Set) -> Vec<BTreeMap<String, String>> {
    let bytes = fs::read(set.folder.join("answers/windows.csv.gz")).unwrap();
    let mut reader = csv::Reader::from_reader(flate2::read::GzDecoder::new(bytes.as_slice()));
    reader.deserialize().map(|row| row.unwrap()).collect()
}

/// Whole days in so many seconds, one beginning at midnight counting as the day before.
fn days(seconds: &str) -> String {
    let seconds: f64 = seconds.parse().unwrap();
    ((seconds / 86400.0).ceil() - 1.0).to_string()
}

#[test]
fn acts_counted_by_their_date_in_utc() {
    let Some(set) = community() else { return };
    let opened = set.open(None).unwrap();
    let rows = windows(&set);
    let answers = set.answers();
    let mut all = Differences::default();
    for eve in &set.as_of {
        let as_of = eve.plus_days(1).to_string();
        let got = opened.at(*eve);
        for row in rows.iter().filter(|row| row["as_of"] == as_of) {
            let id = row["account_id"].as_str();
            for metric in [
                "n_30",
                "n_90",
                "n_365",
                "n_365_docs",
                "n_365_fix",
                "n_365_feat",
                "n_365_merge",
                "active_days_365",
                "active_months_365",
                "n_ever",
            ] {
                all.compare(|| format!("{id} {metric} at {as_of}"), &row[metric], EXACT, &got.value(id, metric));
            }
        }
        for row in rows.iter().filter(|row| row["as_of"] == as_of) {
            let id = row["account_id"].as_str();
            let since = if row["secs_since_last"].is_empty() { String::new() } else { days(&row["secs_since_last"]) };
            all.compare(|| format!("{id} last at {as_of}"), &since, EXACT, &got.value(id, "days_since_last"));
            let first = &row["days_since_first_floor"];
            all.compare(|| format!("{id} first at {as_of}"), first, EXACT, &got.value(id, "days_since_first"));
        }
        for (metric, sum) in answers[format!("totals_{as_of}")].as_object().unwrap() {
            if opened.program.portfolio.iter().any(|m| m.header.name == format!("all_{metric}")) {
                let got = got.together(&format!("all_{metric}"));
                all.compare(|| format!("all {metric} at {as_of}"), &text(sum), EXACT, &got);
            }
        }
        let humans: BTreeSet<String> = set
            .rows("accounts.csv")
            .into_iter()
            .filter(|row| row["segment"] == "human")
            .map(|row| row["account_id"].clone())
            .collect();
        for (tier, count) in answers[format!("tiers_{as_of}")].as_object().unwrap() {
            let found = humans.iter().filter(|id| got.band(id, "tier") == *tier).count() as u64;
            assert_eq!(found, count.as_u64().unwrap(), "{tier} at {as_of}");
        }
    }
    all.report(3 * 586 * 12 + 3 * 6);
}

#[test]
fn acts_counted_by_their_date_as_written() {
    let Some(set) = community() else { return };
    let opened = set.open(Some("written")).unwrap();
    let mut all = Differences::default();
    for eve in &set.as_of {
        // Dates, not instants: the day itself is the last of the window.
        let day = eve.plus_days(1);
        let got = opened.at(day);
        for row in windows(&set).iter().filter(|row| row["as_of"] == day.to_string()) {
            let id = row["account_id"].as_str();
            for metric in ["n_30", "n_90", "n_365"] {
                let answer = &row[&format!("{metric}_written_date")];
                all.compare(|| format!("{id} {metric} at {day}"), answer, EXACT, &got.value(id, metric));
            }
        }
    }
    all.report(3 * 586 * 3);
}

#[test]
fn acts_fall_on_another_date_than_written() {
    let Some(set) = community() else { return };
    let opened = set.open(None).unwrap();
    assert_eq!(
        (opened.loaded("account").kept, opened.loaded("act").read, opened.loaded("act").kept),
        (586, 20780, 20780)
    );
    let answer = &set.answers()["events_whose_utc_date_differs_from_written_date"];
    let dates = |profile: Option<&str>| -> BTreeMap<String, Date> {
        let opened = set.open(profile).unwrap();
        let ids = opened.column("act", "id").into_iter().map(|id| format!("{id:?}"));
        ids.zip(opened.column("act", "done_at").iter().map(|at| at.date().unwrap())).collect()
    };
    let (utc, written) = (dates(None), dates(Some("written")));
    let moved = utc.iter().filter(|(id, date)| written[*id] != **date).count();
    assert_eq!(moved as u64, answer.as_u64().unwrap());
}
