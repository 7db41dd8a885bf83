//! Weights, and what limits a score.

pub mod coverage_unsaid;
pub mod dominant_line;
pub mod limit_shadowed;
pub mod limit_without_effect;
pub mod reason_against_weight;
pub mod tiny_weight;
pub mod too_many_lines;
pub mod unconditional_limit;
pub mod weight_without_reason;
