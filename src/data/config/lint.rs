//! `[lint]`: how loud each lint is, and the numbers that it goes by.
//!
//! ```toml
//! [lint]
//! thresholds = "error"                                # a whole category
//! always-true = "off"                                 # one lint, or a warning of check
//! wide-scorecard = { level = "warning", most = 12 }   # and its numbers
//! ```
//!
//! What is said of one lint goes before what is said of its category, wherever the two stand.

use super::values::{Key, Reader, Val};
use crate::diagnostics::{Code, Diagnostic, Severity, did_you_mean};
use crate::lint::{Level, Levels, categories};
use toml::de::DeValue;

impl Reader<'_> {
    /// Reads the table of levels.
    pub(super) fn lint(&mut self, value: &Val<'_>, levels: &mut Levels) {
        let Some(table) = self.table(value, "lint") else { return };
        let (groups, single): (Vec<_>, Vec<_>) =
            table.iter().partition(|(key, _)| categories().contains(&key.get_ref().as_ref()));
        for (key, value) in groups {
            let Some(level) = self.level(value, key.get_ref()) else { continue };
            let of_group = |code: &&Code| code.category() == Some(key.get_ref().as_ref());
            Code::ALL.iter().filter(of_group).for_each(|code| levels.set(*code, level));
        }
        for (key, value) in single {
            match Code::find(key.get_ref()) {
                Some(code) if code.lint().is_none() && code.severity() == Severity::Error => self.always_an_error(key),
                Some(code) => self.one_lint(code, value, levels),
                None => self.no_such_lint(key),
            }
        }
    }

    fn one_lint(&mut self, code: Code, value: &Val<'_>, levels: &mut Levels) {
        let DeValue::Table(table) = value.get_ref() else {
            if let Some(level) = self.level(value, code.name()) {
                levels.set(code, level);
            }
            return;
        };
        let options = code.lint().map_or(&[][..], |lint| lint.options);
        for (key, value) in table {
            let word = key.get_ref().as_ref();
            if word == "level" {
                if let Some(level) = self.level(value, word) {
                    levels.set(code, level);
                }
            } else if let Some((name, default, _)) = options.iter().find(|(name, ..)| *name == word) {
                if let Some(number) = self.whole(value, word, *default) {
                    levels.set_option(code, name, number);
                }
            } else {
                let known: Vec<&str> = std::iter::once("level").chain(options.iter().map(|(name, ..)| *name)).collect();
                self.unknown(key, word, &known, &format!("the lint `{}`", code.name()));
            }
        }
    }

    fn level(&mut self, value: &Val<'_>, key: &str) -> Option<Level> {
        if value.get_ref().as_str().is_none() {
            self.wrong(value, key, "a level in quotes", "\"warning\"");
            return None;
        }
        self.choice(value, key, &Level::WORDS)
    }

    /// A whole number from 0.
    pub(super) fn whole(&mut self, value: &Val<'_>, key: &str, example: i64) -> Option<i64> {
        let number = match value.get_ref() {
            DeValue::Integer(digits) => i64::from_str_radix(digits.as_str(), digits.radix()).ok(),
            _ => None,
        };
        let number = number.filter(|n| *n >= 0);
        if number.is_none() {
            self.wrong(value, key, "a whole number from 0", &example.to_string());
        }
        number
    }

    fn no_such_lint(&mut self, key: &Key<'_>) {
        let word = key.get_ref();
        let known = Code::ALL.iter().filter(|code| code.lint().is_some()).map(|code| code.name()).chain(categories());
        let help = did_you_mean(word, known)
            .unwrap_or_else(|| format!("`laud explain` lists them all; categories are {}", categories().join(", ")));
        let message = format!("there is no lint or category `{word}`");
        self.diagnostics.push(
            Diagnostic::new(Code::UnknownSetting, self.span(key.span()), message).label("unknown lint").help(help),
        );
    }

    fn always_an_error(&mut self, key: &Key<'_>) {
        let message = format!("`{}` is always an error", key.get_ref());
        self.diagnostics.push(
            Diagnostic::new(Code::SettingConflict, self.span(key.span()), message)
                .label("has no level")
                .help("leave it out: a program with such a mistake cannot be run"),
        );
    }
}
