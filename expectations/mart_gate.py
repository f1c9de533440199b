"""Gate 2, what leaves: the suites of the published tables.

Keys, relations and the reconciliation to revenue are dbt's. Here stands what a reader of a release
relies on whatever built it: the columns, ranges and value sets, and volumes against the last one.
"""

from collections.abc import Mapping
from datetime import datetime
from math import ceil

from expectations.checks import (
    Check,
    TableSuite,
    has_columns,
    has_length,
    in_range,
    in_set,
    no_rows,
    not_null,
    row_count_between,
)

EARLIEST = datetime(1990, 1, 1)
LATEST = datetime(2101, 1, 1)
DIRECTIONS = ("start", "forward", "backward", "exit", "reenter")
SLA_STATUSES = ("met", "late", "never", "pending")
OUTCOMES = ("open", "won", "lost", "recycled", "disqualified")
WEIGHT_SUM_TOLERANCE = "1e-6"

# A table may shrink to half of the last release, and grow to twice of it.
SHRINK_SHARE = 0.5
GROWTH_FACTOR = 2
# Small tables double on an ordinary day.
GROWTH_MIN_ROWS = 100

# Fewer exceptions is what everybody hopes for, and a queue that was worked off is short.
WELCOME_TO_SHRINK = frozenset({"reports.rpt_exceptions", "reports.rpt_work_queue"})

# What readers rely on; the rest of a table is free to change.
PUBLISHED_COLUMNS: Mapping[str, str] = {
    "marts.dim_leads": "lead_id source_system source_record_id record_class created_at account_id",
    "marts.dim_accounts": "account_id",
    "marts.dim_campaigns": "campaign_key",
    "marts.dim_channels": "channel",
    "marts.dim_dates": "date_day",
    "marts.dim_owners": "owner_id owner_name team time_zone is_active",
    "marts.dim_qualification_rules": """
        rule_name rule_version effective_from effective_to min_score min_interest_touches
        evidence_needed
    """,
    "marts.bridge_lead_aliases": "alias_id source_system source_object source_record_id lead_id",
    "marts.bridge_source_records": """
        source_system source_object source_record_id source_file source_line content_hash
    """,
    "marts.fct_activities": """
        activity_id lead_id occurred_at activity_type direction is_human source_system
        source_object source_record_id
    """,
    "marts.fct_lead_stage_events": """
        lead_id cycle_number event_number from_stage to_stage direction is_inferred
        has_time_anomaly occurred_at source_system source_object source_record_id
    """,
    "marts.fct_lead_lifecycle": """
        lead_id cycle_number cycle_type entered_inquiry_at entered_mql_at entered_sal_at
        entered_sql_at entered_opportunity_at entered_customer_at current_stage furthest_stage
        outcome is_open has_time_anomaly source_channel won_amount
    """,
    "marts.fct_lead_handoffs": """
        handoff_id lead_id cycle_number handed_off_at owner_id source_channel rule_version
        first_activity_at speed_to_lead_hours speed_to_lead_business_hours sla_status is_worked
        is_ignored accepted_at rejected_at rejection_reason is_status_only
    """,
    "marts.fct_lead_qualifications": """
        qualification_id lead_id cycle_number decision_source decided_at rule_version score
        interest_touch_count commitment_touch_count has_two_way_conversation verdict verdict_reason
    """,
    "marts.fct_opportunities": """
        opportunity_id source_system source_record_id created_at closed_at stage is_closed is_won
        opportunity_amount opportunity_amount_original currency_code has_buying_group
    """,
    "marts.fct_opportunity_stage_events": """
        opportunity_id from_stage to_stage occurred_at is_inferred
    """,
    "marts.fct_touches": """
        touch_id lead_id occurred_at channel campaign_key touch_type touch_class is_attributable
    """,
    "marts.fct_spend_daily": """
        date_day source_system campaign_key channel spend_amount spend_amount_original
        currency_code impressions clicks
    """,
    "marts.fct_attribution_credits": """
        conversion_id conversion_type opportunity_id lead_id touch_id attribution_model channel
        campaign_key touched_at converted_at weight credited_amount credited_conversions
    """,
    "marts.fct_channel_attribution": """
        conversion_type period channel attribution_model removal_effect credited_conversions
        credited_amount
    """,
    "reports.rpt_attribution_by_channel": """
        conversion_month conversion_type channel attribution_model attributed_amount
        attributed_conversions spend_amount roas
    """,
    "reports.rpt_attribution_by_campaign": """
        conversion_month campaign_key attribution_model pipeline_amount revenue_amount spend_amount
        roas
    """,
    "reports.rpt_model_disagreement": "conversion_type channel lowest_share highest_share",
    "reports.rpt_top_paths": """
        conversion_type path_transform is_direct_dropped path journey_count conversion_count
        conversion_rate
    """,
    "reports.rpt_funnel_by_cohort": "",
    "reports.rpt_handoff_sla": "breakdown breakdown_value due_count ignored_rate",
    "reports.rpt_handoff_losses": "lead_id cycle_number loss_category",
    "reports.rpt_work_queue": "lead_id owner_name sla_status verdict verdict_reason",
    "reports.rpt_score_calibration": "signal source_system decile auc auc_low auc_high verdict",
    "reports.rpt_qualification_disagreement": "decision_month rule_version agreement cycle_count",
    "reports.rpt_exceptions": """
        reason severity is_excluded source_system source_object source_file source_line
        source_record_id detail
    """,
}


def mart_suites(previous: Mapping[str, int] | None) -> tuple[TableSuite, ...]:
    """One suite per published table.

    `previous` has the row counts of the last release by `schema.table`; without it the comparisons
    pass and say so.
    """
    claims = _claims()
    return tuple(_table_suite(name, claims.get(name, ()), previous) for name in PUBLISHED_COLUMNS)


