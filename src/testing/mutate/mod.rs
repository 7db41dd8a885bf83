//! Mutation of rules: small changes of a program, each of which its tests should notice.
//!
//! ```text
//!  text ──sites──▶ mutants ──compile──▶ programs ──equal──▶ those that mean something else ──tests──▶ noticed or not
//! ```
//!
//! A mutant is an edit of the text, so that whoever reads of it sees the line. What does not check is left out, and so is
//! what is proved to mean the same. Of the rest, every one that no test notices is a gap in the tests, told with the account
//! that would tell it from the program, as far as that is known. Only what a test can see is mutated. What an expectation
//! has no words for is left as it is: who gets the work and until when, who approves, which accounts a pilot takes, which rule
//! goes first, and `higher is better`, which changes what is said and nothing that is computed.

mod acting;
mod equal;
mod expressions;
mod report;
mod sight;
mod sites;
mod text;

pub use equal::Tell;
pub use report::{human, json, markdown};
pub use text::Edit;

use super::{Setup, Unit, in_parallel, met, units};
use crate::Compilation;
use crate::ast::{File, Item, ItemKind};
use crate::check::Proven;
use crate::diagnostics::Severity;
use crate::program::Program;
use crate::span::Span;
use equal::{Compared, Side};
use sight::Sight;
use text::Texts;

/// What kind of change it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// `>` and `>=`, `<` and `<=`.
    Comparison,
    /// A bound one step up or down.
    Bound,
    /// A parameter one step up or down.
    Param,
    /// `and` and `or`.
    Joiner,
    /// A clause is dropped.
    Clause,
    /// A `not` is dropped.
    Not,
    /// A window or another duration is one longer.
    Window,
    /// The points of two rows are swapped.
    Points,
    /// Two rows change places.
    Order,
    /// A scale is turned round.
    Scale,
    /// The weights of two lines are swapped.
    Weights,
    /// What is missing counts otherwise.
    Missing,
    /// A cap, floor or setting one step up or down.
    Limit,
    /// A comparison, a window or a function is turned round: `>` and `<`, `last` and `next`, `min` and `max`.
    Direction,
    /// A cooldown is one longer, one shorter, or gone.
    Cooldown,
    /// What else says when a rule acts, and when it stops.
    Acting(Acting),
}

/// What of a rule's acting is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Acting {
    /// `when` and `while`.
    Trigger,
    /// `close when` is dropped.
    Close,
    /// `limit` is one more, one less, or dropped.
    Limit,
    /// `exclusive` is dropped.
    Exclusive,
    /// `fire on first run` is dropped.
    FirstRun,
    /// A step of the escalation, or the time of an approval, is one later.
    Escalation,
    /// A lock is one longer or shorter.
    Lock,
    /// A blackout begins a day later, or ends a day earlier.
    Blackout,
    /// A reason of a guard is dropped.
    Reason,
}

impl Kind {
    /// One word for it.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Comparison => "comparison",
            Kind::Bound => "bound",
            Kind::Param => "param",
            Kind::Joiner => "and-or",
            Kind::Clause => "clause",
            Kind::Not => "not",
            Kind::Window => "window",
            Kind::Points => "points",
            Kind::Order => "order",
            Kind::Scale => "scale",
            Kind::Weights => "weights",
            Kind::Missing => "missing",
            Kind::Limit => "limit",
            Kind::Direction => "direction",
            Kind::Cooldown => "cooldown",
            Kind::Acting(_) => "acting",
        }
    }

    /// What would notice such a change in a declaration, where no proof says more.
    fn hint(self, owner: &str) -> String {
        match self {
            Kind::Comparison | Kind::Bound => format!("an account that lies exactly at this bound of `{owner}`"),
            Kind::Param => format!("a value that depends on `{owner}`, to its last digit"),
            Kind::Joiner => format!("an account for which one of the clauses of `{owner}` holds and another does not"),
            Kind::Clause => {
                format!("an account of `{owner}` for which this clause alone does not hold, or alone holds")
            }
            Kind::Not => format!("an account for which this part of `{owner}` holds"),
            Kind::Window => format!("something dated right behind the end of this window of `{owner}`"),
            Kind::Points => format!("the points of `{owner}` in one of these rows"),
            Kind::Order => format!("an account of `{owner}` that both rows would take"),
            Kind::Scale => format!("the points of `{owner}` at one end of the scale"),
            Kind::Weights => format!("a score `{owner}` in which these two lines have different points"),
            Kind::Missing => format!("a score `{owner}` of which a part is missing"),
            Kind::Limit => format!("a score `{owner}` to which this applies"),
            Kind::Direction => format!("an account of `{owner}` for which the one holds and the other does not"),
            Kind::Cooldown => {
                format!(
                    "a test with a `run` in which `{owner}` is true again on the last day of its cooldown, and on the day after"
                )
            }
            Kind::Acting(what) => what.hint(owner),
        }
    }
}

