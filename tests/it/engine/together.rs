//! Accounts together: places among others and the whole portfolio, over programs in text and random values.

use super::build::{d, date};
use laud::calendar::Calendar;
use laud::data::Dataset;
use laud::engine::reference::{Evaluator, Reference};
use laud::engine::{Engine, Options, Results};
use laud::number::Decimal;
use laud::program::{MetricId, Program};
use laud::source::Sources;
use laud::value::{Missing, Value};
use laud::{Settings, compile};
use proptest::prelude::*;

/// A program, and accounts `a0`, `a1`, … with a value `x` and a part.
struct Case {
    program: Program,
    data: Dataset,
}

const TABLE: &str = "table account { id text key  x number optional  kind one of k, l  optional }\n\
    events seen of account at on {}\n\
    segments part by kind { pk = k  pl = l }\n\
    metric value = x\n";

fn case(rules: &str, values: &[(Option<i64>, Option<bool>)]) -> Case {
    let mut sources = Sources::new();
    sources.add("rules.laud", format!("{TABLE}{rules}"));
    let (program, diagnostics) = compile(&sources, &Settings::default());
    let program =
        program.unwrap_or_else(|| panic!("{}", laud::diagnostics::render::short(&diagnostics.sorted(), &sources)));
    let folder = tempfile::tempdir().unwrap();
    let cell = |x: &Option<i64>| x.map_or(String::new(), |x| x.to_string());
    let kind = |k: &Option<bool>| k.map_or("", |k| if k { "k" } else { "l" });
    let rows: Vec<String> =
        values.iter().enumerate().map(|(i, (x, k))| format!("a{i},{},{}\n", cell(x), kind(k))).collect();
    std::fs::write(folder.path().join("account.csv"), format!("id,x,kind\n{}", rows.concat())).unwrap();
    std::fs::write(folder.path().join("seen.csv"), "account,on\n").unwrap();
    let binding = laud::data::without_config(&program, Some(&folder.path().to_string_lossy()), folder.path());
    let (data, _) = laud::data::load(&program, &binding, &mut |_| {}).unwrap();
    Case { program, data }
}

impl Case {
    fn run(&self, accounts: &[&str]) -> Results {
        let accounts = accounts.iter().map(|a| a.to_string()).collect();
        let options = Options { as_of: date("2026-03-31"), calendar: Calendar::default(), accounts };
        Reference.evaluate(&self.program, &self.data, &options)
    }

    fn metric(&self, name: &str) -> MetricId {
        MetricId(self.program.metrics.iter().position(|m| m.header.name == name).unwrap() as u32)
    }

    fn value(&self, results: &Results, account: &str, metric: &str) -> Value {
        let account = results.accounts.iter().find(|a| a.id == account).unwrap();
        account.metrics[self.metric(metric).index()].value.clone()
    }
}

const RULES: &str = "metric p = percentile of value within part at least 3 accounts\n\
    metric z = zscore of value within part at least 3 accounts\n\
    metric r = rank of value within pk\n\
    metric above = x - mean\n\
    portfolio metric mean = avg(value of accounts)\n\
    portfolio metric half = share(p >= 50 of accounts where pk)\n";

#[test]
fn whom_is_asked_for_changes_nothing() {
    let values: Vec<_> = (0..12).map(|i| (Some(i * i % 7), (i != 5).then_some(i % 3 == 0))).collect();
    let case = case(RULES, &values);
    let all = case.run(&[]);
    for account in &all.accounts {
        let one = case.run(&[&account.id]);
        assert_eq!(one.accounts, std::slice::from_ref(account));
        assert_eq!(one.portfolio, all.portfolio);
        let evaluator = Evaluator::new(&case.program, &case.data, Calendar::default());
        assert_eq!(evaluator.account(&account.id, date("2026-03-31")).unwrap().result(), *account);
    }
}

