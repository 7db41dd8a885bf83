//! What the rules of the grammar are called by people: for "expected …", for "did you mean", and for telling which
//! statement belongs where.

use super::grammar::Rule;

/// How a rule appears in "expected …".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Not worth naming.
    Nothing,
    /// One of these words, shown in backticks.
    Words(&'static [&'static str]),
    /// Something described in words.
    Noun(&'static str),
    /// One of these words or signs, all of them shown as "an operator".
    Operator(&'static [&'static str]),
    /// A statement; the words are those that open it.
    Statement(&'static [&'static str]),
    /// One of the clauses behind a source.
    Clause(&'static [&'static str]),
    /// A type.
    Type,
    /// A currency.
    Currency,
    /// A value of an expression.
    Value,
    /// The end of what was read.
    End,
}

/// The words of a rule. Exhaustive on purpose: a new rule does not build without a decision here.
pub fn wanted(rule: Rule) -> Wanted {
    use Wanted::*;
    match rule {
        Rule::EOI => End,
        Rule::WHITESPACE | Rule::COMMENT | Rule::ws | Rule::blank | Rule::sp | Rule::sp0 => Nothing,
        Rule::foreign | Rule::ident_start | Rule::ident_char | Rule::wb => Nothing,
        Rule::declaration_word | Rule::operator_word | Rule::reserved | Rule::reserved_name | Rule::any_name => Nothing,
        Rule::name | Rule::names => Noun("a name"),
        Rule::subject | Rule::keys => Noun("a name"),
        Rule::text => Noun("text in quotes"),
        Rule::text_part | Rule::digits => Nothing,
        Rule::number | Rule::numeric | Rule::signed | Rule::count => Noun("a number"),
        Rule::percent | Rule::foreign_amount | Rule::foreign_digits | Rule::magnitude | Rule::money_sign => Nothing,
        Rule::currency => Currency,
        Rule::unit => Noun("a unit of time like `days`"),
        Rule::minus => Nothing,
        Rule::duration => Noun("a duration like `90 days`"),
        Rule::date => Noun("a date like `2026-03-31`"),
        Rule::open => Words(&["{"]),
        Rule::close => Words(&["}"]),
        Rule::paren_open => Words(&["("]),
        Rule::paren_close => Words(&[")"]),
        Rule::comma => Words(&[","]),
        Rule::colon => Words(&[":"]),
        Rule::equals => Words(&["="]),
        Rule::arrow => Words(&["->"]),
        Rule::kw_as => Words(&["as of"]),
        Rule::kw_against | Rule::against => Words(&["against"]),
        Rule::kw_at => Words(&["at"]),
        Rule::kw_because | Rule::because => Words(&["because"]),
        Rule::kw_by => Words(&["by"]),
        Rule::kw_else => Words(&["else"]),
        Rule::kw_every => Words(&["every"]),
        Rule::kw_for => Words(&["for"]),
        Rule::kw_from => Words(&["from"]),
        Rule::kw_if => Words(&["if"]),
        Rule::kw_in => Words(&["in"]),
        Rule::kw_is => Words(&["is"]),
        Rule::kw_last => Words(&["last"]),
        Rule::kw_missing => Words(&["missing"]),
        Rule::kw_not => Words(&["not"]),
        Rule::kw_of => Words(&["of"]),
        Rule::kw_on => Words(&["on"]),
        Rule::kw_over => Words(&["over"]),
        Rule::kw_per => Words(&["per"]),
        Rule::kw_since => Words(&["since"]),
        Rule::kw_then => Words(&["then"]),
        Rule::kw_to => Words(&["to"]),
        Rule::kw_until => Words(&["until"]),
        Rule::kw_when => Words(&["when"]),
        Rule::kw_where => Clause(&["where"]),
        Rule::kw_with => Clause(&["with"]),
        Rule::kw_within => Words(&["within"]),

        Rule::file | Rule::item | Rule::declaration => Noun("a declaration"),
        Rule::access => Statement(&["extend", "final", "open", "tighten only"]),
        Rule::access_word | Rule::extend => Nothing,
        Rule::more_events => Statement(&["events"]),
        Rule::local_share => Statement(&["local at most"]),
        Rule::objective => Statement(&["objective"]),
        Rule::table => Statement(&["table"]),
        Rule::events => Statement(&["events"]),
        Rule::param => Statement(&["param"]),
        Rule::partition => Statement(&["segments"]),
        Rule::segment => Statement(&["segment"]),
        Rule::define => Statement(&["define"]),
        Rule::metric => Statement(&["metric"]),
        Rule::portfolio_metric => Statement(&["portfolio metric"]),
        Rule::benchmark => Statement(&["benchmark"]),
        Rule::portfolio_rule => Statement(&["portfolio rule"]),
        Rule::row_metric | Rule::row_rule | Rule::row_guard => Nothing,
        Rule::guard => Statement(&["guard"]),
        Rule::playbook => Statement(&["playbook"]),
        Rule::version => Words(&["version"]),
        Rule::work_calendar => Statement(&["calendar"]),
        Rule::of_table => Words(&["of"]),
        Rule::scorecard => Statement(&["scorecard"]),
        Rule::rule_decl => Statement(&["rule"]),
        Rule::test => Statement(&["test"]),
        Rule::fixture => Statement(&["fixture"]),
        Rule::rates => Statement(&["rates"]),
        Rule::attribution => Statement(&["attribution"]),
        Rule::history => Words(&["as of"]),
        Rule::parameters => Words(&["("]),
        Rule::parameter => Noun("a name"),

        Rule::meta => Nothing,
        Rule::owner => Statement(&["owner"]),
        Rule::accountable => Statement(&["accountable"]),
        Rule::consulted => Statement(&["consulted"]),
        Rule::informed => Statement(&["informed"]),
        Rule::supports => Statement(&["supports"]),
        Rule::kind => Statement(&["kind"]),
        Rule::pairs_with => Statement(&["pairs"]),
        Rule::review => Statement(&["review"]),
        Rule::since => Statement(&["since"]),
        Rule::deprecated => Statement(&["deprecated"]),
        Rule::replaced => Words(&["replaced by"]),
        Rule::note => Statement(&["note"]),
        Rule::direction => Statement(&["higher"]),
        Rule::better => Words(&["better", "worse"]),

        Rule::attribution_block => Words(&["{"]),
        Rule::credit_statement => Nothing,
        Rule::credit_amount => Statement(&["amount"]),
        Rule::credit_where => Statement(&["where"]),
        Rule::credit_when => Statement(&["when"]),
        Rule::credit_at => Statement(&["at"]),
        Rule::credit_to => Statement(&["to"]),
        Rule::lookback => Statement(&["lookback"]),
        Rule::credit_model => Statement(&["model"]),
        Rule::model_u => Words(&["u"]),
        Rule::model_w => Words(&["w"]),
        Rule::kw_key => Words(&["key"]),
        Rule::model_decay | Rule::time_decay => Words(&["time decay"]),
        Rule::once_per => Statement(&["once"]),
        Rule::excluding => Statement(&["excluding"]),

        Rule::objective_block
        | Rule::fields_block
        | Rule::rows_block
        | Rule::parts_block
        | Rule::metric_block
        | Rule::benchmark_block
        | Rule::scorecard_block
        | Rule::override_block
        | Rule::rule_block
        | Rule::guard_block
        | Rule::playbook_block
        | Rule::calendar_block
        | Rule::test_block
        | Rule::fixture_block
        | Rule::given_block
        | Rule::table_block
        | Rule::record_block => Words(&["{"]),
        Rule::target => Statement(&["target"]),

        Rule::retain => Statement(&["retain"]),
        Rule::usable => Statement(&["valid"]),
        Rule::money_by => Words(&["by"]),
        Rule::field => Noun("a column like `arr money USD`"),
        Rule::attribute => Words(&["key", "optional", "personal", "recorded", "merged", "parent"]),
        Rule::range | Rule::up_to => Noun("a range like `0 to 10`"),
        Rule::or_more => Words(&["or more"]),
        Rule::type_start | Rule::plain_type | Rule::type_expr | Rule::type_word | Rule::money | Rule::one_of => Type,

        Rule::row => Noun("a row like `gold >= 85`"),
        Rule::row_test | Rule::row_compare | Rule::row_between => Noun("a comparison like `>= 2`"),
        Rule::row_otherwise => Words(&["otherwise"]),
        Rule::row_missing => Words(&["missing"]),
        Rule::row_when => Words(&["when"]),
        Rule::row_in => Words(&["in"]),
        Rule::bound | Rule::expr | Rule::else_expr => Value,

        Rule::metric_statement
        | Rule::scorecard_statement
        | Rule::rule_statement
        | Rule::guard_statement
        | Rule::test_statement
        | Rule::any_statement
        | Rule::firm_statement => Nothing,
        Rule::value => Statement(&["value"]),
        Rule::metric_type => Statement(&["type"]),
        Rule::thresholds => Statement(&["thresholds"]),
        Rule::scale => Statement(&["scale"]),
        Rule::scale_points | Rule::scale_point => Noun("a step like `3 -> 100`"),
        Rule::for_segment => Words(&["for"]),
        Rule::valid_for => Statement(&["valid"]),
        Rule::valid_then => Words(&["flag", "missing"]),
        Rule::fade => Words(&["decay to"]),

        Rule::from_source => Statement(&["source"]),
        Rule::quartiles => Statement(&["from"]),

        Rule::line => Noun("a line like `references weight 40`"),
        Rule::line_clause => Nothing,
        Rule::line_weight => Words(&["weight"]),
        Rule::informational => Words(&["informational"]),
        Rule::at_most | Rule::most => Words(&["at most"]),
        Rule::line_scale => Words(&["scale"]),
        Rule::override_lines => Statement(&["for"]),
        Rule::missing_policy => Statement(&["missing"]),
        Rule::renormalise => Words(&["renormalise"]),
        Rule::coverage | Rule::least => Words(&["at least"]),
        Rule::coverage_word => Words(&["coverage"]),
        Rule::zero => Words(&["zero"]),
        Rule::neutral => Words(&["neutral"]),
        Rule::carry | Rule::carry_last => Words(&["carry last"]),
        Rule::fail => Words(&["fail"]),
        Rule::combine => Statement(&["combine"]),
        Rule::combination => Words(&["geometric", "max", "min", "sum", "weighted mean"]),
        Rule::count_below | Rule::below_word => Words(&["count below"]),
        Rule::base => Statement(&["base"]),
        Rule::weights => Statement(&["weights"]),
        Rule::weights_free => Words(&["free"]),
        Rule::weights_total => Words(&["total"]),
        Rule::limit | Rule::limit_verb => Statement(&["cap", "floor", "hold", "set"]),
        Rule::correction => Statement(&["override"]),
        Rule::newer_evidence => Words(&["until newer evidence"]),
        Rule::share_limit => Statement(&["limit"]),
        Rule::grades => Statement(&["grades"]),

        Rule::trigger | Rule::trigger_word => Statement(&["when", "while"]),
        Rule::unless => Statement(&["unless"]),
        Rule::action => Statement(&["do"]),
        Rule::assign => Words(&["assign"]),
        Rule::fallback => Words(&["fallback"]),
        Rule::due => Words(&["due in"]),
        Rule::wait => Noun("a duration like `7 days` or `3 working days`"),
        Rule::working => Words(&["working days"]),
        Rule::on_rows => Statement(&["on"]),
        Rule::every_period => Statement(&["every"]),
        Rule::meeting => Words(&["meeting"]),
        Rule::approver => Noun("a name"),
        Rule::approver_within => Words(&["within"]),
        Rule::escalate_to => Words(&["escalate to"]),
        Rule::cooldown_after => Words(&["after"]),
        Rule::unguarded => Statement(&["unguarded"]),
        Rule::renamed => Statement(&["renamed"]),
        Rule::by_calendar => Statement(&["calendar"]),
        Rule::escalate => Statement(&["escalate"]),
        Rule::step => Words(&["after"]),
        Rule::approval => Statement(&["approval"]),
        Rule::cooldown => Statement(&["cooldown"]),
        Rule::pilot => Statement(&["pilot"]),
        Rule::priority => Statement(&["priority"]),
        Rule::close_when => Statement(&["close"]),
        Rule::exclusive => Statement(&["exclusive"]),
        Rule::rate_limit => Statement(&["limit"]),
        Rule::dedupe_by => Statement(&["dedupe"]),
        Rule::first_run => Statement(&["fire"]),

        Rule::applies => Statement(&["applies"]),
        Rule::every_rule => Words(&["every rule"]),
        Rule::except => Statement(&["except"]),
        Rule::lock => Statement(&["lock"]),
        Rule::blackout => Statement(&["blackout"]),
        Rule::guard_reason => Noun("a reason like `hold when legal_hold`"),
        Rule::playbook_task => Statement(&["task"]),
        Rule::task_after => Words(&["after"]),
        Rule::via => Words(&["via"]),
        Rule::template => Words(&["template"]),
        Rule::weekend => Statement(&["weekend"]),
        Rule::holiday => Statement(&["holiday"]),

        Rule::expect => Statement(&["expect"]),
        Rule::todo => Statement(&["todo"]),
        Rule::with_fixture => Statement(&["with"]),
        Rule::run_days => Statement(&["run"]),
        Rule::run_on => Words(&["on"]),
        Rule::run_span => Words(&["from"]),
        Rule::run_times => Noun("how often like `2 times`"),
        Rule::run_for => Words(&["for"]),
        Rule::run_because => Words(&["because"]),
        Rule::happened => Words(&["fired"]),
        // What can become of a rule is more than a message should list.
        Rule::did_not | Rule::was => Nothing,
        Rule::expect_finding | Rule::expect_run | Rule::expect_rule | Rule::expect_holds => Value,
        Rule::finding_word => Words(&["error", "finding"]),
        Rule::no_finding => Words(&["no error", "no finding"]),
        Rule::code_name => Noun("the name of an error like `weights-total`"),
        Rule::in_text | Rule::long_text => Noun("a program between `\"\"\"` and `\"\"\"`"),
        Rule::with_settings => Words(&["with"]),
        Rule::setting | Rule::setting_value => Noun("a parameter and its value like `goal = 9`"),
        Rule::fires => Words(&["fires"]),
        Rule::does_not_fire => Words(&["does not fire"]),
        Rule::is_suppressed => Words(&["is suppressed"]),
        Rule::is_undecided => Words(&["is undecided"]),
        Rule::question => Words(&["?"]),
        Rule::cases | Rule::case_header | Rule::case_word => Noun("cases like `case | arr | expect size`"),
        Rule::case_column | Rule::case_expect => Noun("a column or `expect NAME`"),
        Rule::covers => Noun("what a source covers like `survey covers nothing`"),
        Rule::nothing => Words(&["nothing"]),
        Rule::from_file => Words(&["from file"]),
        Rule::given_word => Nothing,
        Rule::repeated | Rule::rhythm | Rule::rhythm_word => {
            Words(&["daily", "monthly", "quarterly", "weekly", "yearly"])
        }
        Rule::times => Words(&["times"]),
        Rule::given => Noun("rows like `account acme { … }`"),
        Rule::bar_ahead | Rule::row_break | Rule::test_start => Nothing,
        Rule::table_row | Rule::cell => Noun("a row of cells with `|` between them"),
        Rule::record_entry => Noun("a column and its value"),
        Rule::record_value | Rule::record_word | Rule::moment => Noun("a value"),

        Rule::if_expr | Rule::else_if => Words(&["if"]),
        Rule::or_chain
        | Rule::condition
        | Rule::test_tail
        | Rule::sum
        | Rule::unary
        | Rule::atom
        | Rule::operand
        | Rule::reference
        | Rule::paren
        | Rule::elapsed
        | Rule::elapsed_head
        | Rule::change
        | Rule::change_head
        | Rule::trend
        | Rule::trend_head
        | Rule::streak
        | Rule::streak_head
        | Rule::one_condition
        | Rule::missing_value
        | Rule::missing_word
        | Rule::ranked
        | Rule::ranked_head
        | Rule::not_op => Value,
        Rule::least_accounts => Words(&["at least"]),
        Rule::accounts => Words(&["accounts"]),
        Rule::or_op => Operator(&["or"]),
        Rule::and_op => Operator(&["and"]),
        Rule::compare => Operator(&["=", "!=", "<", "<=", ">", ">="]),
        Rule::or_else_op => Operator(&["or else"]),
        Rule::add_op => Operator(&["+", "-"]),
        Rule::multiply_op => Operator(&["*", "/"]),
        Rule::in_tail => Operator(&["in", "not in"]),
        Rule::is_tail => Operator(&["is"]),
        Rule::held => Operator(&["for"]),
        Rule::until => Operator(&["until"]),
        Rule::ignoring => Words(&["ignoring missing"]),
        Rule::as_of => Operator(&["as of"]),
        Rule::member => Nothing,
        Rule::any_number => Words(&["any number"]),
        Rule::list => Noun("a list like `(a, b)`"),
        Rule::missing_test => Words(&["missing"]),
        Rule::reason => Noun("a reason like `stale`"),
        Rule::runs => Words(&["runs"]),
        Rule::end_of_previous => Words(&["end of previous"]),
        Rule::ago => Noun("a duration like `90 days ago`"),
        Rule::ago_word => Words(&["ago"]),
        Rule::window => Noun("a window like `last 90 days`"),
        Rule::window_last => Words(&["last"]),
        Rule::complete => Words(&["complete"]),
        Rule::window_next => Words(&["next"]),
        Rule::window_this => Words(&["this"]),
        Rule::window_previous => Words(&["previous"]),
        Rule::window_since => Words(&["since"]),
        Rule::window_between => Words(&["from"]),

        Rule::args => Operator(&["("]),
        Rule::arg => Value,
        Rule::at_least => Words(&["at least"]),
        Rule::answers => Words(&["answers"]),
        Rule::all_answers => Words(&["all answers"]),
        Rule::clause => Nothing,
        Rule::where_clause => Clause(&["where"]),
        Rule::in_clause => Clause(&["in"]),
        Rule::dedupe => Clause(&["dedupe by"]),
        Rule::dedupe_within => Clause(&["within"]),
        Rule::chain => Clause(&["chain"]),
        Rule::keep => Clause(&["keep"]),
        Rule::highest => Words(&["highest"]),
        Rule::clause_head => Nothing,
        Rule::by_key | Rule::by_word => Clause(&["by"]),
        Rule::with_rows => Clause(&["with"]),
        Rule::over_periods => Clause(&["over"]),
        Rule::latest_per => Clause(&["latest per"]),
        Rule::cap => Clause(&["cap"]),
        Rule::points_word => Words(&["points"]),
        Rule::diminish => Clause(&["diminish by"]),
        Rule::decay => Clause(&["decay"]),
        Rule::decay_shape => Words(&["half-life", "linear"]),
        Rule::decay_steps => Words(&["steps"]),
        Rule::decay_step => Noun("a step like `30 days -> 1`"),
        Rule::weighted_by => Clause(&["weighted by"]),

        Rule::item_start
        | Rule::not_a_name
        | Rule::at_margin
        | Rule::missing_open_rows
        | Rule::missing_open_lines
        | Rule::missing_open_table
        | Rule::missing_open_record
        | Rule::missing_close
        | Rule::missing_inner
        | Rule::missing_override
        | Rule::missing_given
        | Rule::beyond_rows
        | Rule::beyond_lines
        | Rule::policy_word
        | Rule::line_word
        | Rule::bare_end
        | Rule::block_word
        | Rule::meta_word
        | Rule::unknown_item
        | Rule::unknown_statement
        | Rule::unknown_field
        | Rule::unknown_row
        | Rule::unknown_line
        | Rule::unknown_entry
        | Rule::unknown_cells
        | Rule::statement_break
        | Rule::debris
        | Rule::debris_parens
        | Rule::debris_braces => Nothing,
        Rule::only_item => Noun("a declaration"),
        Rule::only_field => Noun("a column like `arr money USD`"),
        Rule::only_row | Rule::only_part => Noun("a row like `gold >= 85`"),
        Rule::only_line => Noun("a line like `references weight 40`"),
        Rule::only_entry => Noun("a column and its value"),
        Rule::only_expr => Value,
        Rule::only_attribution
        | Rule::only_objective
        | Rule::only_metric
        | Rule::only_benchmark
        | Rule::only_scorecard
        | Rule::only_rule
        | Rule::only_guard
        | Rule::only_playbook
        | Rule::only_calendar
        | Rule::only_test
        | Rule::only_fixture => Noun("a statement"),
    }
}

