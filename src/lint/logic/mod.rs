//! Conditions that cannot be meant as they are written.

pub mod always_true;
pub mod choice_ladder;
pub mod clamp_inside_out;
pub mod compare_with_itself;
pub mod constant_condition;
pub mod constant_first;
pub mod constant_metric;
pub mod dead_branch;
pub mod double_negation;
pub mod duplicate_definition;
pub mod equal_both;
pub mod exact_equality;
pub mod impossible_condition;
pub mod missing_and_compared;
pub mod negated_comparison;
pub mod not_before_or;
pub mod not_equal_either;
pub mod not_equal_yes;
pub mod or_chain;
pub mod or_else_never;
pub mod redundant_clause;
pub mod redundant_parentheses;
pub mod repeated_threshold;
pub mod repeated_value;
pub mod same_branches;
pub mod zero_denominator;