impl Acting {
    fn hint(self, owner: &str) -> String {
        match self {
            Acting::Trigger => {
                format!("a test with a `run` in which `{owner}` stays true for longer than its cooldown")
            }
            Acting::Close => format!("a test with a `run` that expects when `{owner}` closed, or fires again"),
            Acting::Limit => {
                format!("a test with a `run` in which more accounts want `{owner}` than its limit lets through")
            }
            Acting::Exclusive => {
                format!("a test with a `run` in which another rule of its group acts when `{owner}` would")
            }
            Acting::FirstRun => format!("a test with a `run` in which `{owner}` is true on the first day"),
            Acting::Escalation => format!("a test with a `run` on the day on which `{owner}` escalates"),
            Acting::Lock => {
                format!(
                    "a test with a `run` in which another rule acts, and one that `{owner}` holds wants to on the last day of the lock"
                )
            }
            Acting::Blackout => format!("a test as of this day that expects a rule to be suppressed by `{owner}`"),
            Acting::Reason => format!("a test in which this reason of `{owner}` alone holds a rule back"),
        }
    }
}

/// A change of the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mutant {
    /// What kind.
    pub kind: Kind,
    /// The declaration that is changed.
    pub owner: String,
    /// What is changed, in words.
    pub told: String,
    /// The change.
    pub edit: Edit,
}

/// A mutant that no test notices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Survivor {
    /// The change.
    pub mutant: Mutant,
    /// Where: `rules.laud:12:8`.
    pub place: String,
    /// The lines of the text as they are.
    pub before: String,
    /// As the mutant has them.
    pub after: String,
    /// Some test reads the declaration.
    pub seen: bool,
    /// What would tell it from the program.
    pub tell: Tell,
}

/// Which mutants are tried.
pub struct Plan<'a> {
    /// The program and all that its tests need.
    pub setup: &'a Setup<'a>,
    /// The rule files as written.
    pub files: &'a [File],
    /// What was proved of the program.
    pub proven: &'a Proven,
    /// Only those of declarations with this in their names, in any case of its letters.
    pub filter: Option<&'a str>,
    /// Only those at such places.
    pub keep: &'a (dyn Fn(Span) -> bool + Sync),
    /// No more than this, taken evenly.
    pub most: Option<usize>,
    /// How many at a time.
    pub threads: usize,
}

/// What became of all mutants.
#[derive(Debug, Default)]
pub struct Report {
    /// Tests that fail without any change: nothing was tried.
    pub failing: Vec<String>,
    /// There is no test.
    pub untested: bool,
    /// Mutants that there are.
    pub possible: usize,
    /// Mutants that were tried.
    pub tried: usize,
    /// Those that a test noticed.
    pub killed: usize,
    /// Those that no test noticed, in the order of the text.
    pub survivors: Vec<Survivor>,
    /// Those that do not check.
    pub broken: usize,
    /// Those that are proved to mean the same.
    pub same: usize,
}

impl Report {
    /// How many in a hundred were noticed, rounded down; nothing if there was nothing to notice.
    pub fn score(&self) -> Option<usize> {
        (self.killed * 100).checked_div(self.killed + self.survivors.len())
    }
}

/// What became of a mutant.
enum Fate {
    Broken,
    Same,
    Killed,
    Survives(Box<Survivor>),
}

