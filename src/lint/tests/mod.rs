//! What tests say, and what they leave out.

pub mod bystander;
pub mod contradictory_expectations;
pub mod copied_test;
pub mod expectation_cannot_fail;
pub mod expected_out_of_reach;
pub mod repeated_expectation;
pub mod row_after_as_of;
pub mod unread_rows;
pub mod unread_run;
pub mod untested_bound;
pub mod untested_rule;
pub mod untested_score;
