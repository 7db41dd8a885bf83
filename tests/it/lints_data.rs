//! Lints against data: each has a small data set where it speaks, at the expected place, and one where it does not.

use crate::support::root;
use laud::lint;
use std::collections::HashSet;
use std::fs;
use std::process::Command;

const TABLES: &str = "\
table account { id text key  tier one of gold, silver  seats integer 0 or more  logins integer 0 or more optional  csm text personal optional }
events activity of account at day { type one of reference, review }
";

/// Rules and data; rows are made of the account's number.
struct World {
    rules: &'static str,
    accounts: usize,
    account: fn(usize) -> String,
    activity: fn(usize) -> Vec<String>,
    /// What `covers` says of the activities, if anything.
    config: &'static str,
}

/// Sixty accounts that differ, with one activity each, spread over two years.
fn usual(rules: &'static str) -> World {
    World {
        rules,
        accounts: 60,
        account: |i| format!("{},{},{},p{i}", if i % 2 == 0 { "gold" } else { "silver" }, i, i * 7 % 60),
        activity: |i| {
            let (year, month) = (2024 + i % 2, 1 + i % 12);
            let kind = if i % 3 == 0 { "review" } else { "reference" };
            vec![format!("{year}-{month:02}-15,{kind}"), format!("2026-0{}-20,{kind}", 1 + i % 3)]
        },
        config: "",
    }
}

/// `3: message`, for each finding of the lint.
fn found(lint: &str, world: &World, options: &[&str]) -> Vec<String> {
    let place = tempfile::tempdir().unwrap();
    fs::create_dir(place.path().join("data")).unwrap();
    fs::write(place.path().join("rules.laud"), format!("{TABLES}{}", world.rules)).unwrap();
    fs::write(place.path().join("laud.toml"), format!("[profile.all]\ndirectory = \"data\"\n{}", world.config))
        .unwrap();
    let mut accounts = "id,tier,seats,logins,csm\n".to_string();
    let mut activity = "account,day,type\n".to_string();
    for i in 0..world.accounts {
        accounts += &format!("a{i},{}\n", (world.account)(i));
        for row in (world.activity)(i) {
            activity += &format!("a{i},{row}\n");
        }
    }
    fs::write(place.path().join("data/account.csv"), accounts).unwrap();
    fs::write(place.path().join("data/activity.csv"), activity).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_laud"))
        .args(["lint", "--only", lint, "--as-of", "2026-03-31", "--format", "compact"])
        .args(options)
        .current_dir(place.path())
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{lint}");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = |line: &str| {
        let (place, rest) = line.split_once(": ").unwrap();
        let message = rest.split_once("]: ").unwrap().1.split("; help").next().unwrap();
        assert!(rest.contains(&format!(" {lint}]")), "{line}");
        format!("{}: {message}", place.split(':').nth(1).unwrap())
    };
    text.lines().map(line).collect()
}

/// What the lint says, and that it says nothing without `--data`.
fn speaks(lint: &str, world: &World, expected: &[&str]) {
    assert_eq!(found(lint, world, &["--data", "all"]), expected, "{lint}");
    assert_eq!(found(lint, world, &["--offline"]), [""; 0], "{lint}");
}

fn silent(lint: &str, world: &World) {
    speaks(lint, world, &[]);
}

const RULE: &str = "rule ask {\n  when  seats >= 100\n  do    task \"Call\"\n}\n";

#[test]
fn rule_never_fires() {
    speaks(
        "rule-never-fires",
        &usual(RULE),
        &["3: `ask` fires for none of 60 accounts on 2026-03-31, nor on 3 dates before it"],
    );
    silent("rule-never-fires", &usual("rule ask {\n  when  seats >= 59\n  do    task \"Call\"\n}\n"));
    // With few accounts that is chance.
    silent("rule-never-fires", &World { accounts: 19, ..usual(RULE) });
    // It fired 90 days before: three months back there were reviews of somebody within a month.
    silent(
        "rule-never-fires",
        &World {
            activity: |i| {
                if i == 0 { vec!["2025-12-20,review".to_string()] } else { vec!["2026-03-01,reference".to_string()] }
            },
            ..usual(
                "rule ask {\n  when  count(activity where type = review in last 30 days) > 0\n  do    task \"Call\"\n}\n",
            )
        },
    );
}

