//! The engine for whole portfolios: what rows amount to is found for all accounts in one pass over each source, and only
//! then are the accounts looked at.
//!
//! ```text
//! Plan ──▶ pass over each source ──▶ SlotValues ──▶ account by account ──▶ Results
//! ```
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
//! | `slots` | values as numbers: what is handed from the passes over rows to the accounts |
//! | `values` | what the passes found, as values of slots at a date |
//! | `run` | all of it together over a loaded data set |
//! | `files` | the same from files, most rows of which are never held |

mod accounts;
mod files;
pub mod machine;
mod plan;
mod run;
mod scan;
pub mod slots;
mod values;

pub use accounts::{Seen, Stage};
pub use files::{Run, Turn, evaluate_files, replay_files};
pub use plan::{Plan, Slot};
pub use run::{Columns, Next, Replay};
pub use slots::{Cell, Faults, SlotId, SlotValues, Tag, Texts, What};
