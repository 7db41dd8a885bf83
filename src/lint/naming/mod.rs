//! Names and tidiness: what nothing uses, what is called almost the same, and what a reader stumbles over.

pub mod confusing_names;
pub mod confusing_values;
pub mod deep_condition;
pub mod hidden_character;
pub mod leftover_name;
pub mod long_declaration;
pub mod mixed_script;
pub mod negated_negative;
pub mod shared_title;
pub mod title_repeats_name;
pub mod unit_in_name;
pub mod unused_benchmark;
pub mod unused_define;
pub mod unused_metric;
pub mod unused_param;
pub mod unused_parameter;
pub mod unused_points;
