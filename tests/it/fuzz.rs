//! Projects changed at random go through everything laud does; nothing may panic, hang, or break a law.
//!
//! The seeds are all programs and data of the repository. A case is a seed changed by `fuzz/mutate.rs` (its rules, its
//! project file, its data, or all of it) and taken through `fuzz/run.rs`: compile, draw the findings, lint and mend, bind and load the
//! data, score, explain, score the rows in another order. `fuzz/laws.rs` says what has to hold.
//!
//! As a test it runs the cases of `tests/fuzz` and then a few hundred random ones, always the same. To look for more:
//!
//! ```text
//! LAUD_FUZZ_SECONDS=600 LAUD_FUZZ_SEED=7 cargo test --test it fuzz -- --nocapture    # for so long, from this seed
//! LAUD_FUZZ_BYTES=10000000 cargo test --test it fuzz -- --nocapture                  # until so many bytes of rules went through
//! LAUD_FUZZ_CASE=1234567890 cargo test --test it fuzz -- --nocapture                 # one case again
//! ```
//!
//! (With `CARGO_PROFILE_TEST_OPT_LEVEL=2 CARGO_TARGET_DIR=target/fuzzing` it is many times as fast.) A case that fails is
//! written to `target/fuzz/<case>/` as a project that `laud` can be run on, and cut down in `target/fuzz/<case>-small/`.
//! `target/fuzz/running` holds the case that is being run, for the day it takes the whole process with it. To keep a
//! case, move its folder to `tests/fuzz/` under a telling name; keep those small.

mod grow;
mod laws;
pub mod mend;
mod mutate;
mod project;
pub mod rng;
mod rows;
mod run;
mod shrink;

use crate::support::root;
use laud::source::Sources;
use project::Project;
use rng::Rng;
use run::Reached;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, Once};
use std::time::{Duration, Instant};

/// Random cases of an ordinary test run.
const CASES: u64 = 250;
/// A case that takes longer hangs: time on a core, for others may be busy on the machine.
const SLOWEST: Duration = Duration::from_secs(120);
/// The stack that a program has on most systems.
const STACK: usize = 8 * 1024 * 1024;

#[test]
fn nothing_breaks_it() {
    let number = |name: &str| std::env::var(name).ok().map(|v| v.parse::<u64>().expect("a number"));
    let plan = Plan {
        seed: number("LAUD_FUZZ_SEED").unwrap_or(1),
        seconds: number("LAUD_FUZZ_SECONDS"),
        bytes: number("LAUD_FUZZ_BYTES"),
        only: number("LAUD_FUZZ_CASE"),
    };
    let watch = Arc::new(Mutex::new(Watch::default()));
    let own = Arc::clone(&watch);
    let work = move || Fuzzer::new(plan, own).work();
    let worker = std::thread::Builder::new().name(THREAD.to_string()).stack_size(STACK).spawn(work).unwrap();
    while !worker.is_finished() {
        std::thread::sleep(Duration::from_millis(20));
        let Some((what, since)) = watch.lock().unwrap().now.clone() else { continue };
        assert!(since.elapsed() < SLOWEST, "case {what} takes longer than {SLOWEST:?}: LAUD_FUZZ_CASE={what}");
    }
    let failures = worker.join().expect("the harness itself failed");
    assert!(failures.is_empty(), "\n{}\n", failures.join("\n\n"));
}

/// What is asked for: the run ends at the first of its limits, and without one after `CASES`.
#[derive(Clone, Copy)]
struct Plan {
    seed: u64,
    seconds: Option<u64>,
    bytes: Option<u64>,
    only: Option<u64>,
}

impl Plan {
    /// True for a run that somebody waits for, not one of many tests.
    fn looks_for_more(&self) -> bool {
        self.seconds.is_some() || self.bytes.is_some()
    }
}

/// What is being run, for the one who looks at the clock.
#[derive(Default)]
struct Watch {
    now: Option<(String, Clock)>,
}

/// How long a thread has had a core since then; where the system does not tell, the time that has passed.
#[derive(Clone)]
struct Clock {
    start: Instant,
    before: Option<Duration>,
    thread: Option<PathBuf>,
}

impl Clock {
    /// Of the thread that asks.
    fn start() -> Clock {
        let thread = std::fs::read_link("/proc/thread-self").ok().map(|thread| Path::new("/proc").join(thread));
        let before = thread.as_deref().and_then(Clock::on_core);
        Clock { start: Instant::now(), before, thread }
    }

    fn elapsed(&self) -> Duration {
        let now = self.thread.as_deref().and_then(Clock::on_core);
        self.before.zip(now).map_or_else(|| self.start.elapsed(), |(before, now)| now.saturating_sub(before))
    }