#[test]
fn a_supposed_value_takes_the_place_of_the_recorded_one() {
    // 2, 4, 4, 7, 9: were a1 an 8, it would be above 2, 4 and 7 of five: (3 + 1/2) / 5.
    let case = case(RULES, &[2, 4, 4, 7, 9].map(|x| (Some(x), Some(true))));
    let evaluator = Evaluator::new(&case.program, &case.data, Calendar::default());
    let suppose = [(case.metric("value"), Value::Number(d("8")))];
    let account = evaluator.account_if("a1", date("2026-03-31"), &suppose).unwrap();
    assert_eq!(account.metric(case.metric("p")).value, Value::Number(d("70")));
    assert_eq!(account.metric(case.metric("r")).value, Value::Number(d("2")));
    // Mean 6, variance 34/4 of 2, 8, 4, 7, 9: 2 / 2.915475947.
    assert_eq!(account.metric(case.metric("z")).value, Value::Number(d("0.685994341")));
}

#[test]
fn one_account_alone_has_no_distance_and_none_has_no_mean() {
    let one = case(RULES, &[(Some(3), Some(true))]);
    let results = one.run(&[]);
    assert_eq!(one.value(&results, "a0", "z"), Value::Missing(Missing::TooFew));
    assert_eq!(one.value(&results, "a0", "r"), Value::Number(d("1")));
    let none = case(RULES, &[]);
    let results = none.run(&[]);
    assert_eq!(results.portfolio[0].value, Value::Missing(Missing::NoData));
    assert_eq!(results.portfolio[1].value, Value::Missing(Missing::NotApplicable));
}

#[test]
fn long_chains_and_deep_nesting_are_no_deeper_than_others() {
    let mut rules = String::from("metric p0 = value\nportfolio metric t0 = sum(value of accounts)\n");
    for i in 1..60 {
        rules.push_str(&format!("metric p{i} = to_number(percentile of p{} at least 2 accounts)\n", i - 1));
    }
    for i in 1..3_000 {
        rules.push_str(&format!("portfolio metric t{i} = t{} + 1\n", i - 1));
    }
    let nested = (0..40).fold("value".to_string(), |inner, _| format!("(rank of {inner})"));
    rules.push_str(&format!("metric nested = {nested}\n"));
    let case = case(&rules, &[1, 2, 3].map(|x| (Some(x), None)));
    let results = case.run(&[]);
    assert_eq!(case.value(&results, "a2", "p59"), Value::Number(d("83.333333333")));
    // Turned around an even number of times: the largest value is 3rd from the end again.
    assert_eq!(case.value(&results, "a2", "nested"), Value::Number(d("3")));
    assert_eq!(results.portfolio.last().unwrap().value, Value::Number(d("3005")));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn places_are_those_of_counting_pair_by_pair(
        values in prop::collection::vec((prop::option::weighted(0.9, -5i64..5), prop::option::weighted(0.9, any::<bool>())), 1..20),
    ) {
        let case = case(RULES, &values);
        let results = case.run(&[]);
        for (i, (x, kind)) in values.iter().enumerate() {
            let got = case.value(&results, &format!("a{i}"), "p");
            let (Some(x), Some(kind)) = (x, kind) else {
                prop_assert!(got.is_missing());
                continue;
            };
            let own: Vec<i64> = values.iter().filter(|(_, k)| k == &Some(*kind)).filter_map(|(x, _)| *x).collect();
            let all: Vec<i64> = values.iter().filter_map(|(x, _)| *x).collect();
            let others = if own.len() < 3 { &all } else { &own };
            let twice: i64 = others.iter().map(|y| if y < x { 2 } else { i64::from(y == x) }).sum();
            let wanted = match others.len() {
                n if n < 3 => Value::Missing(Missing::TooFew),
                n => Value::Number(Decimal::int(twice * 50).div(Decimal::int(n as i64)).unwrap()),
            };
            prop_assert_eq!(got, wanted);
        }
    }
}
