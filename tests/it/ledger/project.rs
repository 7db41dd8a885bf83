//! A small project of four days for laud itself to run, as its users do.

use super::home::Home;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

const RULES: &str = "table account {
  id  text key
  x   number optional
  csm text optional
}

rule low {
  when  x < 50
  do    task \"Call {id}: x is {x}\" assign csm fallback cs_ops due in 7 days
  escalate after 2 days to manager, after 20 days to vp
  close when x >= 60
  cooldown 30 days
  limit 9 per csm per week
}

rule high {
  when  x >= 90
  do    email thanks assign csm
  approval legal
}
";

/// Monday to Thursday.
pub const DAYS: [&str; 4] = ["2026-03-02", "2026-03-03", "2026-03-04", "2026-03-05"];

/// The project, in the folder of a home.
pub struct Project<'h> {
    pub home: &'h Home,
}

impl<'h> Project<'h> {
    pub fn new(home: &'h Home) -> Project<'h> {
        let folder = home.folder();
        fs::write(folder.join("laud.toml"), "[project]\nname = \"four days\"\n").unwrap();
        fs::write(folder.join("rules.laud"), RULES).unwrap();
        for (day, date) in DAYS.iter().enumerate() {
            let mut rows = "id,x,csm\n".to_string();
            for i in 0..60_usize {
                // Who is well, low, high or not known changes from day to day, so that all kinds of change are in it.
                let x = match (i + day * (i % 3)) % 5 {
                    0 => "95".to_string(),
                    1 | 2 => (20 + i % 20).to_string(),
                    3 => "70".to_string(),
                    _ => String::new(),
                };
                let csm = ["ana", "ben", "cid", ""][i % 4];
                rows.push_str(&format!("A{i:03},{x},{csm}\n"));
            }
            fs::create_dir_all(folder.join(date)).unwrap();
            fs::write(folder.join(date).join("account.csv"), rows).unwrap();
        }
        Project { home }
    }

    /// What actions were handed to is a program that keeps every whole line.
    fn received_file(&self) -> PathBuf {
        self.home.folder().join("received.ndjson")
    }

    pub fn laud(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_laud"));
        command.args(words).arg("--ledger").arg(&self.home.ledger).current_dir(self.home.folder());
        command.env_remove("LAUD_LEDGER").env("NO_COLOR", "1").stdin(Stdio::null());
        command
    }

    pub fn apply(&self, day: &str) -> Command {
        let file = self.received_file();
        let receiver = format!("while IFS= read -r line; do printf '%s\\n' \"$line\"; done >> '{}'", file.display());
        let mut command = self.laud(&["apply", "--as-of", day, "--data", day, "--by", "ops", "--emit-to", &receiver]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// A run that goes well.
    pub fn applied(&self, day: &str) -> Output {
        let output = self.apply(day).output().unwrap();
        assert!(output.status.success(), "{day}: {}", String::from_utf8_lossy(&output.stderr));
        output
    }

    /// The actions that were handed on, by id. The same id twice is fine; two actions of one id are not.
    pub fn received(&self) -> BTreeMap<String, String> {
        let mut received = BTreeMap::new();
        let text = fs::read_to_string(self.received_file()).unwrap_or_default();
        for line in text.lines() {
            let json: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
            let before = received.insert(json["id"].as_str().unwrap().to_string(), line.to_string());
            assert!(before.is_none_or(|before| before == line), "two actions of one id: {line}");
        }
        received
    }

    pub fn forget_received(&self) {
        let _ = fs::remove_file(self.received_file());
    }
}
