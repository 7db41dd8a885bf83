//! Real files that may not be part of the repository; said aloud where they are skipped.

use super::*;

/// `../shared/data`, or what `LAUD_SHARED` says; `None`, said aloud, if it is not there.
fn shared(set: &str) -> Option<PathBuf> {
    let base = std::env::var_os("LAUD_SHARED").map_or_else(|| root().join("../shared/data"), PathBuf::from);
    let directory = base.join(set);
    if directory.is_dir() {
        return Some(directory);
    }
    println!("SKIPPED: `{set}` is not in {}; set LAUD_SHARED to the directory that holds it", base.display());
    None
}

fn load_shared(program: &Program, directory: &Path, toml: &str) -> Loaded {
    let binding = bind(program, toml, directory).unwrap_or_else(|found| panic!("{found:#?}"));
    run(program, &binding).unwrap_or_else(|found| panic!("{found:#?}"))
}

#[test]
fn crm_leads() {
    let Some(directory) = shared("crm_messy") else { return };
    let fields = vec![text("lead_id"), text("email"), text("company"), date("created_date"), integer("employee_count")];
    let program = account(fields);
    let toml =
        |more: &str| format!("[profile.p]\ndirectory = '.'\n{more}\n[profile.p.account]\nfile = 'raw_leads_sim.csv'\n");
    // Dates are written day first and say so nowhere: 1,998 can be read both ways, 3,002 only one way.
    let binding = bind(&program, &toml(""), &directory).unwrap();
    let found = errors(run(&program, &binding));
    assert_eq!(found.len(), 1);
    assert!(
        found[0].contains("`10/03/2025` in `account.created_date` can be 10 March 2025 or 3 October 2025"),
        "{found:?}"
    );
    assert!(found[0].contains("`date_format = \"%d/%m/%Y\"` (3002 other cells can be read only so)"), "{found:?}");

    let loaded = load_shared(&program, &directory, &toml("date_format = '%d/%m/%Y'"));
    assert_eq!((loaded.report(0).read, loaded.report(0).kept), (5000, 5000));
    let blanks: Vec<(NoteKind, u64)> = loaded.report(0).notes.iter().map(|n| (n.kind, n.count)).collect();
    assert_eq!(blanks, [(NoteKind::Blank, 603), (NoteKind::Unused, 7)]);
    let table = loaded.table(0);
    let values = |field: u32| (0..table.rows).map(move |row| table.value(FieldId(field), row));
    let employees: i64 = values(4).filter_map(|v| v.number()).map(|n| n.to_int().unwrap()).sum();
    assert_eq!(employees, 1_198_095);
    let texts = |field| values(field).map(|v| word(&v)).collect::<Vec<String>>();
    assert_eq!(texts(1).iter().filter(|e| !e.contains('@')).count(), 402);
    assert_eq!(texts(2).iter().filter(|c| c.contains(',')).count(), 1602);
    let dates: Vec<Date> = values(3).filter_map(|v| v.date()).collect();
    assert_eq!(dates.len(), 5000);
    assert_eq!((dates.iter().min(), dates.iter().max()), (Some(&day("2024-01-29")), Some(&day("2026-01-28"))));
    let recent = dates.iter().filter(|d| (0..90).contains(&day("2026-01-28").days_since(**d))).count();
    assert_eq!(recent, 563);
}

#[test]
fn airport_survey() {
    let Some(directory) = shared("sfo2017_nps") else { return };
    // In a table that is scored an answer out of range is an unreadable cell.
    let program = account(vec![integer("respnum"), integer("day"), ranged(integer("netpro"), 0, 10)]);
    let toml = "[profile.p]\ndirectory = '.'\n[profile.p.account]\nfile = 'sfo2017.csv'\n\
                columns = { respnum = 'RESPNUM', day = 'INTDATE', netpro = 'NETPRO' }\n";
    let loaded = load_shared(&program, &directory, toml);
    assert_eq!(loaded.report(0).read, 2831);
    let score = loaded.column(0, 2);
    let count =
        |wanted: &dyn Fn(i64) -> bool| score.iter().filter_map(|s| s.parse().ok()).filter(|n| wanted(*n)).count();
    assert_eq!(score.iter().filter(|s| *s == "!").count(), 84, "code 11 means no answer and is out of range");
    assert_eq!(score.iter().filter(|s| *s == "-").count(), 1);
    assert_eq!((count(&|n| n >= 9), count(&|n| n == 7 || n == 8), count(&|n| n <= 6)), (1436, 968, 342));
}