    fn on_core(thread: &Path) -> Option<Duration> {
        let told = std::fs::read_to_string(thread.join("schedstat")).ok()?;
        Some(Duration::from_nanos(told.split_whitespace().next()?.parse().ok()?))
    }
}

struct Fuzzer {
    plan: Plan,
    watch: Arc<Mutex<Watch>>,
    seeds: Vec<Project>,
    place: tempfile::TempDir,
    out: PathBuf,
    /// By the first line of what went wrong, so that each is told once.
    failures: BTreeMap<String, String>,
    slow: Vec<(Duration, String)>,
    tally: Tally,
}

#[derive(Debug, Default)]
struct Tally {
    cases: u64,
    /// Of rule files.
    bytes: u64,
    compiled: u64,
    loaded: u64,
    accounts: u64,
    expressions: u64,
    failed: u64,
}

impl Fuzzer {
    fn new(plan: Plan, watch: Arc<Mutex<Watch>>) -> Fuzzer {
        listen();
        Fuzzer {
            plan,
            watch,
            seeds: project::seeds(),
            place: tempfile::tempdir().unwrap(),
            out: root().join("target/fuzz"),
            failures: BTreeMap::new(),
            slow: Vec::new(),
            tally: Tally::default(),
        }
    }

    fn work(mut self) -> Vec<String> {
        if let Some(case) = self.plan.only {
            let project = self.make(case);
            project.save(&self.out.join(case.to_string()));
            self.case(&case.to_string(), &project);
            println!("case {case}: {:?}", self.tally);
            return self.failures.into_values().collect();
        }
        for (name, project) in project::corpus() {
            self.case(&name, &project);
        }
        let begin = Instant::now();
        let mut told = begin;
        let mut cases = Rng::new(self.plan.seed);
        for done in 0.. {
            let late = self.plan.seconds.is_some_and(|seconds| begin.elapsed().as_secs() >= seconds);
            let full = self.plan.bytes.is_some_and(|bytes| self.tally.bytes >= bytes);
            if late || full || !self.plan.looks_for_more() && done == CASES {
                break;
            }
            let case = cases.next();
            if self.plan.looks_for_more() {
                std::fs::create_dir_all(&self.out).unwrap();
                std::fs::write(self.out.join("running"), case.to_string()).unwrap();
            }
            self.start(&case.to_string());
            let project = self.make(case);
            self.case(&case.to_string(), &project);
            if told.elapsed().as_secs() >= 60 {
                told = Instant::now();
                println!("{:?} after {} s", self.tally, begin.elapsed().as_secs());
            }
        }
        println!("seed {}: {:?} in {:?}", self.plan.seed, self.tally, begin.elapsed());
        self.slow.sort();
        for (time, case) in self.slow.iter().rev().take(5).filter(|_| self.plan.looks_for_more()) {
            println!("slow: {time:?} case {case}");
        }
        self.failures.into_values().collect()
    }

    fn start(&self, case: &str) {
        self.watch.lock().unwrap().now = Some((case.to_string(), Clock::start()));
    }

    fn case(&mut self, name: &str, project: &Project) {
        self.start(name);
        let begin = Clock::start();
        let outcome = attempt(project, self.place.path());
        let time = begin.elapsed();
        self.watch.lock().unwrap().now = None;
        self.slow.push((time, name.to_string()));
        if self.slow.len() > 1000 {
            self.slow.sort();
            self.slow.drain(..990);
        }
        self.tally.cases += 1;
        self.tally.bytes += project.sources.iter().map(|(_, text)| text.len() as u64).sum::<u64>();
        let message = match outcome {
            Ok(reached) => {
                self.tally.compiled += u64::from(reached.compiled);
                self.tally.loaded += u64::from(reached.loaded);
                self.tally.accounts += reached.accounts as u64;
                self.tally.expressions += reached.expressions as u64;
                return;
            }
            Err(message) => message,
        };
        self.tally.failed += 1;
        let kind = kind(&message);
        if self.failures.contains_key(&kind) {
            return;
        }
        let folder = self.out.join(name);
        project.save(&folder);
        let small = self.out.join(format!("{name}-small"));
        let (watch, place) = (Arc::clone(&self.watch), self.place.path().to_path_buf());
        let shrunk = shrink::shrink(project, &mut |smaller| {
            watch.lock().unwrap().now = Some((name.to_string(), Clock::start()));
            attempt(smaller, &place).err().is_some_and(|m| self::kind(&m) == kind)
        });
        self.watch.lock().unwrap().now = None;
        shrunk.save(&small);
        let text = format!("=== LAUD_FUZZ_CASE={name}, {} and {}\n{message}", folder.display(), small.display());
        println!("{text}");
        self.failures.insert(kind, text);
    }

