"""All that a release knows of one opportunity, and who gets the credit for it under every model."""

from typing import Any

from orchestration.explaining.lead_story import SOURCE
from orchestration.explaining.record_lookup import find_opportunity
from orchestration.explaining.release_reader import ReleaseReader, Row

# What the systems call an opportunity.
OPPORTUNITY_OBJECTS = ("opportunity", "deal", "opportunities")


def tell_opportunity(reader: ReleaseReader, wanted: str) -> dict[str, Any]:
    """The opportunity, its changes of state, its people, and its credits by conversion.

    `conversions` has one item per conversion: its touches in the order of the journey with their
    source records, each with weight and amount by model, and the totals by model. Raises
    NotInReleaseError.
    """
    opportunity_id = find_opportunity(reader, wanted)
    opportunity = reader.rows(
        "select opportunities.*, places.source_object, places.source_file, places.source_line"
        " from marts.fct_opportunities as opportunities"
        " left join marts.bridge_source_records as places"
        " on opportunities.source_system = places.source_system"
        " and opportunities.source_record_id = places.source_record_id"
        " and places.source_object in (select unnest(?))"
        " where opportunities.opportunity_id = ?",
        [list(OPPORTUNITY_OBJECTS), opportunity_id],
    )[0]
    events = reader.rows(
        "select occurred_at, from_stage, to_stage, source_stage, time_precision, is_inferred,"
        f" has_time_anomaly, {SOURCE} from marts.fct_opportunity_stage_events"
        " where opportunity_id = ? order by event_number",
        [opportunity_id],
    )
    people = reader.rows(
        "select people.lead_id, leads.full_name, leads.source_system, leads.source_object,"
        " leads.source_record_id from ("
        "select distinct lead_id from marts.fct_lead_stage_events where opportunity_id = ?"
        ") as people left join marts.dim_leads as leads using (lead_id) order by people.lead_id",
        [opportunity_id],
    )
    credits = reader.rows(
        "select credits.conversion_id, credits.conversion_type, credits.converted_at,"
        " credits.touch_id, credits.touch_position, credits.touched_at, credits.lead_id,"
        " credits.channel, credits.campaign_key, touches.touch_type, credits.attribution_model,"
        " credits.weight, credits.credited_amount, credits.currency_code, touches.source_system,"
        " touches.source_object, touches.source_record_id"
        " from marts.fct_attribution_credits as credits"
        " left join marts.fct_touches as touches using (touch_id)"
        " where credits.opportunity_id = ?"
        " order by credits.converted_at, credits.conversion_type, credits.conversion_id,"
        " credits.touch_position, credits.attribution_model",
        [opportunity_id],
    )
    return {
        "release": reader.release.id,
        "as_of": reader.release.manifest["as_of"],
        "opportunity": opportunity,
        "events": reader.with_sources(events),
        "people": reader.with_sources(people),
        "conversions": _conversions(reader.with_sources(credits)),
    }


def _conversions(credits: list[Row]) -> list[dict[str, Any]]:
    conversions: dict[str, dict[str, Any]] = {}
    touches: dict[tuple[str, str | None], dict[str, Any]] = {}
    for row in credits:
        conversion = conversions.setdefault(
            row["conversion_id"],
            {
                **{
                    name: row[name] for name in ("conversion_id", "conversion_type", "converted_at")
                },
                "currency_code": row["currency_code"],
                "touches": [],
                "totals": {},
            },
        )
        key = row["conversion_id"], row["touch_id"]
        if key not in touches:
            touches[key] = {
                name: value
                for name, value in row.items()
                if name
                not in (
                    "conversion_id",
                    "conversion_type",
                    "converted_at",
                    "currency_code",
                    "attribution_model",
                    "weight",
                    "credited_amount",
                )
            } | {"credits": {}}
            conversion["touches"].append(touches[key])
        model, amount = row["attribution_model"], row["credited_amount"]
        touches[key]["credits"][model] = {"weight": row["weight"], "credited_amount": amount}
        total = conversion["totals"].setdefault(model, {"weight": 0.0, "credited_amount": None})
        total["weight"] += row["weight"]
        if amount is not None:
            total["credited_amount"] = amount + (total["credited_amount"] or 0)
    return list(conversions.values())
