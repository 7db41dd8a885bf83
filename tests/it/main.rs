//! All suites are modules of one test binary: one link step instead of many.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod calendar;
mod engine;
mod number;
