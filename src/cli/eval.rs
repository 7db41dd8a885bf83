//! `laud eval`: every account, scored.

use super::accounts;
use super::args::{EvalArgs, Format};
use super::findings;
use super::lines::{Lines, Shown};
use super::progress::Bar;
use super::project::reason;
use super::replay;
use super::session::{Prepared, Session, data_errors};
use super::stop::{DATA, PROGRAM, Stop};
use super::terminal::Terminal;
use crate::diagnostics::{Diagnostics, did_you_mean};
use crate::engine::column::{Columns, Next, Replay, Stage, evaluate_files, replay_files};
use crate::engine::reference::Evaluator;
use crate::engine::{Engine, Options, Results};
use crate::explain::personal;
use crate::program::{Expr, Field, FieldId, Program, Type};
use crate::report::accounts::{self as report, Changes, Evaluation, Extras, account_name};
use crate::report::table::{Align, Cell, Column, Table, clean, shortened};
use crate::report::{Layout, counted, load, value};
use crate::source::Source;
use crate::value::{Fault, Missing, Value};
use crate::{check, syntax};
use serde_json::json;
use std::cell::RefCell;

/// Runs the verb.
pub fn run(args: &EvalArgs, terminal: &mut Terminal) -> Result<u8, Stop> {
    if let Some(dates) = replay::dates(&args.replay)? {
        return replay::run(args, &dates, terminal);
    }
    let mut prepared = Prepared::open(args.path.as_deref(), &args.program, &args.run, terminal)?;
    if args.expression.is_none() && args.account.is_empty() && args.rejects.is_none() && prepared.declared.is_none() {
        return everything(args, &mut prepared, terminal);
    }
    let session = prepared.load(args.rejects.is_some(), terminal)?;
    rejects(args, &session)?;
    let evaluator = Evaluator::new(&session.program, &session.data, session.calendar);
    let ids = ids(args, &session, &evaluator)?;
    match &args.expression {
        Some(text) => expression(args, &ids, &session, &evaluator, text, terminal),
        None => scores(args, ids, &session, &evaluator, terminal),
    }
}

/// Writes the rejected rows, if they are asked for.
pub(super) fn rejects(args: &EvalArgs, session: &Session) -> Result<(), Stop> {
    let Some(file) = &args.rejects else { return Ok(()) };
    std::fs::write(file, load::rejects_csv(&session.rejects))
        .map_err(|error| Stop::usage(format!("cannot write `{}`: {}", file.display(), reason(&error))))
}

/// The ids of the accounts that are asked for.
pub(super) fn ids(args: &EvalArgs, session: &Session, evaluator: &Evaluator) -> Result<Vec<String>, Stop> {
    let found = args.account.iter().map(|asked| accounts::find(evaluator, session, asked, args.run.show_personal));
    found.collect()
}

/// All accounts, straight from the files: nobody looks at single rows.
fn everything(args: &EvalArgs, prepared: &mut Prepared, terminal: &mut Terminal) -> Result<u8, Stop> {
    let bar = prepared.watch(terminal);
    let prepared = &*prepared;
    let Prepared { program, binding, calendar, stamp, .. } = prepared;
    let columns = columns(args, program)?;
    if args.format == Format::Csv {
        return lines(args, prepared, columns, bar, terminal);
    }
    let options = Options { as_of: stamp.as_of, calendar: *calendar, accounts: Vec::new() };
    let told = evaluate_files(program, binding, &options, Columns::default(), |run| {
        drop(bar);
        let mut load = run.load.clone();
        prepared.note_beginnings(run.data, &mut load);
        let extras = extras(args, columns, run.evaluator, run.results, None, terminal);
        let evaluation = Evaluation {
            program,
            data: run.data,
            load: &load,
            results: run.results,
            stamp,
            personal: args.run.show_personal,
            extras: &extras,
        };
        told(args, &evaluation, terminal)
    });
    told.map_err(|errors| data_errors(&errors, terminal))
}