/// What stands in front of a declaration word.
pub const ACCESS: &[&str] = &["final", "tighten", "only", "open", "extend"];

/// The types that can be written.
pub const TYPES: &[&str] = &[
    "boolean", "date", "duration", "instant", "integer", "money", "nps", "number", "one of", "points", "ratio", "text",
];

/// The type that is meant by a word of another language, or by one that is misspelt.
pub fn meant_type(word: &str) -> Option<&'static str> {
    let known = match word.to_lowercase().as_str() {
        "string" | "str" | "varchar" | "char" => "text",
        "int" | "bigint" | "long" | "whole" => "integer",
        "float" | "double" | "decimal" | "numeric" | "real" => "number",
        "bool" | "flag" => "boolean",
        "datetime" | "timestamp" | "timestamptz" => "instant",
        "percent" | "percentage" => "ratio",
        "enum" | "picklist" => "one of",
        _ => return crate::diagnostics::nearest(word, TYPES.iter().copied()),
    };
    Some(known)
}

/// Words that cannot be names.
pub const RESERVED: &[&str] = &[
    "and",
    "define",
    "else",
    "events",
    "if",
    "in",
    "is",
    "metric",
    "missing",
    "not",
    "objective",
    "of",
    "or",
    "otherwise",
    "param",
    "rule",
    "scorecard",
    "segment",
    "segments",
    "table",
    "test",
    "then",
    "where",
];

