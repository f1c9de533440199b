"""Gate 2 on marts written by hand: a company with two leads, one won opportunity, two touches."""

import duckdb
import pytest

from expectations.mart_gate import PUBLISHED_COLUMNS, mart_suites
from expectations.runner import run_gate

# Opportunity o1, won, 1000.00. Lead l1 searched, then filled a form: linear gives each .5, first
# touch gives all to the search. Conversion c2 has no touch and stays unattributed in both models.
TINY_MARTS = """
create schema marts;
create schema reports;
create table marts.dim_leads as
    select * from (values
        ('l1', 'salesforce', '00Q1', 'customer', timestamp '2026-01-02 09:00:00', 'a1'),
        ('l2', 'salesforce', '00Q2', 'name', timestamp '2026-02-03 10:00:00', null)
    ) as v (lead_id, source_system, source_record_id, record_class, created_at, account_id);
create table marts.dim_accounts as select 'a1' as account_id;
create table marts.dim_campaigns as select 'brand' as campaign_key;
create table marts.dim_channels as select 'paid_search' as channel;
create table marts.dim_dates as select date '2026-01-01' as date_day;
create table marts.bridge_lead_aliases as
    select 'x1' as alias_id, 'salesforce' as source_system, 'lead' as source_object,
        '00Q1' as source_record_id, 'l1' as lead_id;
create table marts.bridge_source_records as
    select 'salesforce' as source_system, 'lead' as source_object, '00Q1' as source_record_id,
        'salesforce/lead/Lead.csv' as source_file, cast(2 as bigint) as source_line,
        'c1' as content_hash;
create table marts.fct_activities as
    select 'a1' as activity_id, 'l1' as lead_id, timestamp '2026-01-03 10:00:00' as occurred_at,
        'call' as activity_type, 'outbound' as direction, true as is_human,
        'salesforce' as source_system, 'task' as source_object, '00T1' as source_record_id;
create table marts.fct_lead_stage_events as
    select 'l1' as lead_id, 1 as cycle_number, i as event_number,
        cast(null as varchar) as from_stage,
        'inquiry' as to_stage, direction, false as is_inferred, false as has_time_anomaly,
        timestamp '2026-01-02 09:00:00' as occurred_at, 'salesforce' as source_system,
        'lead' as source_object, '00Q1' as source_record_id
    from (values (1, 'start'), (2, 'forward'), (3, 'backward'), (4, 'exit'), (5, 'reenter'))
        as v (i, direction);
create table marts.fct_lead_lifecycle as
    select 'l1' as lead_id, i as cycle_number, 'new' as cycle_type,
        timestamp '2026-01-02 09:00:00' as entered_inquiry_at,
        cast(null as timestamp) as entered_mql_at, cast(null as timestamp) as entered_sal_at,
        cast(null as timestamp) as entered_sql_at,
        cast(null as timestamp) as entered_opportunity_at,
        cast(null as timestamp) as entered_customer_at, 'inquiry' as current_stage,
        'inquiry' as furthest_stage, outcome, false as is_open, false as has_time_anomaly,
        'paid_search' as source_channel, cast(0 as decimal(18, 2)) as won_amount
    from (values (1, 'open'), (2, 'won'), (3, 'lost'), (4, 'recycled'), (5, 'disqualified'))
        as v (i, outcome);
create table marts.dim_owners as
    select 'w1' as owner_id, 'Ann Ash' as owner_name, 'Inside sales' as team,
        'Europe/Berlin' as time_zone, true as is_active;
create table marts.fct_lead_handoffs as
    select 'h' || i as handoff_id, 'l1' as lead_id, 1 as cycle_number,
        timestamp '2026-01-03 09:00:00' as handed_off_at, 'w1' as owner_id,
        'paid_search' as source_channel, cast(1 as bigint) as rule_version,
        first_activity_at, cast(speed as double) as speed_to_lead_hours,
        cast(speed as double) as speed_to_lead_business_hours, sla_status,
        first_activity_at is not null as is_worked, sla_status = 'never' as is_ignored,
        cast(null as timestamp) as accepted_at, cast(null as timestamp) as rejected_at,
        cast(null as varchar) as rejection_reason, false as is_status_only
    from (values
        (1, timestamp '2026-01-03 10:00:00', 1, 'met'),
        (2, timestamp '2026-01-06 10:00:00', 73, 'late'),
        (3, null, null, 'never'),
        (4, null, null, 'pending')
    ) as v (i, first_activity_at, speed, sla_status);
create table marts.dim_qualification_rules as
    select 'mql' as rule_name, cast(1 as bigint) as rule_version,
        date '2026-01-01' as effective_from, cast(null as date) as effective_to,
        cast(40 as double) as min_score, cast(1 as bigint) as min_interest_touches,
        'none' as evidence_needed;
create table marts.fct_lead_qualifications as
    select 'q' || i as qualification_id, 'l1' as lead_id, 1 as cycle_number, decision_source,
        timestamp '2026-01-03 09:00:00' as decided_at, cast(1 as bigint) as rule_version,
        cast(55 as double) as score, cast(2 as bigint) as interest_touch_count,
        cast(0 as bigint) as commitment_touch_count, false as has_two_way_conversation, verdict,
        'all_met' as verdict_reason
    from (values (1, 'crm', 'qualified'), (2, 'rules', 'qualified'), (3, 'crm', 'not_qualified'))
        as v (i, decision_source, verdict);
create table reports.rpt_handoff_sla as
    select 'all' as breakdown, '(all)' as breakdown_value, cast(3 as bigint) as due_count,
        cast(0.25 as double) as ignored_rate;
create table reports.rpt_handoff_losses as
    select 'l1' as lead_id, 1 as cycle_number, 'not_worked' as loss_category;
create table reports.rpt_work_queue as
    select 'l' || i as lead_id, 'Ann Ash' as owner_name, 'pending' as sla_status, verdict,
        'interest_only' as verdict_reason
    from (values (1, 'play'), (2, 'pass'), (3, 'nurture')) as v (i, verdict);
create table reports.rpt_score_calibration as
    select 'score' as signal, 'salesforce' as source_system, cast(null as bigint) as decile,
        cast(0.7 as double) as auc, cast(0.6 as double) as auc_low,
        cast(0.8 as double) as auc_high, 'better_than_a_guess' as verdict;
create table reports.rpt_qualification_disagreement as
    select date '2026-01-01' as decision_month, cast(1 as bigint) as rule_version,
        'both' as agreement, cast(2 as bigint) as cycle_count;
create table marts.fct_opportunities as
    select 'o1' as opportunity_id, 'salesforce' as source_system, '0061' as source_record_id,
        timestamp '2026-01-20 00:00:00' as created_at, timestamp '2026-02-20 00:00:00' as closed_at,
        'Closed Won' as stage, true as is_closed, true as is_won,
        cast(1000 as decimal(18, 2)) as opportunity_amount,
        cast(1000 as decimal(18, 2)) as opportunity_amount_original, 'USD' as currency_code,
        true as has_buying_group;
create table marts.fct_opportunity_stage_events as
    select 'o1' as opportunity_id, null as from_stage, 'opportunity' as to_stage,
        timestamp '2026-01-20 00:00:00' as occurred_at, false as is_inferred;
create table marts.fct_touches as
    select * from (values
        ('t1', 'l1', timestamp '2026-01-01 08:00:00', 'paid_search', 'brand', 'visit', null, true),
        ('t2', 'l1', timestamp '2026-01-02 09:00:00', 'direct', null, 'form', 'interest', true)
    ) as v (touch_id, lead_id, occurred_at, channel, campaign_key, touch_type, touch_class,
        is_attributable);
create table marts.fct_spend_daily as
    select date '2026-01-01' as date_day, 'google_ads' as source_system, 'brand' as campaign_key,
        'paid_search' as channel, cast(40 as decimal(18, 2)) as spend_amount,
        cast(40 as decimal(18, 2)) as spend_amount_original, 'USD' as currency_code,
        cast(500 as bigint) as impressions, cast(20 as bigint) as clicks;
create table marts.fct_attribution_credits as
    select conversion_id, 'revenue' as conversion_type, 'o1' as opportunity_id, 'l1' as lead_id,
        touch_id, attribution_model, channel, cast(null as varchar) as campaign_key,
        cast(null as timestamp) as touched_at, timestamp '2026-02-20 00:00:00' as converted_at,
        cast(weight as double) as weight, cast(1000 * weight as decimal(18, 2)) as credited_amount,
        cast(weight as double) as credited_conversions
    from (values
        ('c1', 't1', 'first_touch', 'paid_search', 1.0),
        ('c1', 't1', 'linear', 'paid_search', 0.5),
        ('c1', 't2', 'linear', 'direct', 0.5),
        ('c2', null, 'first_touch', '(unattributed)', 1.0),
        ('c2', null, 'linear', '(unattributed)', 1.0)
    ) as v (conversion_id, touch_id, attribution_model, channel, weight);
create table reports.rpt_attribution_by_channel as
    select date '2026-02-01' as conversion_month, 'revenue' as conversion_type,
        'paid_search' as channel, 'linear' as attribution_model,
        cast(500 as decimal(18, 2)) as attributed_amount,
        cast(0.5 as double) as attributed_conversions,
        cast(40 as decimal(18, 2)) as spend_amount, cast(12.5 as double) as roas;
create table marts.fct_channel_attribution as
    select 'revenue' as conversion_type, 'all' as period, channel, 'markov' as attribution_model,
        effect as removal_effect, cast(weight as double) as credited_conversions,
        cast(1000 * weight as decimal(18, 2)) as credited_amount
    from (values ('paid_search', 1.0, 0.5), ('direct', 1.0, 0.5), ('(unattributed)', null, 1.0))
        as v (channel, effect, weight);
create table reports.rpt_attribution_by_campaign as
    select date '2026-02-01' as conversion_month, 'brand' as campaign_key,
        'linear' as attribution_model, cast(0 as decimal(18, 2)) as pipeline_amount,
        cast(500 as decimal(18, 2)) as revenue_amount, cast(40 as decimal(18, 2)) as spend_amount,
        cast(12.5 as double) as roas;
create table reports.rpt_model_disagreement as
    select 'revenue' as conversion_type, 'direct' as channel, 0.0 as lowest_share,
        0.25 as highest_share;
create table reports.rpt_top_paths as
    select 'revenue' as conversion_type, 'unique' as path_transform, false as is_direct_dropped,
        'paid_search > direct' as path, cast(4 as bigint) as journey_count,
        cast(1 as bigint) as conversion_count, cast(0.25 as double) as conversion_rate;
create table reports.rpt_funnel_by_cohort as
    select date '2026-01-01' as cohort_month, 'paid_search' as channel,
        cast(0.5 as double) as conversion_rate, cast(0.25 as decimal(9, 4)) as exit_rate,
        cast(null as double) as observed_conversion_rate;
create table reports.rpt_exceptions as
    select 'blank_key' as reason, 'error' as severity, true as is_excluded,
        'salesforce' as source_system, 'lead' as source_object, 'a.csv' as source_file,
        cast(2 as bigint) as source_line, cast(null as varchar) as source_record_id, '' as detail;
"""

