//! Windows, dates and what is looked at when.

pub mod change_within_window;
pub mod change_without_history;
pub mod date_ahead;
pub mod dedupe_beyond_window;
pub mod described_period;
pub mod fixed_dates;
pub mod looks_the_wrong_way;
pub mod mixed_windows;
pub mod only_grows;
pub mod stale_before_window;
pub mod window_cuts_decay;
pub mod window_inside_out;
