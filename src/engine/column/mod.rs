//! The engine for whole portfolios: what rows amount to is found for all accounts in one pass over each source, and only
//! then are the accounts looked at.
//!
//! ```text
//! Plan ──▶ pass over each source ──▶ SlotValues ──▶ account by account ──▶ Results
//! ```
//!
//! A plan may be for many as-of dates ([`replay_files`]): the passes are the same, and every row is looked at once. What a row
//! adds is kept with the run of dates for which it counts; then date after date gets the values of its slots, and its accounts
//! are looked at, so that of values and results one date is held at a time. Where only sums over all accounts are asked for
//! ([`Replay::summed`]) it is the other way round: accounts go through all dates, and of them that alone is computed again what
//! something has changed for; counts that no score, rule or segment reads are not made at all.
//!
//! What cannot be found while rows go by (see [`Plan`]) is computed by [`crate::engine::reference`] from loaded rows, with all
//! else given to it. Every program runs, and gives what the reference gives.
//!
//! | file | what |
//! |---|---|
//! | `plan` | what a run asks of rows |
//! | `scan` | the pass over the rows of a source |
//! | `machine` | the accounts: expressions, thresholds, scores and rules as a flat list of instructions |
//! | `accounts` | account by account, on all cores |
//! | `course` | all dates of some accounts together, where only sums are asked for |
//! | `slots` | values as numbers: what is handed from the passes over rows to the accounts |
//! | `values` | what the passes found, as values of slots at a date |
//! | `run` | all of it together over a loaded data set |
//! | `files` | the same from files, most rows of which are never held |

mod accounts;
mod course;
mod files;
pub mod machine;
mod plan;
mod run;
mod scan;
pub mod slots;
mod values;

pub use accounts::{Seen, Stage};
pub use course::{Graded, Sum, Totals};
pub use files::{Run, Turn, evaluate_files, replay_files};
pub use plan::{Plan, Slot};
pub use run::{Columns, Next, Replay};
pub use slots::{Cell, Faults, SlotId, SlotValues, Tag, Texts, What};
