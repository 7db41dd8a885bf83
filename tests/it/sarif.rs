//! SARIF logs against the schema of the standard: of findings made by hand and of all programs of the repository that have
//! some, with everything a finding can carry.
//!
//! The schema is the one of OASIS (`tests/sarif`). [`Schema`] reads all of it that restricts anything: `type`, `enum`,
//! `required`, `properties`, `additionalProperties`, `items`, `minItems`, `uniqueItems`, `minimum`, `maximum`, `anyOf`,
//! `oneOf`, `$ref`, and `format` of URIs. A keyword, a format or a pattern it does not know fails, so that nothing is
//! passed over.

use crate::support::{Failures, files, read, root, shown, stem};
use laud::calendar::Date;
use laud::diagnostics::render::{Format, Report};
use laud::diagnostics::{Allowed, Code, Diagnostic, Fix, Severity};
use laud::lint::{self, Facts, Levels};
use laud::source::{Source, Sources};
use laud::span::Span;
use laud::{Compilation, Settings};
use serde_json::{Value, json};
use std::path::Path;

struct Schema(Value);

impl Schema {
    fn load() -> Schema {
        Schema(serde_json::from_str(&read(&root().join("tests/sarif/sarif-schema-2.1.0.json"))).unwrap())
    }

    /// What is wrong with a document: where, and against what.
    fn wrong(&self, document: &Value) -> Vec<String> {
        let mut out = Vec::new();
        self.check(&self.0, document, "", &mut out);
        out
    }

    fn fits(&self, rule: &Value, value: &Value) -> bool {
        let mut out = Vec::new();
        self.check(rule, value, "", &mut out);
        out.is_empty()
    }

    fn check(&self, rule: &Value, value: &Value, at: &str, out: &mut Vec<String>) {
        let rules = rule.as_object().expect("a schema is an object");
        if let Some(name) = rules.get("$ref").map(|r| r.as_str().unwrap()) {
            // Draft 7: what stands beside a reference says nothing.
            let target = self.0.pointer(name.strip_prefix('#').expect("a reference into the schema"));
            return self.check(target.unwrap_or_else(|| panic!("{name} leads nowhere")), value, at, out);
        }
        for (keyword, rule) in rules {
            let bad = match keyword.as_str() {
                "$schema" | "$id" | "title" | "description" | "default" | "definitions" => None,
                "type" => (!has_type(value, rule.as_str().unwrap())).then(|| format!("is no {rule}")),
                "enum" => (!rule.as_array().unwrap().contains(value)).then(|| format!("is none of {rule}")),
                "minimum" => below(value, rule).then(|| format!("is below {rule}")),
                "maximum" => below(rule, value).then(|| format!("is above {rule}")),
                "minItems" => {
                    let few = |list: &Vec<Value>| (list.len() as u64) < rule.as_u64().unwrap();
                    value.as_array().is_some_and(few).then(|| format!("has less than {rule} items"))
                }
                "uniqueItems" => {
                    let twice = |list: &Vec<Value>| list.iter().enumerate().any(|(i, one)| list[..i].contains(one));
                    (rule == true && value.as_array().is_some_and(twice)).then(|| "has an item twice".to_string())
                }
                "required" => {
                    let absent = |name: &&Value| value.is_object() && value.get(name.as_str().unwrap()).is_none();
                    rule.as_array().unwrap().iter().find(absent).map(|name| format!("lacks {name}"))
                }
                "anyOf" => {
                    let fits = rule.as_array().unwrap().iter().any(|one| self.fits(one, value));
                    (!fits).then(|| format!("fits none of {rule}"))
                }
                "oneOf" => {
                    let fit = rule.as_array().unwrap().iter().filter(|one| self.fits(one, value)).count();
                    (fit != 1).then(|| format!("fits {fit} of {rule}"))
                }
                "format" => value.as_str().and_then(|text| unlike(rule.as_str().unwrap(), text)),
                "items" => {
                    for (i, item) in value.as_array().into_iter().flatten().enumerate() {
                        self.check(rule, item, &format!("{at}/{i}"), out);
                    }
                    None
                }
                "properties" => {
                    for (name, rule) in rule.as_object().unwrap() {
                        if let Some(inner) = value.get(name) {
                            self.check(rule, inner, &format!("{at}/{name}"), out);
                        }
                    }
                    None
                }
                "additionalProperties" => {
                    let listed = rules.get("properties");
                    let others = value.as_object().into_iter().flatten();
                    for (name, inner) in others.filter(|(name, _)| listed.is_none_or(|l| l.get(name).is_none())) {
                        match rule {
                            Value::Bool(true) => {}
                            Value::Bool(false) => out.push(format!("{at}: `{name}` is not known")),
                            rule => self.check(rule, inner, &format!("{at}/{name}"), out),
                        }
                    }
                    None
                }
                other => panic!("{at}: the schema says `{other}: {rule}`, which this check does not know"),
            };
            out.extend(bad.map(|what| format!("{at}: {value} {what}")));
        }
    }
}

