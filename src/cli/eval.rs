//! `laud eval`: every account, scored.

use super::args::{EvalArgs, Format};
use super::findings;
use super::project::reason;
use super::session::Session;
use super::stop::{DATA, PROGRAM, Stop};
use super::terminal::Terminal;
use crate::diagnostics::{Diagnostics, did_you_mean};
use crate::engine::reference::{Evaluator, Reference};
use crate::engine::{Engine, Options};
use crate::explain::personal;
use crate::program::{Expr, Type};
use crate::report::accounts::{self, Evaluation, account_name};
use crate::report::paint::Paint;
use crate::report::table::{Align, Cell, Column, Table};
use crate::report::{Layout, load, value};
use crate::source::Source;
use crate::value::Value;
use crate::{check, syntax};
use serde_json::json;

/// Runs the verb.
pub fn run(args: &EvalArgs, terminal: &mut Terminal) -> Result<u8, Stop> {
    let session = Session::open(args.path.as_deref(), &args.program, &args.run, args.rejects.is_some(), terminal)?;
    if let Some(file) = &args.rejects {
        std::fs::write(file, load::rejects_csv(&session.rejects))
            .map_err(|error| Stop::usage(format!("cannot write `{}`: {}", file.display(), reason(&error))))?;
    }
    let evaluator = Evaluator::new(&session.program, &session.data, session.calendar);
    for id in &args.account {
        known(&evaluator, &session, id, args.run.show_personal)?;
    }
    match &args.expression {
        Some(text) => expression(args, &session, &evaluator, text, terminal),
        None => Ok(scores(args, &session, terminal)),
    }
}

/// Stops if there is no such account.
fn known(evaluator: &Evaluator, session: &Session, id: &str, personal: bool) -> Result<(), Stop> {
    let as_of = session.stamp.as_of;
    if evaluator.ids(as_of).any(|known| known == id) {
        return Ok(());
    }
    let ids: Vec<&str> = evaluator.ids(as_of).collect();
    let tell = personal || !accounts::personal_key(&session.program);
    let help = tell.then(|| did_you_mean(id, ids.iter().copied())).flatten();
    Err(Stop::usage(format!("there is no account `{id}`")).maybe_help(help))
}

fn scores(args: &EvalArgs, session: &Session, terminal: &mut Terminal) -> u8 {
    let options = Options { as_of: session.stamp.as_of, calendar: session.calendar, accounts: args.account.clone() };
    let results = Reference.evaluate(&session.program, &session.data, &options);
    let evaluation = Evaluation {
        program: &session.program,
        data: &session.data,
        load: &session.load,
        results: &results,
        stamp: &session.stamp,
        personal: args.run.show_personal,
    };
    let text = match args.format {
        Format::Human => accounts::human(&evaluation, &terminal.layout()),
        Format::Json => format!("{:#}\n", accounts::json(&evaluation)),
        Format::Csv => accounts::csv(&evaluation),
        Format::Md => accounts::markdown(&evaluation),
    };
    terminal.print(&text);
    if args.format == Format::Csv {
        left_out(session, terminal);
    }
    if evaluation.scores_hit() {
        terminal.note("some scores lack a number that could not be computed\n");
        return DATA;
    }
    0
}