# One defect per kind: the statement, and the check that must name it: table, check, column,
# severity, observed figure and a piece of its message.
PLANTED = {
    "direction": (
        """update marts.fct_lead_stage_events set direction = 'sideways'
        where event_number in (2, 3)""",
        ("fct_lead_stage_events", "direction_in_set", "direction", "block", 2, "2 of 5 rows"),
    ),
    "cycle": (
        "update marts.fct_lead_lifecycle set cycle_number = 0 where cycle_number = 1",
        ("fct_lead_lifecycle", "cycle_number_in_range", "cycle_number", "block", 1, "1 of 5 rows"),
    ),
    "sla status": (
        "update marts.fct_lead_handoffs set sla_status = 'soon' where sla_status = 'pending'",
        ("fct_lead_handoffs", "sla_status_in_set", "sla_status", "block", 1, "1 of 4 rows"),
    ),
    "queue verdict": (
        "update reports.rpt_work_queue set verdict = 'maybe' where verdict = 'nurture'",
        ("rpt_work_queue", "verdict_in_set", "verdict", "block", 1, "1 of 3 rows"),
    ),
    "ignored rate": (
        "update reports.rpt_handoff_sla set ignored_rate = 25",
        ("rpt_handoff_sla", "rates_are_shares", None, "block", 1, "ignored_rate"),
    ),
    "outcome": (
        "update marts.fct_lead_lifecycle set outcome = 'on hold' where outcome = 'recycled'",
        ("fct_lead_lifecycle", "outcome_in_set", "outcome", "block", 1, "1 of 5 rows"),
    ),
    "currency": (
        "update marts.fct_opportunities set currency_code = 'Euro'",
        ("fct_opportunities", "currency_code_has_length", "currency_code", "warn", 1, "1 of 1"),
    ),
    "created_at": (
        "update marts.dim_leads set created_at = timestamp '1970-01-01' where lead_id = 'l2'",
        ("dim_leads", "created_at_in_range", "created_at", "block", 1, "1990-01-01"),
    ),
    "occurred_at": (
        "update marts.fct_touches set occurred_at = timestamp '2202-01-01' where touch_id = 't2'",
        ("fct_touches", "occurred_at_in_range", "occurred_at", "block", 1, "2101-01-01"),
    ),
    "no_channel": (
        "update marts.fct_touches set channel = null where touch_id = 't1'",
        ("fct_touches", "channel_not_null", "channel", "block", 1, "1 of 2 rows"),
    ),
    "negative_spend": (
        "update marts.fct_spend_daily set spend_amount = -0.01",
        ("fct_spend_daily", "spend_amount_in_range", "spend_amount", "warn", 1, "0 <= spend"),
    ),
    "rate": (
        "update reports.rpt_funnel_by_cohort set exit_rate = 1.25",
        ("rpt_funnel_by_cohort", "rates_are_shares", None, "block", 1, "rate_name=exit_rate"),
    ),
    "column_gone": (
        "alter table marts.fct_opportunities drop column has_buying_group",
        ("fct_opportunities", "has_columns", None, "block", 1, "1 missing (has_buying_group)"),
    ),
    # 5 rows in the last release, 1 now: under the half of it, which is 3
    "shrunk": (
        "delete from marts.bridge_lead_aliases where false",
        ("bridge_lead_aliases", "volume_drop", None, "block", 1, "at least 3 rows"),
    ),
    # 100 rows in the last release, 201 now
    "grown": (
        """insert into marts.dim_dates
        select date '2026-01-02' + cast(i as integer) from range(200) r (i)""",
        ("dim_dates", "volume_growth", None, "warn", 201, "0 to 200 rows"),
    ),
    "fewer_exceptions": (
        "delete from reports.rpt_exceptions",
        ("rpt_exceptions", "volume_drop", None, "warn", 0, "at least 2 rows"),
    ),
    # both rows of c1/linear: .5 twice and .5 once is 1.5
    "doubled_credit": (
        """insert into marts.fct_attribution_credits
        select * from marts.fct_attribution_credits where touch_id = 't2'""",
        ("fct_attribution_credits", "credits_are_unique", "touch_id", "block", 2, "row_count=2"),
    ),
    # the unattributed row has no touch_id: null must count as equal
    "doubled_unattributed": (
        """insert into marts.fct_attribution_credits
        select * from marts.fct_attribution_credits
        where conversion_id = 'c2' and attribution_model = 'linear'""",
        ("fct_attribution_credits", "weights_sum_to_one", "weight", "block", 3, "weight_sum="),
    ),
    "weight": (
        """update marts.fct_attribution_credits set weight = 1.5
        where conversion_id = 'c1' and attribution_model = 'first_touch'""",
        ("fct_attribution_credits", "weight_in_range", "weight", "block", 1, "0 < weight <= 1"),
    ),
    "removal_effect": (
        "update marts.fct_channel_attribution set removal_effect = 1.5 where channel = 'direct'",
        (
            "fct_channel_attribution",
            "removal_effect_in_range",
            "removal_effect",
            "block",
            1,
            "0 <= removal_effect <= 1",
        ),
    ),
    # a column that GX needs is gone: the checks on it cannot be evaluated
    "column_of_a_check_gone": (
        "alter table reports.rpt_attribution_by_channel drop column spend_amount",
        ("rpt_attribution_by_channel", "has_columns", None, "block", 1, "1 missing (spend_amount)"),
    ),
}
PREVIOUS = {"marts.bridge_lead_aliases": 5, "marts.dim_dates": 100, "reports.rpt_exceptions": 3}


