//! Which lints are looked for: `--only`.

use crate::cli::stop::Stop;
use crate::diagnostics::{Code, Diagnostic, Severity, did_you_mean};
use crate::lint::{Level, Levels, categories};
use std::collections::HashSet;

/// What was asked for; everything, if nothing was.
#[derive(Debug, Default)]
pub struct Selection {
    /// Findings that were named.
    named: HashSet<Code>,
    /// Findings of groups that were named.
    grouped: HashSet<Code>,
}

impl Selection {
    /// Reads names of findings and groups.
    pub fn new(words: &[String]) -> Result<Selection, Stop> {
        let mut selection = Selection::default();
        for word in words.iter().map(|word| word.trim()).filter(|word| !word.is_empty()) {
            if categories().contains(&word) {
                selection.grouped.extend(Code::ALL.iter().filter(|code| code.category() == Some(word)));
            } else if let Some(code) = Code::find(word) {
                selection.named.insert(code);
            } else {
                let known = Code::ALL.iter().map(|code| code.name()).chain(categories());
                let help = did_you_mean(word, known).unwrap_or_else(|| {
                    format!("`laud explain` lists them all; categories are {}", categories().join(", "))
                });
                return Err(Stop::usage(format!("there is no lint or category `{word}`")).help(help));
            }
        }
        Ok(selection)
    }

    /// True if everything is looked for.
    pub fn everything(&self) -> bool {
        self.named.is_empty() && self.grouped.is_empty()
    }

    /// The levels with everything else off. What is named is looked for even if the project has it off.
    pub fn of(&self, mut levels: Levels) -> Levels {
        if self.everything() {
            return levels;
        }
        for code in Code::ALL.iter().copied().filter(|code| code.lint().is_some()) {
            if self.named.contains(&code) {
                if levels.of(code) == Level::Off {
                    levels.set(code, code.severity().into());
                }
            } else if !self.grouped.contains(&code) {
                levels.set(code, Level::Off);
            }
        }
        levels
    }

    /// True for what is told: what was asked for, and errors of check, without which nothing can be looked for.
    pub fn takes(&self, finding: &Diagnostic) -> bool {
        let error = finding.severity == Severity::Error && finding.code.lint().is_none();
        self.everything() || error || finding.code.lint().is_some() || self.named.contains(&finding.code)
    }
}
