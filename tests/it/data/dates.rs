//! Dates, zones and clocks.

use super::*;

#[test]
fn instants_become_dates_in_the_projects_zone() {
    let program = account(vec![text("id"), date("since"), optional(field("seen", Type::Instant))]);
    let csv = "id,since,seen\na,2026-04-01T02:30:00Z,2026-04-01T02:30:00Z\nb,2026-04-01,2026-04-01\nc,2026-02-30,\n";
    let toml = "[project]\ntime_zone = 'America/New_York'\n[profile.p]\ndirectory = '.'\n";
    let loaded = files(&[("account.csv", csv)]).load_with(&program, toml).unwrap();
    assert_eq!(loaded.column(0, 1), ["2026-03-31", "2026-04-01", "!"]);
    assert_eq!(loaded.column(0, 2), ["2026-03-31 22:30:00", "2026-04-01 00:00:00", "-"]);
    assert!(loaded.notes(0)[0].contains("`2026-02-30` is a date that does not exist at account.csv:4"));
}

#[test]
fn timestamps_without_a_zone_need_one() {
    let program = activity(None, vec![]);
    let data = files(&[
        ("account.csv", "id\nA\n"),
        ("activity.csv", "account,occurred_at\nA,2026-03-31 23:30:00\nA,2026-04-01\n"),
    ]);
    assert_eq!(
        errors(data.load(&program)),
        [
            "activity.csv:2: `2026-03-31 23:30:00` in `activity.occurred_at` is a timestamp without a time zone, so its date is \
          not known (write `time_zone = \"…\"` under `[profile.data.activity]` in laud.toml, naming the zone it was written in (the project's is `UTC`))"
        ]
    );
    let toml = "[profile.p]\ndirectory = '.'\n[profile.p.activity]\ntime_zone = 'America/New_York'\n";
    let loaded = data.load_with(&program, toml).unwrap();
    assert_eq!(loaded.column(1, 1), ["2026-04-01", "2026-04-01"]);
}

#[test]
fn clocks_that_skip_are_noted() {
    let program = activity(None, vec![]);
    let csv = "account,occurred_at\nA,2026-03-08 02:30:00\nA,2026-11-01 01:30:00\nA,2026-07-01 12:00:00\n";
    let data = files(&[("account.csv", "id\nA\n"), ("activity.csv", csv)]);
    let toml = "[profile.p]\ndirectory = '.'\ntime_zone = 'America/New_York'\n";
    let loaded = data.load_with(&program, toml).unwrap();
    assert_eq!(
        loaded.notes(1),
        [
            "Other 1: 1 time of `occurred_at` that the clocks skipped; moved forward by what was skipped, the first at activity.csv:2",
            "Other 1: 1 time of `occurred_at` that the clocks showed twice; the first is taken, the first at activity.csv:3",
        ]
    );
}

#[test]
fn day_and_month_must_be_declared() {
    let program = account(vec![text("id"), date("since")]);
    let data = files(&[("account.csv", "id,since\na,03/04/2026\nb,31/03/2026\nc,30/06/2026\n")]);
    assert_eq!(
        errors(data.load(&program)),
        ["account.csv:2: `03/04/2026` in `account.since` can be 3 April 2026 or 4 March 2026 \
          (write `date_format = \"%d/%m/%Y\"` (2 other cells can be read only so) or `date_format = \"%m/%d/%Y\"` under \
          `[profile.data.account]` in laud.toml)"]
    );
    let toml = |format: &str| format!("[profile.p]\ndirectory = '.'\ndate_format = {format}\n");
    let loaded = data.load_with(&program, &toml("'%d/%m/%Y'")).unwrap();
    assert_eq!(loaded.column(0, 1), ["2026-04-03", "2026-03-31", "2026-06-30"]);
    // The other order makes the first cell another date, so it is not just two cells that cannot be read.
    assert_eq!(
        errors(data.load_with(&program, &toml("'%m/%d/%Y'"))),
        ["account.csv:3: all 3 cells of `since` fit `%d/%m/%Y`, only 1 fits `%m/%d/%Y`: `31/03/2026` does not \
          (write `since = { date_format = \"%d/%m/%Y\" }` under `[profile.p.account.columns]` in laud.toml)"]
    );
    // Even if only one reading is possible, it has to be said.
    let clear = files(&[("account.csv", "id,since\na,27-07-2023 03:00\n")]);
    assert_eq!(
        errors(clear.load(&program)),
        [
            "account.csv:2: `27-07-2023 03:00` in `account.since` is not written as 2026-03-31, and its format is not declared \
          (write `date_format = \"%d-%m-%Y %H:%M\"` under `[profile.data.account]` in laud.toml)"
        ]
    );
}

