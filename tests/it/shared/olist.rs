//! Orders of a marketplace and their reviews, with comments over several lines.

use super::*;

fn marketplace() -> Option<Set> {
    let set = Set::find("olist")?;
    let states: BTreeMap<String, String> = set
        .rows("olist_customers.csv")
        .into_iter()
        .map(|row| (row["customer_id"].clone(), row["customer_state"].clone()))
        .collect();
    let buyer: BTreeMap<String, String> = set
        .rows("olist_orders.csv")
        .into_iter()
        .map(|row| (row["order_id"].clone(), states[&row["customer_id"]].clone()))
        .collect();
    let state = |row: &BTreeMap<String, String>| buyer[&row["order_id"]].clone();
    let market = |_: &BTreeMap<String, String>| "olist".to_string();
    // Payments have no date of their own.
    let day = |_: &BTreeMap<String, String>| "2018-01-01".to_string();
    set.widen("olist_orders.csv", "orders.csv", &[]);
    set.widen("olist_order_reviews.csv", "reviews.csv", &[("STATE", &state), ("MARKET", &market)]);
    set.widen("olist_order_payments.csv", "payments.csv", &[("STATE", &state), ("MARKET", &market), ("DAY", &day)]);
    set.write("market.csv", &["id"], [vec!["olist".to_string()]]);
    let all: BTreeSet<String> = buyer.values().cloned().collect();
    set.write("states.csv", &["id"], all.into_iter().map(|id| vec![id]));
    Some(set)
}

/// A hundred times a ratio of nine digits.
fn percent(ratio: &Value) -> Value {
    Value::Number(ratio.number().unwrap().mul(Decimal::HUNDRED).unwrap())
}

#[test]
fn orders_by_how_late_they_came() {
    let Some(set) = marketplace() else { return };
    let answers = set.answers();
    let opened = set.open(None).unwrap();
    assert_eq!(opened.loaded("account").kept, answers["rows"]["orders"].as_u64().unwrap());
    let got = opened.at(set.as_of[0]);
    let mut all = Differences::default();
    for row in set.rows("answers/orders_scored.csv") {
        let id = row["order_id"].as_str();
        for (metric, answer) in [("late_days", "late_days"), ("latest_score", "latest_review_score")] {
            all.compare(|| format!("{id} {metric}"), &row[answer], EXACT, &got.value(id, metric));
        }
        assert_eq!(got.band(id, "late_days"), row["late_band"], "{id}");
    }
    for (band, answer) in answers["score_by_late_band"].as_object().unwrap() {
        let together = |what: &str| got.together(&format!("{what}_{band}"));
        all.compare(|| format!("n {band}"), &text(&answer["orders"]), EXACT, &together("n"));
        all.compare(|| format!("mean {band}"), &text(&answer["mean"]), close(), &together("mean"));
        let tolerance = Decimal::from_raw(100).unwrap();
        all.compare(|| format!("bad {band}"), &text(&answer["pct_1_2"]), tolerance, &percent(&together("bad")));
    }
    for (metric, answer) in
        [("all_paid", "sum_payments"), ("delivered", "delivered_with_date"), ("late_gt0", "late_gt0")]
    {
        all.compare(|| metric.to_string(), &text(&answers[answer]), EXACT, &got.together(metric));
    }
    all.report(2 * 8135 + 5 * 3 + 3);
}

#[test]
fn reviews_of_the_whole_marketplace() {
    let Some(set) = marketplace() else { return };
    let answers = set.answers();
    let opened = set.open(Some("market")).unwrap();
    let got = opened.at(set.as_of[0]);
    let mut all = Differences::default();
    let counts = &answers["score_counts"];
    for (metric, answer, tolerance) in [
        ("reviews", &answers["rows"]["reviews"], EXACT),
        ("mean_score", &answers["mean_score"], close()),
        ("one", &counts["1"], EXACT),
        ("two", &counts["2"], EXACT),
        ("three", &counts["3"], EXACT),
        ("four", &counts["4"], EXACT),
        ("five", &counts["5"], EXACT),
    ] {
        all.compare(|| metric.to_string(), &text(answer), tolerance, &got.value("olist", metric));
    }
    let tolerance = Decimal::from_raw(100).unwrap();
    let top_two = percent(&got.value("olist", "top_two"));
    all.compare(|| "top two".to_string(), &text(&answers["csat_top2_pct"]), tolerance, &top_two);
    let opened = set.open(Some("asked")).unwrap();
    for (month, answer) in answers["monthly"].as_object().unwrap() {
        let (year, number) = month.split_once('-').unwrap();
        let first = Date::new(year.parse().unwrap(), number.parse().unwrap(), 1).unwrap();
        let got = opened.at(first.plus_months(1).plus_days(-1));
        let (n, mean) = (got.value("olist", "reviews_this_month"), got.value("olist", "mean_this_month"));
        all.compare(|| format!("reviews of {month}"), &text(&answer["n"]), EXACT, &n);
        all.compare(|| format!("mean of {month}"), &text(&answer["mean"]), close(), &mean);
    }
    all.report(8 + 2 * 23);
}

#[test]
fn reviews_by_state() {
    let Some(set) = marketplace() else { return };
    let answers = set.answers();
    let opened = set.open(Some("states")).unwrap();
    let got = opened.at(set.as_of[0]);
    let mut all = Differences::default();
    for (state, answer) in answers["by_state"].as_object().unwrap() {
        all.compare(|| format!("orders of {state}"), &text(&answer["orders"]), EXACT, &got.value(state, "orders"));
        all.compare(|| format!("mean of {state}"), &text(&answer["mean"]), close(), &got.value(state, "of_orders"));
    }
    all.report(2 * 27);
}

#[test]
fn comments_over_several_lines() {
    let Some(set) = marketplace() else { return };
    let opened = set.open(Some("market")).unwrap();
    let answers = set.answers();
    assert_eq!((opened.loaded("review").read, opened.loaded("review").kept), (8225, 8225));
    let comments = opened.column("review", "comment");
    let several = comments.iter().filter(|c| matches!(c, Value::Text(t) if t.contains('\n'))).count();
    // Line ends around a comment are blanks.
    let written: Vec<String> =
        set.rows("olist_order_reviews.csv").iter().map(|row| row["review_comment_message"].clone()).collect();
    let within = |wanted: &dyn Fn(&String) -> bool| written.iter().filter(|c| wanted(c)).count();
    assert_eq!(within(&|c| c.contains('\n')) as u64, answers["multi_line_comments"].as_u64().unwrap());
    assert_eq!(several, within(&|c| c.trim().contains('\n')));
    // The line of a row is a line of the file, not a count of rows.
    let last = opened.rows_of("review").origins.iter().map(|o| o.line).max().unwrap();
    assert!(last > 8226, "{last}");
}
