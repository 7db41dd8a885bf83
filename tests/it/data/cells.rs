//! What cells become: numbers, yes and no, lists, blanks.

use super::*;

#[test]
fn amounts_as_declared() {
    let program = account(vec![text("id"), money("arr", "USD"), money("fee", "EUR"), number("users")]);
    let csv = "id;arr;fee;users\n\
               a;$1,234.50;1.234,50 €;1.2M\n\
               b;(500);(500);12k\n\
               c;USD 2,000;2 000;0\n\
               d;€5;$5;n.a.\n\
               e;N/A;-;#REF!\n\
               f;1.234,50;12.34;1,5\n";
    let toml = "[profile.p]\ndirectory = '.'\n[profile.p.account]\ndelimiter = ';'\n\
                [profile.p.account.columns]\nfee = { decimal_mark = ',' }\n";
    let loaded = files(&[("account.csv", csv)]).load_with(&program, toml).unwrap();
    assert_eq!(loaded.column(0, 1), ["1234.5", "-500", "2000", "!", "-", "!"]);
    assert_eq!(loaded.column(0, 2), ["1234.5", "-500", "2000", "!", "-", "!"]);
    assert_eq!(loaded.column(0, 3), ["1200000", "12000", "0", "!", "-", "!"]);
    assert_eq!(
        loaded.notes(0)[..2],
        [
            "Unreadable 1: 1 cell of `arr` cannot be read as money in USD: `€5` is in another currency at account.csv:5; \
             have them converted to USD before they are loaded, or declare `arr` as `money EUR` if all are in EUR",
            "Unreadable 1: 1 cell of `arr` cannot be read as money in USD: `1.234,50` is not a number at account.csv:7; \
             if these mean nothing, add them to `null`; if they are numbers, set `decimal_mark` and `thousands_mark`, \
             under `[profile.p.account]` in laud.toml",
        ]
    );
    // An unreadable cell is no hole: it is not 0, not blank, and its row stays.
    assert_eq!(loaded.table(0).value(FieldId(1), 3), Value::Missing(Missing::Error(Fault::BadCell)));
    assert_eq!(loaded.report(0).kept, 6);
}

#[test]
fn percent_styles() {
    let program = account(vec![text("id"), ratio("a"), ratio("b"), ratio("c"), ratio("d")]);
    let csv = "id,a,b,c,d\nx,45%,0.45,45,45\ny,7.5 %,1,7.5,12\nz,45,2,0,30\n";
    let toml = "[profile.p]\ndirectory = '.'\n[profile.p.account.columns]\n\
                a = { percent = 'text' }\nb = { percent = 'ratio' }\nc = { percent = 'number' }\n";
    let loaded = files(&[("account.csv", csv)]).load_with(&program, toml).unwrap();
    assert_eq!(loaded.column(0, 1), ["0.45", "0.075", "!"]);
    assert_eq!(loaded.column(0, 2), ["0.45", "1", "2"]);
    assert_eq!(loaded.column(0, 3), ["0.45", "0.075", "0"]);
    assert_eq!(loaded.column(0, 4), ["45", "12", "30"]);
    assert_eq!(
        loaded.notes(0),
        [
            "Unreadable 1: 1 cell of `a` cannot be read as a ratio: `45` has no percent sign at account.csv:4; \
             if 45 means 45 %, write `a = { percent = \"number\" }` under `[profile.p.account.columns]` in laud.toml; \
             if 0.45 does, `percent = \"ratio\"`",
            "Other 3: all values of `d` are above 100 %; if 45 means 45 %, write `d = { percent = \"number\" }` under \
             `[profile.p.account.columns]` in laud.toml",
        ]
    );
}