#[test]
fn rule_fires_too_often() {
    let rule = |least: &'static str| {
        usual(Box::leak(format!("rule ask {{\n  when  seats >= {least}\n  do    task \"Call\"\n}}\n").into_boxed_str()))
    };
    speaks("rule-fires-too-often", &rule("30"), &["3: `ask` fires for 30 of 60 accounts on 2026-03-31"]);
    silent("rule-fires-too-often", &rule("31"));
    speaks(
        "rule-fires-too-often",
        &World { config: "[lint]\nrule-fires-too-often = { percent = 40 }\n", ..rule("36") },
        &["3: `ask` fires for 24 of 60 accounts on 2026-03-31"],
    );
}

#[test]
fn column_always_missing() {
    let rules = "metric use = logins\n";
    let none = World { account: |i| format!("gold,{i},,"), ..usual(rules) };
    speaks("column-always-missing", &none, &["1: `account.logins` has no value in any of 60 rows"]);
    silent(
        "column-always-missing",
        &World { account: |i| format!("gold,{i},{},", if i == 59 { "1" } else { "" }), ..usual(rules) },
    );
    // What nothing reads may be empty.
    silent("column-always-missing", &World { account: |i| format!("gold,{i},,"), ..usual("metric size = seats\n") });
}

#[test]
fn column_constant() {
    let rules = "metric use = logins\nsegment best = tier = gold\n";
    let same = World { account: |i| format!("gold,{i},{i},x"), ..usual(rules) };
    speaks("column-constant", &same, &["1: `account.tier` is the same in all 60 rows"]);
    silent("column-constant", &usual(rules));
}

#[test]
fn value_never_seen() {
    let rules =
        "metric reviews = count(activity where type = review in last 90 days)\nsegment best = tier in (gold, silver)\n";
    let none = World {
        activity: |_| vec!["2026-03-01,reference".to_string()],
        account: |i| format!("silver,{i},{i},"),
        ..usual(rules)
    };
    speaks(
        "value-never-seen",
        &none,
        &["3: no row of `activity` has `review` in `type`", "4: no row of `account` has `gold` in `tier`"],
    );
    silent("value-never-seen", &usual(rules));
    // What is asked of a person is not told.
    silent("value-never-seen", &usual("segment of_ana = csm = \"Ana\"\n"));
}

#[test]
fn missing_rate() {
    let rules = "metric use = logins\nrule ask {\n  when  use > 50\n  do    task \"Call\"\n}\n";
    let half = World { account: |i| format!("gold,{i},{},", if i < 30 { "1" } else { "" }), ..usual(rules) };
    speaks("missing-rate", &half, &["3: `use` is missing for 30 of 60 accounts"]);
    silent(
        "missing-rate",
        &World { account: |i| format!("gold,{i},{},", if i < 31 { "1" } else { "" }), ..usual(rules) },
    );
}

const BANDS: &str = "metric size {\n  value seats\n  thresholds {\n    huge >= 600 -> 100\n    large >= 6 -> 50\n    small otherwise -> 0\n  }\n}\n";

#[test]
fn bands_that_are_empty_or_crowded() {
    // 54 of 60 are at least 6: 90 in a hundred, and not above.
    speaks("band-empty", &usual(BANDS), &["6: none of 60 accounts is in `huge` of `size`"]);
    silent("band-crowded", &usual(BANDS));
    let more = World { account: |i| format!("gold,{},1,", i + 1), ..usual(BANDS) };
    speaks("band-crowded", &more, &["7: 55 of 60 accounts are in `large` of `size`"]);
    silent("band-empty", &World { account: |i| format!("gold,{},1,", i * 11), ..usual(BANDS) });
    let grades = "metric size { value seats  scale 0 -> 0, 60 -> 100 }\nscorecard health {\n  size  weight 100\n  grades {\n    gold >= 1\n    none otherwise\n  }\n}\n";
    speaks("band-crowded", &usual(grades), &["7: 59 of 60 accounts are in `gold` of `health`"]);
}

#[test]
fn collinear_metrics() {
    let rules = "metric size { value seats  scale 0 -> 0, 60 -> 100 }\nmetric use { value logins  scale 0 -> 0, 60 -> 100 }\nscorecard health {\n  size  weight 50\n  use   weight 50\n}\n";
    // logins = seats + 0 to 4
    let alike = World { account: |i| format!("gold,{i},{},", i + i * 3 % 5), ..usual(rules) };
    speaks("collinear-metrics", &alike, &["7: `use` rises and falls with `size` in `health`"]);
    // Shuffled, and turned round.
    silent("collinear-metrics", &usual(rules));
    silent("collinear-metrics", &World { account: |i| format!("gold,{i},{},", 60 - i), ..usual(rules) });
}

