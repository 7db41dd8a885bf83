//! Rows among each other: repeats, merges, order, and what is refused.

use super::*;

#[test]
fn every_refused_row_has_its_reason() {
    let program = activity(Some("id"), vec![text("id"), ranged(optional(integer("score")), 0, 10)]);
    let long = "x".repeat(1 << 20);
    let head = format!(
        "account,occurred_at,id,score\n\
         A,2026-01-01,e1,5\n\
         ,2026-01-01,e2,5\n\
         A,2026-01-01,,5\n\
         A,,e3,5\n\
         A,soon,e4,5\n\
         A,2026-01-01,e5,11\n\
         A,2026-01-01,e6\n\
         A,2026-01-01,e7,5,6\n\
         A,2026-01-01,\"e\n8\",5\n\
         A,2026-01-01,{long},5\n"
    );
    let mut csv = head.into_bytes();
    csv.extend_from_slice(b"A,2026-01-01,caf\xe9,5\n");
    csv.extend_from_slice(b"A,2026-01-01,e1,5\nB,2026-01-01,e9,5\n\n \nA,2026-01-02,e10,\"5\nA,2026-01-02,e11,5\n");
    let data = files(&[("account.csv", "id\nA\n")]);
    std::fs::write(data.directory.path().join("activity.csv"), csv).unwrap();
    let loaded = data.load(&program).unwrap();
    assert_eq!(
        loaded.rejected(),
        [
            "activity.csv:3 NoKey: `account` is blank",
            "activity.csv:4 NoKey: `id` is blank",
            "activity.csv:5 BadDate: `occurred_at` is blank",
            "activity.csv:6 BadDate: `soon` in `occurred_at` is not a date",
            "activity.csv:7 OutOfRange: `score` is 11, 0 to 10 is allowed",
            "activity.csv:8 Malformed: 3 cells, but the header has 4",
            "activity.csv:9 Malformed: 5 cells, but the header has 4",
            "activity.csv:12 TooLong: longer than 1 MiB; perhaps a quote is never closed",
            "activity.csv:13 Encoding: `id` is not UTF-8; save the file as UTF-8",
            "activity.csv:17 Malformed: 1 cell, but the header has 4",
            "activity.csv:18 Malformed: a quote is never closed, so that the rest of the file is one row",
            "activity.csv:14 Duplicate: the same as activity.csv:2",
            "activity.csv:15 UnknownAccount: `B` is not in `account`",
        ]
    );
    assert_eq!(loaded.column(1, 2), ["e1", "e\n8"]);
    assert_eq!(loaded.table(1).place(1), "activity.csv:10");
    assert_eq!((loaded.report(1).read, loaded.report(1).kept), (15, 2));
}

#[test]
fn of_rows_with_one_key_the_latest_recorded_stays() {
    let rows = "account,occurred_at,id,score,noted\n\
                A,2026-01-01,e1,1,2026-02-01\n\
                A,2026-01-01,e1,2,2026-02-03\n\
                A,2026-01-01,e1,3,2026-02-02\n\
                A,2026-01-01,e1,2,2026-02-03\n\
                A,2026-01-01,e2,7,\n\
                A,2026-01-01,e2,8,\n";
    let data = files(&[("account.csv", "id\nA\n"), ("activity.csv", rows)]);
    let fields = |noted| vec![text("id"), integer("score"), noted];
    let loaded = data.load(&activity(Some("id"), fields(recorded(optional(date("noted")))))).unwrap();
    assert_eq!(loaded.column(1, 3), ["2", "7"]);
    assert_eq!(
        loaded.rejected(),
        [
            "activity.csv:2 Conflict: `e1` is also the key of a different row: activity.csv:3, recorded later, is kept",
            "activity.csv:4 Conflict: `e1` is also the key of a different row: activity.csv:3, recorded later, is kept",
            "activity.csv:5 Duplicate: the same as activity.csv:3",
            "activity.csv:7 Conflict: `e2` is also the key of a different row: activity.csv:6, the first, is kept",
        ]
    );
    // Without such a column the first in the file stays.
    let loaded = data.load(&activity(Some("id"), fields(optional(date("noted"))))).unwrap();
    assert_eq!(loaded.column(1, 3), ["1", "7"]);
    // Without a key nothing is a repeat.
    let loaded = data.load(&activity(None, fields(optional(date("noted"))))).unwrap();
    assert_eq!(loaded.report(1).kept, 6);
}

