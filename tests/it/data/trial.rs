//! What would score every account wrongly without a word: files that join to nothing, columns that cannot be read, dates
//! in another order, sources without rows. Found by a customer-success manager with exports of her own.

use super::*;

const SALESFORCE: &str =
    "id,name\n0015g00000AbCd1AAB,Northwind\n0015g00000AbCd2AAB,Globex\n0015g00000AbCd3AAB,Initech\n";

fn named() -> Program {
    let mut build = Build::default();
    let account = build.subject("account", vec![text("id"), text("name")]);
    build.events("activity", account, "occurred_at", None, vec![date("occurred_at")]);
    build.program
}

fn joined(accounts: &str, keys: &[&str]) -> Files {
    let rows: String = keys.iter().map(|key| format!("{key},2026-01-01\n")).collect();
    files(&[("account.csv", accounts), ("activity.csv", &format!("account,occurred_at\n{rows}"))])
}

#[test]
fn files_that_join_to_nothing() {
    let program = named();
    let case = |accounts: &str, keys: &[&str]| errors(joined(accounts, keys).load(&program));
    assert_eq!(
        case(SALESFORCE, &["0015g00000AbCd2", "0015g00000AbCd1", "0015g00000AbCd9"]),
        [
            "activity.csv:2: none of the 3 rows of `activity` belongs to an existing `account`: there is no `0015g00000AbCd2`, \
          but there is `0015g00000AbCd2AAB` (Salesforce writes ids with 15 or 18 characters: export the 18 in both files (the \
          formula `CASESAFEID(Id)` gives them))"
        ]
    );
    // The other way round: the accounts have the short ones.
    assert_eq!(
        case("id,name\n0015g00000AbCd1,N\n", &["0015g00000AbCd1AAB"]),
        ["activity.csv:2: the only row of `activity` does not belong to an existing `account`: there is no \
          `0015g00000AbCd1AAB`, but there is `0015g00000AbCd1` (Salesforce writes ids with 15 or 18 characters: export the 18 \
          in both files (the formula `CASESAFEID(Id)` gives them))"]
    );
    assert_eq!(
        case(SALESFORCE, &["Globex", "globex", "Acme"]),
        [
            "activity.csv:2: none of the 3 rows of `activity` belongs to an existing `account`: `Globex` is the `name` of \
          `0015g00000AbCd2AAB`, not its `id` (write `account = \"…\"` under `[profile.data.activity.columns]` in laud.toml, \
          naming the column that holds `account.id`)"
        ]
    );
    for (accounts, key, near) in
        [("id,name\nACME,A\n", "acme", "ACME"), ("id,name\n0042,A\n", "42", "0042"), ("id,name\n42,A\n", "42.0", "42")]
    {
        assert_eq!(
            case(accounts, &[key]),
            [format!(
                "activity.csv:2: the only row of `activity` does not belong to an existing `account`: there is no `{key}`, but \
                 there is `{near}` (keys are compared exactly: have both files write `account.id` alike)"
            )]
        );
    }
    assert_eq!(
        case("id,name\nA,A\n", &["x", "y"]),
        ["activity.csv:2: none of the 2 rows of `activity` belongs to an existing `account`: there is no `x` (write \
          `account = \"…\"` under `[profile.data.activity.columns]` in laud.toml, naming the column that holds `account.id`)"]
    );
}

#[test]
fn the_column_that_holds_the_ids_is_named() {
    let csv = "Company,Ticket ID,SFDC Account ID,occurred_at\nGlobex,1,0015g00000AbCd2AAB,2026-01-01\n";
    let toml = "[profile.'my q1']\ndirectory = '.'\n[profile.'my q1'.activity.columns]\naccount = 'Company'\n";
    let data = files(&[("account.csv", SALESFORCE), ("activity.csv", csv)]);
    assert!(
        errors(data.load_with(&named(), toml))[0].ends_with(
            "(write `account = \"SFDC Account ID\"` under `[profile.\"my q1\".activity.columns]` in laud.toml, naming the column \
             that holds `account.id`)"
        )
    );
}

