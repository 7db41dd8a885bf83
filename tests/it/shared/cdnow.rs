//! Purchases over time: windows, and what others call recency, frequency and monetary value.

use super::*;

#[test]
fn windows_over_purchases() {
    let Some(set) = Set::find("cdnow") else { return };
    let opened = set.open(None).unwrap();
    let mut answers: BTreeMap<String, Vec<BTreeMap<String, String>>> = BTreeMap::new();
    for row in set.rows("answers/windows.csv") {
        answers.entry(row["as_of"].clone()).or_default().push(row);
    }
    assert_eq!(answers.len(), set.as_of.len());
    let mut all = Differences::default();
    for as_of in &set.as_of {
        let got = opened.at(*as_of);
        for row in &answers[&as_of.to_string()] {
            let id = row["customer_id"].as_str();
            let mut check = |metric: &str, answer: &str, tolerance: Decimal| {
                all.compare(|| format!("{id} {metric} at {as_of}"), &row[answer], tolerance, &got.value(id, metric));
            };
            for days in [30, 90, 180, 365] {
                check(&format!("n_{days}"), &format!("n_{days}_half_open_left"), EXACT);
                check(&format!("sum_{days}"), &format!("sum_{days}_hol"), EXACT);
                check(&format!("max_{days}"), &format!("max_{days}_hol"), EXACT);
            }
            check("n_ever", "n_ever", EXACT);
            check("days_since_last", "days_since_last", EXACT);
            check("distinct_days", "distinct_days", EXACT);
            check("discs_ever", "cds_ever", EXACT);
        }
    }
    all.report(4 * 2357 * 16);
}

#[test]
fn recency_frequency_and_monetary_value() {
    let Some(set) = Set::find("cdnow") else { return };
    let opened = set.open(None).unwrap();
    let mut all = Differences::default();
    for as_of in ["1997-09-30", "1998-06-30"] {
        let got = opened.at(Date::parse(as_of).unwrap());
        for row in set.rows(&format!("answers/lifetimes_rfm_{as_of}.csv")) {
            let id = row["customer_id"].as_str();
            for (metric, answer) in [("frequency", "frequency"), ("recency", "recency"), ("observed", "T")] {
                all.compare(|| format!("{id} {metric} at {as_of}"), &row[answer], EXACT, &got.value(id, metric));
            }
            let monetary = got.value(id, "monetary");
            all.compare(|| format!("{id} monetary at {as_of}"), &row["monetary_value"], close(), &monetary);
        }
    }
    all.report(2 * 2357 * 4);
}

#[test]
fn what_was_bought_after_the_calibration() {
    let Some(set) = Set::find("cdnow") else { return };
    let opened = set.open(None).unwrap();
    let got = opened.at(Date::parse("1998-06-30").unwrap());
    let mut all = Differences::default();
    for row in set.rows("answers/lifetimes_cal_holdout.csv") {
        let id = row["customer_id"].as_str();
        for (metric, answer) in
            [("held_out", "frequency_holdout"), ("calibrated", "frequency_cal"), ("recency_then", "recency_cal")]
        {
            all.compare(|| format!("{id} {metric}"), &row[answer], EXACT, &got.value(id, metric));
        }
    }
    for row in set.rows("answers/backtest_frame_1997-09-30.csv") {
        let id = row["customer_id"].as_str();
        for (metric, answer) in [("n_then", "n"), ("days_then", "days_since_last"), ("spent_then", "spend")] {
            all.compare(|| format!("{id} {metric}"), &row[answer], EXACT, &got.value(id, metric));
        }
        assert_eq!(got.value(id, "held_out") != Value::Number(Decimal::ZERO), row["retained"] == "1", "{id}");
    }
    all.report(2 * 2357 * 3);
}
