//! Groups of customers: who is in none of them, who is in two of the same, and what differs for them.

pub mod boundary;
pub mod in_neither;
pub mod optional_partition;
pub mod override_repeated;
pub mod override_same;
pub mod part_never_taken;
pub mod same_segment;
pub mod segment_written_out;
pub mod single_part;
pub mod unused_segment;
