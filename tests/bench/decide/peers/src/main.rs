//! `decide-peers RECORDS.csv`: the records that `cargo bench --bench decide -- --records` wrote, through other rule engines, one
//! thread each. Handing a record over is part of a decision, as it is for whoever uses them. Every answer is compared.

mod question;

use question::{FIELDS, Infix, infix, json_logic, rego};
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

struct Record {
    /// What is missing is not a number.
    figures: [f64; 16],
    overall: f64,
    rules: i64,
}

/// Records between two looks at the clock.
const PIECE: usize = 20;

fn records(path: &str) -> Vec<Record> {
    let text = std::fs::read_to_string(path).unwrap();
    let row = |line: &str| {
        let cells: Vec<f64> = line.split(',').map(|cell| if cell.is_empty() { f64::NAN } else { cell.parse().unwrap() }).collect();
        Record { figures: cells[..16].try_into().unwrap(), overall: cells[16], rules: cells[17] as i64 }
    };
    text.lines().skip(1).map(row).collect()
}

fn time(name: &str, records: &[Record], count: usize, mut decide: impl FnMut(&Record) -> (f64, i64)) {
    let records = &records[..count.min(records.len())];
    let agrees = |r: &&Record| {
        let (overall, rules) = decide(r);
        (overall - r.overall).abs() < 1e-9 && rules == r.rules
    };
    let agreeing = records.iter().filter(agrees).count();
    let mut times = Vec::new();
    for _ in 0..5 {
        for piece in records.chunks_exact(PIECE) {
            let start = Instant::now();
            piece.iter().for_each(|r| {
                black_box(decide(black_box(r)));
            });
            times.push(start.elapsed().as_nanos() as f64 / PIECE as f64);
        }
    }
    times.sort_by(f64::total_cmp);
    println!("{name:<24} {:7.0} {:7.0}   {agreeing} of {} agree", times[times.len() / 2], times[0], records.len());
    assert_eq!(agreeing, records.len(), "{name} answers another question");
}

fn json(record: &Record) -> serde_json::Value {
    let cell = |figure: f64| if figure.is_nan() { serde_json::Value::Null } else { figure.into() };
    serde_json::Value::Object(FIELDS.iter().zip(record.figures).map(|(name, f)| (name.to_string(), cell(f))).collect())
}

fn main() {
    let records = records(&std::env::args().nth(1).expect("usage: decide-peers RECORDS.csv"));
    println!("engine: nanoseconds for each record, median and least of all pieces of 5 rounds");
    with_datalogic(&records);
    with_cel(&records);
    with_rhai(&records);
    with_regorus(&records);
    #[cfg(feature = "zen")]
    with_zen(&records);
}

fn with_datalogic(records: &[Record]) {
    let engine = datalogic_rs::Engine::new();
    let compile = |stage| engine.compile(&json_logic(stage, "overall").to_string()).unwrap();
    let (overall, rules) = (compile("overall"), compile("rules"));
    let mut session = engine.session();
    time("datalogic-rs 5.4", records, 5_000, |r| {
        let mut data = json(r);
        let score = session.eval_borrowed(&overall, &data).unwrap().as_f64().unwrap();
        data["overall"] = score.into();
        let fired = session.eval_borrowed(&rules, &data).unwrap().as_f64().unwrap() as i64;
        session.reset();
        (score, fired)
    });
}

