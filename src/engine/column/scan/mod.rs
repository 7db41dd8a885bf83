//! One pass over the rows of a source for all that is asked of them.
//!
//! | file | what |
//! |---|---|
//! | `nodes`, `lanes` | conditions as tests of lanes |
//! | `row` | expressions about one row |
//! | `family` | which rows count for what |
//! | `worker` | the pass over pieces: `take` for each row, `at_once` for rows that take little |
//! | `kept`, `tally` | what is kept of rows: `small` counts, `sums`, `extremes`, `pairs` of accounts and values |
//! | `order` | rows in the order of their accounts |
//! | `many` | the same for many as-of dates: `moves` of rows, the `kinds` of them, the `bests` of values |
//! | `spans` | days of periods of which one row counts, for many as-of dates |
//! | `listed` | lists of rows of which only some count, as such moves |
//! | `feeds` | one account of those through all dates |
//! | `finish` | from what was kept to cells |

mod at_once;
mod bests;
mod extremes;
pub(super) mod family;
pub(super) mod feeds;
pub(super) mod finish;
mod kept;
mod kinds;
mod lanes;
mod listed;
mod many;
mod moves;
mod nodes;
mod order;
mod pairs;
pub(super) mod row;
mod short;
mod small;
mod spans;
mod sums;
mod take;
pub(super) mod tally;
pub(super) mod worker;

pub(super) use family::{Basis, Family, Reading, Source};
