//! Results into text: tables for people, json, csv and Markdown for everything else.
//!
//! Pure functions from data to strings; [`crate::cli`] writes the strings. Rounding happens here and only here, and only
//! in what people read: json and csv carry every digit.

pub mod accounts;
pub mod diff;
mod digits;
pub mod ledger;
pub mod load;
pub mod page;
pub mod paint;
pub mod pen;
pub mod plan;
pub mod replay;
pub mod simulate;
pub mod table;
pub mod value;

use crate::calendar::Date;

/// What is printed with every result, so that it can be told from every other.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stamp {
    /// The project's name.
    pub project: String,
    /// The one as-of date.
    pub as_of: Date,
    /// The short hash of the program.
    pub program: String,
    /// The data profile or directory.
    pub data: String,
    /// Parameters that this run sets otherwise.
    pub settings: Vec<Setting>,
    /// What there is to say about benchmarks whose figures are old at the as-of date.
    pub old_benchmarks: Vec<String>,
    /// Columns without history do not follow the as-of date, and somebody asked for another date than usual: the name
    /// of their table.
    pub timeless: Option<String>,
}

/// A parameter that a run sets otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The parameter.
    pub name: String,
    /// Its value in this run, as it would be written.
    pub value: String,
    /// Its value as declared.
    pub declared: Option<String>,
}

impl Stamp {
    /// `champion_calls = 4, declared 3`, and what else has to be said of the run as a whole.
    pub fn remarks(&self) -> Vec<String> {
        let mut out: Vec<String> = self.settings.iter().map(|s| format!("set {}", s.words())).collect();
        out.extend(self.timeless.as_ref().map(|table| {
            format!("columns of `{table}` are as in the file, whatever the date; only rows with a date follow it")
        }));
        out.extend(self.old_benchmarks.iter().cloned());
        out
    }

    /// The settings for json.
    pub fn settings_json(&self) -> serde_json::Value {
        let one = |s: &Setting| serde_json::json!({ "name": s.name, "value": s.value, "declared": s.declared });
        serde_json::Value::Array(self.settings.iter().map(one).collect())
    }
}

impl Setting {
    /// `champion_calls = 4, declared 3`
    pub fn words(&self) -> String {
        let declared = self.declared.as_ref().map_or(String::new(), |d| format!(", declared {d}"));
        format!("{} = {}{declared}", self.name, self.value)
    }
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