#[test]
fn airport_survey_as_events() {
    let Some(directory) = shared("sfo2017_nps") else { return };
    // As an event a row out of range is refused. The file has days of May 2017 only: they are made dates here.
    let csv = std::fs::read_to_string(directory.join("sfo2017.csv")).unwrap();
    let mut lines = csv.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    let place = |name: &str| header.iter().position(|h| h.trim_start_matches('\u{feff}') == name).unwrap();
    let (number, day, score) = (place("RESPNUM"), place("INTDATE"), place("NETPRO"));
    let mut events = "account,occurred_at,respnum,netpro\n".to_string();
    for line in lines {
        let cells = split(line);
        events += &format!("SFO,2017-05-{:0>2},{},{}\n", cells[day], cells[number], cells[score]);
    }
    let program = activity(Some("respnum"), vec![text("respnum"), ranged(integer("netpro"), 0, 10)]);
    let loaded = files(&[("account.csv", "id\nSFO\n"), ("activity.csv", &events)]).load(&program).unwrap();
    assert_eq!((loaded.report(1).read, loaded.report(1).kept), (2831, 2747));
    assert_eq!(loaded.report(1).rejected, [(RejectReason::OutOfRange, 84)]);
    assert_eq!(loaded.notes(1).len(), 1);
    assert!(loaded.notes(1)[0].starts_with("Blank 1: "));
}

/// Cells of a line that has no line ends within quotes.
fn split(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            c => cells.last_mut().unwrap().push(c),
        }
    }
    cells
}

#[test]
fn subscriptions_and_usage() {
    let Some(directory) = shared("ravenstack") else { return };
    let mut build = Build::default();
    let account =
        build.subject("accounts", vec![text("account_id"), date("signup_date"), field("is_trial", Type::Boolean)]);
    let churn = vec![text("churn_event_id"), date("churn_date"), number("refund_amount_usd")];
    build.events("churn_events", account, "churn_date", Some("churn_event_id"), churn);
    let usage = vec![text("usage_id"), text("subscription_id"), date("usage_date"), integer("usage_count")];
    build.add("feature_usage", TableKind::Rows { as_of: None }, usage, Some("usage_id"));
    let toml = "[profile.p]\ndirectory = '.'\ndate_format = '%d-%m-%Y'\n\
                [profile.p.churn_events.columns]\naccounts = 'account_id'\n";
    let loaded = load_shared(&build.program, &directory, toml);
    let counts: Vec<(u64, u64)> = loaded.report.tables.iter().map(|t| (t.read, t.kept)).collect();
    // 21 keys of usage are used twice; every account of a churn event exists.
    assert_eq!(counts, [(500, 500), (600, 600), (25000, 24979)]);
    assert_eq!(loaded.report(2).rejected, [(RejectReason::Conflict, 21)]);
}

#[test]
fn reviews_with_comments_over_several_lines() {
    let Some(directory) = shared("olist_sample") else { return };
    let fields = vec![
        text("review_id"),
        text("order_id"),
        ranged(integer("review_score"), 1, 5),
        optional(text("review_comment_message")),
        date("review_creation_date"),
    ];
    let mut build = Build::default();
    let id = build.add("review", TableKind::Rows { as_of: None }, fields, None);
    build.program.subject = Some(id);
    let toml =
        "[profile.p]\ndirectory = '.'\n[profile.p.review]\nfile = 'olist_order_reviews.csv'\ntime_zone = 'UTC'\n";
    let loaded = load_shared(&build.program, &directory, toml);
    assert_eq!((loaded.report(0).read, loaded.report(0).kept), (8225, 8225));
    let scores = loaded.column(0, 2);
    let count = |score: &str| scores.iter().filter(|s| *s == score).count();
    assert_eq!(["1", "2", "3", "4", "5"].map(count), [2638, 382, 667, 1184, 3354]);
    assert!(loaded.column(0, 3).iter().any(|c| c.contains('\n')));
    // The line of the last row is a line of the file, not a count of rows.
    let lines = std::fs::read_to_string(directory.join("olist_order_reviews.csv")).unwrap().lines().count();
    let last = loaded.table(0).origins.last().unwrap().line as usize;
    assert!(last > 8226 && last <= lines, "{last} of {lines}");
}

#[test]
fn events_with_offsets() {
    let Some(directory) = shared("gitcommunity_a") else { return };
    let mut build = Build::default();
    let account = build.subject("accounts", vec![text("account_id")]);
    let fields = vec![field("ts", Type::Instant), text("event_id"), field("is_bot", Type::Boolean)];
    build.events("events", account, "ts", Some("event_id"), fields);
    let toml = "[profile.p]\ndirectory = '.'\n[profile.p.events.columns]\naccounts = 'account_id'\n";
    let loaded = load_shared(&build.program, &directory, toml);
    assert_eq!((loaded.report(0).kept, loaded.report(1).read), (586, 20780));
    // 1,682 events fall on another date in UTC than as they are written.
    let csv = std::fs::read_to_string(directory.join("events.csv")).unwrap();
    let at = csv.lines().next().unwrap().split(',').position(|h| h == "ts").unwrap();
    let written: Vec<String> = csv.lines().skip(1).map(|l| split(l)[at][..10].to_string()).collect();
    let table = loaded.table(1);
    let moved = (0..table.rows)
        .filter(|row| {
            let line = table.origins[*row as usize].line as usize;
            table.value(FieldId(1), *row).date().unwrap().to_string() != written[line - 2]
        })
        .count();
    assert_eq!(moved, 1682);
}