def _table_suite(
    name: str, claims: tuple[Check, ...], previous: Mapping[str, int] | None
) -> TableSuite:
    schema, table = name.split(".")
    columns = PUBLISHED_COLUMNS[name].split()
    return TableSuite(
        schema=schema,
        table=table,
        expectations=(
            *([has_columns(columns)] if columns else []),
            *claims,
            *_volume_checks(name, previous),
        ),
    )


def _claims() -> Mapping[str, tuple[Check, ...]]:
    """What is particular to a table."""
    return {
        "marts.dim_leads": (_release_is_not_empty(), _plausible("created_at")),
        "marts.fct_lead_stage_events": (
            in_set("direction", DIRECTIONS),
            in_range("cycle_number", low=1),
            _plausible("occurred_at"),
        ),
        "marts.fct_lead_lifecycle": (
            in_set("outcome", OUTCOMES),
            in_range("cycle_number", low=1),
        ),
        "marts.fct_lead_handoffs": (
            in_set("sla_status", SLA_STATUSES),
            in_range("speed_to_lead_hours", low=0),
            in_range("speed_to_lead_business_hours", low=0),
            _plausible("handed_off_at"),
        ),
        "marts.fct_lead_qualifications": (
            in_set("decision_source", ("crm", "rules")),
            in_set("verdict", ("qualified", "not_qualified", "no_rule")),
            _plausible("decided_at"),
        ),
        "marts.fct_opportunities": (
            has_length("currency_code", 3).warns(),
            _plausible("created_at"),
        ),
        "marts.fct_touches": (not_null("channel"), _plausible("occurred_at")),
        "marts.fct_spend_daily": (
            not_null("channel"),
            # refunds and corrections are negative
            in_range("spend_amount", low=0).warns(),
            has_length("currency_code", 3).warns(),
        ),
        "marts.fct_attribution_credits": (
            not_null("channel"),
            in_range("weight", low=0, high=1, above_low=True),
            _credits_are_unique(),
            _weights_sum_to_one(),
        ),
        "reports.rpt_attribution_by_channel": (
            not_null("channel"),
            in_range("spend_amount", low=0).warns(),
        ),
        "marts.fct_channel_attribution": (in_range("removal_effect", low=0, high=1),),
        "reports.rpt_model_disagreement": (
            in_range("lowest_share", low=0, high=1),
            in_range("highest_share", low=0, high=1),
        ),
        "reports.rpt_top_paths": (_rates_are_shares(),),
        "reports.rpt_funnel_by_cohort": (_rates_are_shares(),),
        "reports.rpt_handoff_sla": (_rates_are_shares(),),
        "reports.rpt_work_queue": (in_set("verdict", ("play", "pass", "nurture")),),
        "reports.rpt_score_calibration": (
            _rates_are_shares(),
            in_range("auc", low=0, high=1),
        ),
    }


def _plausible(column: str) -> Check:
    return in_range(column, low=EARLIEST, high=LATEST)


def _release_is_not_empty() -> Check:
    """Any object may be absent, but something must be there to read."""
    return no_rows(
        "release_is_not_empty",
        expected="a lead, an opportunity, a touch or a cost",
        query="""
            select 'nothing' as found
            where not exists (select 1 from {batch})
                and not exists (select 1 from marts.fct_opportunities)
                and not exists (select 1 from marts.fct_touches)
                and not exists (select 1 from marts.fct_spend_daily)
        """,
    )


def _credits_are_unique() -> Check:
    """By `group by`: GX's compound uniqueness joins on equality and loses the null touch_id."""
    return no_rows(
        "credits_are_unique",
        column="touch_id",
        expected="0 groups of (conversion_id, touch_id, attribution_model) with more than one row",
        query="""
            select conversion_id, touch_id, attribution_model, count(*) as row_count
            from {batch}
            group by conversion_id, touch_id, attribution_model
            having count(*) > 1
        """,
    )


def _weights_sum_to_one() -> Check:
    return no_rows(
        "weights_sum_to_one",
        column="weight",
        expected="0 groups of (conversion_id, attribution_model) whose weights do not sum to 1 "
        f"within {WEIGHT_SUM_TOLERANCE}",
        query=f"""
            select conversion_id, attribution_model, sum(weight) as weight_sum
            from {{batch}}
            group by conversion_id, attribution_model
            having coalesce(abs(sum(weight) - 1), 1) > {WEIGHT_SUM_TOLERANCE}
        """,
    )


def _rates_are_shares() -> Check:
    """Every column that is named a rate; the constant one keeps the pattern from matching none."""
    return no_rows(
        "rates_are_shares",
        expected="0 values of *_rate columns outside 0 to 1",
        query="""
            select rate_name, rate
            from (
                unpivot (select cast(0 as double) as constant_rate, * from {batch})
                on columns('.*_rate$') into name rate_name value rate
            )
            where not rate between 0 and 1
        """,
    )


def _volume_checks(name: str, previous: Mapping[str, int] | None) -> tuple[Check, Check]:
    last = None if previous is None else previous.get(name)
    if last is None:
        note = "no previous release" if previous is None else "not in the previous release"
        drop = row_count_between("volume_drop", note=note)
        growth = row_count_between("volume_growth", note=note)
    else:
        note = f"the previous release has {last} rows"
        drop = row_count_between("volume_drop", low=ceil(SHRINK_SHARE * last), note=note)
        growth = (
            row_count_between("volume_growth", high=GROWTH_FACTOR * last, note=note)
            if last >= GROWTH_MIN_ROWS
            else row_count_between("volume_growth", note=f"{note}, too few to judge growth")
        )
    is_wanted = name in WELCOME_TO_SHRINK
    return (drop.warns() if is_wanted else drop), growth.warns()
