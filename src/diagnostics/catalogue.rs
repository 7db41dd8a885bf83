//! The catalogue: every code with its number, kebab name, severity and page.
//!
//! A page is documentation, failing example and test in one file, and a code without its page does not build. Numbers are
//! never reused. To add a diagnostic: (1) a line here, (2) `pages/<name>.md` with a `## Fails` and a `## Passes`
//! example, (3) the code that pushes it. A lint has its line here too; page and code are one file, see [`crate::lint`].

use super::Severity;
use crate::lint::Lint;

macro_rules! catalogue {
    (
        findings { $($variant:ident $number:literal $name:literal $severity:ident)* }
        lints { $($lint:ident $lint_number:literal $lint_name:literal $lint_severity:ident $category:ident::$file:ident)* }
    ) => {
        /// The kinds of finding.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(missing_docs)] // the pages document them
        pub enum Code { $($variant,)* $($lint,)* }

        impl Code {
            /// All of them, by number.
            pub const ALL: &[Code] = &[$(Code::$variant,)* $(Code::$lint,)*];

            /// `L0301`
            pub fn number(self) -> &'static str {
                match self { $(Code::$variant => $number,)* $(Code::$lint => $lint_number,)* }
            }

            /// `threshold-gap`
            pub fn name(self) -> &'static str {
                match self { $(Code::$variant => $name,)* $(Code::$lint => $lint_name,)* }
            }

            /// How bad it is unless a place says otherwise.
            pub fn severity(self) -> Severity {
                match self {
                    $(Code::$variant => Severity::$severity,)*
                    $(Code::$lint => Severity::$lint_severity,)*
                }
            }

            /// Its page.
            pub fn page(self) -> Page {
                match self {
                    $(Code::$variant => Page(include_str!(concat!("pages/", $name, ".md"))),)*
                    $(Code::$lint => Page(crate::lint::$category::$file::LINT.page),)*
                }
            }

            /// What looks for it, if it is a lint.
            pub fn lint(self) -> Option<&'static Lint> {
                match self {
                    $(Code::$lint => Some(&crate::lint::$category::$file::LINT),)*
                    _ => None,
                }
            }

            /// The group that a lint belongs to: `logic`, `weights`.
            pub fn category(self) -> Option<&'static str> {
                match self {
                    $(Code::$lint => Some(stringify!($category)),)*
                    _ => None,
                }
            }
        }
    };
}

