//! The project as data: what each declaration says of itself, who reads whom, and weights over all paths worked by hand.

use crate::support::root;
use laud::inspect::{Inspected, human, json};
use laud::report::{Layout, paint::Paint};
use laud::source::Sources;
use laud::{Compilation, Settings};
use serde_json::{Value, json};

const PROGRAM: &str = "\
# Our customers.
table account { id text key  arr money USD 0 or more  usage points 0 to 100  seats integer 0 or more optional }
events call of account at called_on { kind one of reference, other }
segment large = arr >= 1M USD
metric adoption = usage
metric seats_used {
  value seats
  owner cs_ops
  review every 6 months last 2026-01-15
  scale 0 -> 0, 10 -> 100
}
metric references \"Reference calls\" {
  value count(call where kind = reference in last 90 days)
  thresholds { many >= 3 -> 100  few otherwise -> 0 }
}
scorecard product {
  adoption    weight 75
  seats_used  weight 25
}
scorecard worst {
  adoption    weight 1
  references  weight 1
  combine min
  weights free
}
scorecard health {
  product     weight 60  because \"what they do\"
  adoption    weight 10
  worst       weight 30
  for large {
    product   weight 30
    worst     weight 60
  }
  cap 40 when references = 0 because \"nobody speaks for us\"
}
# Calls those who fall.
rule rescue {
  when      health < 40 and arr > 10k USD
  unless    large
  do        task \"Call {csm}\" assign ana fallback cs_ops due in 2 days
  cooldown  30 days
  owner     cs_ops
}
test \"a\" as of 2026-03-31 {
  account acme { usage 50 }
  expect acme.adoption = 50
}
";

fn inspected<T>(text: &str, look: impl FnOnce(&Inspected) -> T) -> T {
    let mut sources = Sources::new();
    sources.add("rules.laud", text);
    let compilation = Compilation::new(&sources, &Settings::default());
    let found: Vec<_> = compilation.diagnostics.iter().map(|d| d.message.clone()).collect();
    let program = compilation.program.as_ref().unwrap_or_else(|| panic!("{found:?}"));
    let of = Inspected { project: "demo", packages: &[], files: &compilation.files, sources: &sources, program };
    look(&of)
}

fn declaration<'v>(all: &'v Value, name: &str) -> &'v Value {
    let list = all["declarations"].as_array().unwrap();
    list.iter().find(|d| d["name"] == name).unwrap_or_else(|| panic!("{name}"))
}

#[test]
fn declarations_tell_what_they_are_and_who_reads_them() {
    let all = inspected(&PROGRAM.replace("Call {csm}", "Call"), json);
    assert_eq!(all["project"], "demo");
    assert_eq!(all["files"], json!(["rules.laud"]));
    assert_eq!(all["declarations"].as_array().unwrap().len(), 11);
    let account = declaration(&all, "account");
    assert_eq!(
        (&account["kind"], &account["doc"], &account["line"]),
        (&json!("table"), &json!("Our customers."), &json!(2))
    );
    assert_eq!(account["columns"][1]["type"], "money USD");
    assert_eq!(account["columns"][1]["range"], "0 or more");
    assert_eq!(account["columns"][1]["read_by"], json!(["large", "rescue"]));
    assert_eq!(account["columns"][3]["attributes"], json!(["optional"]));
    let seats = declaration(&all, "seats_used");
    assert_eq!(seats["metadata"], json!({"owner": "cs_ops", "review": {"every": "6 months", "last": "2026-01-15"}}));
    assert_eq!(seats["scales"], json!([{"for": null, "points": [["0", "0"], ["10", "100"]]}]));
    let references = declaration(&all, "references");
    assert_eq!(references["title"], "Reference calls");
    assert_eq!(references["reads"], json!(["call", "call.kind"]));
    assert_eq!(references["read_by"], json!(["worst", "health"]));
    assert_eq!(references["thresholds"][0]["rows"][0], json!({"name": "many", "test": ">= 3", "points": "100"}));
    assert_eq!((&references["tested"], &declaration(&all, "adoption")["tested"]), (&json!(false), &json!(true)));
    let rescue = declaration(&all, "rescue");
    assert_eq!(rescue["condition"], "health < 40 and arr > 10k USD");
    assert_eq!(
        (&rescue["trigger"], &rescue["unless"], &rescue["cooldown"]),
        (&json!("when"), &json!("large"), &json!("30 days"))
    );
    let action = json!({"verb": "task", "what": "Call", "assign": "ana", "fallback": "cs_ops", "due_in": "2 days"});
    assert_eq!(rescue["actions"], json!([action]));
    let health = declaration(&all, "health");
    assert_eq!(health["limits"][0]["because"], "nobody speaks for us");
    assert_eq!(health["lines"][0]["because"], "what they do");
}

