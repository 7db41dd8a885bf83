//! Machine-written programs: long chains, wide scorecards and large cycles are checked in one walk and on a small stack.

use laud::Settings;
use laud::diagnostics::{Code, Diagnostic};
use laud::source::Sources;

const TABLES: &str = "\
table account { id text key  seats integer 0 or more  adoption points 0 to 100 }
events activity of account at occurred_at { minutes integer 0 or more }
";

/// Compiles on a thread whose stack would not hold one frame per declaration.
fn findings(declarations: impl Iterator<Item = String>) -> Vec<Diagnostic> {
    let text = declarations.fold(TABLES.to_string(), |text, line| text + &line + "\n");
    let work = move || {
        let mut sources = Sources::new();
        sources.add("large.laud".to_string(), text);
        laud::compile(&sources, &Settings::default()).1.sorted()
    };
    std::thread::Builder::new().stack_size(2 * 1024 * 1024).spawn(work).unwrap().join().unwrap()
}

#[test]
fn a_chain_of_metrics_may_be_long_and_written_backwards() {
    let chain = (1..5_000).rev().map(|i| format!("metric m{i} = m{} + 1", i - 1));
    assert_eq!(findings(chain.chain(["metric m0 = count(activity)".to_string()])), []);
}

#[test]
fn a_cycle_through_thousands_is_one_finding() {
    let cycle = (0..5_000).map(|i| format!("metric m{i} = m{} + m0", (i + 1) % 5_000));
    let found = findings(cycle);
    assert_eq!(found.iter().map(|d| d.code).collect::<Vec<_>>(), [Code::DependencyCycle]);
    assert!(found[0].message.len() < 200, "{}", found[0].message);
}

#[test]
fn scorecards_nest_thousands_deep() {
    let first = "metric m0 = adoption\nscorecard s0 { m0 weight 100 }".to_string();
    let nested = (1..2_000)
        .map(|i| format!("metric m{i} = adoption\nscorecard s{i} {{\n  s{} weight 40\n  m{i} weight 60\n}}", i - 1));
    assert_eq!(findings(std::iter::once(first).chain(nested)), []);
}

#[test]
fn segments_of_segments_do_not_multiply() {
    let first = "segment g0 = seats > 0".to_string();
    let doubled =
        (1..2_000).map(|i| format!("segment g{i} = (g{0} and seats > {i}) or (g{0} and adoption > 50)", i - 1));
    assert_eq!(findings(std::iter::once(first).chain(doubled)), []);
}

#[test]
fn definitions_written_out_are_bounded_in_depth() {
    let deep = format!("define deep(x: number) = {}x{}", "abs(".repeat(60), ")".repeat(60));
    let nested = format!("metric big = {}seats{}", "deep(".repeat(40), ")".repeat(40));
    let found = findings([deep, nested].into_iter());
    assert_eq!(found.iter().map(|d| d.code).collect::<Vec<_>>(), [Code::ExpansionTooLarge]);
    let chain = (1..100).map(|i| format!("define d{i}(x: number) = abs(abs(abs(d{}(x)))) + 1", i - 1));
    let found = findings(std::iter::once("define d0(x: number) = x".to_string()).chain(chain));
    assert!(!found.is_empty() && found.iter().all(|d| d.code == Code::ExpansionTooLarge), "{found:?}");
}

#[test]
fn definitions_written_out_are_bounded() {
    let nested = format!("metric big = {}seats{}", "twice(".repeat(100), ")".repeat(100));
    let found = findings(["define twice(x: number) = x + x".to_string(), nested].into_iter());
    assert_eq!(found.iter().map(|d| d.code).collect::<Vec<_>>(), [Code::ExpansionTooLarge]);
}
