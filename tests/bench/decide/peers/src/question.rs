//! The question once, and its text in every language.

use serde_json::{Value, json};

pub const FIELDS: [&str; 16] = [
    "size", "refs_365", "review_points", "stories", "quiet_days", "nps", "login_months", "revenue", "decline_rate",
    "refs_90", "adv_90", "adv_prior", "trend", "tenure", "to_renewal", "logins_30",
];

/// An expression; conditions and numbers alike.
#[derive(Clone)]
pub enum E {
    Null,
    Number(f64),
    Name(String),
    Binary(&'static str, Box<E>, Box<E>),
    All(Vec<E>),
    /// The first whose condition holds, or else the last.
    First(Vec<(E, E)>, Box<E>),
}

/// Something with a name that later ones may use.
pub struct Stage {
    pub name: String,
    pub is: E,
    /// Only used once or twice: put in where it is used.
    pub inline: bool,
}

fn name(text: &str) -> E {
    E::Name(text.to_string())
}

fn binary(op: &'static str, a: E, b: E) -> E {
    E::Binary(op, Box::new(a), Box::new(b))
}

fn is_null(text: &str) -> E {
    binary("==", name(text), E::Null)
}

struct Stages(Vec<Stage>);

impl Stages {
    fn add(&mut self, stage: &str, is: E, inline: bool) {
        self.0.push(Stage { name: stage.to_string(), is, inline });
    }

    fn band(&mut self, stage: &str, of: &str, optional: bool, op: &'static str, bounds: &[(f64, f64)], otherwise: f64) {
        let mut rows = Vec::new();
        if optional {
            rows.push((is_null(of), E::Null));
        }
        rows.extend(bounds.iter().map(|(bound, points)| (binary(op, name(of), E::Number(*bound)), E::Number(*points))));
        self.add(stage, E::First(rows, Box::new(E::Number(otherwise))), false);
    }

    /// The mean of what is there; of each part its name, whether it may be missing, and its weight by size.
    fn mean(&mut self, stage: &str, parts: &[(&str, bool, [f64; 3])]) {
        let mut sums: Option<(E, E)> = None;
        for (part, optional, weights) in parts {
            let weight = format!("w_{part}");
            let by_size = |size: f64, weight: f64| (binary("==", name("size"), E::Number(size)), E::Number(weight));
            let chain = vec![by_size(2.0, weights[2]), by_size(1.0, weights[1])];
            self.add(&weight, E::First(chain, Box::new(E::Number(weights[0]))), true);
            let or_zero = |e: E| match optional {
                true => E::First(vec![(is_null(part), E::Number(0.0))], Box::new(e)),
                false => e,
            };
            let (above, below) = (format!("n_{part}"), format!("d_{part}"));
            self.add(&above, or_zero(binary("*", name(&weight), name(part))), true);
            self.add(&below, or_zero(name(&weight)), true);
            let (above, below) = (name(&above), name(&below));
            sums = Some(match sums {
                None => (above, below),
                Some((n, d)) => (binary("+", n, above), binary("+", d, below)),
            });
        }
        let Some((n, d)) = sums else { return };
        let mean = binary("/", n, d);
        let nothing = parts.iter().all(|(_, optional, _)| *optional);
        let nobody = E::All(parts.iter().map(|(part, ..)| is_null(part)).collect());
        self.add(stage, if nothing { E::First(vec![(nobody, E::Null)], Box::new(mean)) } else { mean }, false);
    }