#[test]
fn most_rows_lost_is_a_note() {
    let program = named();
    let keys = ["0015g00000AbCd2", "0015g00000AbCd1", "0015g00000AbCd3AAB"];
    assert_eq!(
        joined(SALESFORCE, &keys).load(&program).unwrap().notes(1),
        [
            "Orphans 2: most rows are lost: 2 of 3 belong to no existing `account`",
            "Orphans 2: 2 rows rejected because one key is the beginning of the other: `0015g00000AbCd1` for \
             `0015g00000AbCd1AAB` (1), `0015g00000AbCd2` for `0015g00000AbCd2AAB` (1); Salesforce writes ids with 15 or 18 \
             characters: export the 18 in both files (the formula `CASESAFEID(Id)` gives them)",
        ]
    );
    assert_eq!(
        joined("id,name\nA,A\n", &["x", "y", "A"]).load(&program).unwrap().notes(1),
        [
            "Orphans 2: most rows are lost: 2 of 3 belong to no existing `account`; check that `account` holds `account.id`, \
          and that both files are of the same accounts"
        ]
    );
    // One stray row is counted and listed, as ever.
    assert_eq!(joined("id,name\nA,A\n", &["x", "A", "A"]).load(&program).unwrap().notes(1), Vec::<String>::new());
}

#[test]
fn one_file_of_several_that_joins_to_nothing() {
    let head = "account,occurred_at\n";
    let one = format!("{head}{}", "A1,2026-01-01\n".repeat(9));
    let two = format!("{head}{}", "a1,2026-01-01\n".repeat(3));
    let data = files(&[("account.csv", "id,name\nA1,A\n"), ("one.csv", &one), ("two.csv", &two)]);
    let toml = "[profile.p]\ndirectory = '.'\n[profile.p.activity]\nfiles = ['one.csv', 'two.csv']\n";
    assert_eq!(
        errors(data.load_with(&named(), toml)),
        [
            "two.csv:2: none of the 3 rows of two.csv belongs to an existing `account`: there is no `a1`, but there is `A1` \
          (keys are compared exactly: have both files write `account.id` alike)"
        ]
    );
}

#[test]
fn a_source_without_rows_vouches_for_nothing() {
    let program = activity(None, vec![]);
    let case = |csv: &str, toml: &str| {
        let data = files(&[("account.csv", "id\nA\n"), ("activity.csv", csv)]);
        let loaded = data.load_with(&program, &format!("[profile.p]\ndirectory = '.'\n{toml}")).unwrap();
        (loaded.table(1).vouches(), loaded.table(1).covers_to, loaded.notes(1))
    };
    let say = "write `covers = { from = …, to = … }` under `[profile.p.activity]` in laud.toml";
    assert_eq!(
        case("account,occurred_at\n", ""),
        (
            false,
            None,
            vec![format!(
                "Other 1: activity.csv has no rows, so everything counted from it is missing; if nothing happened, say so: {say}"
            )]
        )
    );
    assert_eq!(
        case("account,occurred_at\n,2026-01-01\n", ""),
        (
            false,
            None,
            vec![format!(
                "Other 1: no row of activity.csv was kept, so everything counted from it is missing; if nothing happened, say \
                 so: {say}"
            )]
        )
    );
    let declared = "[profile.p.activity]\ncovers = { from = 2025-01-01, to = 2026-03-31 }\n";
    assert_eq!(
        case("account,occurred_at\n", declared),
        (
            true,
            Some(day("2026-03-31")),
            vec!["Other 1: activity.csv has no rows; as `covers` says, nothing happened".to_string()]
        )
    );
    assert_eq!(case("account,occurred_at\nA,2026-01-01\n", ""), (true, Some(day("2026-01-01")), vec![]));
}

