//! A messy export of leads.

use super::*;

fn leads() -> Option<Set> {
    let set = Set::find("crm_messy")?;
    let export: (&str, Cell) = ("export", &|_| "crm".to_string());
    set.widen("raw_leads_sim.csv", "raw.csv", &[export]);
    set.widen("cleaned_leads_sim.csv", "cleaned.csv", &[export]);
    set.write("export.csv", &["id"], [vec!["crm".to_string()]]);
    let countries: BTreeSet<String> = set.rows("cleaned_leads_sim.csv").iter().map(|r| r["country"].clone()).collect();
    set.write("countries.csv", &["id"], countries.into_iter().map(|id| vec![id]));
    Some(set)
}

#[test]
fn counts_of_a_messy_export() {
    let Some(set) = leads() else { return };
    let answers = set.answers();
    let mut all = Differences::default();
    let raw = set.open(Some("raw")).unwrap();
    let raw = raw.at(set.as_of[0]);
    for (metric, answer) in [
        ("leads", "raw_rows"),
        ("recent", "leads_90d_to_2026-01-28"),
        ("no_employees", "employee_count_blank"),
        ("employees_known", "employee_count_sum"),
        ("companies", "company_distinct_casefold_trim"),
    ] {
        all.compare(|| metric.to_string(), &text(&answers[answer]), EXACT, &raw.value("crm", metric));
    }
    for (metric, answer) in [("oldest", "min_date"), ("newest", "max_date")] {
        let date = Date::parse(answers[answer].as_str().unwrap()).unwrap();
        assert_eq!(raw.value("crm", metric), Value::Date(date), "{metric}");
    }
    // The same folding of e-mails, counted here.
    let emails: BTreeSet<String> =
        set.rows("raw_leads_sim.csv").iter().map(|r| r["email"].trim().to_lowercase()).collect();
    let known = emails.iter().filter(|e| !e.is_empty()).count();
    all.compare(|| "emails".to_string(), &known.to_string(), EXACT, &raw.value("crm", "emails"));

    let cleaned = set.open(Some("cleaned")).unwrap();
    let cleaned = cleaned.at(set.as_of[0]);
    all.compare(|| "cleaned".to_string(), &text(&answers["cleaned_rows"]), EXACT, &cleaned.value("crm", "leads"));
    for (source, dropped) in answers["dropped_by_source"].as_object().unwrap() {
        let metric = format!("from_{}", source.to_lowercase().replace(' ', "_"));
        let (before, after) =
            (raw.value("crm", &metric).number().unwrap(), cleaned.value("crm", &metric).number().unwrap());
        let gone = Value::Number(before.sub(after).unwrap());
        all.compare(|| format!("dropped from {source}"), &text(dropped), EXACT, &gone);
    }
    let by_country = set.open(Some("countries")).unwrap();
    let by_country = by_country.at(set.as_of[0]);
    for (key, kept) in answers["kept_by_industry_country"].as_object().unwrap() {
        let (industry, country) = key.split_once('|').unwrap();
        let got = by_country.value(country, &industry.to_lowercase());
        all.compare(|| key.clone(), &text(kept), EXACT, &got);
    }
    all.report(7 + 6 + 30);
}

#[test]
fn dates_that_read_two_ways_are_refused() {
    let Some(set) = leads() else { return };
    let Err(errors) = set.open(Some("undeclared")) else { panic!("the dates were guessed") };
    let said: Vec<&str> = errors.iter().map(|e| e.message.as_str()).collect();
    assert!(errors.iter().any(|e| e.place.contains("raw.csv")), "{errors:?}");
    let helps = errors.iter().filter_map(|e| e.help.as_deref());
    let all = said.into_iter().chain(helps).collect::<Vec<&str>>().join("\n");
    assert!(all.contains("`10/03/2025` in `lead.created_on` can be 10 March 2025 or 3 October 2025"), "{all}");
    assert!(all.contains("`date_format = \"%d/%m/%Y\"` (3002 other cells can be read only so)"), "{all}");
}

#[test]
fn what_a_messy_export_loads_as() {
    let Some(set) = leads() else { return };
    let answers = set.answers();
    let opened = set.open(Some("raw")).unwrap();
    let report = opened.loaded("lead");
    assert_eq!((report.read, report.kept), (5000, 5000));
    let blanks = opened.column("lead", "employees").iter().filter(|v| v.is_missing()).count() as u64;
    assert_eq!(blanks, answers["employee_count_blank"].as_u64().unwrap());
    let texts = |column: &str| -> Vec<String> {
        let shown = |v: &Value| match v {
            Value::Text(text) => text.to_string(),
            _ => String::new(),
        };
        opened.column("lead", column).iter().map(shown).collect()
    };
    let count = |column: &str, wanted: &dyn Fn(&str) -> bool| texts(column).iter().filter(|t| wanted(t)).count() as u64;
    assert_eq!(count("email", &|t| !t.contains('@')), answers["email_without_at"].as_u64().unwrap());
    assert_eq!(count("company", &|t| t.contains(',')), answers["companies_with_comma"].as_u64().unwrap());
}
