//! `laud init`: a small project that works.

use super::args::InitArgs;
use super::project::reason;
use super::stop::Stop;
use super::terminal::Terminal;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;

/// The files, with their texts.
const FILES: &[(&str, &str)] = &[
    ("laud.toml", include_str!("laud.toml")),
    ("advocacy.laud", include_str!("advocacy.laud")),
    ("tests.laud", include_str!("tests.laud")),
    ("data/account.csv", include_str!("account.csv")),
    ("data/activity.csv", include_str!("activity.csv")),
];

/// Runs the verb.
pub fn run(args: &InitArgs, terminal: &mut Terminal) -> Result<u8, Stop> {
    let here = Path::new(".");
    let dir = args.dir.as_deref().unwrap_or(here);
    let there: Vec<&str> = FILES.iter().map(|(name, _)| *name).filter(|name| dir.join(name).exists()).collect();
    if let Some(first) = there.first() {
        let stop = Stop::usage(format!("`{}` is there already, and nothing was changed", dir.join(first).display()));
        return Err(stop.help("name a new directory: `laud init my_programme`"));
    }
    fs::create_dir_all(dir.join("data"))
        .map_err(|error| Stop::usage(format!("cannot make `{}`: {}", dir.display(), reason(&error))))?;
    for (name, text) in FILES {
        let path = dir.join(name);
        let text = text.replace("@NAME@", &project_name(dir));
        let written = OpenOptions::new().write(true).create_new(true).open(&path);
        written
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .map_err(|error| Stop::usage(format!("cannot write `{}`: {}", path.display(), reason(&error))))?;
        terminal.say(&format!("made {}\n", path.display()));
    }
    let mut next = String::from("\nNow try:\n");
    if dir != here {
        next.push_str(&format!("  cd {}\n", dir.display()));
    }
    for (command, what) in [
        ("laud eval", "every account, scored"),
        ("laud why acme", "why acme scores what it scores"),
        ("laud check", "after you have changed advocacy.laud"),
        ("laud test", "what must stay true, in tests.laud"),
    ] {
        next.push_str(&format!("  {command:<15} {what}\n"));
    }
    terminal.say(&next);
    Ok(0)
}

/// The directory's name as far as it can stand between quotes.
fn project_name(dir: &Path) -> String {
    let full = fs::canonicalize(dir).unwrap_or_else(|_| dir.to_path_buf());
    let name = full.file_name().map_or(String::new(), |n| n.to_string_lossy().into_owned());
    let plain: String = name.chars().filter(|c| !c.is_control() && !matches!(c, '"' | '\\')).collect();
    if plain.is_empty() { "advocacy".to_string() } else { plain }
}