def write_marts(path, *statements):
    # attached, as dbt does it: opened directly, catalog and schema would both be named marts
    with duckdb.connect() as connection:
        connection.execute(f"attach '{path}' as lead_ledger; use lead_ledger")
        connection.execute(TINY_MARTS)
        for statement in statements:
            connection.execute(statement)
    return path


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    path = write_marts(tmp_path_factory.mktemp("sound") / "lead_ledger.duckdb")
    return run_gate(path, mart_suites(None), gate="marts")


@pytest.fixture(scope="module")
def broken(tmp_path_factory):
    path = tmp_path_factory.mktemp("broken") / "lead_ledger.duckdb"
    write_marts(
        path, *(statement for statement, _ in PLANTED.values()), "drop table marts.dim_channels"
    )
    return run_gate(path, mart_suites(PREVIOUS), gate="marts")


def test_sound_marts_pass_every_check(sound):
    assert [c.message for c in sound.checks if c.status != "passed"] == []
    assert sound.passed == len(sound.checks) > 60
    assert (sound.failed, sound.errored, sound.blocking_failures) == (0, 0, ())
    assert {f"{c.schema}.{c.table}" for c in sound.checks} == set(PUBLISHED_COLUMNS)


def test_without_a_release_the_volume_checks_pass_and_say_so(sound):
    volumes = [c for c in sound.checks if c.check in ("volume_drop", "volume_growth")]
    assert len(volumes) == 2 * len(PUBLISHED_COLUMNS)
    assert {c.status for c in volumes} == {"passed"}
    assert all("no previous release" in c.message for c in volumes)
    leads = next(c for c in volumes if c.table == "dim_leads")
    assert leads.observed == 2