#[test]
fn columns_of_which_nothing_can_be_read() {
    let mut build = Build::default();
    let kind = build.list("account.kind", &["small", "large"]);
    build.subject(
        "account",
        vec![text("id"), optional(money("arr", "USD")), optional(field("kind", kind)), optional(date("since"))],
    );
    let case = |rows: [&str; 3]| {
        let csv: String = rows.iter().map(|row| format!("{row}\n")).collect();
        errors(files(&[("account.csv", &format!("id,arr,kind,since\n{csv}"))]).load(&build.program))
    };
    assert_eq!(
        case(["a,€5,,", "b,\"€1,200\",,", "c,7 EUR,,"]),
        [
            "account.csv:2: none of the 3 cells of `account.arr` can be read as money in USD: `€5` is in another currency \
          (declare `arr` as `money EUR`, or have the amounts converted to USD before they are loaded)"
        ]
    );
    assert_eq!(
        case(["a,,Lage,", "b,,Klein,", "c,,Lage,"]),
        [
            "account.csv:2: none of the 3 cells of `account.kind` is in the list: `Lage` for one (say what they mean (`\"\"` for nothing): \
          write `kind = { values = { \"Lage\" = \"large\" } }` under `[profile.data.account.columns]` in laud.toml, or add them \
          to the list in the program)"
        ]
    );
    assert_eq!(
        case(["a,,,3 Apr 2026", "b,,,14 May 2026", "c,,,1 June 2026"]),
        [
            "account.csv:2: none of the 3 cells of `account.since` can be read as a date: `3 Apr 2026` is not a date (write \
          `since = { date_format = \"%d %B %Y\" }` under `[profile.data.account.columns]` in laud.toml)"
        ]
    );
    // Two may be an accident; one that can be read shows that the column is what it is said to be.
    for rows in ["id,arr,kind,since\na,€5,,\nb,€6,,\n", "id,arr,kind,since\na,€5,,\nb,€6,,\nc,€7,,\nd,8,,\n"]
    {
        let loaded = files(&[("account.csv", rows)]).load(&build.program).unwrap();
        assert_eq!(loaded.notes(0).len(), 1);
    }
}

#[test]
fn scores_in_another_unit() {
    let program = activity(None, vec![ranged(integer("score"), 0, 10)]);
    let csv = "account,occurred_at,score\nA,2026-01-01,85\nA,2026-01-02,90\nA,2026-01-03,70\n";
    assert_eq!(
        errors(files(&[("account.csv", "id\nA\n"), ("activity.csv", csv)]).load(&program)),
        [
            "activity.csv:2: none of the 3 cells of `activity.score` can be used: `score` is 85, 0 to 10 is allowed (correct the \
          range of `score` in the program, or mend the export)"
        ]
    );
}

#[test]
fn dates_that_fit_another_format_as_a_whole() {
    let program = account(vec![text("id"), date("renewal")]);
    let toml = "[profile.q1]\ndirectory = '.'\n[profile.q1.account]\ndate_format = '%d/%m/%Y'\n\
                [profile.q1.account.columns]\nrenewal = 'Renewal Date'\n";
    let case = |cells: &[&str]| {
        let rows: String = cells.iter().enumerate().map(|(i, cell)| format!("a{i},{cell}\n")).collect();
        files(&[("account.csv", &format!("id,Renewal Date\n{rows}"))]).load_with(&program, toml)
    };
    // Nine of these are dates both ways, and would each be another one.
    let swapped = [
        "05/15/2026",
        "06/20/2026",
        "12/31/2026",
        "04/30/2026",
        "09/01/2026",
        "04/02/2026",
        "05/01/2026",
        "08/08/2026",
        "01/02/2026",
        "02/03/2026",
        "03/04/2026",
        "10/11/2026",
        "12/01/2026",
        "N/A",
        "",
    ];
    assert_eq!(
        errors(case(&swapped)),
        [
            "account.csv:2: all 13 cells of `renewal` fit `%m/%d/%Y`, only 9 fit `%d/%m/%Y`: `05/15/2026` does not (write \
          `renewal = { from = \"Renewal Date\", date_format = \"%m/%d/%Y\" }` under `[profile.q1.account.columns]` in laud.toml)"
        ]
    );
    assert_eq!(
        errors(case(&["31.03.2026", "01.04.2026"])),
        ["account.csv:2: both cells of `renewal` fit `%d.%m.%Y`, none fits `%d/%m/%Y`: `31.03.2026` does not (write \
          `renewal = { from = \"Renewal Date\", date_format = \"%d.%m.%Y\" }` under `[profile.q1.account.columns]` in laud.toml)"]
    );
    assert!(
        errors(case(&["01.03.2026", "01.04.2026"]))[0].contains("they fit \"%m.%d.%Y\" too, so say which is meant")
    );
    // A slip of the pen is one cell, not another format; dates in the usual form never count.
    assert_eq!(
        case(&["31/03/2026", "31/04/2026", "2026-05-01"]).unwrap().column(0, 1),
        ["2026-03-31", "!", "2026-05-01"]
    );
    assert_eq!(case(&["31/03/2026", "05/15/2026"]).unwrap().column(0, 1), ["2026-03-31", "!"]);
}

