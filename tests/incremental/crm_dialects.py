"""How each CRM writes down the same records: object, columns, and cells that never vary."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Form:
    """One kind of record as an object of a system: our name of a field to its column."""

    object: str
    columns: Mapping[str, str]
    constants: Mapping[str, str] = field(default_factory=dict)
    prefix: str = ""
    days: frozenset[str] = frozenset()  # fields of which only the day is kept

    def row(self, record: Mapping[str, object], now: datetime) -> dict[str, str]:
        """The record as a row of an extract that was taken now."""
        cells = {
            column: _text(record.get(name))[: 10 if name in self.days else None]
            for name, column in self.columns.items()
            if name != "modified"
        }
        if "modified" in self.columns:
            cells[self.columns["modified"]] = _text(record.get("modified") or now)
        return cells | self.constants


GENERIC = {
    "lead": Form(
        "leads",
        {
            "id": "lead_id",
            "created": "created_at",
            "email": "email",
            "name": "last_name",
            "company": "company",
            "account": "account_id",
            "status": "status",
            "source": "source",
            "owner": "owner_id",
            "converted": "converted_at",
            "opportunity": "converted_opportunity_id",
            "merged": "merged_into_lead_id",
            "deleted": "is_deleted",
        },
        prefix="L",
    ),
    "account": Form(
        "accounts",
        {
            "id": "account_id",
            "name": "name",
            "website": "website",
            "created": "created_at",
            "ended": "ended_at",
            "deleted": "is_deleted",
        },
        prefix="A",
    ),
    "opportunity": Form(
        "opportunities",
        {
            "id": "opportunity_id",
            "created": "created_at",
            "account": "account_id",
            "name": "name",
            "pipeline": "pipeline",
            "stage": "stage",
            "type": "opportunity_type",
            "amount": "amount",
            "currency": "currency_code",
            "closed": "closed_at",
            "is_closed": "is_closed",
            "is_won": "is_won",
            "source": "source",
            "campaign": "campaign_id",
            "deleted": "is_deleted",
        },
        prefix="O",
    ),
    "member": Form(
        "opportunity_leads",
        {"opportunity": "opportunity_id", "person": "lead_id", "is_primary": "is_primary"},
    ),
    "lead_event": Form(
        "stage_events",
        {
            "id": "event_id",
            "object": "object_id",
            "stage": "stage",
            "at": "occurred_at",
            "old": "old_stage",
        },
        {"object_type": "lead"},
        prefix="E",
    ),
    "opportunity_event": Form(
        "stage_events",
        {
            "id": "event_id",
            "object": "object_id",
            "stage": "stage",
            "at": "occurred_at",
            "amount": "amount",
        },
        {"object_type": "opportunity"},
        prefix="F",
    ),
    "touch": Form(
        "touches",
        {
            "id": "touch_id",
            "at": "occurred_at",
            "lead": "lead_id",
            "account": "account_id",
            "type": "touch_type",
            "source": "source",
            "medium": "medium",
            "campaign": "campaign_id",
        },
        prefix="T",
    ),
    "campaign": Form(
        "campaigns",
        {
            "id": "campaign_id",
            "name": "name",
            "channel": "channel",
            "source": "source",
            "medium": "medium",
            "start": "start_date",
            "cost": "actual_cost_amount",
            "currency": "currency_code",
        },
        prefix="C",
    ),
    "activity": Form(
        "activities",
        {
            "id": "activity_id",
            "at": "occurred_at",
            "lead": "lead_id",
            "opportunity": "opportunity_id",
            "type": "activity_type",
            "owner": "owner_id",
        },
        {"direction": "outbound", "is_human": "true"},
        prefix="V",
    ),
    "score": Form("score_events", {"object": "lead_id", "score": "score", "at": "occurred_at"}),
    "owner": Form(
        "owners",
        {"id": "owner_id", "name": "name", "team": "team"},
        prefix="U",
    ),
    "rate": Form(
        "fx_rates",
        {"day": "date", "currency": "from_currency", "rate": "rate"},
        {"to_currency": "USD"},
    ),
    "spend": Form(
        "spend",
        {
            "day": "date",
            "campaign": "campaign_id",
            "cost": "cost_amount",
            "account": "ad_account_id",
        },
        {"channel": "paid_search", "currency_code": "USD"},
    ),
}

_VERSION = {"modified": "system_modstamp", "deleted": "is_deleted"}
SALESFORCE = {
    "lead": Form(
        "lead",
        {
            "id": "id",
            "created": "created_date",
            "email": "email",
            "name": "last_name",
            "company": "company",
            "status": "status",
            "source": "lead_source",
            "owner": "owner_id",
            "is_converted": "is_converted",
            "converted": "converted_date",
            "contact": "converted_contact_id",
            "account": "converted_account_id",
            "opportunity": "converted_opportunity_id",
            "merged": "master_record_id",
            **_VERSION,
        },
        prefix="00Q",
        days=frozenset({"converted"}),
    ),
    "contact": Form(
        "contact",
        {
            "id": "id",
            "created": "created_date",
            "email": "email",
            "name": "last_name",
            "account": "account_id",
            "merged": "master_record_id",
            **_VERSION,
        },
        prefix="003",
    ),
    "account": Form(
        "account",
        {"id": "id", "name": "name", "website": "website", "created": "created_date", **_VERSION},
        prefix="001",
    ),
    "opportunity": Form(
        "opportunity",
        {
            "id": "id",
            "created": "created_date",
            "account": "account_id",
            "name": "name",
            "stage": "stage_name",
            "type": "type",
            "amount": "amount",
            "currency": "currency_iso_code",
            "closed": "close_date",
            "is_closed": "is_closed",
            "is_won": "is_won",
            "source": "lead_source",
            "campaign": "campaign_id",
            **_VERSION,
        },
        prefix="006",
        days=frozenset({"closed"}),
    ),
    "member": Form(
        "opportunity_contact_role",
        {
            "id": "id",
            "opportunity": "opportunity_id",
            "person": "contact_id",
            "is_primary": "is_primary",
            **_VERSION,
        },
        prefix="00K",
    ),
    "lead_event": Form(
        "lead_history",
        {
            "id": "id",
            "object": "lead_id",
            "stage": "new_value",
            "at": "created_date",
            "old": "old_value",
            "deleted": "is_deleted",
        },
        {"field": "Status"},
        prefix="017",
    ),
    "opportunity_event": Form(
        "opportunity_history",
        {
            "id": "id",
            "object": "opportunity_id",
            "stage": "stage_name",
            "at": "created_date",
            "amount": "amount",
            "deleted": "is_deleted",
        },
        prefix="008",
    ),
    "touch": Form(
        "campaign_member",
        {
            "id": "id",
            "campaign": "campaign_id",
            "lead": "lead_id",
            "contact": "contact_id",
            "responded": "has_responded",
            "at": "created_date",
            **_VERSION,
        },
        prefix="00v",
    ),
    "campaign": Form(
        "campaign",
        {"id": "id", "name": "name", "channel": "type", "start": "start_date", **_VERSION},
        prefix="701",
    ),
    "activity": Form(
        "task",
        {
            "id": "id",
            "at": "created_date",
            "lead": "who_id",
            "opportunity": "what_id",
            "owner": "owner_id",
            **_VERSION,
        },
        {"status": "Completed", "task_subtype": "Call", "is_closed": "true"},
        prefix="00T",
    ),
    "score": Form(
        "lead_history",
        {"id": "id", "object": "lead_id", "score": "new_value", "at": "created_date"},
        {"field": "Score__c"},
        prefix="018",
    ),
    "owner": Form(
        "user", {"id": "id", "name": "name", "modified": "system_modstamp"}, prefix="005"
    ),
}
WEB = {
    "session": Form(
        "sessions",
        {
            "id": "session_id",
            "at": "started_at",
            "visitor": "visitor_id",
            "email": "email",
            "referrer": "referrer",
            "medium": "utm_medium",
            "source": "utm_source",
            "campaign": "utm_campaign",
            "click": "gclid",
            "form": "form_name",
            "sent": "form_submitted_at",
        },
        prefix="S",
    ),
}
FORMS = {"generic": GENERIC, "salesforce": SALESFORCE, "web": WEB}


def record_id(form: Form, number: int) -> str:
    """An id in the form's own style; Salesforce's have 18 characters."""
    return f"{form.prefix}{number:012d}AAA" if len(form.prefix) == 3 else f"{form.prefix}{number}"


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    return str(value)
