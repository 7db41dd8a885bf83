//! Who answers for what, what it is for, and when it is looked at again.

pub mod benchmark_old;
pub mod deprecated_in_use;
pub mod leading_unpaired;
pub mod misspelt_team;
pub mod never_reviewed;
pub mod no_description;
pub mod no_outcome;
pub mod objective_unsupported;
pub mod pairs_with_itself;
pub mod personal_undeclared;
pub mod replaced_by_deprecated;
pub mod retain_missing;
pub mod review_overdue;
pub mod score_unused;
pub mod since_ahead;
pub mod solicited_worth_more;
pub mod target_decides_nothing;
pub mod unowned;
pub mod voice_alone;
pub mod without_objective;
pub mod without_voice;
