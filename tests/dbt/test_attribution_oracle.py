"""Random companies through the real models, touch by touch against an independent derivation."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
from attribution_oracle import Oracle
from attribution_project import AttributionProject, project_variables
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

START = datetime(2026, 2, 20)
LOOKBACK_DAYS = 12
CUSTOM = [
    {"name": "ends", "family": "position", "first": 1, "middle": 0.25, "last": 2.5},
    {"name": "week", "family": "decay", "half_life_days": 0.5, "credits_lead_cycles": True},
    {"name": "game", "family": "shapley", "credits_lead_cycles": True},
    {
        "name": "strict",
        "family": "milestone",
        "milestones": {"lc": 3, "oc": 2, "cw": 0.5},
        "middle": 1,
        "on_missing": "renormalise",
    },
    {
        "name": "late",
        "family": "milestone",
        "milestones": {"ft": 0, "oc": 1, "cw": 2},
        "middle": 4,
        "middle_touches": "all",
    },
]
CHANNELS = {
    "direct": False,
    "email": False,
    "event": False,
    "paid_search": True,
    "paid_social": True,
}
CENTS = [None, 0, 1, -1, 2, 100, -100, 5000, 99_99, -123_457, 8_408_537, 99_999_999_999]
CURRENCIES = ["USD", "USD", "EUR", "JPY"]
# a company is what its seed makes of it
COMPANIES = st.lists(st.integers(0, 2**32 - 1), min_size=25, max_size=40, unique=True)


def moment(dice: Random) -> datetime:
    """Few values, so that times tie and stand on every edge: days, the lookback, the grace."""
    seconds = dice.choice([0, 0, 0, 0, -1, 1, 43200])
    return START + timedelta(days=dice.randrange(25), seconds=seconds)


def company_of(seed: int) -> dict:
    """Opportunities, leads, buying groups, touches and stages of one company, by their numbers."""
    dice = Random(seed)
    leads = dice.randint(1, 3)
    opportunities = dice.randint(1, 3)
    owners = ["lead"] * 6 + ["account", "opportunity"]
    return {
        "opportunities": [
            {
                "account": dice.choice([0, 1, 1, 2]),
                "created_at": moment(dice),
                "closed_at": moment(dice),
                "is_won": dice.random() < 0.6,
                "is_new": dice.random() < 0.9,
                "amount": dice.choice(CENTS),
                "first_amount": dice.choice(CENTS),
                "currency": dice.choice(CURRENCIES),
            }
            for _ in range(opportunities)
        ],
        "leads": [
            {
                "account": dice.choice([0, 1, 1, 2]),
                "created_at": moment(dice) if dice.random() < 0.9 else None,
                "is_live": dice.random() < 0.9,
            }
            for _ in range(leads)
        ],
        "members": [
            {"opportunity": opportunity, "lead": lead, "is_primary": dice.random() < 0.4}
            for opportunity in range(1, opportunities + 1)
            for lead in range(1, leads + 1)
            if dice.random() < 0.6
        ],
        "touches": [
            {
                "owner": dice.choice(owners),
                "key": dice.randint(1, 3),
                "occurred_at": moment(dice),
                "priority": dice.choice([80, 100, 130]),
                "system": dice.choice(["salesforce", "salesforce@emea", "web"]),
                "channel": dice.choice(sorted(CHANNELS)),
                "can_be_middle": dice.random() < 0.7,
                "is_attributable": dice.random() < 0.9,
            }
            for _ in range(dice.choice([0, 1, 3, 8, 20, 30, 40]))
        ],
        "events": [
            {
                "lead": dice.randint(1, leads),
                "cycle": dice.randint(1, 2),
                "stage": dice.choice(["inquiry", "mql", "sal", "sql"]),
                "is_inferred": dice.random() < 0.3,
                "occurred_at": moment(dice),
            }
            for _ in range(dice.randint(0, 4))
        ],
    }


def money(cents: int | None) -> Decimal | None:
    return None if cents is None else Decimal(cents) / 100


def world_of(companies: list[dict]) -> dict[str, list[dict]]:
    """The rows that the models read; account 0 is none, keys of nobody name nobody."""
    world: dict[str, list[dict]] = {
        "int_clock": [{"as_of_date": date(2026, 12, 31)}],
        "channels": [{"channel": name, "is_paid": paid} for name, paid in CHANNELS.items()],
        # EUR has a hole between its two rates, JPY no rate at all
        "int_revenue__fx_rates": [
            {
                "currency_code": currency,
                "rate": Decimal(rate),
                "valid_from": valid_from,
                "valid_to": valid_to,
            }
            for currency, rate, valid_from, valid_to in [
                ("USD", "1", date(1900, 1, 1), date(2999, 12, 31)),
                ("EUR", "1.0833333", date(2026, 2, 1), date(2026, 3, 1)),
                ("EUR", "1.125", date(2026, 3, 5), date(2026, 12, 31)),
            ]
        ],
    }
    names = (
        "int_revenue__opportunities_unioned",
        "int_revenue__opportunity_dates",
        "int_identity__account_survivors",
        "int_revenue__buying_groups",
        "int_identity__leads",
        "int_lifecycle__stage_events",
        "int_touchpoints__touches",
    )
    for name in names:
        world[name] = []
    for number, company in enumerate(companies, start=1):
        for name, rows in rows_of(company, number * 1000).items():
            world[name] += rows
    return world


def rows_of(company: dict, base: int) -> dict[str, list[dict]]:
    opportunities = dict(enumerate(company["opportunities"], start=1))
    leads = dict(enumerate(company["leads"], start=1))
    members = {
        (member["opportunity"], member["lead"]): member["is_primary"]
        for member in company["members"]
        if member["opportunity"] in opportunities and member["lead"] in leads
    }

    def account(key: int) -> int | None:
        return base + 100 + key if key else None

    touches = []
    for number, touch in enumerate(company["touches"], start=1):
        owner, key = touch["owner"], touch["key"]
        if key not in {"lead": leads, "opportunity": opportunities, "account": (1, 2)}[owner]:
            continue
        touches.append(
            {
                "touch_key": base + 900 - number,
                "lead_key": base + key if owner == "lead" else None,
                "account_key": account(key) if owner == "account" else None,
                "opportunity_key": base + 200 + key if owner == "opportunity" else None,
                "occurred_at": touch["occurred_at"],
                "touch_priority": touch["priority"],
                "source_system": touch["system"],
                "channel": touch["channel"],
                "campaign_key": None,
                "can_be_middle": touch["can_be_middle"],
                "is_attributable": touch["is_attributable"],
            }
        )
    return {
        "int_revenue__opportunities_unioned": [
            {
                "opportunity_key": base + 200 + key,
                "source_account_key": account(row["account"]),
                "created_at": row["created_at"],
                "opportunity_type": "new" if row["is_new"] else "renewal",
                "is_sales_pipeline": True,
                "is_source_deleted": False,
                "is_won": row["is_won"],
                "currency_code": row["currency"],
                "opportunity_amount_original": money(row["amount"]),
            }
            for key, row in opportunities.items()
        ],
        "int_revenue__opportunity_dates": [
            {
                "opportunity_key": base + 200 + key,
                "closed_at": row["closed_at"] if row["is_won"] else None,
                "first_amount_original": money(row["first_amount"]),
            }
            for key, row in opportunities.items()
        ],
        "int_identity__account_survivors": [
            {"known_key": account(key), "account_key": account(key)} for key in (1, 2)
        ],
        "int_revenue__buying_groups": [
            {
                "opportunity_key": base + 200 + opportunity,
                "lead_key": base + lead,
                "is_primary": is_primary,
            }
            for (opportunity, lead), is_primary in members.items()
        ],
        "int_identity__leads": [
            {
                "lead_key": base + key,
                "account_key": account(row["account"]),
                "created_at": row["created_at"],
                "is_live": row["is_live"],
            }
            for key, row in leads.items()
        ],
        "int_lifecycle__stage_events": [
            {
                "lead_key": base + event["lead"],
                "cycle_number": event["cycle"],
                "event_number": number,
                "to_stage": event["stage"],
                "is_inferred": event["is_inferred"],
                "has_time_anomaly": False,
                "occurred_at": event["occurred_at"],
            }
            for number, event in enumerate(company["events"], start=1)
            if event["lead"] in leads
        ],
        "int_touchpoints__touches": touches,
    }


@pytest.fixture(scope="module", params=["buying_group", "account", "primary_contact"])
def project(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory):
    """The shipped models and some of a user's own, for each touch scope."""
    models = [*project_variables()["attribution_models"], *CUSTOM]
    folder: Path = tmp_path_factory.mktemp(request.param)
    return AttributionProject(
        folder,
        {
            "attribution_models": models,
            "lookback_days": LOOKBACK_DAYS,
            "touch_scope": request.param,
        },
    )


