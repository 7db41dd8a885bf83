//! Typed expressions back into words, as a person would have written them.
//!
//! The source text itself will not do: an expanded definition stands elsewhere and has other names in it.

use crate::ast::{CompareOp, Shift, WindowKind};
use crate::builtins::{AggregateFunction, CATALOGUE, Function, Ranking};
use crate::calendar::PeriodKind;
use crate::number::Decimal;
use crate::program::{
    Across, Aggregate, BandTest, Decay, Diminish, Expr, ExprKind, FieldId, Keep, MissingWord, PartTest, Program,
    Ranked, ScorecardId, SegmentRef, TableId, Type, Unit, Within,
};
use crate::report::value;
use crate::value::{Missing, Value};

/// How tightly a form holds together; what holds less than its surroundings gets parentheses.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Grip {
    Choice,
    Or,
    And,
    Not,
    Compare,
    OrElse,
    Sum,
    Product,
    Whole,
}

/// Writes expressions of a program.
#[derive(Clone, Copy)]
pub struct Words<'a> {
    pub(super) program: &'a Program,
    /// The table whose rows are being aggregated.
    pub(super) rows: Option<TableId>,
}

impl<'a> Words<'a> {
    /// For expressions about an account.
    pub fn new(program: &'a Program) -> Words<'a> {
        Words { program, rows: None }
    }

    /// The expression.
    pub fn expr(self, expr: &Expr) -> String {
        self.at(expr, Grip::Choice)
    }

    /// The expression as one operand: in parentheses unless it is a single thing.
    pub fn operand(self, expr: &Expr) -> String {
        self.at(expr, Grip::Whole)
    }

    fn at(self, expr: &Expr, around: Grip) -> String {
        let (text, grip) = self.write(expr);
        if grip < around { format!("({text})") } else { text }
    }

    fn write(self, expr: &Expr) -> (String, Grip) {
        let program = self.program;
        let list = |items: &[Expr], word: &str, grip: Grip| {
            items.iter().map(|e| self.at(e, grip)).collect::<Vec<_>>().join(word)
        };
        let named = |name: Option<&str>| name.unwrap_or("?").to_string();
        let not = |negated: bool| if negated { "not " } else { "" };
        match &expr.kind {
            ExprKind::Literal(v) => (literal(program, expr.ty, v), Grip::Whole),
            ExprKind::Param(id) => (named(program.params.get(id.index()).map(|p| &*p.header.name)), Grip::Whole),
            ExprKind::Field(id) => (field(program, program.subject, *id), Grip::Whole),
            ExprKind::RowField(id) => (field(program, self.rows, *id), Grip::Whole),
            ExprKind::Related { of, field: id } => {
                let table = program.table(*of).map_or("?", |t| &t.header.name);
                (format!("{table}.{}", field(program, Some(*of), *id)), Grip::Whole)
            }
            ExprKind::RowMetric { metric, of } => {
                let name = named(program.row_metric(*metric).map(|m| &*m.header.name));
                match self.rows == Some(*of) {
                    true => (name, Grip::Whole),
                    false => (format!("{}.{name}", program.table(*of).map_or("?", |t| &t.header.name)), Grip::Whole),
                }
            }
            ExprKind::Metric(id) => (named(program.metric(*id).map(|m| &*m.header.name)), Grip::Whole),
            ExprKind::Points(id) => {
                (format!("points({})", named(program.metric(*id).map(|m| &*m.header.name))), Grip::Whole)
            }
            ExprKind::Score(id) => (card(program, *id), Grip::Whole),
            ExprKind::Segment(id) => (named(program.segments.get(id.index()).map(|s| &*s.header.name)), Grip::Whole),
            ExprKind::Part(id, part) => (segment(program, SegmentRef::Part(*id, *part)), Grip::Whole),
            ExprKind::Partition(id) => {
                (named(program.partitions.get(id.index()).map(|p| &*p.header.name)), Grip::Whole)
            }
            ExprKind::Not(inner) => (format!("not {}", self.at(inner, Grip::Not)), Grip::Not),
            ExprKind::Negate(inner) => (format!("-{}", self.at(inner, Grip::Whole)), Grip::Product),
            ExprKind::And(items) => (list(items, " and ", Grip::Not), Grip::And),
            ExprKind::Or(items) => (list(items, " or ", Grip::And), Grip::Or),
            ExprKind::OrElse(items) => (list(items, " or else ", Grip::Sum), Grip::OrElse),
            ExprKind::Sum(terms) => (self.chain(terms, ["+", "-"], Grip::Product), Grip::Sum),
            ExprKind::Product(terms) => (self.chain(terms, ["*", "/"], Grip::Whole), Grip::Product),
            ExprKind::Compare(op, a, b) => {
                (format!("{} {} {}", self.at(a, Grip::OrElse), op.symbol(), self.at(b, Grip::OrElse)), Grip::Compare)
            }
            ExprKind::In { value, list: items, negated } => {
                let items = list(items, ", ", Grip::Choice);
                (format!("{} {}in ({items})", self.at(value, Grip::OrElse), not(*negated)), Grip::Compare)
            }
            ExprKind::Within { value, window: w, negated } => {
                (format!("{} {}in {}", self.at(value, Grip::OrElse), not(*negated), window(*w)), Grip::Compare)
            }
            ExprKind::IsMissing { value, because, negated } => {
                let because = because.map_or(String::new(), |m| format!(" because {}", missing_word(m)));
                (format!("{} is {}missing{because}", self.at(value, Grip::OrElse), not(*negated)), Grip::Compare)
            }
            ExprKind::IsBand { metric, band, negated } => {
                let name = named(program.metric(*metric).map(|m| &*m.header.name));
                (format!("{name} is {}{band}", not(*negated)), Grip::Compare)
            }
            ExprKind::IsGrade { scorecard, grade, negated } => {
                (format!("{} is {}{grade}", card(program, *scorecard), not(*negated)), Grip::Compare)
            }
            ExprKind::If { condition, then, otherwise } => {
                let [c, t, o] = [condition, then, otherwise].map(|e| self.at(e, Grip::Choice));
                (format!("if {c} then {t} else {o}"), Grip::Choice)
            }
            ExprKind::Function(function, arguments) => {
                let name = function_name(Function::Scalar(*function));
                (format!("{name}({})", list(arguments, ", ", Grip::Choice)), Grip::Whole)
            }
            ExprKind::Aggregate(aggregate) => (self.aggregate(aggregate), Grip::Whole),
            ExprKind::Elapsed { unit, until, date } => {
                let word = if *until { "until" } else { "since" };
                (format!("{}s {word} {}", unit.word(), self.at(date, Grip::Whole)), Grip::Product)
            }
            ExprKind::AsOfDate => ("as of".to_string(), Grip::Whole),
            ExprKind::AsOf { value, shift } => {
                (format!("{} as of {}", self.at(value, Grip::Whole), shifted(*shift)), Grip::Product)
            }
            ExprKind::Change { value, percent, over } => {
                let percent = if *percent { "percent " } else { "" };
                (format!("{percent}change in {} over {over}", self.at(value, Grip::Whole)), Grip::Product)
            }
            ExprKind::Paired { pairing, one, other, over, at_least } => {
                let name = function_name(Function::Aggregate(AggregateFunction::Paired(*pairing)));
                let (one, other) = (self.expr(one), self.expr(other));
                let least = plural(*at_least, "period");
                (format!("{name}({one}, {other} over {over}, at least {least})"), Grip::Whole)
            }
            ExprKind::Trend { value, over } => {
                (format!("trend of {} over {over}", self.at(value, Grip::Whole)), Grip::Product)
            }
            ExprKind::Ranked(ranked) => (self.ranked(ranked), Grip::Product),
            ExprKind::Across(across) => (self.across(across), Grip::Whole),
            ExprKind::Convert(convert) => {
                let on = convert.on.as_ref().map_or(String::new(), |on| format!(", {}", self.expr(on)));
                (format!("convert({}, {}{on})", self.expr(&convert.amount), convert.to), Grip::Whole)
            }
            ExprKind::Portfolio(id) => (named(program.portfolio(*id).map(|m| &*m.header.name)), Grip::Whole),
            ExprKind::Benchmark { id, position } => {
                let word = if *position { "position" } else { "gap" };
                (format!("{word}({})", named(program.benchmark(*id).map(|b| &*b.header.name))), Grip::Whole)
            }
            ExprKind::Held { condition, count, of, period, ignoring } => {
                let word = period.word();
                let times =
                    if of == count { plural(*count, word) } else { format!("{count} of last {}", plural(*of, word)) };
                let ignoring = if *ignoring { " ignoring missing" } else { "" };
                (format!("{} for {times}{ignoring}", self.at(condition, Grip::Compare)), Grip::Compare)
            }
            ExprKind::Streak { condition, over, ignoring } => {
                let ignoring = if *ignoring { " ignoring missing" } else { "" };
                (format!("streak of {} over {over}{ignoring}", self.at(condition, Grip::Compare)), Grip::Product)
            }
            ExprKind::Until { enter, leave, over, at_least } => {
                let least = match at_least {
                    1 => String::new(),
                    n => format!(" at least {}", plural(*n, over.unit.word())),
                };
                let [enter, leave] = [enter, leave].map(|e| self.at(e, Grip::Compare));
                (format!("{enter} until {leave} over {over}{least}"), Grip::Compare)
            }
        }
    }

    /// Whom an account is compared with.
    pub fn within(self, within: Within) -> String {
        match within {
            Within::Partition(id) => {
                self.program.partitions.get(id.index()).map_or("?", |p| &p.header.name).to_string()
            }
            Within::Group(of) => segment(self.program, of),
        }
    }

    /// A place among other accounts.
    pub fn ranked(self, ranked: &Ranked) -> String {
        let within = ranked.within.map_or(String::new(), |w| format!(" within {}", self.within(w)));
        let usual = if ranked.function == Ranking::Rank { 1 } else { 8 };
        let least = match ranked.at_least {
            n if n == usual => String::new(),
            n => format!(" at least {}", plural(n, "account")),
        };
        let name = function_name(Function::Ranking(ranked.function));
        let against = ranked.against.map_or(String::new(), |shift| format!(" against {}", shifted(shift)));
        format!("{name} of {}{within}{against}{least}", self.at(&ranked.value, Grip::Whole))
    }

    /// An aggregate over accounts.
    pub fn across(self, across: &Across) -> String {
        let whom = across.kin.map_or("accounts", crate::program::Kin::word);
        let own = Words { rows: None, ..self };
        let mut out = format!("{}(", function_name(Function::Aggregate(across.function)));
        let values: Vec<String> = across.value.iter().chain(&across.other).map(|value| own.expr(value)).collect();
        if !values.is_empty() {
            out.push_str(&format!("{} of ", values.join(", ")));
        }
        out.push_str(whom);
        out.extend(across.filter.as_ref().map(|filter| format!(" where {}", own.expr(filter))));
        out.extend(across.weight.as_ref().map(|weight| format!(" weighted by {}", own.expr(weight))));
        out.push_str(&own.by(&across.by));
        if across.top > 0 {
            out.push_str(&format!(", {}", across.top));
        }
        out.extend(across.at_least.map(|n| format!(", at least {}", plural(n, "account"))));
        out.push(')');
        out
    }

    fn chain(self, terms: &[(bool, Expr)], signs: [&str; 2], grip: Grip) -> String {
        let [plus, minus] = signs;
        let mut out = String::new();
        for (i, (inverse, term)) in terms.iter().enumerate() {
            if i > 0 {
                out.push_str(&format!(" {} ", if *inverse { minus } else { plus }));
            }
            out.push_str(&self.at(term, grip));
        }
        out
    }

    /// An aggregate with all its clauses, in the order in which they are applied.
    pub fn aggregate(self, aggregate: &Aggregate) -> String {
        let inner = Words { rows: Some(aggregate.source), ..self };
        let mut out = format!("{}(", function_name(Function::Aggregate(aggregate.function)));
        let values: Vec<String> =
            aggregate.value.iter().chain(&aggregate.other).map(|value| inner.expr(value)).collect();
        if !values.is_empty() {
            out.push_str(&format!("{} of ", values.join(", ")));
        }
        out.push_str(self.program.table(aggregate.source).map_or("?", |t| &t.header.name));
        for clause in self.clauses(aggregate) {
            out.push_str(&format!(" {clause}"));
        }
        out.push_str(&inner.by(&aggregate.by));
        if let Some(with) = &aggregate.with {
            let other = self.aggregate(&with.other);
            let other = other.strip_prefix("count(").and_then(|text| text.strip_suffix(')')).unwrap_or(&other);
            let by: Vec<String> =
                with.by.iter().map(|(own, _)| field(self.program, Some(aggregate.source), *own)).collect();
            let by = if by.is_empty() { String::new() } else { format!(" by {}", by.join(", ")) };
            out.push_str(&format!(" with {other}{by} within {}", plural(with.within_days, "day")));
        }
        if aggregate.top > 0 {
            out.push_str(&format!(", {}", aggregate.top));
        }
        if aggregate.function == AggregateFunction::NearDuplicates {
            out.push_str(&format!(", {}", literal(self.program, Type::Number(Unit::Ratio), &aggregate.alike.into())));
        }
        if let Some(n) = aggregate.at_least {
            out.push_str(&format!(", at least {}", plural(n, "answer")));
        }
        out.push(')');
        out
    }

    fn clauses(self, aggregate: &Aggregate) -> Vec<String> {
        let fields = |ids: &[FieldId]| {
            ids.iter().map(|f| field(self.program, Some(aggregate.source), *f)).collect::<Vec<_>>().join(", ")
        };
        let mut out = Vec::new();
        let inner = Words { rows: Some(aggregate.source), ..self };
        out.extend(aggregate.filter.as_ref().map(|f| format!("where {}", inner.expr(f))));
        out.extend(aggregate.window.map(|w| format!("in {}", window(w))));
        out.extend(aggregate.dedupe.as_ref().map(|d| {
            let within = d.within_days.map_or(String::new(), |n| format!(" within {}", plural(n, "day")));
            let chain = if d.chain { " chain" } else { "" };
            format!("dedupe by {}{within}{chain}{}", fields(&d.by), inner.keep(&d.keep))
        }));
        if !aggregate.latest_per.is_empty() {
            out.push(format!("latest per {}", fields(&aggregate.latest_per)));
        }
        out.extend(
            aggregate.cap.as_ref().map(|c| format!("cap {} per {}{}", c.most, c.period.word(), inner.keep(&c.keep))),
        );
        out.extend(aggregate.diminish.map(|d| format!("diminish by {} per {}", diminished_by(d), d.period.word())));
        let ty = aggregate.value.as_ref().map_or(Type::PLAIN, |v| v.ty);
        out.extend(aggregate.value_cap.map(|c| format!("cap {} per {}", points(c.most, ty), c.period.word())));
        out.extend(aggregate.decay.as_ref().map(decay));
        out.extend(aggregate.weight.as_ref().map(|w| format!("weighted by {}", inner.expr(w))));
        out
    }

    /// ` by contact`
    fn by(self, by: &[Expr]) -> String {
        let by: Vec<String> = by.iter().map(|key| self.expr(key)).collect();
        if by.is_empty() { String::new() } else { format!(" by {}", by.join(", ")) }
    }

    fn keep(self, keep: &Keep) -> String {
        match keep {
            Keep::First => String::new(),
            Keep::Last => " keep last".to_string(),
            Keep::Highest(by) => format!(" keep highest {}", self.at(by, Grip::Sum)),
        }
    }

    /// The condition of a rule, in front of it the table whose new rows set it off.
    pub fn rule(self, rule: &crate::program::Rule) -> String {
        let Some(table) = rule.looks_at() else { return self.expr(&rule.condition) };
        let told = self.row_expr(table, &rule.condition);
        match rule.trigger {
            crate::program::Trigger::On(_) => {
                let name = self.program.table(table).map_or("?", |t| t.header.name.as_str());
                let always = matches!(rule.condition.kind, ExprKind::Literal(_));
                if always { name.to_string() } else { format!("{name} where {told}") }
            }
            _ => told,
        }
    }

    /// An expression about the rows of a table.
    pub fn row_expr(self, table: TableId, expr: &Expr) -> String {
        Words { rows: Some(table), ..self }.expr(expr)
    }
}

/// `decay half-life 90 days`
pub fn decay(decay: &Decay) -> String {
    match decay {
        Decay::HalfLife(days) => format!("decay half-life {}", plural(*days, "day")),
        Decay::Linear(days) => format!("decay linear {}", plural(*days, "day")),
        Decay::Steps(steps, otherwise) => {
            let steps: Vec<String> =
                steps.iter().map(|(days, left)| format!("{} -> {left}", plural(*days, "day"))).collect();
            format!("decay steps {}, else {otherwise}", steps.join(", "))
        }
    }
}

/// `50%`
pub fn diminished_by(diminish: Diminish) -> String {
    let by = Decimal::ONE.sub(diminish.left).unwrap_or_default();
    format!("{}%", by.mul(Decimal::HUNDRED).unwrap_or(by))
}

/// `6 points`, `500 USD`
pub fn points(n: Decimal, ty: Type) -> String {
    match ty {
        Type::Number(unit @ Unit::Money(_)) => value::number(n, unit),
        _ => format!("{n} points"),
    }
}

/// `1 day`, `3 days`.
pub fn plural(count: impl Into<i64>, word: &str) -> String {
    let count = count.into();
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

/// A constant as it would be written.
pub fn literal(program: &Program, ty: Type, v: &Value) -> String {
    match (v, ty) {
        (Value::Text(text), _) => format!("\"{text}\""),
        (Value::Missing(Missing::NotApplicable), _) => "missing".to_string(),
        (Value::Missing(reason), _) => format!("missing because {reason}"),
        (Value::Number(n), Type::Number(Unit::Ratio)) => {
            n.mul(Decimal::HUNDRED).map_or_else(|| n.to_string(), |percent| format!("{percent}%"))
        }
        (Value::Number(n), Type::Number(unit @ (Unit::Money(_) | Unit::Days))) => value::number(*n, unit),
        (Value::Number(n), _) => n.to_string(),
        _ => value::shown(program, ty, v),
    }
}

/// A limit without its condition: `cap 29`.
pub fn limit_name(limit: &crate::program::Limit) -> String {
    let verb = match limit.verb {
        crate::ast::LimitVerb::Cap => "cap",
        crate::ast::LimitVerb::Floor => "floor",
        crate::ast::LimitVerb::Set => "set",
        crate::ast::LimitVerb::Hold => "hold",
    };
    format!("{verb} {}", limit.value)
}

/// The name of a column.
pub fn field(program: &Program, table: Option<TableId>, id: FieldId) -> String {
    let field = table.and_then(|t| program.table(t)).and_then(|t| t.fields.get(id.index()));
    field.map_or("?", |f| &f.name).to_string()
}

fn card(program: &Program, id: ScorecardId) -> String {
    program.scorecard(id).map_or("?", |s| &s.header.name).to_string()
}

/// The name of a segment or part.
pub fn segment(program: &Program, segment: SegmentRef) -> String {
    let name = match segment {
        SegmentRef::Segment(id) => program.segments.get(id.index()).map(|s| s.header.name.as_str()),
        SegmentRef::Part(id, part) => {
            program.partitions.get(id.index()).and_then(|p| p.parts.get(part as usize)).map(|p| p.name.as_str())
        }
    };
    name.unwrap_or("?").to_string()
}

/// As it is written.
pub fn function_name(function: Function) -> &'static str {
    CATALOGUE.iter().find(|e| e.function == function).map_or("?", |e| e.name)
}

fn missing_word(word: MissingWord) -> &'static str {
    match word {
        MissingWord::NoData => "no_data",
        MissingWord::NotApplicable => "not_applicable",
        MissingWord::Stale => "stale",
        MissingWord::TooFew => "too_few",
        MissingWord::Error => "error",
    }
}

