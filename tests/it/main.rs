//! The tests. Each kind of case has a small harness here that runs every file of its folder and reports all failures.
//!
//! `LAUD_BLESS=1 cargo test` rewrites recorded output (transcripts and findings) with what laud now says; read the
//! difference before you commit it. All suites are modules of one test binary: one link step instead of many.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod benchmarks;
mod calendar;
mod catalogue;
mod checklist;
mod cli;
mod columns;
mod data;
mod documents;
mod engine;
mod eval;
mod expectations;
mod format;
mod formats;
mod functions;
mod fuzz;
mod inspect;
mod interventions;
mod irrational;
mod large;
mod ledger;
mod library;
mod lints;
mod lints_data;
mod machine;
mod mistakes;
mod mutate;
mod number;
mod oracle;
mod pages;
#[cfg(unix)]
mod pty;
mod readme;
mod render;
mod replay;
mod report;
mod sarif;
mod scoring;
mod session;
mod shared;
mod simulate;
mod speed;
mod sums;
mod support;
mod syntax;
mod test_runs;
mod testing;
mod transcript;
mod ui;
mod watch;
mod why;
