//! `[ledger]` and `[plan]`: where it is kept what was done, and how much may be done in one run.
//!
//! ```toml
//! [ledger]
//! path = ".laud/ledger.db"       # relative to this file
//! # or, for teams, url = "postgres://db.example.com/cs"
//!
//! [plan]
//! max_fire = 50                  # more new items than this stop `plan` and `apply`
//! max_fire_per_rule = 20
//! max_undecided = 100
//! ```

use super::Config;
use super::values::{Reader, Val};
use crate::diagnostics::{Code, Diagnostic};

impl Reader<'_> {
    pub(super) fn ledger(&mut self, value: &Val<'_>, config: &mut Config) {
        let Some(table) = self.table(value, "ledger") else { return };
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "path" | "url" if config.ledger.is_some() => {
                    let message = "`path` and `url` both say where the ledger is";
                    let finding = Diagnostic::new(Code::SettingType, self.span(key.span()), message);
                    self.diagnostics.push(finding.label("the second place").help("keep one of them"));
                }
                "url" => {
                    let url = self.text(value, "url", "\"postgres://db.example.com/cs\"").map(|url| url.value);
                    match url {
                        Some(url) if !url.contains("://") => {
                            self.wrong(value, "url", "a url", "\"postgres://db.example.com/cs\"");
                        }
                        url => config.ledger = url,
                    }
                }
                "path" => config.ledger = self.text(value, "path", "\".laud/ledger.db\"").map(|path| path.value),
                other => self.unknown(key, other, &["path", "url"], "`[ledger]`"),
            }
        }
    }

    pub(super) fn plan(&mut self, value: &Val<'_>, config: &mut Config) {
        let Some(table) = self.table(value, "plan") else { return };
        for (key, value) in table {
            let word = key.get_ref().as_ref();
            let gate = match word {
                "max_fire" => &mut config.gates.max_fire,
                "max_fire_per_rule" => &mut config.gates.max_fire_per_rule,
                "max_undecided" => &mut config.gates.max_undecided,
                other => {
                    self.unknown(key, other, &["max_fire", "max_fire_per_rule", "max_undecided"], "`[plan]`");
                    continue;
                }
            };
            *gate = self.whole(value, word, 50).and_then(|n| u64::try_from(n).ok());
        }
    }
}