#[test]
fn merges_are_followed_to_the_end() {
    let mut build = Build::default();
    let account = build.subject("account", vec![text("id"), merged(text("into"))]);
    build.events("activity", account, "occurred_at", None, vec![date("occurred_at")]);
    let program = build.program;
    let events = "account,occurred_at\nA,2026-01-03\nB,2026-01-02\nC,2026-01-01\nD,2026-01-04\nd,2026-01-05\n";
    let data = files(&[("account.csv", "id,into\nA,B\nB,C\nC,\nD,Z\n"), ("activity.csv", events)]);
    let loaded = data.load(&program).unwrap();
    assert_eq!(loaded.column(0, 0), ["C", "D"]);
    assert_eq!(loaded.table(1).rows_of(0), [2, 1, 0]);
    assert_eq!(loaded.report(0).rejected, [(RejectReason::Merged, 2)]);
    assert_eq!(
        loaded.notes(0),
        ["Other 1: 1 row merged into one that does not exist; kept: `D` into `Z` at account.csv:5"]
    );
    assert_eq!(
        loaded.notes(1),
        [
            "Orphans 1: 1 row rejected because capitals differ: `d` for `D` (1); keys are compared exactly: have both files \
             write `account.id` alike",
            "Moved 2: 2 rows moved because of merges: `A` to `C` (1), `B` to `C` (1)",
        ]
    );
    assert_eq!(loaded.rejects.last().unwrap().detail, "`d` is not in `account`, but `D` is");

    let circle = files(&[("account.csv", "id,into\nX,A\nB,C\nC,A\nA,B\nS,S\n"), ("activity.csv", events)]);
    assert_eq!(
        errors(circle.load(&program)),
        [
            "account.csv:5: rows are merged in a circle: `A` into `B` into `C` into `A` (leave `into` blank for the one that stays)",
            "account.csv:6: `S` is merged into itself (leave `into` blank for the one that stays)",
        ]
    );
}

#[test]
fn long_chains_of_merges_are_walked_once() {
    let program = account(vec![text("id"), merged(text("into"))]);
    let chain = |last: &str| {
        let rows: String = (0..50_000).map(|i| format!("k{i:05},k{:05}\n", i + 1)).collect();
        format!("id,into\n{rows}k50000,{last}\n")
    };
    let loaded = files(&[("account.csv", &chain(""))]).load(&program).unwrap();
    assert_eq!((loaded.report(0).read, loaded.column(0, 0)), (50_001, vec!["k50000".to_string()]));
    assert_eq!(loaded.rejects[0].detail, "merged into `k50000`");
    assert_eq!(
        errors(files(&[("account.csv", &chain("k00001"))]).load(&program)),
        [
            "account.csv:3: rows are merged in a circle: `k00001` into `k00002` into `k00003` into `k00004` into `k00005` into \
          `k00006` into `k00007` into `k00008` into 49992 more into `k00001` (leave `into` blank for the one that stays)"
        ]
    );
}

#[test]
fn the_order_of_rows_and_files_does_not_matter() {
    let program = {
        let mut build = accounts_only();
        let at = field("occurred_at", Type::Instant);
        build.events("activity", TableId(0), "occurred_at", Some("id"), vec![at, text("id")]);
        build.program
    };
    let rows = [
        "A,2026-01-02T10:00:00Z,e9",
        "A,2026-01-02T09:00:00Z,e5",
        "B,2026-01-01T00:00:00Z,e1",
        "A,2026-01-02T09:00:00Z,e4",
        "A,2025-12-31T23:00:00Z,e7",
    ];
    let toml = "[profile.p]\ndirectory = '.'\n[profile.p.activity]\nfiles = ['one.csv', 'two.csv']\n";
    for turn in 0..rows.len() {
        let mut turned = rows.to_vec();
        turned.rotate_left(turn);
        let file = |part: &[&str]| format!("account,occurred_at,id\n{}\n", part.join("\n"));
        let (one, two) = (file(&turned[..2]), file(&turned[2..]));
        let data = files(&[("account.csv", "id\nA\nB\n"), ("one.csv", &one), ("two.csv", &two)]);
        let loaded = data.load_with(&program, toml).unwrap();
        let ids = loaded.column(1, 2);
        let of = |a: u32| loaded.table(1).rows_of(a).iter().map(|r| ids[*r as usize].as_str()).collect::<Vec<_>>();
        assert_eq!((of(0), of(1)), (vec!["e7", "e4", "e5", "e9"], vec!["e1"]));
        assert_eq!(loaded.report(1).files, ["one.csv", "two.csv"]);
    }
}

#[test]
fn rows_of_one_moment_are_ordered_by_what_they_say() {
    let program = {
        let mut build = accounts_only();
        let learned = Field { recorded: true, ..optional(date("learned")) };
        let fields = vec![date("on"), optional(integer("score")), optional(text("who")), learned];
        build.events("answer", TableId(0), "on", None, fields);
        build.program
    };
    // The last was learned first; of the others the blank score comes first, then by score, then by person.
    let rows = ["A,2026-01-02,,z,2026-01-09", "A,2026-01-02,7,b,2026-01-09", "A,2026-01-02,7,c,2026-01-09"];
    let early = "A,2026-01-02,9,a,2026-01-03";
    for turn in 0..4 {
        let mut turned = [early].iter().chain(&rows).copied().collect::<Vec<_>>();
        turned.rotate_left(turn);
        let answers = format!("account,on,score,who,learned\n{}\n", turned.join("\n"));
        let loaded = files(&[("account.csv", "id\nA\n"), ("answer.csv", &answers)]).load(&program).unwrap();
        let who = loaded.column(1, 3);
        let order: Vec<&str> = loaded.table(1).rows_of(0).iter().map(|r| who[*r as usize].as_str()).collect();
        assert_eq!(order, ["a", "z", "b", "c"]);
    }
}

