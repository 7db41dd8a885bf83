//! Bands, scales and their points.

pub mod against_direction;
pub mod described_amount;
pub mod described_otherwise;
pub mod fraction_of_whole;
pub mod points_beyond;
pub mod same_points;
pub mod scale_turns;
pub mod sliver;
pub mod table_without_points;
pub mod top_out_of_reach;