#[test]
fn window_beyond_history() {
    let rules = "metric calls = count(activity in last 24 months)\nmetric lately = count(activity in last 90 days)\n";
    let short = World { activity: |i| vec![format!("2025-0{}-10,review", 4 + i % 3)], ..usual(rules) };
    speaks(
        "window-beyond-history",
        &short,
        &["3: `calls` looks back to 2024-04-01, and `activity` begins on 2025-04-10"],
    );
    silent("window-beyond-history", &usual(rules));
    let covers = "[profile.all.activity]\ncovers = { from = 2025-04-01 }\n";
    silent("window-beyond-history", &World { config: covers, activity: short.activity, ..usual(rules) });
}

#[test]
fn score_drift() {
    let rules = "metric calls { value count(activity in last 90 days)  scale 0 -> 0, 6 -> 100 }\nscorecard advocacy { calls weight 100 }\n";
    // The source goes on to the end. Every account has i % 6 calls in both quarters, or none at all in the second.
    fn quarter(i: usize, month: &str) -> Vec<String> {
        (0..i % 6).map(|n| format!("{month}-{:02},reference", n + 10)).collect()
    }
    fn begun(i: usize) -> Vec<String> {
        if i == 0 { vec!["2025-01-10,review".to_string(), "2026-03-30,review".to_string()] } else { Vec::new() }
    }
    let fallen = World { activity: |i| [begun(i), quarter(i, "2025-12")].concat(), ..usual(rules) };
    speaks("score-drift", &fallen, &["4: `advocacy` is spread otherwise on 2026-03-31 than on 2025-12-31"]);
    let steady =
        World { activity: |i| [begun(i), quarter(i, "2025-12"), quarter(i, "2026-03")].concat(), ..usual(rules) };
    silent("score-drift", &steady);
    // The data begin in December: the earlier window is not filled, so nothing is compared.
    silent("score-drift", &World { activity: |i| quarter(i, "2025-12"), ..usual(rules) });
}

#[test]
fn segment_below_minimum() {
    let rules = "segment few = seats >= 56\nsegments size by seats {\n  large >= 100\n  small otherwise\n}\nmetric m { value seats  scale for few 0 -> 0, 10 -> 100  scale 0 -> 0, 60 -> 100 }\nsegment both = few or large\n";
    speaks(
        "segment-below-minimum",
        &usual(rules),
        &["3: segment `few` has 4 of 60 accounts", "5: part `large` has none of 60 accounts"],
    );
    silent("segment-below-minimum", &World { account: |i| format!("gold,{},1,", i * 2), ..usual(rules) });
}

#[test]
fn list_value_unmapped() {
    let rules = "metric reviews = count(activity where type = review)\n";
    let odd = World {
        activity: |i| vec![format!("2026-03-01,{}", if i < 3 { "Ref Call" } else { "review" })],
        ..usual(rules)
    };
    speaks("list-value-unmapped", &odd, &["2: 3 cells of `activity.type` are none of the values that it lists"]);
    let mapped = "[profile.all.activity.columns]\ntype = { values = { \"Ref Call\" = \"reference\" } }\n";
    silent("list-value-unmapped", &World { config: mapped, activity: odd.activity, ..usual(rules) });
}

#[test]
fn every_lint_against_data_has_a_case_here() {
    let text = fs::read_to_string(root().join("tests/it/lints_data.rs")).unwrap();
    let spoken: HashSet<&str> = text.split("speaks(").filter_map(|part| part.split('"').nth(1)).collect();
    for lint in lint::all().filter(|lint| lint.code.category() == Some("data")) {
        assert!(spoken.contains(lint.code.name()), "{}", lint.code.name());
    }
}

#[test]
fn examples_with_their_data_get_only_what_is_known() {
    let output = Command::new(env!("CARGO_BIN_EXE_laud"))
        .args(["lint", "examples/telco", "--data", "sample", "--only", "data", "--format", "compact"])
        .current_dir(root())
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert!(
        !String::from_utf8_lossy(&output.stdout).contains("never-seen"),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
}

#[test]
fn data_that_do_not_fit_are_told() {
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("rules.laud"), TABLES).unwrap();
    let run = |options: &[&str]| {
        let output =
            Command::new(env!("CARGO_BIN_EXE_laud")).arg("lint").args(options).current_dir(place.path()).output();
        let output = output.unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    assert_eq!(run(&["--data", "nowhere"]).0, Some(4));
    assert_eq!(run(&["--data", "nowhere", "--offline"]).0, Some(2));
    fs::write(place.path().join("laud.toml"), "[profile.all]\ndirectory = \"data\"\n").unwrap();
    let (code, said) = run(&["--data", "al"]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("did you mean `all`?"), "{said}");
}