#[test]
fn weights_add_up_over_all_paths() {
    let all = inspected(&PROGRAM.replace("Call {csm}", "Call"), json);
    // 75% of 60% and 10% by itself; `worst` is decided by one of its lines, so it is told as a whole.
    let general = json!({"for": null, "metrics": [
        {"name": "adoption", "share": 0.55, "paths": [{"through": ["product"], "share": 0.45}, {"through": [], "share": 0.1}]},
        {"name": "worst", "share": 0.3, "paths": [{"through": [], "share": 0.3}]},
        {"name": "seats_used", "share": 0.15, "paths": [{"through": ["product"], "share": 0.15}]},
    ]});
    // For large accounts: 75% of 30% and 10%.
    let large = json!({"for": "large", "metrics": [
        {"name": "worst", "share": 0.6, "paths": [{"through": [], "share": 0.6}]},
        {"name": "adoption", "share": 0.325, "paths": [{"through": ["product"], "share": 0.225}, {"through": [], "share": 0.1}]},
        {"name": "seats_used", "share": 0.075, "paths": [{"through": ["product"], "share": 0.075}]},
    ]});
    let found = &declaration(&all, "health")["effective_weights"];
    assert_eq!(found.to_string(), json!([general, large]).to_string());
    assert_eq!(declaration(&all, "worst")["effective_weights"], json!([]));
}

#[test]
fn a_chain_of_cards_is_no_more_than_its_lines() {
    // Each card weighs the one below by two ways: the number of paths doubles with each, the shares halve.
    let mut text =
        "table account { id text key  usage points 0 to 100 }\nmetric m = usage\nscorecard s0 { m weight 100 }\n"
            .to_string();
    for i in 1..60 {
        let below = i - 1;
        text += &format!(
            "scorecard a{i} {{ s{below} weight 100 }}\nscorecard s{i} {{ s{below} weight 50  a{i} weight 50 }}\n"
        );
    }
    let all = inspected(&text, json);
    let top = &declaration(&all, "s59")["effective_weights"][0]["metrics"];
    assert_eq!(top.as_array().unwrap().len(), 1);
    assert_eq!(top[0]["share"].to_string(), "1");
    assert_eq!(top[0]["paths"].as_array().unwrap().len(), 8);
}

#[test]
fn the_table_names_every_declaration() {
    let layout = Layout { width: 160, paint: Paint { color: false } };
    let text = inspected(&PROGRAM.replace("Call {csm}", "Call"), |of| human(of, &layout));
    assert!(text.starts_with("demo · program "), "{text}");
    assert!(text.contains("10 declarations, 1 test"), "{text}");
    assert!(text.contains("health for large"), "{text}");
    assert!(text.contains("32.5%"), "{text}");
}

#[test]
fn examples_can_be_inspected() {
    for example in ["advocacy", "health", "telco", "roi"] {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_laud"))
            .args(["inspect", example, "--format", "json"])
            .current_dir(root().join("examples"))
            .output()
            .unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
        let all: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert!(all["declarations"].as_array().unwrap().len() > 3, "{example}");
    }
}