@settings(
    max_examples=8,
    deadline=None,
    # companies do not touch each other, and the key of a difference names its own
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(seeds=COMPANIES)
def test_credits_touch_by_touch(seeds: list[int], project: AttributionProject) -> None:
    world = world_of([company_of(seed) for seed in seeds])
    oracle = Oracle(world, project.variables)
    with project.run(world) as con:
        rows = con.execute(
            "select conversion_type, cast('0x' || coalesce(opportunity_id, lead_id) as bigint),"
            " cycle_number, cast('0x' || touch_id as bigint), attribution_model, weight,"
            f" credited_amount from {project.relation('fct_attribution_credits')}"
        ).fetchall()
        chains = con.execute(
            "select conversion_type, period, channel, removal_effect, credited_conversions,"
            f" credited_amount from {project.relation('fct_channel_attribution')}"
        ).fetchall()
    expected = oracle.credits(project.variables["attribution_models"])
    found = {tuple(key): (weight, amount) for *key, weight, amount in rows}
    assert len(found) == len(rows)
    assert found.keys() == expected.keys()
    for key, (weight, amount) in found.items():
        assert weight == pytest.approx(float(expected[key][0]), abs=1e-9), key
        assert amount == money(expected[key][1]), key

    expected_chains = oracle.markov()
    found_chains = {tuple(row[:3]): row[3:] for row in chains}
    assert found_chains.keys() == expected_chains.keys()
    for key, (effect, count, amount) in found_chains.items():
        assert effect == pytest.approx(expected_chains[key][0], abs=1e-9), key
        assert count == pytest.approx(expected_chains[key][1], abs=1e-6), key
        assert amount == money(expected_chains[key][2]), key