/// One expression for every account, or for those asked for.
fn expression(
    args: &EvalArgs,
    session: &Session,
    evaluator: &Evaluator,
    text: &str,
    terminal: &mut Terminal,
) -> Result<u8, Stop> {
    let expr = typed(session, text, terminal)?;
    let program = &session.program;
    let hidden = !args.run.show_personal && personal(program, &expr);
    let asked = |id: &&str| args.account.is_empty() || args.account.iter().any(|a| a == id);
    let mut rows: Vec<(String, Option<String>, Value)> = Vec::new();
    for id in evaluator.ids(session.stamp.as_of).filter(asked) {
        let Some(mut account) = evaluator.account(id, session.stamp.as_of) else { continue };
        let value = account.value_of(&expr);
        let name = account_name(program, &session.data, account.row(), args.run.show_personal);
        let masked = accounts::personal_key(program) && !args.run.show_personal;
        rows.push((if masked { value::MASK.to_string() } else { id.to_string() }, name, value));
    }
    let shown = |v: &Value, text: String| if hidden && !v.is_missing() { value::MASK.to_string() } else { text };
    let out = match args.format {
        Format::Json => {
            let accounts: Vec<serde_json::Value> = rows
                .iter()
                .map(|(id, _, v)| {
                    let v =
                        if hidden && !v.is_missing() { json!(value::MASK) } else { value::json(program, expr.ty, v) };
                    json!({ "account": id, "value": v })
                })
                .collect();
            let stamp = &session.stamp;
            let whole = json!({
                "project": stamp.project,
                "as_of": stamp.as_of.to_string(),
                "program": stamp.program,
                "data": stamp.data,
                "expression": text,
                "type": expr.ty.to_string(),
                "accounts": accounts,
                "load": load::json(&session.load, &accounts::unseen(program, &session.data, stamp.as_of)),
            });
            format!("{whole:#}\n")
        }
        Format::Csv => {
            let as_of = session.stamp.as_of.to_string();
            let mut table = Table::new(["account", "as_of", "value", "missing"].map(Column::words).to_vec());
            for (id, _, v) in rows {
                let text = shown(&v, value::csv(program, expr.ty, &v));
                let missing = v.missing().map_or("", |why| why.words());
                table.row(vec![id.into(), as_of.as_str().into(), text.into(), missing.into()]);
            }
            table.csv()
        }
        Format::Human | Format::Md => {
            let align = if matches!(expr.ty, Type::Number(_)) { Align::Right } else { Align::Left };
            let named = rows.iter().any(|(_, name, _)| name.is_some());
            let mut columns = vec![Column { limit: Some(24), ..Column::words("account") }];
            if named {
                columns.push(Column { limit: Some(24), ..Column::words("name") });
            }
            columns.push(Column { title: text.to_string(), align, ..Column::default() });
            let mut table = Table::new(columns);
            for (id, name, v) in rows {
                let mut cells = vec![Cell::from(id)];
                if named {
                    cells.push(name.unwrap_or_default().into());
                }
                let text = match &v {
                    Value::Missing(why) => format!("missing ({why})"),
                    v => shown(v, value::shown(program, expr.ty, v)),
                };
                cells.push(text.into());
                table.row(cells);
            }
            if args.format == Format::Md {
                accounts::heading(&session.stamp) + &table.markdown()
            } else {
                let layout = terminal.layout();
                let mut out = accounts::title(&session.stamp, table.rows.len(), &layout);
                out.push_str(&format!("\n{}", table.human(0, &layout)));
                let left_out = load::left_out(&session.load);
                if !left_out.rows.is_empty() {
                    out.push('\n');
                    accounts::section(&mut out, "data", left_out, &layout);
                }
                out
            }
        }
    };
    terminal.print(&out);
    if matches!(args.format, Format::Csv | Format::Md) {
        left_out(session, terminal);
    }
    Ok(0)
}

/// Says beside a result that has no place for it which tables lack rows.
fn left_out(session: &Session, terminal: &mut Terminal) {
    let table = load::left_out(&session.load);
    if !table.rows.is_empty() {
        terminal.note(&table.human(0, &Layout { paint: Paint::new(terminal.err_color()), ..terminal.layout() }));
    }
}

/// Parses and types an expression; what is wrong with it is drawn under it.
fn typed(session: &Session, text: &str, terminal: &mut Terminal) -> Result<Expr, Stop> {
    let mut sources = session.sources.clone();
    let id = sources.add("<expression>", text);
    let source = Source::new("<expression>", text);
    let mut diagnostics = Diagnostics::new();
    let parsed = syntax::parse_expression(id, &source, &mut diagnostics);
    let typed = parsed.filter(|_| !diagnostics.has_errors());
    let typed = typed.and_then(|e| check::check_expression(&session.program, &e, &mut diagnostics));
    match typed.filter(|_| !diagnostics.has_errors()) {
        Some(expr) => Ok(expr),
        None => {
            let text = findings::human(&diagnostics.sorted(), &sources, terminal.err_color());
            terminal.complain(&text);
            Err(Stop::said(PROGRAM))
        }
    }
}
