//! Subscriptions, usage and tickets.

use super::*;

#[test]
fn subscriptions_usage_and_tickets() {
    let Some(set) = Set::find("ravenstack") else { return };
    let owner: BTreeMap<String, String> = set
        .rows("subscriptions.csv")
        .into_iter()
        .map(|r| (r["subscription_id"].clone(), r["account_id"].clone()))
        .collect();
    set.widen("feature_usage.csv", "usage.csv", &[("account_id", &|row| owner[&row["subscription_id"]].clone())]);
    let opened = set.open(None).unwrap();
    let answers = set.answers();
    let mut all = Differences::default();
    for as_of in &set.as_of {
        let got = opened.at(*as_of);
        for row in set.rows(&format!("answers/accounts_{as_of}.csv")) {
            let id = row["account_id"].as_str();
            let mut check = |metric: &str, tolerance: Decimal| {
                all.compare(|| format!("{id} {metric} at {as_of}"), &row[metric], tolerance, &got.value(id, metric));
            };
            for metric in ["active_subs", "active_mrr", "tenure_days", "days_since_last_usage"] {
                check(metric, EXACT);
            }
            for days in [30, 90, 365] {
                for metric in ["usage_events", "usage_count", "distinct_features", "tickets", "urgent", "escalated"] {
                    check(&format!("{metric}_{days}"), EXACT);
                }
                check(&format!("csat_avg_{days}"), close());
            }
        }
        let hits: BTreeSet<String> = answers[format!("rule_at_risk_{as_of}")]
            .as_array()
            .unwrap()
            .iter()
            .map(|id| id.as_str().unwrap().to_string())
            .collect();
        assert_eq!(got.holds("at_risk"), hits, "at_risk at {as_of}");
    }
    all.report(2 * 500 * 25);
}

#[test]
fn keys_that_are_used_twice() {
    let Some(set) = Set::find("ravenstack") else { return };
    let answers = set.answers();
    let twice = answers["duplicate_keys"]["usage_id"].as_u64().unwrap();
    let opened = set.raw(
        "table feature_usage { usage_id text key  subscription_id text  usage_date date  usage_count integer }",
        "[profile.p]\ndirectory = '.'\ndate_format = '%d-%m-%Y'\n",
    );
    let report = opened.loaded("feature_usage");
    assert_eq!((report.read, report.kept), (25000, 25000 - twice));
    assert_eq!(report.rejected_for(RejectReason::Conflict), twice);
    // Every account of a churn event exists.
    let opened = set.raw(
        "table accounts { account_id text key }
         events churn_events of accounts at churn_date { churn_event_id text key }",
        "[profile.p]\ndirectory = '.'\ndate_format = '%d-%m-%Y'\n\
         [profile.p.churn_events.columns]\naccounts = 'account_id'\n",
    );
    let counts = |table: &str| (opened.loaded(table).read, opened.loaded(table).kept);
    assert_eq!((counts("accounts"), counts("churn_events")), ((500, 500), (600, 600)));
}