    fn rule(&mut self, bit: u32, alternatives: Vec<Vec<(&str, &'static str, f64)>>) {
        let value = E::Number(f64::from(1u32 << bit));
        let all = |conditions: Vec<(&str, &'static str, f64)>| {
            let mut list = Vec::new();
            for (of, op, bound) in conditions {
                if matches!(of, "nps" | "to_renewal") {
                    list.push(binary("!=", name(of), E::Null));
                }
                list.push(binary(op, name(of), E::Number(bound)));
            }
            E::All(list)
        };
        let rows = alternatives.into_iter().map(|conditions| (all(conditions), value.clone())).collect();
        self.add(&format!("r_{bit}"), E::First(rows, Box::new(E::Number(0.0))), true);
    }
}

pub fn stages() -> Vec<Stage> {
    let mut s = Stages(Vec::new());
    s.band("references", "refs_365", false, ">=", &[(4.0, 100.0), (2.0, 70.0), (1.0, 40.0)], 0.0);
    s.band("reviews", "review_points", false, ">=", &[(6.0, 100.0), (3.0, 60.0), (1.0, 30.0)], 0.0);
    s.band("cases", "stories", false, ">=", &[(2.0, 100.0), (1.0, 60.0)], 0.0);
    s.band("acceptance", "decline_rate", true, "<=", &[(0.1, 100.0), (0.3, 60.0), (0.5, 30.0)], 0.0);
    s.band("recency", "quiet_days", true, "<=", &[(30.0, 100.0), (90.0, 75.0), (180.0, 50.0), (365.0, 25.0)], 0.0);
    s.band("usage", "login_months", false, ">", &[(9.0, 100.0), (6.0, 75.0), (3.0, 50.0), (0.0, 25.0)], 0.0);
    s.band("promoters", "nps", true, ">=", &[(60.0, 100.0), (30.0, 70.0), (0.0, 40.0)], 0.0);
    s.band("referred", "revenue", true, ">=", &[(50_000.0, 100.0), (10_000.0, 60.0)], 30.0);
    s.mean("advocacy", &[
        ("references", false, [30.0, 40.0, 50.0]),
        ("reviews", false, [40.0, 30.0, 15.0]),
        ("cases", false, [10.0, 20.0, 25.0]),
        ("acceptance", true, [20.0, 10.0, 10.0]),
    ]);
    s.mean("engagement", &[("recency", true, [40.0, 50.0, 60.0]), ("usage", false, [60.0, 50.0, 40.0])]);
    s.mean("impact", &[("promoters", true, [70.0, 50.0, 35.0]), ("referred", true, [30.0, 50.0, 65.0])]);
    s.mean("overall", &[
        ("advocacy", false, [30.0, 40.0, 50.0]),
        ("engagement", false, [50.0, 35.0, 20.0]),
        ("impact", true, [20.0, 25.0, 30.0]),
    ]);
    s.rule(0, vec![vec![("refs_90", ">=", 4.0)], vec![("adv_90", ">=", 6.0)]]);
    s.rule(1, vec![vec![("nps", "<", 0.0), ("overall", ">=", 50.0)]]);
    s.rule(2, vec![vec![("nps", ">=", 50.0), ("refs_365", "==", 0.0), ("tenure", ">", 180.0)]]);
    s.rule(3, vec![vec![("to_renewal", ">=", 0.0), ("to_renewal", "<=", 90.0), ("overall", "<", 50.0)]]);
    s.rule(4, vec![vec![("trend", "<", -0.5), ("adv_prior", ">=", 2.0)]]);
    s.rule(5, vec![vec![("logins_30", "==", 0.0), ("login_months", ">=", 3.0), ("size", "!=", 0.0)]]);
    let rules = (1..6).fold(name("r_0"), |sum, bit| binary("+", sum, name(&format!("r_{bit}"))));
    s.add("rules", rules, false);
    s.0
}

/// A language of operators between operands.
pub struct Infix {
    pub null: &'static str,
    pub and: &'static str,
    pub choice: fn(&str, &str, &str) -> String,
    /// How a figure of the record, or an earlier stage, is named.
    pub name: fn(&str) -> String,
}

/// The stages that are not put in elsewhere, with their texts.
pub fn infix(language: &Infix) -> Vec<(String, String)> {
    let stages = stages();
    let shown = stages.iter().filter(|stage| !stage.inline);
    shown.map(|stage| (stage.name.clone(), text(language, &stages, &stage.is))).collect()
}

fn text(l: &Infix, stages: &[Stage], e: &E) -> String {
    match e {
        E::Null => l.null.to_string(),
        E::Number(n) => format!("{n:.2}"),
        E::Name(name) => match stages.iter().find(|stage| stage.inline && stage.name == *name) {
            Some(stage) => text(l, stages, &stage.is),
            None => (l.name)(name),
        },
        E::Binary(op, a, b) => format!("({} {op} {})", text(l, stages, a), text(l, stages, b)),
        E::All(list) => {
            let list: Vec<String> = list.iter().map(|e| text(l, stages, e)).collect();
            format!("({})", list.join(&format!(" {} ", l.and)))
        }
        E::First(rows, otherwise) => rows.iter().rev().fold(text(l, stages, otherwise), |otherwise, (when, then)| {
            (l.choice)(&text(l, stages, when), &text(l, stages, then), &otherwise)
        }),
    }
}

/// A stage in JSONLogic with everything put in but `given`, which is part of the data.
pub fn json_logic(stage: &str, given: &str) -> Value {
    let stages = stages();
    let is = stages.iter().find(|s| s.name == stage).map_or(E::Null, |s| s.is.clone());
    logic(&stages, &is, given)
}

fn logic(stages: &[Stage], e: &E, given: &str) -> Value {
    match e {
        E::Null => Value::Null,
        E::Number(n) => json!(n),
        E::Name(name) => match stages.iter().find(|stage| stage.name == *name && name != given) {
            Some(stage) => logic(stages, &stage.is, given),
            None => json!({"var": name}),
        },
        E::Binary(op, a, b) => {
            let op = match (*op, &**b) {
                ("==", E::Null) => "===",
                ("!=", E::Null) => "!==",
                (op, _) => op,
            };
            json!({op: [logic(stages, a, given), logic(stages, b, given)]})
        }
        E::All(list) => json!({"and": list.iter().map(|e| logic(stages, e, given)).collect::<Vec<_>>()}),
        E::First(rows, otherwise) => {
            let both = |(when, then): &(E, E)| [logic(stages, when, given), logic(stages, then, given)];
            let mut list: Vec<Value> = rows.iter().flat_map(both).collect();
            list.push(logic(stages, otherwise, given));
            json!({"if": list})
        }
    }
}

/// A policy in Rego; every stage is a rule of its own.
pub fn rego() -> String {
    let mut out = String::from("package decide\nimport rego.v1\n");
    for stage in stages() {
        match &stage.is {
            E::First(rows, otherwise) => {
                out += &format!("{} := ", stage.name);
                for (when, then) in rows {
                    let when = match when {
                        E::All(list) => list.iter().map(rego_text).collect::<Vec<_>>().join("; "),
                        other => rego_text(other),
                    };
                    out += &format!("{} if {{ {when} }} else := ", rego_text(then));
                }
                out += &format!("{}\n", rego_text(otherwise));
            }
            other => out += &format!("{} := {}\n", stage.name, rego_text(other)),
        }
    }
    out + "answer := [overall, rules]\n"
}

fn rego_text(e: &E) -> String {
    match e {
        E::Null => "null".to_string(),
        E::Number(n) => format!("{n}"),
        E::Name(name) if FIELDS.contains(&name.as_str()) => format!("input.{name}"),
        E::Name(name) => name.clone(),
        // Without brackets around comparisons: those would be values, not conditions.
        E::Binary(op @ ("+" | "*" | "/"), a, b) => format!("({} {op} {})", rego_text(a), rego_text(b)),
        E::Binary(op, a, b) => format!("{} {op} {}", rego_text(a), rego_text(b)),
        E::All(_) | E::First(..) => unreachable!("only where a stage begins"),
    }
}
