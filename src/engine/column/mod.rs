//! The engine for whole portfolios: what rows amount to is found for all accounts in one pass over each source, and only
//! then are the accounts looked at.
//!
//! | file | what |
//! |---|---|
//! | `machine` | the accounts: expressions, thresholds, scores and rules as a flat list of instructions |
//! | `slots` | values as numbers: what is handed from the passes over rows to the accounts |

pub mod machine;
pub mod slots;

pub use slots::{Cell, Faults, SlotId, SlotValues, Tag, Texts, What};
