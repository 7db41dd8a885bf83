//! The scripts of `tests/bench` start: they measure only when somebody calls them, so nothing else would notice a slip.

use crate::support::root;
use std::process::Command;

/// The scripts that people call; each tells its options.
const CALLED: [&str; 4] = ["growth.py", "peers.py", "replay.py", "startup.py"];

#[test]
fn the_scripts_start() {
    let folder = root().join("tests/bench");
    let python = |arguments: &[&str]| {
        Command::new("python3").args(arguments).current_dir(&folder).env("PYTHONDONTWRITEBYTECODE", "1").output()
    };
    if python(&["--version"]).is_err() {
        eprintln!("skipped: there is no python3");
        return;
    }
    let parses = "import ast, pathlib\nfor f in pathlib.Path('.').glob('*.py'): ast.parse(f.read_text(), f.name)";
    let found = python(&["-c", parses]).unwrap();
    assert!(found.status.success(), "{}", String::from_utf8_lossy(&found.stderr));
    for script in CALLED {
        let found = python(&[script, "--help"]).unwrap();
        assert!(found.status.success(), "{script}: {}", String::from_utf8_lossy(&found.stderr));
        assert!(String::from_utf8_lossy(&found.stdout).contains("--rounds"), "{script}");
    }
}

/// The page of the benchmarks says what to type; that must be there and be allowed to run.
#[cfg(unix)]
#[test]
fn the_scripts_can_be_called_as_the_page_says() {
    use std::os::unix::fs::PermissionsExt;
    let page = std::fs::read_to_string(root().join("tests/bench/README.md")).unwrap();
    let commands: Vec<&str> = page.lines().filter(|line| line.starts_with("tests/bench/")).collect();
    assert!(commands.len() >= 6, "{commands:?}");
    for command in commands {
        let script = command.split_whitespace().next().unwrap();
        let about = std::fs::metadata(root().join(script)).unwrap_or_else(|error| panic!("{script}: {error}"));
        assert!(about.permissions().mode() & 0o111 != 0, "{script} cannot be executed");
    }
}
