//! `std`: every definition is right by itself, its examples give what they say, and `grammar/STD.md` says what the text says.
//!
//! `LAUD_BLESS=1` writes the page anew.

use crate::support::{bless, read, root};
use laud::calendar::{Calendar, Date};
use laud::diagnostics::render;
use laud::engine::reference::Reference;
use laud::engine::{Engine, Options};
use laud::library::{Definition, library};
use laud::report::value::shown;
use laud::source::Sources;
use laud::{Settings, compile};

const WORLD: &str = "tests/functions";
const PAGE: &str = "grammar/STD.md";

#[test]
fn the_text_is_a_program_without_findings() {
    let mut sources = Sources::new();
    sources.add("world.laud", read(&root().join(WORLD).join("world.laud")));
    let mut declared = 0;
    for source in library().sources() {
        declared += source.text.lines().filter(|line| line.starts_with("define ")).count();
        sources.push(source.clone());
    }
    let (program, diagnostics) = compile(&sources, &Settings::default());
    assert!(program.is_some() && diagnostics.is_empty(), "{}", render::human(&diagnostics.sorted(), &sources, false));
    assert_eq!(declared, library().definitions().count(), "the package holds definitions, and nothing else");
    for definition in library().definitions() {
        let found = library().get(definition.name()).map(|found| found.qualified());
        assert_eq!(found, Some(definition.qualified()), "its line does not begin with `define {}`", definition.name());
    }
}

#[test]
fn every_definition_says_what_it_means_and_gives_an_example() {
    for definition in library().definitions() {
        let name = definition.name();
        assert!(!definition.meaning.is_empty() && definition.meaning.ends_with('.'), "what does `{name}` mean?");
        assert!(!definition.examples.is_empty(), "`{name}` has no example");
        for example in &definition.examples {
            assert!(example.call.contains(&format!("std.{name}(")), "the example of `{name}` is of another");
        }
        assert!(definition.text.starts_with('#') && definition.text.contains(&format!("define {name}")), "{name}");
    }
}

#[test]
fn examples_give_what_they_say() {
    let examples: Vec<_> = library().definitions().flat_map(|d| &d.examples).collect();
    let world = root().join(WORLD);
    let mut text = read(&world.join("world.laud"));
    for (i, example) in examples.iter().enumerate() {
        text.push_str(&format!("metric example_{i} = {}\n", example.call));
    }
    let mut sources = Sources::new();
    sources.add("world.laud", text);
    let (program, diagnostics) = compile(&sources, &Settings::default());
    let program = program.unwrap_or_else(|| panic!("{}", render::short(&diagnostics.sorted(), &sources)));
    let binding = laud::data::without_config(&program, None, &world);
    let (data, _) = laud::data::load(&program, &binding, &mut |_| {}).unwrap();
    let as_of = Date::parse("2026-03-31").unwrap();
    let options = Options { as_of, calendar: Calendar::default(), accounts: Vec::new() };
    let results = Reference.evaluate(&program, &data, &options);
    let mut wrong = Vec::new();
    for (i, example) in examples.iter().enumerate() {
        let id = program.metrics.iter().position(|m| m.header.name == format!("example_{i}")).unwrap();
        let actual = shown(&program, program.metrics[id].value.ty, &results.accounts[0].metrics[id].value);
        if actual != example.gives {
            wrong.push(format!("{} is {actual}, not {}", example.call, example.gives));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_page_of_the_package_is_up_to_date() {
    let path = root().join(PAGE);
    let page = page();
    if bless() {
        std::fs::write(&path, &page).unwrap();
    }
    assert!(read(&path) == page, "{PAGE} differs from the text; LAUD_BLESS=1 writes it anew");
}

fn page() -> String {
    let mut out = String::from(
        "# std\n\nMade from the text in `src/std`, which `laud explain std` prints; the tests run every example as of 2026-03-31, about account\n`acme` of the program in [FUNCTIONS.md](FUNCTIONS.md). Each is called under its whole name: `std.roi(…)`.\n",
    );
    for source in library().sources() {
        let title = source.text.lines().next().unwrap_or("").trim_start_matches("# ");
        out.push_str(&format!("\n## {}\n\n{title}\n", source.name));
        for definition in library().definitions().filter(|d| d.file == source.name) {
            out.push_str(&section(definition, source));
        }
    }
    out
}

fn section(definition: &Definition, source: &laud::source::Source) -> String {
    let mut out = format!("\n### `{}`\n\n{}\n\n", definition.signature(source), definition.meaning);
    for example in &definition.examples {
        out.push_str(&format!("- `{}` is {}\n", example.call, example.gives));
    }
    out
}