fn with_cel(records: &[Record]) {
    use cel::{Context, Env, Program, Value};
    let env = Arc::new(Env::stdlib());
    let choice = |when: &str, then: &str, other: &str| format!("({when} ? {then} : {other})");
    let language = Infix { null: "null", and: "&&", choice, name: str::to_string };
    let compile = |(name, text): (String, String)| (name, env.compile(&text).unwrap());
    let stages: Vec<(String, Program)> = infix(&language).into_iter().map(compile).collect();
    time("cel 0.15", records, 5_000, |r| {
        let mut context = Context::with_env(env.clone());
        for (name, figure) in FIELDS.iter().zip(r.figures) {
            if figure.is_nan() {
                context.add_variable_from_value(*name, Value::Null);
            } else {
                context.add_variable_from_value(*name, figure);
            }
        }
        let (mut score, mut fired) = (0.0, 0);
        for (name, program) in &stages {
            let value = program.execute(&context).unwrap();
            match (name.as_str(), &value) {
                ("overall", Value::Float(number)) => score = *number,
                ("rules", Value::Float(number)) => fired = *number as i64,
                _ => {}
            }
            context.add_variable_from_value(name.as_str(), value);
        }
        (score, fired)
    });
}

fn with_rhai(records: &[Record]) {
    let mut engine = rhai::Engine::new();
    engine.set_optimization_level(rhai::OptimizationLevel::Full);
    engine.set_max_expr_depths(0, 0);
    let choice = |when: &str, then: &str, other: &str| format!("(if {when} {{ {then} }} else {{ {other} }})");
    let language = Infix { null: "()", and: "&&", choice, name: str::to_string };
    let lines = infix(&language).into_iter().map(|(name, text)| format!("let {name} = {text};\n"));
    let script = engine.compile(lines.collect::<String>() + "[overall, rules]").unwrap();
    time("rhai 1.27", records, 5_000, |r| {
        let mut scope = rhai::Scope::new();
        for (name, figure) in FIELDS.iter().zip(r.figures) {
            if figure.is_nan() {
                scope.push_dynamic(*name, rhai::Dynamic::UNIT);
            } else {
                scope.push(*name, figure);
            }
        }
        let answer: rhai::Array = engine.eval_ast_with_scope(&mut scope, &script).unwrap();
        (answer[0].as_float().unwrap(), answer[1].as_float().unwrap() as i64)
    });
}

fn with_regorus(records: &[Record]) {
    let mut engine = regorus::Engine::new();
    engine.add_policy("decide.rego".to_string(), rego()).unwrap();
    time("regorus 0.14", records, 2_000, |r| {
        engine.set_input(json(r).into());
        let value = engine.eval_rule("data.decide.answer".to_string()).unwrap();
        let answer = value.as_array().unwrap();
        (answer[0].as_f64().unwrap(), answer[1].as_f64().unwrap() as i64)
    });
}

#[cfg(feature = "zen")]
fn with_zen(records: &[Record]) {
    use zen_engine::{DecisionEngine, model::DecisionContent};
    let choice = |when: &str, then: &str, other: &str| format!("({when} ? {then} : {other})");
    // What was computed in the same node is read from `$`.
    let name = |name: &str| if FIELDS.contains(&name) { name.to_string() } else { format!("$.{name}") };
    let stages = infix(&Infix { null: "null", and: "and", choice, name }).into_iter().enumerate();
    let expressions: Vec<_> =
        stages.map(|(id, (key, value))| serde_json::json!({"id": id.to_string(), "key": key, "value": value})).collect();
    let content = serde_json::json!({
        "nodes": [
            {"id": "in", "name": "in", "type": "inputNode", "content": {}},
            {"id": "score", "name": "score", "type": "expressionNode", "content": {"expressions": expressions}},
            {"id": "out", "name": "out", "type": "outputNode", "content": {}},
        ],
        "edges": [
            {"id": "1", "sourceId": "in", "targetId": "score"},
            {"id": "2", "sourceId": "score", "targetId": "out"},
        ],
    });
    let content: DecisionContent = serde_json::from_value(content).unwrap();
    let engine = DecisionEngine::default();
    let mut decision = engine.create_decision(content.into()).unwrap();
    decision.compile();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    time("zen-engine 2.1.6", records, 5_000, |r| {
        let result = runtime.block_on(decision.evaluate(json(r).into())).unwrap().result;
        let answer: serde_json::Value = serde_json::to_value(&result).unwrap();
        (answer["overall"].as_f64().unwrap(), answer["rules"].as_f64().unwrap() as i64)
    });
}
