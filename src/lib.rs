//! laud: a rules engine and scorecard language for customer-success operations.
//!
//! ```text
//!  .laud text ──syntax──▶ ast ──resolve──▶ names, order ──check──▶ types, units, proofs ──▶ program
//!                                                                                             │
//!                                                                                             ▼
//!  laud.toml, files ──data──▶ typed columns or rows going by, every rejected row counted ─▶ engine
//!                                                                                             │
//!                                                                                             ▼
//!                            ledger ◀──interventions──▶ plan, actions ◀───────────────────  results
//!                                                            │                                │
//!                                                            ▼                                ▼
//!                                                        report (tables, json, csv, md) ◀── explain (why)
//! ```
//!
//! One function per arrow, in the folder of the same name. Beside them [`library`] holds `std`, the definitions that come with laud;
//! [`format`](mod@format) lays out text without changing what it says; [`lint`] looks at a program that checked as a careful reviewer would;
//! [`testing`] runs the tests of a program, measures what they see, and changes the rules to see whether they notice; [`outline`] knows all
//! names with what they read, and [`inspect`] prints them as data; [`repl`] and [`watch`] stay with a program while it changes.
//! Other programs score single records with [`scoring`]: compile once, then a quarter of a microsecond and no allocation for each.
//! `threads` does the same work on several cores, for whoever has enough of it.
//! [`interventions`] decides what is done about rules that hold, given what was done before; [`ledger`] keeps that between runs.
//! Every stage before `engine` pushes what it finds into one list of [`diagnostics`]; nothing but [`cli`] reads the
//! terminal or the clock, and nothing but `cli`, `data` and `ledger` the disk.

pub mod association;
pub mod ast;
pub mod binomial;
pub mod builtins;
pub mod calendar;
pub mod check;
pub mod cli;
pub mod data;
pub mod diagnostics;
pub mod engine;
pub mod explain;
pub mod format;
pub mod inspect;
pub mod interventions;
pub mod irrational;
pub mod ledger;
pub mod library;
pub mod lint;
pub mod number;
pub mod outline;
pub mod pilot;
pub mod program;
pub mod repl;
pub mod report;
pub mod resolve;
pub mod scoring;
pub mod similar;
pub mod source;
pub mod span;
pub mod statistics;
pub mod syntax;
pub mod testing;
mod threads;
pub mod value;
pub mod watch;

use diagnostics::Diagnostics;
use program::Program;
use source::{Source, Sources};
use span::Span;

/// What a compilation is told besides the sources.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Parameters set otherwise for this run, as written: `("champion_calls", "5")`.
    pub set: Vec<(String, String)>,
}

/// Compiles all sources as one program.
///
/// The program is given only if no error was found; warnings come with it. All mistakes of all sources are reported in
/// one run: a declaration with a syntax error is left out and the others go on to be checked.
pub fn compile(sources: &Sources, settings: &Settings) -> (Option<Program>, Diagnostics) {
    let compilation = Compilation::new(sources, settings);
    (compilation.program, compilation.diagnostics)
}

/// All that is known after compiling: what those need who look at the text again, such as [`lint`].
#[derive(Debug, Default)]
pub struct Compilation {
    /// The files as they were written, in the order of their sources.
    pub files: Vec<ast::File>,
    /// The program, if no error was found.
    pub program: Option<Program>,
    /// What was proved of it.
    pub proven: check::Proven,
    /// Everything that was found.
    pub diagnostics: Diagnostics,
}

impl Compilation {
    /// Compiles all sources as one program.
    pub fn new(sources: &Sources, settings: &Settings) -> Compilation {
        let mut diagnostics = Diagnostics::new();
        let files: Vec<ast::File> = sources
            .iter()
            .map(|(id, source)| ast::File { package: source.package.clone(), ..parsed(id, source, &mut diagnostics) })
            .collect();
        let checked = check::check(&files, settings, &mut diagnostics);
        if let Some((program, proven)) = &checked {
            check::amend::amend(&mut diagnostics, sources, (program, proven));
        }
        diagnostics.join_repeats(|span| sources.get(span.source).map_or(0, |source| source.line_of(span.start)));
        let (program, proven) =
            checked.map_or((None, check::Proven::default()), |(program, proven)| (Some(program), proven));
        Compilation { files, program: program.filter(|_| !diagnostics.has_errors()), proven, diagnostics }
    }
}

/// Parses a source. What is wrong with the file itself comes first; mistakes that only come of unreadable bytes are not told.
fn parsed(id: u16, source: &Source, diagnostics: &mut Diagnostics) -> ast::File {
    let Some(damage) = &source.damage else { return syntax::parse(id, source, diagnostics) };
    // What is said elsewhere is not said again.
    if !damage.message.is_empty() {
        diagnostics.push(damage.finding(id));
    }
    if damage.whole {
        return ast::File { unread: true, ..ast::File::default() };
    }
    let mut found = Diagnostics::new();
    let file = syntax::parse(id, source, &mut found);
    let text = |span: Span| source.text.get(span.start as usize..span.end as usize).unwrap_or("");
    found.iter().filter(|d| !text(d.span()).contains(source::REPLACEMENT)).for_each(|d| diagnostics.push(d.clone()));
    file
}
