//! How loud each lint is: the catalogue's default, unless `laud.toml` or the command line says otherwise.

use crate::diagnostics::{Code, Severity};
use std::collections::HashMap;

/// How loud a lint is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Not looked for.
    Off,
    /// For information.
    Info,
    /// Probably a mistake.
    Warning,
    /// Must not be deployed.
    Error,
}

impl Level {
    /// As written in `laud.toml`.
    pub const WORDS: [(&'static str, Level); 4] =
        [("off", Level::Off), ("info", Level::Info), ("warning", Level::Warning), ("error", Level::Error)];

    /// The level of this word.
    pub fn parse(word: &str) -> Option<Level> {
        Level::WORDS.iter().find(|(name, _)| *name == word).map(|(_, level)| *level)
    }

    /// As a severity; none if it is off.
    pub fn severity(self) -> Option<Severity> {
        match self {
            Level::Off => None,
            Level::Info => Some(Severity::Info),
            Level::Warning => Some(Severity::Warning),
            Level::Error => Some(Severity::Error),
        }
    }
}

impl From<Severity> for Level {
    fn from(severity: Severity) -> Level {
        match severity {
            Severity::Info => Level::Info,
            Severity::Warning => Level::Warning,
            Severity::Error => Level::Error,
        }
    }
}

/// The level of each lint, and the numbers that it goes by.
#[derive(Debug, Clone, Default)]
pub struct Levels {
    levels: HashMap<Code, Level>,
    options: HashMap<(Code, String), i64>,
}

impl Levels {
    /// The level of a lint.
    pub fn of(&self, code: Code) -> Level {
        self.levels.get(&code).copied().unwrap_or(code.severity().into())
    }

    /// The level that somebody set.
    pub fn set_for(&self, code: Code) -> Option<Level> {
        self.levels.get(&code).copied()
    }

    /// Sets the level of a lint.
    pub fn set(&mut self, code: Code, level: Level) {
        self.levels.insert(code, level);
    }

    /// Sets a number of a lint.
    pub fn set_option(&mut self, code: Code, name: &str, value: i64) {
        self.options.insert((code, name.to_string()), value);
    }

    /// A number of a lint.
    pub fn option(&self, code: Code, name: &str) -> Option<i64> {
        self.options.get(&(code, name.to_string())).copied().or_else(|| {
            let lint = code.lint()?;
            lint.options.iter().find(|(option, ..)| *option == name).map(|(_, default, _)| *default)
        })
    }
}
