//! Expressions grown for a program: most of them are well typed, so that they reach the engine.
//!
//! Numbers are stripped of their unit with `to_number`, so that any two go together.

use super::rng::Rng;
use laud::program::{Program, Table, TableKind, Type};

/// An expression: most often a number or a condition.
pub fn expression(rng: &mut Rng, program: &Program) -> String {
    let mut grower = Grower { rng, program, row: None };
    match grower.rng.below(10) {
        0 => grower.date(3),
        1 => grower.named(3),
        2..=5 => grower.condition(4),
        _ => grower.number(4),
    }
}

/// Metrics and segments to stand behind a program, each from an expression; later ones may look at earlier ones.
pub fn declarations(rng: &mut Rng, program: &Program) -> String {
    let mut text = String::from("\n");
    let count = 1 + rng.below(4);
    for i in 0..count {
        let mut grower = Grower { rng, program, row: None };
        let inner = if i > 0 && grower.rng.chance(60) {
            format!("(grown_{} or else {})", i - 1, grower.number(2))
        } else {
            grower.number(4)
        };
        let whole = match grower.rng.below(6) {
            0 => format!("metric grown_{i} = {inner} as of 90 days ago\n"),
            1 => {
                let c = grower.condition(3);
                format!(
                    "segment grown_segment_{i} = {c}\nmetric grown_{i} = if grown_segment_{i} then {inner} else 0\n"
                )
            }
            2 => format!("metric grown_{i} {{\n  value {inner}\n  scale 0 -> 0, 10 -> 100\n}}\n"),
            3 => {
                let missing = if grower.rng.chance(50) { "  none missing -> 10\n" } else { "" };
                format!(
                    "metric grown_{i} {{\n  value {inner}\n  thresholds {{\n  a >= 10 -> 100\n  b 0 to 5 -> 50\n  c otherwise \
                     -> 0\n{missing}  }}\n}}\n"
                )
            }
            4 => {
                let (c, d) = (grower.condition(3), grower.condition(2));
                format!(
                    "metric grown_{i} = {inner}\nrule grown_rule_{i} {{\n  when {c}\n  unless {d}\n  do task \"x\"\n}}\n"
                )
            }
            _ => format!("metric grown_{i} = {inner}\n"),
        };
        text += &whole;
    }
    if rng.chance(60) {
        let combine = rng.pick(&["weighted mean", "sum", "min", "max"]);
        let missing = rng.pick(&["renormalise at least 30% coverage", "zero", "neutral 50", "fail"]);
        let limit = {
            let mut grower = Grower { rng, program, row: None };
            let condition = grower.condition(2);
            grower
                .rng
                .pick(&["", "  cap 60 when WHEN\n", "  floor 20 when WHEN\n", "  set 1 when WHEN\n"])
                .replace("WHEN", &condition)
        };
        let lines: String = (0..count)
            .map(|i| {
                let weight = rng.pick(&["1", "33.333333333", "0.7", "100", "7"]);
                let scale =
                    rng.pick(&["scale 0 -> 0, 7 -> 100", "scale 1 -> 0, 3 -> 33.3, 4 -> 90", "scale 0 -> 100, 9 -> 0"]);
                format!("  grown_{i} weight {weight} {scale}\n")
            })
            .collect();
        text += &format!(
            "scorecard grown_card {{\n{lines}  weights free\n  combine {combine}\n  missing {missing}\n{limit}  grades {{\n    \
             high >= 50\n    low otherwise\n  }}\n}}\n"
        );
    }
    text
}

struct Grower<'a> {
    rng: &'a mut Rng,
    program: &'a Program,
    /// The event table whose rows are looked at.
    row: Option<&'a Table>,
}

impl<'a> Grower<'a> {
    fn one(&mut self, list: Vec<String>, or: &str) -> String {
        if list.is_empty() { or.to_string() } else { list[self.rng.below(list.len())].clone() }
    }

    fn columns(&self, fits: impl Fn(Type) -> bool) -> Vec<String> {
        let table = self.row.or(self.program.subject_table());
        let fields = table.map_or(&[][..], |t| t.fields.as_slice());
        fields.iter().filter(|f| fits(f.ty)).map(|f| f.name.clone()).collect()
    }

    fn metrics(&self, fits: impl Fn(Type) -> bool) -> Vec<String> {
        self.program.metrics.iter().filter(|m| fits(m.value.ty)).map(|m| m.header.name.clone()).collect()
    }

    fn literal(&mut self) -> String {
        let list = ["0", "1", "2", "3", "7", "10", "50", "100", "0.5", "33.3", "-1", "1_000", "250k", "0.000000001"];
        if self.rng.chance(3) {
            return self.rng.pick(&["99999999999999999999999999999", "9223372036854775808", "4294967296"]).to_string();
        }
        self.rng.pick(&list).to_string()
    }