#[test]
fn blanks_and_words_for_nothing() {
    let mut build = Build::default();
    let level = build.list("account.level", &["none", "low"]);
    let fields = vec![
        text("id"),
        optional(integer("a")),
        optional(integer("b")),
        optional(field("level", level)),
        optional(text("note")),
        optional(date("since")),
    ];
    build.subject("account", fields);
    let csv =
        "id,a,b,level,note,since\n1,0,0,none,NA,nan\n2,,,None,null,2026-01-01\n3,NULL,n/a,-,-,None\n4,NaN,x,,  ,N/A\n";
    let toml = "[profile.p]\ndirectory = '.'\n[profile.p.account.columns]\n\
                a = { blank = 0 }\nb = { null = ['x', 'n/a'] }\n";
    let loaded = files(&[("account.csv", csv)]).load_with(&build.program, toml).unwrap();
    assert_eq!(loaded.column(0, 1), ["0", "0", "0", "0"]);
    assert_eq!(loaded.column(0, 2), ["0", "-", "-", "-"]);
    assert_eq!(loaded.column(0, 3), ["#0", "#0", "-", "-"], "a value of the list called none is a value");
    assert_eq!(loaded.column(0, 4), ["NA", "-", "-", "-"], "NA may be a name");
    assert_eq!(loaded.column(0, 5), ["-", "2026-01-01", "-", "-"]);
    assert_eq!(loaded.notes(0), Vec::<String>::new(), "optional columns may be blank");
}

#[test]
fn yes_and_no() {
    let program = account(vec![text("id"), field("ok", Type::Boolean)]);
    let words = ["Y", "n", "TRUE", "f", "1", "0", "x", "Ja", "nein", "maybe"];
    let csv = words.iter().fold("id,ok\n".to_string(), |csv, w| format!("{csv}{w}1,{w}\n"));
    let toml = "[profile.p]\ndirectory = '.'\n[profile.p.account.columns]\nok = { yes = ['X', 'ja'], no = 'NEIN' }\n";
    let loaded = files(&[("account.csv", &csv)]).load_with(&program, toml).unwrap();
    let expected = ["true", "false", "true", "false", "true", "false", "true", "true", "false", "!"];
    assert_eq!(loaded.column(0, 1), expected);
}

#[test]
fn lists_are_matched_folded_and_unknown_values_listed() {
    let mut build = Build::default();
    let kind = build.list("account.contract", &["month_to_month", "one_year", "reference"]);
    build.subject("account", vec![text("id"), field("contract", kind)]);
    let csv = "id,contract\n1,Month-to-month\n2, ONE  YEAR \n3,Ref Call\n4,referense\n5,referense\n6,barter\n";
    let toml = "[profile.p]\ndirectory = '.'\n[profile.p.account.columns]\ncontract = { values = { 'ref CALL' = 'reference' } }\n";
    let loaded = files(&[("account.csv", csv)]).load_with(&build.program, toml).unwrap();
    assert_eq!(loaded.column(0, 1), ["#0", "#1", "#2", "!", "!", "!"]);
    assert_eq!(
        loaded.notes(0),
        ["UnknownValue 3: 3 cells of `contract` are not in the list: `referense` (2, did you mean `reference`?), \
          `barter` (1), the first at account.csv:5; say what they mean (`\"\"` for nothing): add `\"referense\" = \"reference\"` to \
          the `values` of `contract` under `[profile.p.account.columns]` in laud.toml, or add them to the list in the program"]
    );
}

#[test]
fn whole_numbers_and_ranges() {
    // In the table of accounts a value out of range is an unreadable cell, so that no account vanishes.
    let program = account(vec![text("id"), ranged(integer("seats"), 0, 100)]);
    let loaded = files(&[("account.csv", "id,seats\na,3.0\nb,3.5\nc,101\nd,-1\n")]).load(&program).unwrap();
    assert_eq!(loaded.column(0, 1), ["3", "!", "!", "!"]);
    assert_eq!(
        loaded.notes(0),
        [
            "Unreadable 2: 2 cells of `seats` cannot be used: `seats` is 101, 0 to 100 is allowed at account.csv:4; \
             correct the range of `seats` in the program, or mend the export",
            "Unreadable 1: 1 cell of `seats` cannot be read as a whole number: `3.5` is not a whole number at account.csv:3; \
             leave `integer` out of the declaration of `seats`, or mend the export",
        ]
    );
}
