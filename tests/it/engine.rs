//! The reference engine: worked numbers on hand-made programs and data.

mod build;
mod caps;
mod golden;
mod laws;
mod logic;
mod rows;
mod scores;
mod stories;
mod time;
mod together;
