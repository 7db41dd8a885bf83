//! The checklist at the end of the reference names every id once, and whatever it points at is there.

use crate::support::{folders, read, root, stem};
use std::collections::BTreeMap;

/// Every id of the domain notes, in their order.
fn ids() -> Vec<String> {
    let numbered = |prefix: &str, from: u32, to: u32| (from..=to).map(|n| format!("{prefix}{n}")).collect::<Vec<_>>();
    let mut ids = [numbered("S0.", 0, 12), numbered("S1.", 0, 12), vec!["S2.0".to_string()]].concat();
    for module in 1..=7 {
        ids.extend(numbered(&format!("M{module}."), 1, 6));
    }
    ids.push("S3.0".to_string());
    ids.extend([numbered("S3.P", 1, 3), numbered("S3.", 1, 10), numbered("S4.", 1, 31)].concat());
    ids
}

/// The last cell of each row, by id, in the order of the page.
fn rows() -> Vec<(String, String)> {
    let page = read(&root().join("grammar/REFERENCE.md"));
    let table = page.split("## The checklist").nth(1).expect("the reference has a checklist");
    let cells = |line: &str| line.trim_matches('|').split(" | ").map(|c| c.trim().to_string()).collect::<Vec<_>>();
    let rows = table.lines().filter(|line| line.starts_with("| S") || line.starts_with("| M")).map(cells);
    rows.map(|row| (row[0].clone(), row[3].clone())).collect()
}

#[test]
fn every_id_has_its_row() {
    let found: Vec<String> = rows().into_iter().map(|(id, _)| id).collect();
    assert_eq!(found, ids());
}

#[test]
fn what_the_checklist_points_at_is_there() {
    for (id, shown) in rows() {
        if matches!(shown.as_str(), "waits" | "checker" | "fuzzer") {
            continue;
        }
        for place in shown.split(", ").map(|place| place.trim_matches('`')) {
            let there = [place.to_string(), format!("tests/eval/{place}")].iter().any(|p| root().join(p).exists());
            assert!(there, "{id} points at `{place}`, which is not there");
        }
    }
}

#[test]
fn cases_with_an_id_in_their_name_are_on_the_checklist() {
    let rows: BTreeMap<String, String> = rows().into_iter().collect();
    for folder in folders("tests/eval") {
        let name = stem(&folder);
        let parts: Vec<&str> = name.split('_').collect();
        for pair in parts.windows(2) {
            let id = format!("{}.{}", pair[0].to_uppercase(), pair[1]);
            if let Some(shown) = rows.get(&id) {
                let range = name.starts_with("s3_1_to_s3_9");
                assert!(range || shown.contains(&format!("`{name}`")), "{id} does not point at `{name}`");
            }
        }
    }
}
