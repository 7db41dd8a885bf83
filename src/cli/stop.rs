//! Why a verb stops early, and the exit codes.

/// Findings, failed tests or a gate exceeded.
pub const FINDINGS: u8 = 1;
/// Wrong use or configuration.
pub const USAGE: u8 = 2;
/// The program does not parse or check.
pub const PROGRAM: u8 = 3;
/// The data does not fit the program.
pub const DATA: u8 = 4;

/// The one table of exit codes, as the help prints it.
pub const TABLE: &[(u8, &str)] = &[
    (0, "fine"),
    (1, "findings, failed tests or a gate exceeded"),
    (USAGE, "wrong use or configuration"),
    (PROGRAM, "the program does not parse or check"),
    (DATA, "the data does not fit the program"),
];

/// A message to the user, and the exit code that goes with it.
#[derive(Debug)]
pub struct Stop {
    /// The exit code.
    pub code: u8,
    /// What is wrong; nothing, if it has been said already.
    pub message: String,
    /// The one thing to do about it.
    pub help: Option<String>,
}

impl Stop {
    /// Wrong use or configuration.
    pub fn usage(message: impl Into<String>) -> Stop {
        Stop { code: USAGE, message: message.into(), help: None }
    }

    /// All has been said; only the exit code is left.
    pub fn said(code: u8) -> Stop {
        Stop { code, message: String::new(), help: None }
    }

    /// What to do about it.
    pub fn help(mut self, help: impl Into<String>) -> Stop {
        self.help = Some(help.into());
        self
    }

    /// What to do about it, if anything is known.
    pub fn maybe_help(mut self, help: Option<String>) -> Stop {
        self.help = help;
        self
    }
}