#[test]
fn tables_with_history_have_one_row_per_key_and_date() {
    let mut build = Build::default();
    let id = build.add(
        "account",
        TableKind::Rows { as_of: Some(FieldId(1)) },
        vec![text("id"), date("at"), integer("seats")],
        Some("id"),
    );
    build.program.subject = Some(id);
    let csv = "id,at,seats\nA,2026-02-28,2\nA,2026-01-31,1\nB,2026-01-31,5\nA,2026-02-28,2\nA,2026-01-31,9\nB,,1\n";
    let loaded = files(&[("account.csv", csv)]).load(&build.program).unwrap();
    assert_eq!(loaded.column(0, 2), ["2", "1", "5"]);
    assert_eq!(loaded.table(0).by_key.get("A"), Some(0));
    assert_eq!(loaded.table(0).covers_to, Some(day("2026-02-28")));
    let reasons: Vec<RejectReason> = loaded.rejects.iter().map(|r| r.reason).collect();
    assert_eq!(reasons, [RejectReason::BadDate, RejectReason::Duplicate, RejectReason::Conflict]);
}

#[test]
fn strict_turns_notes_into_errors() {
    let mut build = Build::default();
    let kind = build.list("account.kind", &["small", "large"]);
    build.subject("account", vec![text("id"), integer("seats"), field("kind", kind), optional(text("note"))]);
    let data = files(&[("account.csv", "id,seats,kind,note\nA,many,lage,\nB,,small,\n")]);
    let loaded = data.load(&build.program).unwrap();
    let kinds: Vec<NoteKind> = loaded.report(0).notes.iter().map(|n| n.kind).collect();
    assert_eq!(kinds, [NoteKind::Unreadable, NoteKind::UnknownValue, NoteKind::Blank]);
    assert_eq!(
        errors(data.load_with(&build.program, "[profile.p]\ndirectory = '.'\nstrict = true\n")),
        [
            "account.csv:2: 1 cell of `seats` cannot be read as a whole number: `many` is not a number at account.csv:2 \
             (if these mean nothing, add them to `null`; if they are numbers, set `decimal_mark` and `thousands_mark`, \
             under `[profile.p.account]` in laud.toml)",
            "account.csv:3: `seats` is not declared optional, and 1 cell is blank (at account.csv:3) \
             (declare it optional, or mend the export)",
            "account.csv:2: 1 cell of `kind` are not in the list: `lage` (1, did you mean `large`?), the first at account.csv:2 \
             (say what they mean (`\"\"` for nothing): write `kind = { values = { \"lage\" = \"large\" } }` under `[profile.p.account.columns]` in laud.toml, \
             or add them to the list in the program)"
        ]
        .map(|s| s.replace("kind` are", "kind` is"))
    );
}

#[test]
fn strict_projects_lose_no_row() {
    let program = activity(None, vec![ranged(integer("score"), 0, 10)]);
    let rows = "account,occurred_at,score\nA,2026-01-01,5\nA,2026-02-30,5\nA,2026-01-02,11\nB,2026-01-02,5\nB,2026-01-03,6\nA,x,1,2\n";
    let data = files(&[("account.csv", "id\nA\nA\n"), ("activity.csv", rows)]);
    let loaded = data.load(&program).unwrap();
    assert_eq!((loaded.report(0).kept, loaded.report(1).kept), (1, 1));
    let strict = "[profile.p]\ndirectory = '.'\nstrict = true\n";
    let help = "(`strict` is set: correct the file, or leave `strict` out)";
    assert_eq!(
        errors(data.load_with(&program, strict)),
        [
            "activity.csv:7: the row is rejected: 4 cells, but the header has 3",
            "activity.csv:3: the row is rejected: `2026-02-30` in `occurred_at` is a date that does not exist",
            "activity.csv:4: the row is rejected: `score` is 11, 0 to 10 is allowed",
            "activity.csv:5: the row is rejected: `B` is not in `account`; in all 2 of unknown accounts",
        ]
        .map(|error| format!("{error} {help}"))
    );
    // The same row again is no loss.
    let data = files(&[("account.csv", "id\nA\nA\n"), ("activity.csv", "account,occurred_at,score\nA,2026-01-01,5\n")]);
    assert_eq!(data.load_with(&program, strict).unwrap().report(0).rejected_for(RejectReason::Duplicate), 1);
}