/// A line for each account, printed while the next are computed. Of the accounts nothing is held but those that there is
/// something to say of beside the lines.
fn lines(
    args: &EvalArgs,
    prepared: &Prepared,
    columns: Vec<FieldId>,
    bar: Bar,
    terminal: &mut Terminal,
) -> Result<u8, Stop> {
    let Prepared { program, binding, calendar, stamp, .. } = prepared;
    let (dates, personal) = ([stamp.as_of], args.run.show_personal);
    let plain = terminal.quiet();
    let printed = RefCell::new((terminal, Lines::default(), Some(bar)));
    let look = |stage: &Stage<'_, '_>| {
        let mut printed = printed.borrow_mut();
        let (terminal, lines, bar) = &mut *printed;
        drop(bar.take());
        lines.print(stage, Shown { stamp, columns: &columns, personal, headed: true }, terminal)
    };
    let options = Replay { dates: &dates, calendar: *calendar, accounts: &[], summed: false };
    let mut code = 0;
    let engine = Columns { leaves: true, ..Columns::default() };
    let told = replay_files(program, binding, &options, engine, look, |turn| {
        let mut printed = printed.borrow_mut();
        let terminal = &mut *printed.0;
        let mut load = turn.load.clone();
        prepared.note_beginnings(turn.data, &mut load);
        let results = &turn.found;
        let extras = Extras { bare: plain, gaps: report::gaps(turn.evaluator, results), ..Extras::default() };
        let (data, load, extras) = (turn.data, &load, &extras);
        code = beside(&Evaluation { program, data, load, results, stamp, personal, extras }, terminal);
        Next::Stop
    });
    let terminal = printed.into_inner().0;
    told.map(|()| code).map_err(|errors| data_errors(&errors, terminal))
}

fn scores(
    args: &EvalArgs,
    ids: Vec<String>,
    session: &Session,
    evaluator: &Evaluator,
    terminal: &mut Terminal,
) -> Result<u8, Stop> {
    let columns = columns(args, &session.program)?;
    let options = Options { as_of: session.stamp.as_of, calendar: session.calendar, accounts: ids };
    let engine = Columns::default();
    let results = engine.evaluate(&session.program, &session.data, &options);
    let without = session.declared.as_ref().map(|program| engine.evaluate(program, &session.data, &options));
    let changes = without.map(|without| report::changes(&session.program, &results, &without));
    let extras = extras(args, columns, evaluator, &results, changes, terminal);
    let evaluation = Evaluation {
        program: &session.program,
        data: &session.data,
        load: &session.load,
        results: &results,
        stamp: &session.stamp,
        personal: args.run.show_personal,
        extras: &extras,
    };
    Ok(told(args, &evaluation, terminal))
}

/// What is said besides the numbers.
pub(super) fn extras(
    args: &EvalArgs,
    columns: Vec<FieldId>,
    evaluator: &Evaluator,
    results: &Results,
    changes: Option<Changes>,
    terminal: &Terminal,
) -> Extras {
    Extras {
        bare: terminal.quiet(),
        list_tasks: args.tasks,
        columns,
        rows: report::rows(evaluator, results),
        gaps: report::gaps(evaluator, results),
        tasks: report::tasks(evaluator, results, args.run.show_personal),
        changes,
    }
}

/// Prints the results; the exit code.
fn told(args: &EvalArgs, evaluation: &Evaluation, terminal: &mut Terminal) -> u8 {
    let text = match args.format {
        Format::Human => report::human(evaluation, &terminal.layout()),
        Format::Json => format!("{:#}\n", report::json(evaluation)),
        Format::Csv => report::csv(evaluation),
        Format::Md => report::markdown(evaluation),
    };
    terminal.print(&text);
    if args.format == Format::Csv {
        return beside(evaluation, terminal);
    }
    closing(evaluation, terminal)
}

/// What is said beside lines; the exit code.
fn beside(evaluation: &Evaluation, terminal: &mut Terminal) -> u8 {
    let text = report::besides(evaluation, &terminal.err_layout());
    terminal.note(&text);
    closing(evaluation, terminal)
}

/// The last word; the exit code.
fn closing(evaluation: &Evaluation, terminal: &mut Terminal) -> u8 {
    if evaluation.scores_hit() {
        terminal.note("some scores lack a number that could not be computed\n");
        return DATA;
    }
    0
}

