//! Missing data, and what it is taken for.

pub mod few_answers;
pub mod key_is_missing;
pub mod low_coverage;
pub mod missing_counts_as_best;
pub mod neutral_beyond;
pub mod never_asked_is_zero;
pub mod no_expiry;
pub mod placeholder_text;
pub mod unknown_is_known;
pub mod unknown_otherwise;
pub mod unknown_passes;
