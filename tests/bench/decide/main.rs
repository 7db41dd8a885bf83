//! One decision on a ready record: `cargo bench --bench decide`.
//!
//! The question is in `program.laud`: sixteen figures, eight bands, three groups with weights by size, one score, six rules. The same
//! is written by hand below, once for two kinds of numbers: in binary floats every score has to agree to 1e-8, in exact decimals to
//! the last digit, and every rule exactly. Between these two there is nothing but what exactness costs. Records are made up by a
//! generator of fixed seed, a third of the optional figures missing.
//!
//! `--records FILE` writes them with the answers for `peers.sh`, which puts other rule engines beside.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use laud::calendar::{Calendar, Date};
use laud::engine::RuleStatus;
use laud::number::Decimal;
use laud::program::{RuleId, ScorecardId};
use laud::scoring::{Field, Record, Scorer, Scores};
use laud::source::Sources;
use laud::value::Value;
use std::fmt::Write;
use std::hint::black_box;
use std::time::Instant;

/// Names of the figures, in the order of a record.
const FIELDS: [&str; 16] = [
    "size",
    "refs_365",
    "review_points",
    "stories",
    "quiet_days",
    "nps",
    "login_months",
    "revenue",
    "decline_rate",
    "refs_90",
    "adv_90",
    "adv_prior",
    "trend",
    "tenure",
    "to_renewal",
    "logins_30",
];
const SIZES: [&str; 3] = ["smb", "mid", "enterprise"];
const RULES: [&str; 6] = ["burnout", "unhappy_but_active", "untapped", "renewal_at_risk", "declining", "disengaged"];
const COUNT: usize = 20_000;
const ROUNDS: usize = 15;
/// Records between two looks at the clock.
const PIECE: usize = 200;

/// What is missing is not a number.
type Figures = [f64; 16];

/// A number as laud has it: billionths, with every result checked to fit. The least of all is a missing one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Exact(i64);

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let figures = figures();
    if let Some(at) = arguments.iter().position(|a| a == "--records") {
        std::fs::write(&arguments[at + 1], as_csv(&figures)).unwrap();
        return;
    }
    let scorer = scorer();
    let (overall, rules) = (scorer.scorecard("overall").unwrap(), RULES.map(|name| scorer.rule(name).unwrap()));
    let records: Vec<Record> = figures.iter().map(|f| record(&scorer, f)).collect();
    let mut scores = scorer.scores();
    let exact: Vec<[Exact; 16]> = figures.iter().map(|f| f.map(Exact::of)).collect();
    for ((figures, exact), record) in figures.iter().zip(&exact).zip(&records) {
        scorer.score(record, &mut scores);
        let (expected, fired) = by_hand(figures);
        let actual = scores.score(overall).unwrap();
        assert!((actual.to_f64() - expected).abs() < 1e-8, "{figures:?}: {actual}, not {expected}");
        assert_eq!(fired_of(&scores, &rules), fired, "{figures:?}");
        assert_eq!(by_hand(exact), (Exact(i64::try_from(actual.raw()).unwrap()), fired), "{figures:?}");
    }
    println!("{COUNT} records, {ROUNDS} rounds, in pieces of {PIECE}; nanoseconds for each: median, least");
    let hand = time(&figures, |piece| piece.iter().fold(0, |sum, f| sum + black_box(by_hand(black_box(f))).1));
    println!("by hand, binary floats   {:6.0} {:6.0}", hand.0, hand.1);
    let hand_exact = time(&exact, |piece| piece.iter().fold(0, |sum, f| sum + black_box(by_hand(black_box(f))).1));
    println!("by hand, exact decimals  {:6.0} {:6.0}", hand_exact.0, hand_exact.1);
    let laud = time(&records, |piece| {
        let mut sum = 0;
        scorer.score_batch(piece, &mut scores, |_, scores| sum += answer(scores, overall, &rules));
        sum
    });
    println!("laud, exact decimals     {:6.0} {:6.0}", laud.0, laud.1);
    let fields = FIELDS.map(|name| scorer.field(name).unwrap());
    let decimals: Vec<[Option<Decimal>; 16]> = figures.iter().map(|f| f.map(Decimal::from_f64)).collect();
    let mut record = scorer.record();
    let filled = time(&decimals, |piece| {
        let mut sum = 0;
        for figures in piece {
            fill(&mut record, &fields, figures);
            scorer.score(&record, &mut scores);
            sum += answer(&scores, overall, &rules);
        }
        sum
    });
    println!("laud, and the record     {:6.0} {:6.0}", filled.0, filled.1);
    println!("exact / binary by hand   {:6.2}", hand_exact.0 / hand.0);
    println!("laud / exact by hand     {:6.2}", laud.0 / hand_exact.0);
    println!("laud / binary by hand    {:6.2}", laud.0 / hand.0);
}