    /// The project of a case.
    fn make(&self, case: u64) -> Project {
        let mut rng = Rng::new(case);
        let rng = &mut rng;
        let mut project = self.seeds[rng.below(self.seeds.len())].clone();
        let other = |rng: &mut Rng| {
            let seed = &self.seeds[rng.below(self.seeds.len())];
            seed.sources[rng.below(seed.sources.len())].1.clone()
        };
        let about_data = !project.files.is_empty() && rng.chance(40);
        // At times the rules stay as they are, and only grow.
        if !about_data && rng.chance(75) || rng.chance(5) {
            let at = rng.below(project.sources.len());
            let from = other(rng);
            project.sources[at].1 = mutate::text(rng, &project.sources[at].1, &from);
        }
        if project.config.is_some() && rng.chance(if about_data { 30 } else { 5 }) {
            let from = self.seeds[rng.below(self.seeds.len())].config.clone().unwrap_or_default();
            project.config = project.config.map(|text| mutate::text(rng, &text, &from));
        }
        if about_data {
            let at = rng.below(project.files.len());
            let (name, bytes) = &project.files[at];
            project.files[at].1 = mutate::bytes(rng, bytes, !project::packed(name));
            if rng.chance(5) {
                let packed = gzip(&project.files[at].1);
                project.files[at].1 = if rng.chance(50) { packed } else { mutate::bytes(rng, &packed, false) };
            }
        }
        if rng.chance(20) {
            for _ in 0..1 + rng.below(3) {
                let from = if rng.chance(70) { project.sources[0].1.clone() } else { other(rng) };
                let mut text = mutate::expression(rng, &from);
                if rng.chance(50) {
                    text = mutate::text(rng, &text, &from);
                }
                project.expressions.push(text);
            }
        }
        if rng.chance(5) {
            let params: Vec<&str> = project.sources.iter().flat_map(|(_, text)| text.lines()).collect();
            let params: Vec<&str> = params.iter().filter_map(|l| l.strip_prefix("param ")?.split(' ').next()).collect();
            if !params.is_empty() {
                project.set.push((params[rng.below(params.len())].to_string(), mutate::setting(rng)));
            }
        }
        // Where a program compiles, it can be grown, and be given data.
        let growing = rng.chance(50);
        if growing || project.files.is_empty() || rng.chance(10) {
            let mut sources = Sources::new();
            for (name, text) in &project.sources {
                sources.add(name.clone(), text.as_str());
            }
            let compiled = catch_unwind(AssertUnwindSafe(|| laud::compile(&sources, &laud::Settings::default()).0));
            if let Ok(Some(program)) = compiled {
                if growing {
                    project.expressions.extend((0..1 + rng.below(6)).map(|_| grow::expression(rng, &program)));
                    if rng.chance(50) {
                        project.sources[0].1 += &grow::declarations(rng, &program);
                    }
                }
                if project.files.is_empty() || rng.chance(15) {
                    project.config = None;
                    project.files = rows::made_up(rng, &program);
                    if rng.chance(10) && !project.files.is_empty() {
                        let at = rng.below(project.files.len());
                        project.files[at].1 = mutate::bytes(rng, &project.files[at].1, true);
                    }
                }
            }
        }
        project
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

/// What went wrong, without what differs from case to case.
fn kind(message: &str) -> String {
    let first = message.lines().next().unwrap_or("");
    let end = first.find(['{', '[', '"', '`']).unwrap_or(first.len()).max(20).min(first.len());
    first.get(..end).unwrap_or(first).chars().filter(|c| message.starts_with("panic") || !c.is_ascii_digit()).collect()
}

// ---------- panics ----------

const THREAD: &str = "fuzz";

thread_local! {
    static PANICS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Panics of the fuzzer's thread are noted, not printed; all others stay as they are.
fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if std::thread::current().name() != Some(THREAD) {
                return usual(info);
            }
            let text = info
                .payload()
                .downcast_ref::<&str>()
                .copied()
                .or_else(|| info.payload().downcast_ref::<String>().map(String::as_str))
                .unwrap_or("?");
            let place = info.location().map_or(String::new(), ToString::to_string);
            let mut note = format!("panic at {place}: {text}");
            if std::env::var_os("LAUD_FUZZ_CASE").is_some() {
                note += &format!("\n{}", std::backtrace::Backtrace::force_capture());
            }
            PANICS.with_borrow_mut(|list| list.push(note));
        }));
    });
}

/// Runs a case; a panic is a failure like any other.
fn attempt(project: &Project, place: &Path) -> Result<Reached, String> {
    PANICS.with_borrow_mut(Vec::clear);
    for entry in std::fs::read_dir(place).unwrap() {
        let path = entry.unwrap().path();
        let _ = if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
    }
    match catch_unwind(AssertUnwindSafe(|| run::run(project, place))) {
        Ok(outcome) => outcome,
        Err(_) => Err(PANICS.with_borrow_mut(|list| list.pop()).unwrap_or_else(|| "panic".to_string())),
    }
}