@pytest.mark.parametrize("defect", PLANTED)
def test_a_planted_defect_fails_its_check(broken, defect):
    table, check, column, severity, observed, piece = PLANTED[defect][1]
    found = [c for c in broken.checks if (c.table, c.check) == (table, check)]
    assert [(c.status, c.column, c.severity, c.observed) for c in found] == [
        ("failed", column, severity, observed)
    ]
    message = found[0].message
    for part in (check, "failed", f".{table}", column or table, str(observed), piece):
        assert part in message
    assert (found[0] in broken.blocking_failures) == (severity == "block")


def test_nothing_fails_that_was_not_planted(broken):
    failed = {(c.table, c.check) for c in broken.checks if c.status == "failed"}
    assert failed == {(table, check) for _, (table, check, *_) in PLANTED.values()}


def test_what_cannot_be_evaluated_is_errored_and_blocks(broken):
    errored = {(c.table, c.check) for c in broken.checks if c.status == "errored"}
    assert errored == {
        ("rpt_attribution_by_channel", "spend_amount_in_range"),
        ("dim_channels", "has_columns"),
        ("dim_channels", "volume_drop"),
        ("dim_channels", "volume_growth"),
    }
    assert broken.errored == 4
    check = next(
        c
        for c in broken.checks
        if (c.table, c.check) == ("rpt_attribution_by_channel", "spend_amount_in_range")
    )
    assert check.observed is None
    assert "spend_amount_in_range errored on reports.rpt_attribution_by_channel" in check.message
    assert 'The column "spend_amount" in BatchData does not exist' in check.message
    gone = next(c for c in broken.blocking_failures if c.table == "dim_channels")
    assert "Table with name dim_channels does not exist" in gone.message