#[test]
fn a_file_that_mixes_formats_is_told_all_of_them() {
    let program = account(vec![text("id"), date("since")]);
    let under = "under `[profile.data.account]` in laud.toml";
    let told = |cells: &str| {
        let rows: String = cells.split(' ').enumerate().map(|(i, cell)| format!("a{i},{cell}\n")).collect();
        errors(files(&[("account.csv", &format!("id,since\n{rows}"))]).load(&program)).remove(0)
    };
    let clear =
        "account.csv:2: `31/03/2026` in `account.since` is not written as 2026-03-31, and its format is not declared";
    // Each cell can be read one way only.
    assert_eq!(
        told("31/03/2026 30.06.26 2026-01-01"),
        format!("{clear} (write `date_format = [\"%d/%m/%Y\", \"%d.%m.%y\"]` {under})")
    );
    assert_eq!(
        told("31/03/2026 06/30/2026 31/05/2026"),
        format!("{clear} (write `date_format = [\"%d/%m/%Y\", \"%m/%d/%Y\"]` {under})")
    );
    // One can be read both ways, and others do not say which: of their own form, the most frequent order goes first.
    let doubtful = "account.csv:2: `03/04/2026` in `account.since` can be 3 April 2026 or 4 March 2026";
    assert_eq!(
        told("03/04/2026 31/03/2026 06/30/2026 07/30/2026"),
        format!(
            "{doubtful} (both orders are there (1 cell with the day first only, 2 cells with the month first only): write \
             `date_format = [\"%m/%d/%Y\", \"%d/%m/%Y\"]` {under}; a cell that fits both is read as the first of them says)"
        )
    );
    assert_eq!(
        told("03/04/2026 30.06.2026"),
        format!(
            "{doubtful} (write `date_format = [\"%d/%m/%Y\", \"%d.%m.%Y\"]` (1 other cell can be read only so) or \
             `date_format = [\"%m/%d/%Y\", \"%d.%m.%Y\"]` {under})"
        )
    );
    // What is proposed can be read.
    let toml = "[profile.p]\ndirectory = '.'\ndate_format = ['%m/%d/%Y', '%d/%m/%Y']\n";
    let data = files(&[("account.csv", "id,since\na,03/04/2026\nb,31/03/2026\nc,06/30/2026\n")]);
    let loaded = data.load_with(&program, toml).unwrap();
    assert_eq!(loaded.column(0, 1), ["2026-03-04", "2026-03-31", "2026-06-30"]);
}

#[test]
fn numbers_are_dates_only_by_declaration() {
    let program = activity(None, vec![]);
    let data = files(&[("account.csv", "id\nA\n"), ("activity.csv", "account,occurred_at\nA,1775010600\n")]);
    let loaded = data.load(&program).unwrap();
    assert_eq!(loaded.rejected(), ["activity.csv:2 BadDate: `1775010600` in `occurred_at` is a number, not a date"]);
    let toml = "[project]\ntime_zone = 'America/New_York'\n[profile.p]\ndirectory = '.'\n[profile.p.activity]\nepoch = 'seconds'\n";
    assert_eq!(data.load_with(&program, toml).unwrap().column(1, 1), ["2026-03-31"]);
}