catalogue! {
findings {
    // ---------- L00xx: the text ----------
    UnexpectedText "L0001" "unexpected-text" Error
    MissingBrace "L0002" "missing-brace" Error
    UnclosedText "L0003" "unclosed-text" Error
    WrongOperator "L0004" "wrong-operator" Error
    TooDeep "L0005" "too-deep" Error
    TooLarge "L0006" "too-large" Error
    BadDate "L0007" "bad-date" Error
    ChainedComparison "L0008" "chained-comparison" Error
    ReservedName "L0009" "reserved-name" Error
    UnknownWord "L0010" "unknown-word" Error
    DuplicateStatement "L0011" "duplicate-statement" Error
    MisplacedStatement "L0012" "misplaced-statement" Error
    RowLength "L0013" "row-length" Error
    WrongQuotes "L0014" "wrong-quotes" Error
    UnreadableFile "L0015" "unreadable-file" Error
    MixedConditions "L0016" "mixed-conditions" Warning

    // ---------- L01xx: names ----------
    UnknownName "L0101" "unknown-name" Error
    DuplicateName "L0102" "duplicate-name" Error
    DependencyCycle "L0103" "dependency-cycle" Error
    UnknownValue "L0104" "unknown-value" Error
    UnknownFunction "L0105" "unknown-function" Error
    WrongKind "L0106" "wrong-kind" Error
    UnknownColumn "L0107" "unknown-column" Error
    ShadowedName "L0108" "shadowed-name" Error
    BadSetting "L0109" "bad-setting" Error
    NoSubject "L0110" "no-subject" Error
    NoKey "L0111" "no-key" Error
    WrongAttribute "L0112" "wrong-attribute" Error

    // ---------- L02xx: types and units ----------
    TypeMismatch "L0201" "type-mismatch" Error
    UnitMismatch "L0202" "unit-mismatch" Error
    CurrencyMismatch "L0203" "currency-mismatch" Error
    NotConstant "L0204" "not-constant" Error
    WrongArguments "L0205" "wrong-arguments" Error
    ConstantFault "L0206" "constant-fault" Error
    MoneyWithoutCurrency "L0207" "money-without-currency" Error
    RatioScale "L0208" "ratio-scale" Warning
    OptionalDecides "L0209" "optional-decides" Info
    NoHistory "L0210" "no-history" Info
    NpsRange "L0211" "nps-range" Error
    ClauseMisplaced "L0212" "clause-misplaced" Error
    ExpansionTooLarge "L0213" "expansion-too-large" Error
    EmptyRange "L0214" "empty-range" Error
    GrainMismatch "L0215" "grain-mismatch" Error

    // ---------- L03xx: thresholds, scales, segments ----------
    ThresholdGap "L0301" "threshold-gap" Error
    ThresholdOverlap "L0302" "threshold-overlap" Error
    UnreachableRow "L0303" "unreachable-row" Error
    NonMonotonePoints "L0304" "non-monotone-points" Warning
    ScaleOrder "L0305" "scale-order" Error
    SegmentGap "L0306" "segment-gap" Error
    SegmentOverlap "L0307" "segment-overlap" Error
    DuplicateBand "L0308" "duplicate-band" Error
    PointsIncomplete "L0309" "points-incomplete" Error
    ImpossibleSegment "L0310" "impossible-segment" Error
    SegmentUncovered "L0311" "segment-uncovered" Error
    BenchmarkOrder "L0312" "benchmark-order" Error
    BenchmarkIncomplete "L0313" "benchmark-incomplete" Error

    // ---------- L04xx: scorecards ----------
    WeightsTotal "L0401" "weights-total" Error
    NegativeWeight "L0402" "negative-weight" Error
    LineWithoutPoints "L0403" "line-without-points" Error
    DuplicateLine "L0404" "duplicate-line" Error
    WeightMissing "L0405" "weight-missing" Error
    WeightLimit "L0406" "weight-limit" Error
    DoubleCounted "L0407" "double-counted" Warning
    EmptyScorecard "L0408" "empty-scorecard" Error
    LimitConflict "L0409" "limit-conflict" Error
    CombineMisuse "L0410" "combine-misuse" Error
    PointsRange "L0411" "points-range" Error
    HoldWithoutReason "L0412" "hold-without-reason" Error
    OverrideIncomplete "L0413" "override-incomplete" Error

    // ---------- L05xx: rules and tests ----------
    RuleWithoutCondition "L0501" "rule-without-condition" Error
    WhileWithoutCooldown "L0502" "while-without-cooldown" Error
    MetricWithoutValue "L0503" "metric-without-value" Error
    RuleWithoutAction "L0504" "rule-without-action" Warning
    TestWithoutExpectation "L0505" "test-without-expectation" Error
    BadTestCell "L0506" "bad-test-cell" Error
    UnknownCode "L0507" "unknown-code" Error
    ImpossibleRule "L0508" "impossible-rule" Error
    TestSubject "L0509" "test-subject" Error
    WrongExpectation "L0510" "wrong-expectation" Error
    GuardWithoutReason "L0511" "guard-without-reason" Warning
    PlaybookIncomplete "L0512" "playbook-incomplete" Error
    CalendarUnclear "L0513" "calendar-unclear" Error
    TestRun "L0514" "test-run" Error

    // ---------- L06xx: not evaluated yet ----------
    NotEvaluatedYet "L0601" "not-evaluated-yet" Error

    // ---------- L07xx: money and credit ----------
    RatesIncomplete "L0701" "rates-incomplete" Error
    MixedMoney "L0702" "mixed-money" Error
    AttributionIncomplete "L0703" "attribution-incomplete" Error
    CreditAddedTwice "L0704" "credit-added-twice" Error

    // ---------- L08xx: packages ----------
    FinalDeclaration "L0801" "final-declaration" Error
    Loosened "L0802" "loosened" Error
    LocalShare "L0803" "local-share" Error
    ExtensionMisplaced "L0804" "extension-misplaced" Error
    ExtensionClash "L0805" "extension-clash" Error

    // ---------- L09xx: the project file ----------
    ProjectSyntax "L0901" "project-syntax" Error
    UnknownSetting "L0902" "unknown-setting" Error
    SettingType "L0903" "setting-type" Error
    UnknownBinding "L0904" "unknown-binding" Error
    SettingConflict "L0905" "setting-conflict" Error
    UnknownProfile "L0906" "unknown-profile" Error
    FixedZone "L0907" "fixed-zone" Warning
    PackageMissing "L0908" "package-missing" Error
    PackageCycle "L0909" "package-cycle" Error
    PackageClash "L0910" "package-clash" Error

    // ---------- D01xx: data ----------
}

lints {
    // ---------- L10xx: logic ----------
    ImpossibleCondition "L1001" "impossible-condition" Error logic::impossible_condition
    AlwaysTrue "L1002" "always-true" Warning logic::always_true
    RedundantClause "L1003" "redundant-clause" Warning logic::redundant_clause
    CompareWithItself "L1004" "compare-with-itself" Warning logic::compare_with_itself
    NotEqualEither "L1005" "not-equal-either" Warning logic::not_equal_either
    EqualBoth "L1006" "equal-both" Error logic::equal_both
    RepeatedValue "L1007" "repeated-value" Warning logic::repeated_value
    SameBranches "L1008" "same-branches" Warning logic::same_branches
    DeadBranch "L1009" "dead-branch" Warning logic::dead_branch
    DoubleNegation "L1010" "double-negation" Warning logic::double_negation
    NegatedComparison "L1011" "negated-comparison" Info logic::negated_comparison
    ConstantFirst "L1012" "constant-first" Info logic::constant_first
    NotEqualYes "L1013" "not-equal-yes" Warning logic::not_equal_yes
    RedundantParentheses "L1014" "redundant-parentheses" Info logic::redundant_parentheses
    DuplicateDefinition "L1015" "duplicate-definition" Warning logic::duplicate_definition
    ConstantMetric "L1016" "constant-metric" Warning logic::constant_metric
    RepeatedThreshold "L1017" "repeated-threshold" Info logic::repeated_threshold
    ChoiceLadder "L1018" "choice-ladder" Info logic::choice_ladder
    OrElseNever "L1019" "or-else-never" Warning logic::or_else_never
    OrChain "L1020" "or-chain" Info logic::or_chain
    ExactEquality "L1021" "exact-equality" Warning logic::exact_equality
    ZeroDenominator "L1022" "zero-denominator" Warning logic::zero_denominator
    MissingAndCompared "L1023" "missing-and-compared" Warning logic::missing_and_compared
    ConstantCondition "L1024" "constant-condition" Warning logic::constant_condition
    ClampInsideOut "L1025" "clamp-inside-out" Error logic::clamp_inside_out
    NotBeforeOr "L1026" "not-before-or" Warning logic::not_before_or

    // ---------- L11xx: thresholds ----------
    PointsBeyond "L1101" "points-beyond" Warning thresholds::points_beyond
    SamePoints "L1102" "same-points" Warning thresholds::same_points
    Sliver "L1103" "sliver" Warning thresholds::sliver
    AgainstDirection "L1104" "against-direction" Warning thresholds::against_direction
    ScaleTurns "L1105" "scale-turns" Warning thresholds::scale_turns
    FractionOfWhole "L1106" "fraction-of-whole" Warning thresholds::fraction_of_whole
    TableWithoutPoints "L1108" "table-without-points" Warning thresholds::table_without_points
    TopOutOfReach "L1109" "top-out-of-reach" Warning thresholds::top_out_of_reach
    DescribedOtherwise "L1110" "described-otherwise" Warning thresholds::described_otherwise
    DescribedAmount "L1111" "described-amount" Warning thresholds::described_amount

    // ---------- L12xx: weights ----------
    TinyWeight "L1201" "tiny-weight" Warning weights::tiny_weight
    DominantLine "L1202" "dominant-line" Warning weights::dominant_line
    LimitWithoutEffect "L1203" "limit-without-effect" Warning weights::limit_without_effect
    LimitShadowed "L1204" "limit-shadowed" Warning weights::limit_shadowed
    UnconditionalLimit "L1205" "unconditional-limit" Warning weights::unconditional_limit
    WeightWithoutReason "L1206" "weight-without-reason" Warning weights::weight_without_reason
    ReasonAgainstWeight "L1207" "reason-against-weight" Warning weights::reason_against_weight
    CoverageUnsaid "L1208" "coverage-unsaid" Warning weights::coverage_unsaid
    TooManyLines "L1210" "too-many-lines" Warning weights::too_many_lines

    // ---------- L13xx: missing data ----------
    PlaceholderText "L1301" "placeholder-text" Warning missing::placeholder_text
    KeyIsMissing "L1302" "key-is-missing" Warning missing::key_is_missing
    MissingCountsAsBest "L1303" "missing-counts-as-best" Warning missing::missing_counts_as_best
    FewAnswers "L1304" "few-answers" Warning missing::few_answers
    NoExpiry "L1305" "no-expiry" Warning missing::no_expiry
    UnknownPasses "L1306" "unknown-passes" Warning missing::unknown_passes
    NeutralBeyond "L1307" "neutral-beyond" Warning missing::neutral_beyond
    NeverAskedIsZero "L1308" "never-asked-is-zero" Warning missing::never_asked_is_zero
    LowCoverage "L1309" "low-coverage" Warning missing::low_coverage
    UnknownOtherwise "L1310" "unknown-otherwise" Warning missing::unknown_otherwise
    UnknownIsKnown "L1311" "unknown-is-known" Warning missing::unknown_is_known

    // ---------- L14xx: time ----------
    MixedWindows "L1401" "mixed-windows" Warning time::mixed_windows
    WindowCutsDecay "L1402" "window-cuts-decay" Warning time::window_cuts_decay
    DedupeBeyondWindow "L1403" "dedupe-beyond-window" Warning time::dedupe_beyond_window
    OnlyGrows "L1404" "only-grows" Warning time::only_grows
    StaleBeforeWindow "L1405" "stale-before-window" Warning time::stale_before_window
    FixedDates "L1406" "fixed-dates" Warning time::fixed_dates
    WindowInsideOut "L1407" "window-inside-out" Error time::window_inside_out
    DateAhead "L1408" "date-ahead" Warning time::date_ahead
    ChangeWithinWindow "L1409" "change-within-window" Warning time::change_within_window
    ChangeWithoutHistory "L1410" "change-without-history" Warning time::change_without_history
    DescribedPeriod "L1411" "described-period" Warning time::described_period
    LooksTheWrongWay "L1412" "looks-the-wrong-way" Warning time::looks_the_wrong_way

    // ---------- L15xx: interventions ----------
    CopiedRule "L1501" "copied-rule" Warning interventions::copied_rule
    SubsumedRule "L1502" "subsumed-rule" Warning interventions::subsumed_rule
    CloseWhileTrue "L1503" "close-while-true" Warning interventions::close_while_true
    CloseAtTheBound "L1504" "close-at-the-bound" Warning interventions::close_at_the_bound
    OpenEnded "L1505" "open-ended" Warning interventions::open_ended
    ZeroCooldown "L1506" "zero-cooldown" Warning interventions::zero_cooldown
    CooldownBeforeDue "L1507" "cooldown-before-due" Warning interventions::cooldown_before_due
    EscalationBeforeDue "L1508" "escalation-before-due" Warning interventions::escalation_before_due
    EscalationOrder "L1509" "escalation-order" Warning interventions::escalation_order
    EscalatesToAssignee "L1510" "escalates-to-assignee" Warning interventions::escalates_to_assignee
    DueAfterTheDate "L1511" "due-after-the-date" Warning interventions::due_after_the_date
    FallbackIsAssignee "L1512" "fallback-is-assignee" Warning interventions::fallback_is_assignee
    Unassigned "L1513" "unassigned" Warning interventions::unassigned
    ApprovesItself "L1514" "approves-itself" Warning interventions::approves_itself
    AskWithoutConsent "L1515" "ask-without-consent" Warning interventions::ask_without_consent
    AskWithoutPause "L1516" "ask-without-pause" Warning interventions::ask_without_pause
    QuidProQuo "L1517" "quid-pro-quo" Warning interventions::quid_pro_quo
    AskedTwiceAtOnce "L1518" "asked-twice-at-once" Warning interventions::asked_twice_at_once
    ExclusiveUndecided "L1519" "exclusive-undecided" Warning interventions::exclusive_undecided
    ExclusiveAlone "L1520" "exclusive-alone" Warning interventions::exclusive_alone
    PriorityDecidesNothing "L1521" "priority-decides-nothing" Info interventions::priority_decides_nothing
    PilotOfMost "L1522" "pilot-of-most" Warning interventions::pilot_of_most
    PilotWithoutAim "L1523" "pilot-without-aim" Info interventions::pilot_without_aim
    AgainstItsWords "L1524" "against-its-words" Warning interventions::against_its_words
    UnclosedPlaceholder "L1525" "unclosed-placeholder" Warning interventions::unclosed_placeholder
    ActionTwice "L1526" "action-twice" Warning interventions::action_twice
    UnlessNeverMatters "L1527" "unless-never-matters" Warning interventions::unless_never_matters
    IncentiveWithoutApproval "L1528" "incentive-without-approval" Warning interventions::incentive_without_approval
    UnusedGuard "L1529" "unused-guard" Warning interventions::unused_guard
    UnusedPlaybook "L1530" "unused-playbook" Warning interventions::unused_playbook

    // ---------- L16xx: segments ----------
    PartNeverTaken "L1601" "part-never-taken" Warning segments::part_never_taken
    SameSegment "L1602" "same-segment" Warning segments::same_segment
    OverrideSame "L1603" "override-same" Warning segments::override_same
    OverrideRepeated "L1604" "override-repeated" Info segments::override_repeated
    OptionalPartition "L1605" "optional-partition" Warning segments::optional_partition
    UnusedSegment "L1606" "unused-segment" Warning segments::unused_segment
    SegmentWrittenOut "L1607" "segment-written-out" Info segments::segment_written_out
    SinglePart "L1608" "single-part" Warning segments::single_part
    SegmentBoundary "L1609" "segment-boundary" Warning segments::boundary
    InNeither "L1610" "in-neither" Warning segments::in_neither

    // ---------- L17xx: governance ----------
    Unowned "L1701" "unowned" Warning governance::unowned
    ReviewOverdue "L1702" "review-overdue" Warning governance::review_overdue
    NeverReviewed "L1703" "never-reviewed" Info governance::never_reviewed
    DeprecatedInUse "L1704" "deprecated-in-use" Warning governance::deprecated_in_use
    ReplacedByDeprecated "L1705" "replaced-by-deprecated" Warning governance::replaced_by_deprecated
    NoDescription "L1706" "no-description" Info governance::no_description
    WithoutObjective "L1707" "without-objective" Info governance::without_objective
    ObjectiveUnsupported "L1708" "objective-unsupported" Warning governance::objective_unsupported
    TargetDecidesNothing "L1709" "target-decides-nothing" Warning governance::target_decides_nothing
    LeadingUnpaired "L1710" "leading-unpaired" Info governance::leading_unpaired
    PairsWithItself "L1711" "pairs-with-itself" Warning governance::pairs_with_itself
    NoOutcome "L1712" "no-outcome" Info governance::no_outcome
    ScoreUnused "L1713" "score-unused" Info governance::score_unused
    BenchmarkOld "L1714" "benchmark-old" Warning governance::benchmark_old
    SinceAhead "L1715" "since-ahead" Warning governance::since_ahead
    PersonalUndeclared "L1716" "personal-undeclared" Warning governance::personal_undeclared
    RetainMissing "L1717" "retain-missing" Warning governance::retain_missing
    SolicitedWorthMore "L1718" "solicited-worth-more" Warning governance::solicited_worth_more
    MisspeltTeam "L1719" "misspelt-team" Warning governance::misspelt_team
    WithoutVoice "L1720" "without-voice" Warning governance::without_voice
    VoiceAlone "L1721" "voice-alone" Warning governance::voice_alone

    // ---------- L18xx: names and tidiness ----------
    UnusedParam "L1801" "unused-param" Warning naming::unused_param
    UnusedDefine "L1802" "unused-define" Warning naming::unused_define
    UnusedParameter "L1803" "unused-parameter" Warning naming::unused_parameter
    UnusedBenchmark "L1804" "unused-benchmark" Warning naming::unused_benchmark
    UnusedPoints "L1805" "unused-points" Warning naming::unused_points
    UnitInName "L1806" "unit-in-name" Warning naming::unit_in_name
    ConfusingNames "L1807" "confusing-names" Warning naming::confusing_names
    ConfusingValues "L1808" "confusing-values" Warning naming::confusing_values
    HiddenCharacter "L1809" "hidden-character" Error naming::hidden_character
    MixedScript "L1810" "mixed-script" Error naming::mixed_script
    LeftoverName "L1811" "leftover-name" Warning naming::leftover_name
    LongDeclaration "L1812" "long-declaration" Info naming::long_declaration
    DeepCondition "L1813" "deep-condition" Info naming::deep_condition
    NegatedNegative "L1814" "negated-negative" Info naming::negated_negative
    SharedTitle "L1815" "shared-title" Warning naming::shared_title
    TitleRepeatsName "L1816" "title-repeats-name" Info naming::title_repeats_name
    UnusedMetric "L1817" "unused-metric" Warning naming::unused_metric

    // ---------- L19xx: tests ----------
    RepeatedExpectation "L1901" "repeated-expectation" Warning tests::repeated_expectation
    ContradictoryExpectations "L1902" "contradictory-expectations" Warning tests::contradictory_expectations
    ExpectationCannotFail "L1903" "expectation-cannot-fail" Warning tests::expectation_cannot_fail
    ExpectedOutOfReach "L1904" "expected-out-of-reach" Warning tests::expected_out_of_reach
    RowAfterAsOf "L1905" "row-after-as-of" Warning tests::row_after_as_of
    UntestedRule "L1906" "untested-rule" Info tests::untested_rule
    UntestedScore "L1907" "untested-score" Info tests::untested_score
    CopiedTest "L1908" "copied-test" Warning tests::copied_test
    UnreadRows "L1909" "unread-rows" Warning tests::unread_rows
    Bystander "L1910" "bystander" Warning tests::bystander
    UntestedBound "L1911" "untested-bound" Info tests::untested_bound
    UnreadRun "L1912" "unread-run" Warning tests::unread_run

    // ---------- L20xx: against data ----------
    RuleNeverFires "L2001" "rule-never-fires" Warning data::rule_never_fires
    RuleFiresTooOften "L2002" "rule-fires-too-often" Warning data::rule_fires_too_often
    ColumnAlwaysMissing "L2003" "column-always-missing" Warning data::column_always_missing
    ColumnConstant "L2004" "column-constant" Info data::column_constant
    ValueNeverSeen "L2005" "value-never-seen" Warning data::value_never_seen
    MissingRate "L2006" "missing-rate" Warning data::missing_rate
    BandEmpty "L2007" "band-empty" Info data::band_empty
    BandCrowded "L2008" "band-crowded" Warning data::band_crowded
    CollinearMetrics "L2009" "collinear-metrics" Warning data::collinear_metrics
    WindowBeyondHistory "L2010" "window-beyond-history" Warning data::window_beyond_history
    ScoreDrift "L2011" "score-drift" Warning data::score_drift
    SegmentBelowMinimum "L2012" "segment-below-minimum" Warning data::segment_below_minimum
    ListValueUnmapped "L2013" "list-value-unmapped" Warning data::list_value_unmapped

    // ---------- L21xx: suppressions ----------
    SuppressionUnknown "L2101" "suppression-unknown" Warning suppressions::suppression_unknown
    SuppressionUnused "L2102" "suppression-unused" Warning suppressions::suppression_unused
    SuppressionExpired "L2103" "suppression-expired" Warning suppressions::suppression_expired
    SuppressionWithoutReason "L2104" "suppression-without-reason" Warning suppressions::suppression_without_reason
    SuppressionMalformed "L2105" "suppression-malformed" Warning suppressions::suppression_malformed
    SuppressionOfError "L2106" "suppression-of-error" Warning suppressions::suppression_of_error
}
}

impl Code {
    /// By number or kebab name, in any case.
    pub fn find(word: &str) -> Option<Code> {
        Code::ALL.iter().copied().find(|c| c.number().eq_ignore_ascii_case(word) || c.name().eq_ignore_ascii_case(word))
    }
}

/// The page of a code: Markdown with a title line `# name`, prose, and the examples that the tests run.
#[derive(Debug, Clone, Copy)]
pub struct Page(pub &'static str);

impl Page {
    /// The first sentence below the title: what a list of pages says about each.
    pub fn summary(self) -> String {
        let text: Vec<&str> = self
            .0
            .lines()
            .map(str::trim)
            .skip_while(|line| line.is_empty() || line.starts_with('#'))
            .take_while(|line| !line.is_empty() && !line.starts_with('#'))
            .collect();
        let text = text.join(" ");
        match text.find(". ") {
            Some(end) => text.get(..end).unwrap_or(&text).to_string(),
            None => text.trim_end_matches('.').to_string(),
        }
    }
}