def test_volume_notes_say_what_they_compare_with(broken):
    messages = {(c.table, c.check): c.message for c in broken.checks}
    assert "not in the previous release" in messages["fct_touches", "volume_drop"]
    small = messages["bridge_lead_aliases", "volume_growth"]
    assert "the previous release has 5 rows, too few to judge growth" in small


FACTS = ("fct_opportunities", "fct_touches", "fct_spend_daily")


@pytest.mark.parametrize(("emptied", "blocking"), [((), []), (FACTS, ["release_is_not_empty"])])
def test_a_release_without_leads_has_something_else(tmp_path, emptied, blocking):
    tables = ("dim_leads", *emptied)
    statements = "; ".join(f"delete from marts.{table}" for table in tables)
    path = write_marts(tmp_path / "lead_ledger.duckdb", statements)
    leads = [suite for suite in mart_suites(None) if suite.table == "dim_leads"]
    result = run_gate(path, leads, gate="marts")
    assert [c.check for c in result.blocking_failures] == blocking


@pytest.mark.parametrize(("rows", "status"), [(50, "passed"), (49, "failed")])
def test_half_of_the_last_release_is_still_enough(tmp_path, rows, status):
    path = write_marts(
        tmp_path / "lead_ledger.duckdb",
        f"insert into marts.dim_accounts select 'b' || i from range({rows - 1}) r (i)",
    )
    accounts = [s for s in mart_suites({"marts.dim_accounts": 100}) if s.table == "dim_accounts"]
    result = run_gate(path, accounts, gate="marts")
    drop = next(c for c in result.checks if c.check == "volume_drop")
    assert (drop.status, drop.observed, drop.severity) == (status, rows, "block")