    fn leaf(&mut self) -> String {
        let number = |ty: Type| matches!(ty, Type::Number(_));
        let found = match self.rng.below(4) {
            0 => self.columns(number),
            1 => self.metrics(number),
            2 => self.program.scorecards.iter().map(|s| s.header.name.clone()).collect(),
            _ => return self.literal(),
        };
        let name = self.one(found, "1");
        if name == "1" { name } else { format!("to_number({name})") }
    }

    fn number(&mut self, depth: usize) -> String {
        if depth == 0 || self.rng.chance(15) {
            return self.leaf();
        }
        let d = depth - 1;
        match self.rng.below(25) {
            0 | 1 => format!("({} {} {})", self.number(d), self.rng.pick(&["+", "-"]), self.number(d)),
            2 => format!("({} * {})", self.number(d), self.number(d)),
            3 => format!("({} / {})", self.number(d), self.number(d)),
            4 => format!("(-{})", self.leaf()),
            5 => format!("(if {} then {} else {})", self.condition(d), self.number(d), self.number(d)),
            6 => format!("({} or else {})", self.number(d), self.number(d)),
            7 => format!("{}({})", self.rng.pick(&["abs", "floor", "ceil", "round"]), self.number(d)),
            8 => format!("round({}, {})", self.number(d), self.rng.below(11)),
            9 => format!("{}({}, {})", self.rng.pick(&["min", "max"]), self.number(d), self.number(d)),
            10 => format!("clamp({}, {}, {})", self.number(d), self.literal(), self.literal()),
            11 => {
                format!("to_number({} {})", self.rng.pick(&["days since", "months until", "weeks since"]), self.date(d))
            }
            12 if self.row.is_none() => format!("({} as of {})", self.number(d), self.shift()),
            13 if self.row.is_none() => format!("to_number(change in {} over {})", self.number(d), self.over()),
            14 if self.row.is_none() => format!("to_number(percent change in {} over {})", self.number(d), self.over()),
            15 if self.row.is_none() => format!("to_number(trend of {} over {})", self.number(d), self.over()),
            16 if self.row.is_none() => {
                let ignoring = self.rng.pick(&["", " ignoring missing"]);
                format!("(streak of ({}) over {}{ignoring})", self.condition(d), self.over())
            }
            17 => format!("power({}, {})", self.number(d), self.rng.pick(&["2", "-1", "0", "3", "1000", "0.5"])),
            18 => format!("(if {} then {} else missing)", self.condition(d), self.number(d)),
            19 => format!("to_number(days_left_in_quarter({}))", self.date(d)),
            _ if self.row.is_none() => self.aggregate(d),
            _ => self.leaf(),
        }
    }

    fn shift(&mut self) -> String {
        let list =
            ["90 days ago", "1 year ago", "2 quarters ago", "2025-12-31", "2026-03-31", "end of previous quarter"];
        self.rng.pick(&list).to_string()
    }

    fn over(&mut self) -> String {
        self.rng.pick(&["2 quarters", "3 months", "1 year", "5 weeks", "4 quarters", "90 days"]).to_string()
    }

    fn window(&mut self) -> String {
        self.rng
            .pick(&[
                "in last 90 days",
                "in last 3 months",
                "in last 1 day",
                "in this quarter",
                "in previous quarter",
                "in this year",
                "in last 4 complete quarters",
                "in previous week",
                "since 2026-01-01",
                "from 2025-01-01 to 2025-12-31",
            ])
            .to_string()
    }

    fn aggregate(&mut self, depth: usize) -> String {
        let program = self.program;
        let events: Vec<&Table> =
            program.tables.iter().filter(|t| matches!(t.kind, TableKind::Events { .. })).collect();
        if events.is_empty() {
            return self.leaf();
        }
        let table = events[self.rng.below(events.len())];
        let source = &table.header.name;
        self.row = Some(table);
        let function = *self.rng.pick(&[
            &"count",
            &"sum",
            &"avg",
            &"min",
            &"max",
            &"first",
            &"last",
            &"distinct",
            &"share",
            &"median",
        ]);
        let value = match function {
            "share" => self.condition(depth.min(2)),
            "distinct" => {
                let all = self.columns(|_| true);
                self.one(all, "1")
            }
            _ => self.number(depth.min(2)),
        };
        let mut text =
            if function == "count" { format!("count({source}") } else { format!("{function}({value} of {source}") };
        if self.rng.chance(40) {
            text += &format!(" where {}", self.condition(depth.min(2)));
        }
        if self.rng.chance(50) {
            text += &format!(" {}", self.window());
        }
        let all = self.columns(|_| true);
        if self.rng.chance(20) {
            let by = self.one(all.clone(), "account");
            text += &format!(" dedupe by {by}");
            text += self.rng.pick(&[
                "",
                " within 3 days",
                " within 30 days chain",
                " keep last",
                " within 3 days keep last",
            ]);
        }
        if self.rng.chance(15) {
            text += &format!(" latest per {}", self.one(all, "account"));
        }
        if self.rng.chance(10) {
            text += self.rng.pick(&[" cap 1 per quarter", " cap 2 per month", " cap 1 per day"]);
        }
        if matches!(function, "count" | "sum") && self.rng.chance(15) {
            text += self.rng.pick(&[" decay half-life 30 days", " decay linear 60 days", " decay half-life 1 day"]);
        }
        if function == "avg" && self.rng.chance(20) {
            text += &format!(" weighted by {}", self.number(1));
        }
        if self.rng.chance(15) {
            text += self.rng.pick(&[", at least 2 rows", ", at least 1 rows", ", all answers"]);
        }
        self.row = None;
        format!("to_number({text}))")
    }

