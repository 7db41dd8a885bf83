//! The tests. Each kind of case has a small harness here that runs every file of its folder and reports all failures.
//!
//! `LAUD_BLESS=1 cargo test` rewrites recorded output (transcripts and snapshots) with what laud now says; read the difference before you commit it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod catalogue;
mod cli;
mod documents;

mod expectations;
mod pages;
mod readme;
mod render;
mod shared;
mod support;
mod transcript;
mod ui;
