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

#[test]
fn tables_and_clauses_may_have_thousands_of_rows() {
    let rows = |of: &dyn Fn(usize) -> String| (0..3_000).map(of).collect::<Vec<_>>().join("\n");
    let falling = rows(&|i| format!("b{i} >= {} -> {}", 3_000 - i, 100 - i / 30));
    let ranges = rows(&|i| format!("c{i} {} to {} -> 50", 2 * i, 2 * i + 1));
    let segments =
        rows(&|i| format!("segment g{i} = seats >= {} and seats < {} and adoption > 5", 10 * i, 10 * i + 10));
    let scales = rows(&|i| format!("scale for g{i} 0 -> 0, {} -> 100", i + 1));
    let parts = rows(&|i| format!("p{i} when seats >= {} and seats < {}", 10 * i, 10 * i + 10));
    let program = [
        format!("metric falls {{ value seats thresholds {{\n{falling}\nrest otherwise -> 0\n}} }}"),
        format!("metric lies {{ value seats thresholds {{\n{ranges}\nrest otherwise -> 50\n}} }}"),
        segments,
        format!("metric scaled {{ value seats\n{scales}\nscale 0 -> 0, 9 -> 100\n}}"),
        format!("segments size {{\n{parts}\nrest otherwise\n}}"),
    ];
    assert_eq!(findings(program.into_iter()), []);
}

#[test]
fn one_collision_among_thousands_is_found() {
    let segments = (0..2_000).map(|i| format!("segment g{i} = seats >= {} and seats < {}", 10 * i, 10 * i + 10));
    let odd = "segment odd = seats = 12345".to_string();
    let scales = (0..2_000).map(|i| format!("scale for g{i} 0 -> 0, 9 -> 100\n")).collect::<String>();
    let metric = format!("metric m {{ value seats\n{scales}scale for odd 0 -> 0, 9 -> 100\nscale 0 -> 0, 9 -> 100\n}}");
    let found = findings(segments.chain([odd, metric]));
    assert_eq!(found.iter().map(|d| d.code).collect::<Vec<_>>(), [Code::SegmentOverlap]);
    assert!(found[0].message.contains("`g1234` and `odd`"), "{}", found[0].message);
    assert_eq!(found[0].witness.as_deref(), Some("an account with seats = 12345"));
}

#[test]
fn the_parts_of_a_wide_partition_cover_everybody() {
    let parts = (0..800).map(|i| format!("p{i} {} to {}", 2 * i, 2 * i + 1)).collect::<Vec<_>>().join("\n");
    let scales = (0..800).map(|i| format!("scale for p{i} 0 -> 0, 9 -> 100")).collect::<Vec<_>>().join("\n");
    let program = |rest: &str| {
        let partition = format!("segments size by seats {{\n{parts}\nrest otherwise\n}}");
        [
            partition,
            format!("metric m {{ value seats\n{scales}\n{rest}\n}}"),
            "scorecard s { m weight 100 }".to_string(),
        ]
    };
    assert_eq!(findings(program("scale for rest 0 -> 0, 9 -> 100").into_iter()), []);
    let found = findings(program("").into_iter());
    assert_eq!(found.iter().map(|d| d.code).collect::<Vec<_>>(), [Code::SegmentUncovered]);
    assert!(found[0].witness.is_some());
}
