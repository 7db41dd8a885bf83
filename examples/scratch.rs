fn main() {
    let path = std::env::args().nth(1).unwrap();
    let all = std::fs::read_to_string(path).unwrap();
    for text in all.split("=====\n") {
        println!("--- {}", text.trim_end());
        let source = laud::source::Source::new("x", text);
        let mut d = laud::diagnostics::Diagnostics::new();
        let file = laud::syntax::parse(0, &source, &mut d);
        for d in d.sorted() {
            let (l, c) = source.line_column(d.span().start);
            println!(
                "{} {l}:{c} [{}] {} | {}{}",
                d.code.number(),
                text.get(d.span().start as usize..d.span().end as usize).unwrap_or("?").escape_debug(),
                d.message,
                d.help.unwrap_or_default(),
                d.fix.map(|f| format!(" | FIX {:?}", f.edits[0].text)).unwrap_or_default()
            );
        }
        println!(
            "    kept {:?} lost {:?}",
            file.items.iter().map(|i| &i.name.text).collect::<Vec<_>>(),
            file.lost.iter().map(|i| &i.text).collect::<Vec<_>>()
        );
        if std::env::args().nth(2).is_some() {
            println!("{:#?}", file.items);
        }
    }
}