/// `last 90 days`
pub fn window(window: WindowKind) -> String {
    match window {
        WindowKind::Last(duration) => format!("last {duration}"),
        WindowKind::Next(duration) => format!("next {duration}"),
        WindowKind::This(kind) => format!("this {}", kind.word()),
        WindowKind::Previous(kind) => format!("previous {}", kind.word()),
        WindowKind::LastComplete(count, kind) => {
            let s = if count == 1 { "" } else { "s" };
            format!("last {count} complete {}{s}", kind.word())
        }
        WindowKind::Since(date) => format!("since {date}"),
        WindowKind::Between(first, last) => format!("from {first} to {last}"),
    }
}

fn shifted(shift: Shift) -> String {
    match shift {
        Shift::Ago(duration) => format!("{duration} ago"),
        Shift::On(date) => date.to_string(),
        Shift::EndOfPrevious(kind) => format!("end of previous {}", kind.word()),
    }
}

/// A row's test, `>= 2`.
pub fn band_test(program: &Program, ty: Type, test: &BandTest) -> String {
    let number = |n: &Decimal| match ty {
        Type::Date | Type::Instant => n
            .to_int()
            .and_then(|d| i32::try_from(d).ok())
            .map_or_else(|| n.to_string(), |days| crate::calendar::Date(days).to_string()),
        _ => literal(program, ty, &Value::Number(*n)),
    };
    match test {
        BandTest::Compare(op, bound) => format!("{} {}", op.symbol(), number(bound)),
        BandTest::Between(low, high) => format!("{} to {}", number(low), number(high)),
        BandTest::In(values) => {
            let list: Vec<String> = values.iter().map(|v| literal(program, ty, v)).collect();
            match list.as_slice() {
                [one] => format!("{} {one}", CompareOp::Equal.symbol()),
                _ => format!("in ({})", list.join(", ")),
            }
        }
        BandTest::Missing => "missing".to_string(),
        BandTest::Otherwise => "otherwise".to_string(),
    }
}

/// A part's test.
pub fn part_test(program: &Program, ty: Type, test: &PartTest) -> String {
    match test {
        PartTest::By(test) => band_test(program, ty, test),
        PartTest::Condition(condition) => format!("when {}", Words::new(program).expr(condition)),
    }
}

/// `quarter` and so on, in the plural.
pub fn periods(kind: PeriodKind) -> String {
    format!("{}s", kind.word())
}
