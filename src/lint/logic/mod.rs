//! Conditions that cannot be meant as they are written.

pub mod always_true;
