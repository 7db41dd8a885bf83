//! Every function of the catalogue: its example gives what is said, and `grammar/FUNCTIONS.md` says what the catalogue says.
//!
//! `LAUD_BLESS=1` writes the page anew.

use crate::support::read;
use laud::builtins::{CATALOGUE, Entry, Function};
use laud::calendar::{Calendar, Date};
use laud::diagnostics::render;
use laud::engine::reference::Reference;
use laud::engine::{Engine, Options};
use laud::report::value::shown;
use laud::source::Sources;
use laud::{Settings, compile};
use std::path::Path;

const WORLD: &str = "tests/functions";
const PAGE: &str = "grammar/FUNCTIONS.md";

#[test]
fn every_entry_is_complete() {
    for entry in CATALOGUE {
        let facts = [entry.meaning, entry.units, entry.missing, entry.example, entry.gives];
        assert!(facts.iter().all(|fact| !fact.is_empty()), "`{}` lacks a fact", entry.name);
        let call = match entry.function {
            Function::Ranking(_) => format!("{} of ", entry.name),
            Function::Aggregate(_) | Function::Scalar(_) => format!("{}(", entry.name),
        };
        assert!(entry.example.contains(&call), "the example of `{}` is of another", entry.name);
    }
}

#[test]
fn examples_give_what_they_say() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(WORLD);
    let mut text = read(&root.join("world.laud"));
    for (i, entry) in CATALOGUE.iter().enumerate() {
        text.push_str(&format!("metric example_{i} = {}\n", entry.example));
    }
    let mut sources = Sources::new();
    sources.add("world.laud", text);
    let (program, diagnostics) = compile(&sources, &Settings::default());
    let program = program.unwrap_or_else(|| panic!("{}", render::short(&diagnostics.sorted(), &sources)));
    let binding = laud::data::without_config(&program, None, &root);
    let (data, _) = laud::data::load(&program, &binding, &mut |_| {}).unwrap();
    let as_of = Date::parse("2026-03-31").unwrap();
    let options = Options { as_of, calendar: Calendar::default(), accounts: Vec::new() };
    let results = Reference.evaluate(&program, &data, &options);
    let account = &results.accounts[0];
    let mut wrong = Vec::new();
    for (i, entry) in CATALOGUE.iter().enumerate() {
        let id = program.metrics.iter().position(|m| m.header.name == format!("example_{i}")).unwrap();
        let actual = shown(&program, program.metrics[id].value.ty, &account.metrics[id].value);
        if actual != entry.gives {
            wrong.push(format!("{} is {actual}, not {}", entry.example, entry.gives));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_page_of_functions_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE);
    let page = page();
    if std::env::var_os("LAUD_BLESS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    assert!(read(&path) == page, "{PAGE} differs from the catalogue; LAUD_BLESS=1 writes it anew");
}

fn page() -> String {
    let mut out = String::from(
        "# Functions\n\nMade from the catalogue in `src/builtins.rs`; the tests compare the two and run every example. Whatever is\nirrational by nature is rounded to nine digits where it is made, and from there on is exact.\n\nThe examples are about account `acme` of this program, as of 2026-03-31:\n\n```laud\n",
    );
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(WORLD);
    out.push_str(&read(&root.join("world.laud")));
    out.push_str("```\n");
    for name in ["account", "activity", "survey", "rating", "effort"] {
        out.push_str(&format!("\n`{name}`\n\n{}", table(&read(&root.join("data").join(format!("{name}.csv"))))));
    }
    let of = |title: &str, wanted: &dyn Fn(&Entry) -> bool| {
        let entries: String = CATALOGUE.iter().filter(|e| wanted(e)).map(section).collect();
        format!("\n## {title}\n{entries}")
    };
    out.push_str(&of("Of rows", &|e| matches!(e.function, Function::Aggregate(_))));
    out.push_str(&of("Of one account among others", &|e| matches!(e.function, Function::Ranking(_))));
    out.push_str(&of("Of values", &|e| matches!(e.function, Function::Scalar(_))));
    out
}

fn section(entry: &Entry) -> String {
    let signatures: Vec<String> = entry.signature.split(" or ").map(|s| format!("`{s}`")).collect();
    let source = entry.source.map_or(String::new(), |source| format!("- source: {source}\n"));
    format!(
        "\n### {}\n\n{}\n\n- units: {}\n- missing: {}\n- example: `{}` is {}\n{source}",
        signatures.join(", "),
        entry.meaning,
        entry.units,
        entry.missing,
        entry.example,
        entry.gives,
    )
}

fn table(csv: &str) -> String {
    let mut out = String::new();
    for (i, line) in csv.lines().enumerate() {
        out.push_str(&format!("| {} |\n", line.replace(',', " | ")));
        if i == 0 {
            out.push_str(&format!("|{}\n", " --- |".repeat(line.split(',').count())));
        }
    }
    out
}