/// The columns of the accounts that are to be shown.
pub(super) fn columns(args: &EvalArgs, program: &Program) -> Result<Vec<FieldId>, Stop> {
    let Some(table) = program.subject_table() else { return Ok(Vec::new()) };
    let shown = |field: &Field| !field.personal || args.run.show_personal;
    let named = |f: &Field| f.name == "name" && f.ty == Type::Text;
    let mut found: Vec<FieldId> = Vec::new();
    for asked in args.columns.iter().map(|c| c.trim()).filter(|c| !c.is_empty()) {
        let place = table.fields.iter().position(|f| f.name == asked);
        let places: Vec<usize> = match place {
            Some(i) => vec![i],
            // The key and the name are there anyway.
            None if asked == "all" => (0..table.fields.len())
                .filter(|i| table.key.is_none_or(|key| key.index() != *i))
                .filter(|i| table.fields.get(*i).is_some_and(|f| shown(f) && !named(f)))
                .collect(),
            None => {
                let names: Vec<&str> = table.fields.iter().map(|f| f.name.as_str()).collect();
                let stop = Stop::usage(format!("`{}` has no column `{asked}`", table.header.name));
                return Err(stop.maybe_help(did_you_mean(asked, names.iter().copied())));
            }
        };
        found.extend(places.into_iter().filter_map(|i| u32::try_from(i).ok()).map(FieldId));
    }
    let mut seen = std::collections::HashSet::new();
    found.retain(|f| seen.insert(*f));
    Ok(found)
}

/// A longer expression is cut where it is a heading.
const HEADING: usize = 40;

/// One expression for every account, or for those asked for.
fn expression(
    args: &EvalArgs,
    ids: &[String],
    session: &Session,
    evaluator: &Evaluator,
    text: &str,
    terminal: &mut Terminal,
) -> Result<u8, Stop> {
    let expr = typed(session, &session.program, text, terminal)?;
    let program = &session.program;
    let hidden = !args.run.show_personal && personal(program, &expr);
    let rows = values(session, evaluator, &expr, ids, args.run.show_personal);
    let shown = |v: &Value, text: String| if hidden && !v.is_missing() { value::MASK.to_string() } else { text };
    let words = |v: &Value| match v {
        Value::Missing(why) => format!("missing ({why})"),
        v => shown(v, value::shown(program, expr.ty, v)),
    };
    let changed = match &session.declared {
        Some(declared) => {
            let expr = typed(session, declared, text, terminal)?;
            let evaluator = Evaluator::new(declared, &session.data, session.calendar);
            changed(&rows, &values(session, &evaluator, &expr, ids, args.run.show_personal), words)
        }
        None => Vec::new(),
    };
    let extents = load::extents(program, &session.data, session.stamp.as_of);
    let left_out = load::left_out(&session.load, &extents);
    let footer = |layout: &Layout| {
        let mut out = String::new();
        report::section(&mut out, "data", left_out.clone(), layout);
        let mut table = Table::new(vec![Column::default()]);
        changed.iter().for_each(|text| table.row(vec![text.as_str().into()]));
        report::section(&mut out, "changes", table, layout);
        out
    };
    let fatal = |v: &Value| matches!(v, Value::Missing(Missing::Error(Fault::DivisionByZero | Fault::Overflow)));
    let hit = rows.iter().any(|(_, _, v)| fatal(v));
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
            let mut whole = json!({
                "project": stamp.project,
                "as_of": stamp.as_of.to_string(),
                "program": stamp.program,
                "data": stamp.data,
                "expression": text,
                "type": expr.ty.to_string(),
                "accounts": accounts,
                "load": load::json(&session.load, &extents),
            });
            if let (false, Some(map)) = (stamp.settings.is_empty(), whole.as_object_mut()) {
                map.insert("settings".into(), stamp.settings_json());
                map.insert("changes".into(), json!(changed));
            }
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
            columns.push(Column { title: shortened(&clean(text), HEADING), align, ..Column::default() });
            let mut table = Table::new(columns);
            for (id, name, v) in rows {
                let mut cells = vec![Cell::from(id)];
                if named {
                    cells.push(name.unwrap_or_default().into());
                }
                cells.push(words(&v).into());
                table.row(cells);
            }
            let layout = terminal.layout();
            match args.format {
                Format::Md => {
                    let heading = if terminal.quiet() { String::new() } else { report::heading(&session.stamp) };
                    heading + &table.markdown()
                }
                _ if terminal.quiet() => table.human(0, &layout),
                _ => {
                    let title = report::title(&session.stamp, table.rows.len(), &layout);
                    let footer = footer(&layout);
                    let gap = if footer.is_empty() { "" } else { "\n" };
                    format!("{title}\n{}{gap}{footer}", table.human(0, &layout))
                }
            }
        }
    };
    terminal.print(&out);
    if matches!(args.format, Format::Csv | Format::Md) {
        // The heading of the Markdown page has the remarks.
        let remarks = session.stamp.remarks().into_iter().filter(|_| args.format == Format::Csv);
        let remarks: String = remarks.map(|r| format!("{}\n", clean(&r))).collect();
        let footer = footer(&terminal.err_layout());
        terminal.note(&format!("{remarks}{footer}"));
    }
    if hit {
        terminal.note("some values could not be computed\n");
        return Ok(DATA);
    }
    Ok(0)
}