    fn condition(&mut self, depth: usize) -> String {
        if depth == 0 {
            let list = self.columns(|ty| ty == Type::Boolean);
            return self.one(list, "yes");
        }
        let d = depth - 1;
        match self.rng.below(16) {
            0 | 1 => format!("({} and {})", self.condition(d), self.condition(d)),
            2 => format!("({} or {})", self.condition(d), self.condition(d)),
            3 => format!("(not {})", self.condition(d)),
            4..=6 => {
                let op = self.rng.pick(&["<", "<=", ">", ">=", "=", "!="]);
                format!("({} {op} {})", self.number(d), self.number(d))
            }
            7 => format!("({} in ({}, {}))", self.number(d), self.literal(), self.literal()),
            8 => {
                let tested = if self.rng.chance(50) { self.number(d) } else { self.date(d) };
                let how = self.rng.pick(&["is missing", "is not missing", "is missing because no data"]);
                format!("({tested} {how})")
            }
            9 => format!("({} {} {})", self.date(d), self.rng.pick(&["<", ">=", "=", "!="]), self.date(d)),
            10 => {
                format!("({} {})", self.date(d), self.rng.pick(&["in last 90 days", "in next 30 days", "in this year"]))
            }
            11 if self.row.is_none() => {
                let how = self.rng.pick(&["for 3 quarters", "for 2 of last 4 months", "for 2 weeks"]);
                format!("({} {how})", self.condition(d))
            }
            12 if self.row.is_none() => format!("({} as of {})", self.condition(d), self.shift()),
            13 => self.named(d),
            14 => {
                let segments = self.program.segments.iter().map(|s| s.header.name.clone());
                let parts = self.program.partitions.iter().flat_map(|p| p.parts.iter().map(|p| p.name.clone()));
                let all = segments.chain(parts).collect();
                self.one(all, "no")
            }
            _ => format!("(if {} then {} else {})", self.condition(d), self.condition(d), self.condition(d)),
        }
    }

    /// A condition on a value of a list, a text or a band.
    fn named(&mut self, _depth: usize) -> String {
        let table = self.row.or(self.program.subject_table());
        let fields = table.map_or(&[][..], |t| t.fields.as_slice());
        let lists: Vec<_> = fields
            .iter()
            .filter_map(|f| if let Type::Enum(id) = f.ty { Some((f.name.clone(), id)) } else { None })
            .chain(self.program.partitions.iter().map(|p| (p.header.name.clone(), p.values)))
            .collect();
        if lists.is_empty() {
            return "yes".to_string();
        }
        let (name, id) = lists[self.rng.below(lists.len())].clone();
        let values = self.program.enums[id.index()].values.clone();
        let (a, b) = (self.one(values.clone(), "x"), self.one(values, "x"));
        match self.rng.below(4) {
            0 => format!("({name} in ({a}, {b}))"),
            1 => format!("({name} != {a})"),
            2 => format!("({name} not in ({a}, {b}))"),
            _ => format!("({name} = {a})"),
        }
    }

    fn date(&mut self, depth: usize) -> String {
        let columns = self.columns(|ty| matches!(ty, Type::Date | Type::Instant));
        if depth == 0 || self.rng.chance(50) {
            return match self.rng.below(3) {
                0 => self.rng.pick(&["2026-03-31", "2025-12-31", "0001-01-01", "9999-12-31", "2024-02-29"]).to_string(),
                _ => self.one(columns, "2026-01-01"),
            };
        }
        let d = depth - 1;
        match self.rng.below(4) {
            0 => format!("({} + {} days)", self.date(d), self.rng.below(1000)),
            1 => format!("({} - {} days)", self.date(d), self.rng.below(1000)),
            2 if self.row.is_none() => {
                let events = self
                    .program
                    .tables
                    .iter()
                    .filter(|t| matches!(t.kind, TableKind::Events { .. }))
                    .map(|t| t.header.name.clone());
                let all: Vec<String> = events.collect();
                if all.is_empty() {
                    return self.date(0);
                }
                let source = self.one(all, "");
                format!("{}({source} {})", self.rng.pick(&["first", "last"]), self.window())
            }
            _ => format!("(if {} then {} else {})", self.condition(d), self.date(d), self.date(d)),
        }
    }
}
