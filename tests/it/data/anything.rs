//! Whatever bytes come, nothing panics and the account of rows adds up.

use super::*;
use proptest::prelude::*;

fn program() -> Program {
    let mut build = Build::default();
    let kind = build.list("account.kind", &["a", "b"]);
    let account = build.subject(
        "account",
        vec![text("id"), optional(money("m", "EUR")), optional(field("kind", kind)), merged(text("into"))],
    );
    let fields = vec![date("at"), text("key"), ranged(optional(ratio("r")), 0, 1), optional(field("b", Type::Boolean))];
    build.events("event", account, "at", Some("key"), fields);
    build.program
}

fn load_bytes(account: &[u8], event: &[u8], kind: &str) {
    let data = files(&[]);
    std::fs::write(data.directory.path().join(format!("account.{kind}")), account).unwrap();
    std::fs::write(data.directory.path().join(format!("event.{kind}")), event).unwrap();
    // Whatever comes out, nothing panics and (in `run`) the account of rows adds up.
    let _ = data.load(&program());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn bytes(account in proptest::collection::vec(any::<u8>(), 0..300), event in proptest::collection::vec(any::<u8>(), 0..300)) {
        for kind in ["csv", "ndjson", "csv.gz"] {
            load_bytes(&account, &event, kind);
        }
        let with_header = [&b"id,m,kind,into\n"[..], &account].concat();
        let events = [&b"account,at,key,r,b\n"[..], &event].concat();
        load_bytes(&with_header, &events, "csv");
    }

    #[test]
    fn cells(rows in proptest::collection::vec(("[A-D]", "\\PC{0,12}", "[-0-9.,/:TZ+ ]{0,20}", "[-+$€%()0-9.,kMeE ]{0,12}"), 0..30)) {
        let quote = |s: &str| format!("\"{}\"", s.replace('"', "\"\""));
        let account = rows.iter().fold("id,m,kind,into\n".to_string(), |csv, (id, any, _, number)| {
            format!("{csv}{id},{},{},\n", quote(number), quote(any))
        });
        let event = rows.iter().fold("account,at,key,r,b\n".to_string(), |csv, (id, any, at, number)| {
            format!("{csv}{id},{},{},{},{}\n", quote(at), quote(any), quote(number), quote(any))
        });
        load_bytes(account.as_bytes(), event.as_bytes(), "csv");
    }

    #[test]
    fn project_files(text in "(\\PC|\n){0,200}", key in "[a-z_]{1,20}", value in "[-0-9a-z'\\[\\]{}=\", ]{0,20}") {
        let program = program();
        let _ = bind(&program, &text, Path::new("."));
        let _ = bind(&program, &format!("[project]\n{key} = {value}\n[profile.p]\n{key} = {value}\n[profile.p.event]\n{key} = {value}\ncolumns.r = {value}\n"), Path::new("."));
    }
}