fn has_type(value: &Value, name: &str) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        other => panic!("the schema has a type `{other}`, which this check does not know"),
    }
}

fn below(one: &Value, other: &Value) -> bool {
    one.as_f64().zip(other.as_f64()).is_some_and(|(one, other)| one < other)
}

/// What keeps a text from being of a format: RFC 3986 for URIs.
fn unlike(format: &str, text: &str) -> Option<String> {
    assert!(["uri", "uri-reference"].contains(&format), "the format `{format}` is not known to this check");
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(c);
    let escaped = text.split('%').skip(1).all(|part| {
        let two = part.as_bytes().get(..2);
        two.is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit))
    });
    let scheme = text.split_once(':').map(|(scheme, _)| scheme).filter(|s| !s.contains(['/', '?', '#']));
    let named =
        |s: &str| s.starts_with(|c: char| c.is_ascii_alphabetic()) && s.chars().all(|c| c.is_ascii_alphanumeric());
    match () {
        () if !text.chars().all(allowed) || !escaped => Some(format!("is no {format}")),
        // Before a `:` without a `/` stands a scheme, in a reference too.
        () if scheme.is_some_and(|s| !named(s)) || (format == "uri" && scheme.is_none()) => {
            Some(format!("is a {format} without a scheme"))
        }
        () => None,
    }
}

fn sarif(findings: &[Diagnostic], sources: &Sources) -> Value {
    let text = Format::Sarif.render(&Report { verb: "lint", findings, sources }, false);
    serde_json::from_str(&text).unwrap()
}

/// A finding with all it can carry, in files of unusual names, one allowed in each way.
fn by_hand() -> Value {
    let mut sources = Sources::new();
    sources.add("rules/first: file [1] 100%.laud", "metric größe = a\n");
    sources.add("/absolute/größe.laud", "segment big = arr > 5\n");
    let span = |id, from, to| Span::new(id, from, to);
    let full = |code| {
        let mut one = Diagnostic::new(code, span(1, 8, 11), "a {message} with [brackets](here)")
            .label("here")
            .also(span(0, 7, 14), "and there")
            .help("do this")
            .witness("arr = 5");
        one.fix = Some(Fix {
            title: "rename".into(),
            edits: vec![
                laud::diagnostics::Edit { span: span(0, 7, 14), text: "size".into() },
                laud::diagnostics::Edit { span: span(1, 8, 11), text: String::new() },
            ],
        });
        one
    };
    let mut list = vec![full(Code::UnknownName), full(Code::DuplicateName), full(Code::OptionalDecides)];
    list[1].severity = Severity::Warning;
    list[1].allowed = Some(Allowed::Here { because: "agreed".into(), until: Date::parse("2026-12-31") });
    list[2].severity = Severity::Info;
    list[2].allowed = Some(Allowed::Baseline);
    sarif(&list, &sources)
}

/// All that checking and linting find in programs, those that comments allow too.
fn of_programs(paths: &[&Path]) -> (Value, usize) {
    let mut sources = Sources::new();
    for path in paths {
        sources.push(Source::new(shown(path), read(path)));
    }
    let compilation = Compilation::new(&sources, &Settings::default());
    let mut all: Vec<Diagnostic> = compilation.diagnostics.iter().cloned().collect();
    let today = Date::parse("2026-03-31").unwrap();
    let levels = Levels::default();
    if let Some(program) = &compilation.program {
        let facts = Facts::new(&compilation.files, &sources, (program, &compilation.proven), today, &levels);
        facts.allowances.mark(&mut all, today);
        let facts = facts.with_checked(&all);
        all.extend(lint::run(&facts, &levels));
    }
    let log = sarif(&all, &sources);
    (log, all.len())
}

