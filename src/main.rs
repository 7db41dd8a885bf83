//! The command `laud`.

use std::process::ExitCode;

fn main() -> ExitCode {
    laud::cli::run(std::env::args_os())
}
