"""What became of the planned handoffs to sales, and what the scores were worth."""

import numpy as np

from datagen.answers.money import format_time
from datagen.answers.stages import choose_leads, list_entries
from datagen.exports.salesforce_ids import list_ids
from datagen.plan.activity import CALL, LIST_EMAIL, Tasks
from datagen.plan.org import Org
from datagen.plan.scores import HORIZON_DAYS, Scores
from datagen.plan.second_org import Events
from datagen.sizes import DAY

_GRACE_DAYS = 7
RULE = (
    "Every entry to mql that is not inferred is a handoff: [handed_off_at, cycle_number, "
    "first_activity_at, decision, decided_at], for the people of 'stages'. The first activity is "
    "the earliest that a person did outbound (no list e-mail, no inbound call, no open task, "
    f"nothing deleted), from {_GRACE_DAYS} days before the handoff to the first event of the next "
    "cycle; null when there is none. The decision is the next event of the cycle that is not "
    "inferred: rejected when it is inquiry or an exit by status, else accepted; null when there is "
    "none."
)
SCORE_RULE = (
    "A score is written right before the first entry to mql of every cycle. A hit is a person who "
    f"takes part in an opportunity that begins within {HORIZON_DAYS} days of it, in that cycle. "
    "Scores of hits and misses are normal with one spread; 'separation' is the distance of the "
    "means in spreads, 'auc' what follows from it. A later score of hits knows the outcome and "
    "counts for nothing."
)
_REJECTIONS = ("inquiry", "recycled", "disqualified")


def list_task_activity(org: Org, tasks: Tasks) -> tuple[np.ndarray, np.ndarray]:
    """Person and time of what a person did, outbound."""
    is_work = (tasks.done_at >= 0) & ~tasks.is_deleted & (tasks.kind != LIST_EMAIL)
    is_work &= ~((tasks.kind == CALL) & tasks.is_inbound)
    person = np.where(tasks.contact >= 0, org.deals.contacts.person[tasks.contact], tasks.lead)
    return person[is_work], tasks.done_at[is_work]


def list_event_activity(org: Org, events: Events) -> tuple[np.ndarray, np.ndarray]:
    """Person and time of the meetings that were held."""
    person = np.where(events.contact >= 0, org.deals.contacts.person[events.contact], events.lead)
    return person[events.is_held], events.starts_at[events.is_held]


def describe_handoffs(org: Org, activity: tuple[np.ndarray, np.ndarray]) -> dict:
    """The rule and the handoffs of the sampled leads."""
    by_person: dict[int, list[int]] = {}
    for person, at in sorted(zip(*(part.tolist() for part in activity), strict=True)):
        by_person.setdefault(person, []).append(at)
    rows = choose_leads(org.population, org.deals)
    leads = []
    for identity, row in zip(list_ids("lead", rows), rows.tolist(), strict=True):
        handoffs = _list_handoffs(list_entries(org.population, org.deals, row), by_person.get(row))
        if handoffs:
            leads.append({"lead_id": identity, "handoffs": handoffs})
    count = sum(len(lead["handoffs"]) for lead in leads)
    unanswered = sum(handoff[2] is None for lead in leads for handoff in lead["handoffs"])
    return {"rule": RULE, "count": count, "without_activity": unanswered, "leads": leads}


def _list_handoffs(
    entries: list[tuple[str, int, int, bool]], done_at: list[int] | None
) -> list[list[str | int | None]]:
    handoffs = []
    for place, (stage, at, cycle, is_inferred) in enumerate(entries):
        if stage != "mql" or is_inferred:
            continue
        next_start = min((when for _, when, which, _ in entries if which > cycle), default=None)
        answers = [
            when
            for when in done_at or []
            if when >= at - _GRACE_DAYS * DAY and (next_start is None or when < next_start)
        ]
        later = [entry for entry in entries[place + 1 :] if entry[2] == cycle and not entry[3]]
        decision = ("rejected" if later[0][0] in _REJECTIONS else "accepted") if later else None
        handoffs.append(
            [
                format_time(at),
                cycle,
                format_time(answers[0]) if answers else None,
                decision,
                format_time(later[0][1]) if later else None,
            ]
        )
    return handoffs


def describe_scores(scores: Scores) -> dict:
    """What the scores were drawn from."""
    return {
        "rule": SCORE_RULE,
        "horizon_days": HORIZON_DAYS,
        "decisions": scores.decisions,
        "hits": scores.hits,
        "separation": scores.separation,
        "auc": round(scores.auc, 4),
    }