const META: &[&str] = &[
    "accountable",
    "consulted",
    "deprecated",
    "higher",
    "informed",
    "kind",
    "note",
    "owner",
    "pairs",
    "review",
    "since",
    "supports",
];

/// Where a piece of text stands: which statements it may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Outside every declaration.
    File,
    /// Between the braces of an objective.
    Objective,
    /// Among columns.
    Fields,
    /// Between the braces of an attribution.
    Attribution,
    /// Among thresholds or grades.
    Rows,
    /// Among the parts of a partition.
    Parts,
    /// Between the braces of a metric.
    Metric,
    /// Between the braces of a benchmark.
    Benchmark,
    /// Between the braces of a scorecard.
    Scorecard,
    /// Between the braces of `for SEGMENT`.
    Lines,
    /// Between the braces of a rule.
    Rule,
    /// Between the braces of a guard.
    Guard,
    /// Between the braces of a playbook.
    Playbook,
    /// Between the braces of a calendar.
    Calendar,
    /// Between the braces of a test.
    Test,
    /// Between the braces of a fixture.
    Fixture,
    /// Among the columns of a row in a test.
    Record,
    /// The whole text is one expression.
    Expression,
}

impl Place {
    /// The grammar's entry for one piece of text that stands there.
    pub fn entry(self) -> Rule {
        match self {
            Place::File => Rule::only_item,
            Place::Objective => Rule::only_objective,
            Place::Fields => Rule::only_field,
            Place::Attribution => Rule::only_attribution,
            Place::Rows => Rule::only_row,
            Place::Parts => Rule::only_part,
            Place::Metric => Rule::only_metric,
            Place::Benchmark => Rule::only_benchmark,
            Place::Scorecard => Rule::only_scorecard,
            Place::Lines => Rule::only_line,
            Place::Rule => Rule::only_rule,
            Place::Guard => Rule::only_guard,
            Place::Playbook => Rule::only_playbook,
            Place::Calendar => Rule::only_calendar,
            Place::Test => Rule::only_test,
            Place::Fixture => Rule::only_fixture,
            Place::Record => Rule::only_entry,
            Place::Expression => Rule::only_expr,
        }
    }

