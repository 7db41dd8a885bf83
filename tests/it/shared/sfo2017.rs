//! A survey in which the code for blank looks like the best answer.

use super::*;

fn survey() -> Option<Set> {
    let set = Set::find("sfo2017")?;
    let day = |row: &BTreeMap<String, String>| format!("2017-05-{:0>2}", row["INTDATE"].trim());
    set.widen("sfo2017.csv", "answers.csv", &[("AIRPORT", &|_| "SFO".to_string()), ("DATE", &day)]);
    let ids = |column: &str| -> BTreeSet<String> {
        set.rows("sfo2017.csv").iter().map(|row| row[column].trim().to_string()).collect()
    };
    set.write("airport.csv", &["id"], [vec!["SFO".to_string()]]);
    set.write("areas.csv", &["id"], ids("BAREA").into_iter().map(|id| vec![id]));
    set.write("airlines.csv", &["id"], ids("AIRLINE").into_iter().map(|id| vec![id]));
    Some(set)
}

#[test]
fn nps_leaves_the_code_for_blank_out() {
    let Some(set) = survey() else { return };
    let answers = set.answers();
    let opened = set.open(None).unwrap();
    let report = opened.loaded("survey");
    assert_eq!(report.read, answers["rows"].as_u64().unwrap());
    assert_eq!(report.rejected_for(RejectReason::OutOfRange), answers["score_out_of_scale"].as_u64().unwrap());
    let mut all = Differences::default();
    let got = opened.at(set.as_of[0]);
    for (metric, answer, tolerance) in [
        ("answers", &answers["overall"]["n"], EXACT),
        ("promoter_count", &answers["overall"]["promoters"], EXACT),
        ("detractor_count", &answers["overall"]["detractors"], EXACT),
        ("recommend", &answers["overall"]["nps"], close()),
        ("recommend_weighted", &answers["weighted_nps"], close()),
        ("mean_score", &answers["mean_score_valid"], close()),
        ("ratings", &answers["Q7ALL_valid_n"], EXACT),
        ("mean_rating", &answers["Q7ALL_mean_valid"], close()),
    ] {
        all.compare(|| metric.to_string(), &text(answer), tolerance, &got.value("SFO", metric));
    }
    let percent = got.value("SFO", "top_2").number().unwrap().mul(Decimal::HUNDRED).unwrap();
    // A hundred times a ratio of nine digits.
    let tolerance = Decimal::from_raw(100).unwrap();
    all.compare(|| "top_2".to_string(), &text(&answers["csat_top2box_Q7ALL_pct"]), tolerance, &Value::Number(percent));
    for (day, answer) in answers["rolling_7day_by_day_of_may"].as_object().unwrap() {
        let got = opened.at(Date::new(2017, 5, day.parse().unwrap()).unwrap());
        all.compare(|| format!("n to 5-{day}"), &text(&answer["n"]), EXACT, &got.value("SFO", "answers_week"));
        all.compare(|| format!("nps to 5-{day}"), &text(&answer["nps"]), close(), &got.value("SFO", "recommend_week"));
    }
    all.report(9 + 2 * 20);
}

#[test]
fn nps_by_area_and_airline() {
    let Some(set) = survey() else { return };
    let answers = set.answers();
    let mut all = Differences::default();
    let got = set.open(Some("areas")).unwrap();
    let got = got.at(set.as_of[0]);
    for (area, answer) in answers["by_BAREA"].as_object().unwrap() {
        for (metric, key, tolerance) in [("answers", "n", EXACT), ("recommend", "nps", close())] {
            all.compare(|| format!("{area} {metric}"), &text(&answer[key]), tolerance, &got.value(area, metric));
        }
    }
    assert_eq!(got.accounts.len(), 7);
    let got = set.open(Some("airlines")).unwrap();
    let got = got.at(set.as_of[0]);
    for row in set.rows("answers/by_airline.csv") {
        let airline = row["airline"].as_str();
        for (metric, key, tolerance) in [
            ("answers", "n", EXACT),
            ("promoter_count", "promoters", EXACT),
            ("detractor_count", "detractors", EXACT),
            ("mean_score", "mean", close()),
            ("recommend", "nps", close()),
        ] {
            all.compare(|| format!("{airline} {metric}"), &row[key], tolerance, &got.value(airline, metric));
        }
    }
    all.report(7 * 2 + 30 * 5);
}

#[test]
fn an_answer_out_of_range_is_a_cell_of_an_account_and_a_row_of_an_event() {
    let Some(set) = survey() else { return };
    let answers = set.answers();
    // As a column of what is scored, the cell is unreadable and the row stays.
    let opened = set.raw(
        "table answer { id text key  netpro integer 0 to 10 optional }",
        "[profile.p]\ndirectory = '.'\n[profile.p.answer]\nfile = 'sfo2017.csv'\n\
         columns = { id = 'RESPNUM', netpro = 'NETPRO' }\n",
    );
    assert_eq!((opened.loaded("answer").read, opened.loaded("answer").kept), (2831, 2831));
    let scores = opened.column("answer", "netpro");
    let count = |wanted: &dyn Fn(i64) -> bool| {
        scores.iter().filter_map(|v| v.number()?.to_int()).filter(|n| wanted(*n)).count() as u64
    };
    let unreadable = scores.iter().filter(|v| v.missing() == Some(Missing::Error(Fault::BadCell))).count();
    assert_eq!(unreadable, 84, "code 11 means no answer and is out of range");
    assert_eq!(scores.iter().filter(|v| v.missing() == Some(Missing::NoData)).count(), 1);
    for (answer, found) in [("promoters", count(&|n| n >= 9)), ("detractors", count(&|n| n <= 6))] {
        assert_eq!(answers["overall"][answer].as_u64().unwrap(), found, "{answer}");
    }
    // As an event the row is refused; the one blank is only noted.
    let opened = set.open(None).unwrap();
    let report = opened.loaded("survey");
    assert_eq!((report.read, report.kept, report.rejected_for(RejectReason::OutOfRange)), (2831, 2747, 84));
}