/// Tries mutants.
pub fn run(plan: &Plan) -> Report {
    let setup = plan.setup;
    let all = units(setup.program);
    let mut report = Report { untested: all.is_empty(), ..Report::default() };
    let sound = in_parallel(&all, plan.threads, |unit| met::passes(setup, *unit));
    let counts = |unit: &Unit| unit.test.todo.is_none();
    report.failing = all.iter().zip(&sound).filter(|(u, ok)| counts(u) && !**ok).map(|(u, _)| u.name()).collect();
    if report.untested || !report.failing.is_empty() {
        return report;
    }
    let filter = plan.filter.map(str::to_lowercase);
    let wanted = |mutant: &Mutant| {
        filter.as_ref().is_none_or(|text| mutant.owner.to_lowercase().contains(text)) && (plan.keep)(mutant.edit.span)
    };
    let mutants: Vec<Mutant> = sites::mutants(plan.files, setup.rules).into_iter().filter(wanted).collect();
    let chosen = evenly(&mutants, plan.most);
    let trial = Trial { plan, sight: Sight::new(plan.files, setup.rules), units: &all };
    let fates = in_parallel(&chosen, plan.threads, |mutant| trial.fate(mutant));
    (report.possible, report.tried) = (mutants.len(), chosen.len());
    for fate in fates {
        match fate {
            Fate::Broken => report.broken += 1,
            Fate::Same => report.same += 1,
            Fate::Killed => report.killed += 1,
            Fate::Survives(survivor) => report.survivors.push(*survivor),
        }
    }
    report
}

/// No more than `most` of a list, at even distances.
fn evenly<T>(list: &[T], most: Option<usize>) -> Vec<&T> {
    match most.filter(|most| *most < list.len()) {
        None => list.iter().collect(),
        Some(most) => (0..most).filter_map(|i| list.get(i * list.len() / most)).collect(),
    }
}

struct Trial<'a> {
    plan: &'a Plan<'a>,
    sight: Sight,
    units: &'a [Unit<'a>],
}

impl Trial<'_> {
    /// True if nothing is wrong with the rules, and a test asks for what they no longer say: it notices.
    fn tests_alone(&self, compiled: &Compilation) -> bool {
        let own = |item: &&Item| matches!(&item.kind, ItemKind::Test(test) if test.todo.is_none());
        let tests: Vec<Span> = compiled.files.iter().flat_map(|file| &file.items).filter(own).map(|i| i.span).collect();
        let inside = |span: Span| {
            tests.iter().any(|test| test.source == span.source && test.start <= span.start && span.end <= test.end)
        };
        let mut errors = compiled.diagnostics.iter().filter(|found| found.severity == Severity::Error);
        errors.all(|found| inside(found.span()))
    }

    /// A test that sees another cooldown.
    fn resting(&self, mutant: &Mutant, changed: &Program) -> Option<String> {
        let rule = |program: &Program| {
            let mut all = program.rules.iter().chain(&program.row_rules).chain(&program.portfolio_rules);
            all.find(|rule| rule.header.name == mutant.owner).cloned()
        };
        (mutant.kind == Kind::Cooldown).then(|| acting::rests(&rule(self.plan.setup.program)?, &rule(changed)?))?
    }

    fn fate(&self, mutant: &Mutant) -> Fate {
        let setup = self.plan.setup;
        let texts = Texts(setup.rules);
        let Some(sources) = texts.edited(&mutant.edit) else { return Fate::Broken };
        let compiled = Compilation::new(&sources, setup.settings);
        let Some(program) = &compiled.program else {
            return if self.tests_alone(&compiled) { Fate::Killed } else { Fate::Broken };
        };
        let before = Side::new(setup.program, self.plan.proven);
        let tell = match equal::compare(before, Side::new(program, &compiled.proven)) {
            Compared::Same => return Fate::Same,
            Compared::Differ(tell) => tell,
        };
        let changed = Setup { program, sources: &sources, rules: &sources, coverage: false, ..*setup };
        let theirs = units(program);
        let seeing = self.sight.of(&mutant.owner, self.units);
        // A test that may fail notices nothing.
        let judged = seeing.iter().filter_map(|i| theirs.get(*i)).filter(|unit| unit.test.todo.is_none());
        let noticed = judged.copied().any(|unit| !met::passes(&changed, unit));
        if noticed {
            return Fate::Killed;
        }
        let (before, after) = texts.lines(&mutant.edit);
        Fate::Survives(Box::new(Survivor {
            place: setup.rules.position(mutant.edit.span),
            before,
            after,
            seen: self.sight.sees(&mutant.owner),
            tell: tell
                .unwrap_or_else(|| Tell { what: mutant.kind.hint(&mutant.owner), case: self.resting(mutant, program) }),
            mutant: mutant.clone(),
        }))
    }
}