/// Id and name, as far as they may be shown, and the value of an expression for each account.
fn values(
    session: &Session,
    evaluator: &Evaluator,
    expr: &Expr,
    ids: &[String],
    personal: bool,
) -> Vec<(String, Option<String>, Value)> {
    let as_of = session.stamp.as_of;
    let asked = |id: &&str| ids.is_empty() || ids.iter().any(|a| a == id);
    let mut rows = Vec::new();
    for id in evaluator.ids(as_of).filter(asked) {
        let Some(mut account) = evaluator.account(id, as_of) else { continue };
        let value = account.value_of(expr);
        let name = account_name(&session.program, &session.data, account.row(), personal);
        rows.push((if session.masked(personal) { value::MASK.to_string() } else { id.to_string() }, name, value));
    }
    rows
}

/// What the settings change about an expression.
fn changed(
    with: &[(String, Option<String>, Value)],
    without: &[(String, Option<String>, Value)],
    words: impl Fn(&Value) -> String,
) -> Vec<String> {
    let differ: Vec<_> = with.iter().zip(without).filter(|((_, _, a), (_, _, b))| a != b).collect();
    let all = counted(with.len() as u64, "account", "accounts");
    if differ.is_empty() {
        return vec![format!("none: no account of {all} differs from the program without the setting")];
    }
    let verb = if differ.len() == 1 { "differs" } else { "differ" };
    let mut out = vec![format!("{} of {all} {verb} from the program as declared", differ.len())];
    for ((id, _, after), (_, _, before)) in differ.iter().take(report::NAMED) {
        out.push(format!("{id}: {} -> {}", words(before), words(after)));
    }
    if differ.len() > report::NAMED {
        out.push(format!("and {} more", differ.len() - report::NAMED));
    }
    out
}

/// Parses and types an expression; what is wrong with it is drawn under it.
pub(super) fn typed(session: &Session, program: &Program, text: &str, terminal: &mut Terminal) -> Result<Expr, Stop> {
    let mut sources = session.sources.clone();
    let id = sources.add("<expression>", text);
    let source = Source::new("<expression>", text);
    let mut diagnostics = Diagnostics::new();
    let parsed = syntax::parse_expression(id, &source, &mut diagnostics);
    let typed = parsed.filter(|_| !diagnostics.has_errors());
    let typed = typed.and_then(|e| check::check_expression_among(program, &session.files, &e, &mut diagnostics));
    match typed.filter(|_| !diagnostics.has_errors()) {
        Some(expr) => Ok(expr),
        None => {
            let text = findings::human(&diagnostics.sorted(), &sources, terminal.err_color());
            terminal.complain(&text);
            Err(Stop::said(PROGRAM))
        }
    }
}