#[test]
fn rejects_list_cells_too() {
    let mut build = Build::default();
    let kind = build.list("activity.kind", &["call", "visit"]);
    let account = build.subject("account", vec![text("id"), optional(integer("seats"))]);
    let fields = vec![date("occurred_at"), text("no"), field("kind", kind)];
    build.events("activity", account, "occurred_at", Some("no"), fields);
    let csv = "account,occurred_at,no,kind\nA,2026-01-01,n1,call\nA,2026-01-02,n2,cal\nZ,2026-01-03,n3,visit\nA,soon,n4,call\n";
    let loaded =
        files(&[("account.csv", "id,seats\nA,many\nB,2\n"), ("activity.csv", csv)]).load(&build.program).unwrap();
    let listed = laud::report::load::rejects_csv(&loaded.rejects);
    assert_eq!(
        listed.lines().collect::<Vec<_>>(),
        [
            "table,file,line,what,reason,account,key,field,value,detail",
            "account,account.csv,2,cell,unreadable cell,A,A,seats,many,`many` in `seats` is not a number",
            "activity,activity.csv,5,row,no readable date,A,n4,occurred_at,soon,`soon` in `occurred_at` is not a date",
            "activity,activity.csv,4,row,unknown account,Z,n3,account,Z,`Z` is not in `account`",
            "activity,activity.csv,3,cell,unknown value,A,n2,kind,cal,`cal` in `kind` is not in the list",
        ]
    );
}

#[test]
fn values_to_ignore() {
    let mut build = Build::default();
    let kind = build.list("activity.kind", &["call", "visit"]);
    let account = build.subject("account", vec![text("id")]);
    build.events("activity", account, "occurred_at", None, vec![date("occurred_at"), field("kind", kind)]);
    let csv =
        "account,occurred_at,kind\nA,2026-01-01,call\nA,2026-01-02,Email\nA,2026-01-03,EMAIL \nA,2026-01-04,fax\n";
    let data = files(&[("account.csv", "id\nA\n"), ("activity.csv", csv)]);
    let toml = "[profile.p]\ndirectory = '.'\n[profile.p.activity.columns]\nkind = { values = { Email = '' } }\n";
    let loaded = data.load_with(&build.program, toml).unwrap();
    assert_eq!(loaded.column(1, 2), ["#0", "-", "-", "!"]);
    assert_eq!(loaded.notes(1).len(), 1, "the fax alone is worth a note: {:?}", loaded.notes(1));
    assert_eq!(loaded.rejects.len(), 1);
}

#[test]
fn what_is_needed_is_never_offered_as_optional() {
    let program = activity(Some("no"), vec![text("no"), text("note")]);
    let case = |account: &str, events: &str| {
        errors(files(&[("account.csv", account), ("activity.csv", events)]).load(&program))
    };
    let found = case("ident\nA\n", "x,y\n1,2\n");
    let offered: Vec<bool> = found.iter().map(|e| e.contains("declare")).collect();
    assert_eq!(offered, [false, false, false, false, true], "{found:?}");
}

#[test]
fn zones_as_people_say_them() {
    let program = account(vec![text("id")]);
    let case = |zone: &str| bind(&program, &format!("[project]\ntime_zone = '{zone}'\n"), Path::new(".")).unwrap_err();
    for (said, meant) in [
        ("Eastern", "America/New_York"),
        ("Eastern Standard Time", "America/New_York"),
        ("US Pacific", "America/Los_Angeles"),
        ("pacific time", "America/Los_Angeles"),
        ("Mountain", "America/Denver"),
        ("CST", "America/Chicago"),
        ("London", "Europe/London"),
    ] {
        assert_eq!(
            case(said),
            [format!("laud.toml:2:13 setting-type: there is no time zone `{said}` (did you mean `{meant}`?)")]
        );
    }
    assert_eq!(
        case("EST"),
        ["laud.toml:2:13 fixed-zone: `EST` has no daylight saving: it is the same offset from UTC all year (write \
          `time_zone = \"America/New_York\"` if clocks there change in summer, or `\"Etc/GMT+5\"` if not)"]
    );
}