fn answer(scores: &Scores, overall: ScorecardId, rules: &[RuleId; 6]) -> u32 {
    let _ = black_box(scores.score(overall));
    fired_of(scores, rules)
}

fn fired_of(scores: &Scores, rules: &[RuleId; 6]) -> u32 {
    let holds = |(bit, rule): (usize, &RuleId)| u32::from(scores.rule(*rule) == RuleStatus::Holds) << bit;
    rules.iter().enumerate().map(holds).sum()
}

/// Median and least of all pieces: those during which something else had the core are not in the middle.
fn time<T>(records: &[T], mut decide: impl FnMut(&[T]) -> u32) -> (f64, f64) {
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        for piece in records.chunks_exact(PIECE) {
            let start = Instant::now();
            black_box(decide(black_box(piece)));
            times.push(start.elapsed().as_nanos() as f64 / PIECE as f64);
        }
    }
    times.sort_by(f64::total_cmp);
    (times[times.len() / 2], times[0])
}

fn scorer() -> Scorer {
    let mut sources = Sources::new();
    sources.add("program.laud", include_str!("program.laud"));
    let (program, found) = laud::compile(&sources, &laud::Settings::default());
    let program = program.unwrap_or_else(|| panic!("{}", laud::diagnostics::render::short(&found.sorted(), &sources)));
    Scorer::new(program, Date::parse("2026-07-01").unwrap(), Calendar::default()).unwrap()
}

fn record(scorer: &Scorer, figures: &Figures) -> Record {
    let mut record = scorer.record();
    record.read("size", SIZES[figures[0] as usize]).unwrap();
    for (name, figure) in FIELDS.iter().zip(figures).skip(1).filter(|(_, figure)| !figure.is_nan()) {
        record.number(scorer.field(name).unwrap(), Decimal::from_f64(*figure).unwrap());
    }
    record
}

/// A record as it comes from another program: numbers by field, a size by its place, what is missing left out.
fn fill(record: &mut Record, fields: &[Field; 16], figures: &[Option<Decimal>; 16]) {
    record.reset();
    let (size, rest) = figures.split_first().unwrap();
    let size = size.and_then(Decimal::to_int).and_then(|place| u32::try_from(place).ok()).unwrap();
    record.set(fields[0], &Value::Symbol(size)).unwrap();
    for (field, figure) in fields[1..].iter().zip(rest) {
        if let Some(figure) = figure {
            record.number(*field, *figure);
        }
    }
}

fn as_csv(figures: &[Figures]) -> String {
    let mut out = format!("{},overall,rules\n", FIELDS.join(","));
    for f in figures {
        for figure in f {
            if !figure.is_nan() {
                write!(out, "{figure}").unwrap();
            }
            out.push(',');
        }
        let (overall, rules) = by_hand(f);
        writeln!(out, "{overall},{rules}").unwrap();
    }
    out
}

// ---------- made-up records ----------

struct Rng(u64);

impl Rng {
    /// SplitMix64.
    fn below(&mut self, n: u64) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % n) as f64
    }

    fn perhaps(&mut self, value: f64) -> f64 {
        if self.below(3) == 0.0 { f64::NAN } else { value }
    }
}

fn figures() -> Vec<Figures> {
    let mut rng = Rng(24);
    let mut one = || {
        let quiet = rng.below(500);
        let (nps, revenue) = (rng.below(201) - 100.0, rng.below(80_000));
        let (decline, renewal) = (rng.below(101) / 100.0, rng.below(400) - 30.0);
        [
            rng.below(3),
            rng.below(6),
            rng.below(8),
            rng.below(4),
            rng.perhaps(quiet),
            rng.perhaps(nps),
            rng.below(13),
            rng.perhaps(revenue),
            rng.perhaps(decline),
            rng.below(6),
            rng.below(8),
            rng.below(5),
            rng.below(301) / 100.0 - 1.0,
            rng.below(2_000),
            rng.perhaps(renewal),
            rng.below(9),
        ]
    };
    (0..COUNT).map(|_| one()).collect()
}

// ---------- by hand ----------

/// What the hand-written program needs of a number. Missing ones pass no comparison.
trait Number: Copy + PartialOrd {
    const MISSING: Self;
    fn of(number: f64) -> Self;
    fn is_missing(self) -> bool;
    /// The mean of what is there.
    fn mean(parts: &[(i32, Self)]) -> Self;
}

impl Number for f64 {
    const MISSING: f64 = f64::NAN;

    #[inline(always)]
    fn of(number: f64) -> f64 {
        number
    }

    #[inline(always)]
    fn is_missing(self) -> bool {
        self.is_nan()
    }

