//! Results into text: tables for people, json, csv and Markdown for everything else.
//!
//! Pure functions from data to strings; [`crate::cli`] writes the strings. Rounding happens here and only here, and only
//! in what people read: json and csv carry every digit.

pub mod accounts;
pub mod load;
pub mod page;
pub mod paint;
pub mod table;
pub mod value;

use crate::calendar::Date;

/// What is printed with every result, so that it can be told from every other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// The project's name.
    pub project: String,
    /// The one as-of date.
    pub as_of: Date,
    /// The short hash of the program.
    pub program: String,
    /// The data profile or directory.
    pub data: String,
}

/// How a text for people is laid out.
#[derive(Debug, Clone, Copy)]
pub struct Layout {
    /// Columns to fit into.
    pub width: usize,
    /// Colours, or none.
    pub paint: paint::Paint,
}

/// The width that output is made for where there is no terminal to ask.
pub const WIDTH: usize = 100;

impl Default for Layout {
    fn default() -> Self {
        Layout { width: WIDTH, paint: paint::Paint::plain() }
    }
}

/// `1 row`, `2 rows`.
pub fn counted(count: impl Into<u64>, one: &str, many: &str) -> String {
    let count = count.into();
    format!("{} {}", value::grouped(count), if count == 1 { one } else { many })
}