    /// What surrounds it.
    pub fn noun(self) -> &'static str {
        match self {
            Place::File => "the file",
            Place::Objective => "an objective",
            Place::Fields => "a table",
            Place::Attribution => "an attribution",
            Place::Rows => "a table of rows",
            Place::Parts => "a partition",
            Place::Metric => "a metric",
            Place::Benchmark => "a benchmark",
            Place::Scorecard => "a scorecard",
            Place::Lines => "a block for a segment",
            Place::Rule => "a rule",
            Place::Guard => "a guard",
            Place::Playbook => "a playbook",
            Place::Calendar => "a calendar",
            Place::Test => "a test",
            Place::Fixture => "a fixture",
            Place::Record => "a row of a test",
            Place::Expression => "an expression",
        }
    }

    /// The words that open its own statements, metadata left out.
    pub fn statements(self) -> &'static [&'static str] {
        match self {
            Place::File => super::scan::DECLARATIONS,
            Place::Objective => &["target"],
            Place::Fields => &["retain"],
            Place::Attribution => &["amount", "at", "excluding", "lookback", "model", "once", "to", "when", "where"],
            Place::Rows | Place::Lines | Place::Record | Place::Parts | Place::Fixture | Place::Expression => &[],
            Place::Metric => &["scale", "thresholds", "type", "valid", "value"],
            Place::Benchmark => &["for", "from", "source"],
            Place::Scorecard => &[
                "base", "cap", "combine", "floor", "for", "grades", "hold", "limit", "local", "missing", "override",
                "set", "weights",
            ],
            Place::Guard => &["applies", "blackout", "except", "lock"],
            Place::Playbook => &["task"],
            Place::Calendar => &["holiday", "weekend"],
            Place::Rule => &[
                "approval",
                "calendar",
                "close",
                "cooldown",
                "dedupe",
                "do",
                "escalate",
                "every",
                "exclusive",
                "fire",
                "limit",
                "on",
                "pilot",
                "priority",
                "renamed",
                "unguarded",
                "unless",
                "when",
                "while",
            ],
            Place::Test => &["expect", "run", "todo", "with"],
        }
    }

    /// True where `owner`, `review` and the like may stand.
    pub fn has_meta(self) -> bool {
        !matches!(self, Place::File | Place::Rows | Place::Lines | Place::Record | Place::Expression)
    }

    /// True where a statement always begins with one of [`Place::statements`] or a word of metadata.
    pub fn is_closed(self) -> bool {
        matches!(
            self,
            Place::File
                | Place::Objective
                | Place::Metric
                | Place::Benchmark
                | Place::Rule
                | Place::Playbook
                | Place::Calendar
                | Place::Attribution
        )
    }

    /// All words that open a statement here.
    pub fn all_statements(self) -> Vec<&'static str> {
        let mut words = self.statements().to_vec();
        if self.has_meta() {
            words.extend(META);
        }
        words.sort_unstable();
        words
    }

    /// Where else `word` opens a statement.
    pub fn home_of(word: &str) -> Option<Place> {
        if META.contains(&word) {
            return Some(Place::Metric);
        }
        [
            Place::Objective,
            Place::Fields,
            Place::Metric,
            Place::Scorecard,
            Place::Benchmark,
            Place::Rule,
            Place::Guard,
            Place::Calendar,
            Place::Test,
            Place::Attribution,
        ]
        .into_iter()
        .find(|place| place.statements().contains(&word))
    }
}
