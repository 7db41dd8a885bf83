//! What is done about rules: programs in text, a table of accounts for each run, and what every run comes to. Dates and
//! numbers were worked by hand.

mod language;
mod machine;
mod staff;
pub mod store;
pub mod world;