#[test]
fn logs_fit_the_schema() {
    let schema = Schema::load();
    let mut failures = Failures::default();
    let judged = |log: &Value| match schema.wrong(log) {
        wrong if wrong.is_empty() => Ok(()),
        wrong => Err(wrong.join("\n")),
    };
    failures.case("nothing found", judged(&sarif(&[], &Sources::new())));
    failures.case("by hand", judged(&by_hand()));
    let base = root().join("tests/mistakes/base.laud");
    let mut found = 0;
    for folder in ["tests/ui/syntax", "tests/ui/check", "tests/ui/lint", "tests/mistakes"] {
        for path in files(folder, "laud") {
            let beside = folder == "tests/mistakes" && stem(&path) != "base";
            let (log, count) = if beside { of_programs(&[&base, &path]) } else { of_programs(&[&path]) };
            found += count;
            failures.case(&shown(&path), judged(&log));
        }
    }
    assert!(found > 500, "only {found} findings went through");
    failures.report();
}

/// The check itself: each kind of rule in the schema refuses a log that breaks it.
#[test]
fn logs_that_do_not_fit_are_refused() {
    let (schema, good) = (Schema::load(), by_hand());
    assert_eq!(schema.wrong(&good), Vec::<String>::new());
    let result = "/runs/0/results/0";
    let region = format!("{result}/locations/0/physicalLocation/region");
    let breaks: Vec<(String, &str, Option<Value>, &str)> = vec![
        (String::new(), "version", Some(json!("2.0.0")), "is none of"),
        (String::new(), "version", None, "lacks \"version\""),
        (String::new(), "extra", Some(json!(1)), "`extra` is not known"),
        ("/runs/0".into(), "tool", None, "lacks \"tool\""),
        ("/runs/0/tool/driver".into(), "name", None, "lacks \"name\""),
        ("/runs/0".into(), "columnKind", Some(json!("bytes")), "is none of"),
        (result.into(), "message", None, "lacks \"message\""),
        (result.into(), "message", Some(json!({})), "fits none of"),
        (result.into(), "level", Some(json!("info")), "is none of"),
        (result.into(), "ruleIndex", Some(json!(-2)), "is below -1"),
        (result.into(), "ruleIndex", Some(json!("0")), "is no \"integer\""),
        (result.into(), "suppressions", Some(json!([{ "status": "accepted" }])), "lacks \"kind\""),
        (result.into(), "suppressions", Some(json!([{ "kind": "comment" }])), "is none of"),
        (result.into(), "fixes", Some(json!([{ "artifactChanges": [] }])), "has less than 1 items"),
        (result.into(), "partialFingerprints", Some(json!({ "a": 1 })), "is no \"string\""),
        (result.into(), "rank", Some(json!(101.0)), "is above"),
        (region.clone(), "startLine", Some(json!(0)), "is below 1"),
        (region, "startline", Some(json!(1)), "`startline` is not known"),
        (format!("{result}/locations/0/physicalLocation"), "artifactLocation", None, "fits none of"),
        (
            format!("{result}/locations/0/physicalLocation/artifactLocation"),
            "uri",
            Some(json!("two words.laud")),
            "is no uri-reference",
        ),
        (
            format!("{result}/locations/0/physicalLocation/artifactLocation"),
            "uri",
            Some(json!("rules 1:a.laud")),
            "is no uri-reference",
        ),
        ("/runs/0/tool/driver/rules/0".into(), "helpUri", Some(json!("pages/a")), "without a scheme"),
    ];
    for (place, name, value, expected) in breaks {
        let mut log = good.clone();
        let object = log.pointer_mut(&place).and_then(Value::as_object_mut).unwrap_or_else(|| panic!("no {place}"));
        match value {
            Some(value) => object.insert(name.to_string(), value),
            None => object.remove(name),
        };
        let wrong = schema.wrong(&log).join("\n");
        assert!(wrong.contains(expected), "{place}/{name}: {expected}, but {wrong:?}");
    }
    let mut twice = good.clone();
    let results = twice["runs"][0]["tool"]["driver"]["rules"].as_array_mut().unwrap();
    results.push(results[0].clone());
    assert!(schema.wrong(&twice).join("\n").contains("has an item twice"));
}