    #[inline(always)]
    fn mean(parts: &[(i32, f64)]) -> f64 {
        let there = || parts.iter().filter(|(_, points)| !points.is_nan());
        let weights: f64 = there().map(|(weight, _)| f64::from(*weight)).sum();
        if weights == 0.0 { f64::NAN } else { there().map(|(w, points)| f64::from(*w) * points).sum::<f64>() / weights }
    }
}

impl PartialOrd for Exact {
    #[inline(always)]
    fn partial_cmp(&self, other: &Exact) -> Option<std::cmp::Ordering> {
        if self.is_missing() || other.is_missing() { None } else { Some(self.0.cmp(&other.0)) }
    }
}

impl Number for Exact {
    const MISSING: Exact = Exact(i64::MIN);

    #[inline(always)]
    fn of(number: f64) -> Exact {
        if number.is_nan() { Exact::MISSING } else { Exact((number * 1e9).round() as i64) }
    }

    #[inline(always)]
    fn is_missing(self) -> bool {
        self == Exact::MISSING
    }

    /// Exact sums, rounded once, half away from zero.
    #[inline(always)]
    fn mean(parts: &[(i32, Exact)]) -> Exact {
        let there = || parts.iter().filter(|(_, points)| !points.is_missing());
        let weights: i64 = there().map(|(weight, _)| i64::from(*weight)).sum();
        if weights == 0 {
            return Exact::MISSING;
        }
        let sum =
            there().try_fold(0i64, |sum, (w, points)| sum.checked_add(points.0.checked_mul(i64::from(*w))?)).unwrap();
        let (quotient, rest) = (sum / weights, sum % weights);
        let away = if rest.abs() * 2 >= weights { sum.signum() } else { 0 };
        Exact(quotient + away)
    }
}

/// The points of the first bound that is passed.
#[inline(always)]
fn banded<N: Number>(x: N, passes: fn(N, N) -> bool, bounds: &[(f64, f64)], otherwise: f64) -> N {
    if x.is_missing() {
        return x;
    }
    N::of(bounds.iter().find(|(bound, _)| passes(x, N::of(*bound))).map_or(otherwise, |(_, points)| *points))
}

/// The score and the rules, a bit each. The size is a place in [`SIZES`].
fn by_hand<N: Number>(f: &[N; 16]) -> (N, u32) {
    let n = N::of;
    let (least, most, above) = (|x, b| x >= b, |x, b| x <= b, |x, b| x > b);
    let references = banded(f[1], least, &[(4.0, 100.0), (2.0, 70.0), (1.0, 40.0)], 0.0);
    let reviews = banded(f[2], least, &[(6.0, 100.0), (3.0, 60.0), (1.0, 30.0)], 0.0);
    let cases = banded(f[3], least, &[(2.0, 100.0), (1.0, 60.0)], 0.0);
    let acceptance = banded(f[8], most, &[(0.1, 100.0), (0.3, 60.0), (0.5, 30.0)], 0.0);
    let recency = banded(f[4], most, &[(30.0, 100.0), (90.0, 75.0), (180.0, 50.0), (365.0, 25.0)], 0.0);
    let usage = banded(f[6], above, &[(9.0, 100.0), (6.0, 75.0), (3.0, 50.0), (0.0, 25.0)], 0.0);
    let promoters = banded(f[5], least, &[(60.0, 100.0), (30.0, 70.0), (0.0, 40.0)], 0.0);
    let referred = banded(f[7], least, &[(50_000.0, 100.0), (10_000.0, 60.0)], 30.0);
    let size = usize::from(f[0] >= n(1.0)) + usize::from(f[0] >= n(2.0));
    let w = |by_size: [i32; 3]| by_size[size];
    let advocacy = N::mean(&[
        (w([30, 40, 50]), references),
        (w([40, 30, 15]), reviews),
        (w([10, 20, 25]), cases),
        (w([20, 10, 10]), acceptance),
    ]);
    let engagement = N::mean(&[(w([40, 50, 60]), recency), (w([60, 50, 40]), usage)]);
    let impact = N::mean(&[(w([70, 50, 35]), promoters), (w([30, 50, 65]), referred)]);
    let overall = N::mean(&[(w([30, 40, 50]), advocacy), (w([50, 35, 20]), engagement), (w([20, 25, 30]), impact)]);
    let rules = [
        f[9] >= n(4.0) || f[10] >= n(6.0),
        f[5] < n(0.0) && overall >= n(50.0),
        f[5] >= n(50.0) && f[1] == n(0.0) && f[13] > n(180.0),
        f[14] >= n(0.0) && f[14] <= n(90.0) && overall < n(50.0),
        f[12] < n(-0.5) && f[11] >= n(2.0),
        f[15] == n(0.0) && f[6] >= n(3.0) && size != 0,
    ];
    (overall, rules.iter().enumerate().map(|(bit, holds)| u32::from(*holds) << bit).sum())
}
