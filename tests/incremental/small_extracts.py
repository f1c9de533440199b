"""Extracts of HubSpot and of a web site for a handful of people, written file by file."""

import csv
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

BEGIN = datetime(2026, 3, 2, 8, tzinfo=UTC)


class Extracts:
    """A landing folder; every call of `send` is an extract an hour later than the one before."""

    def __init__(self, landing: Path) -> None:
        self.landing = landing
        self.now = BEGIN
        self._count = 0

    def send(self, **tables: list[dict[str, str]]) -> datetime:
        """Write a file per table, named `<system>__<object>`; returns when it was taken."""
        self._count += 1
        self.now += timedelta(hours=1)
        for table, rows in tables.items():
            system, _, name = table.partition("__")
            path = self.landing / system / name / f"{self._count:03}.csv"
            path.parent.mkdir(parents=True, exist_ok=True)
            synced = {} if system == "web" else {"_fivetran_synced": self.now.isoformat()}
            with path.open("w", newline="", encoding="utf-8") as lines:
                writer = csv.DictWriter(
                    lines, list(dict.fromkeys(k for r in rows for k in r | synced))
                )
                writer.writeheader()
                writer.writerows(synced | row for row in rows)
            os.utime(path, (self.now.timestamp(),) * 2)
        return self.now


def contact(name: str, email: str, **others: str) -> dict[str, str]:
    return {
        "id": name,
        "property_email": email,
        "property_lastname": name,
        "property_createdate": "2026-01-05T08:00:00Z",
    } | others


def event(name: str, recipient: str, kind: str = "CLICK") -> dict[str, str]:
    return {
        "id": name,
        "type": kind,
        "created": "2026-02-01T08:00:00Z",
        "email_campaign_id": "M1",
        "recipient": recipient,
        "filtered_event": "false",
    }


def submission(name: str, contact_id: str, form: str) -> dict[str, str]:
    return {
        "conversion_id": name,
        "contact_id": contact_id,
        "form_id": form,
        "timestamp": "2026-02-02T08:00:00Z",
        "page_url": "https://us.example/demo?utm_campaign=spring&utm_source=google",
    }


def session(name: str, visitor: str, email: str = "") -> dict[str, str]:
    return {
        "session_id": name,
        "started_at": "2026-02-03T08:00:00Z",
        "visitor_id": visitor,
        "email": email,
        "referrer": "https://search.example/",
        "landing_page_url": "https://us.example/?utm_campaign=spring",
        "utm_campaign": "spring",
    }


def first_extracts(extracts: Extracts) -> datetime:
    """Ann, Bob and Eve; touches of these, of Carl, whom nobody knows yet, and of a visitor."""
    return extracts.send(
        hubspot__contact=[
            contact("ann", "ann@a.test"),
            contact("bob", "bob@b.test"),
            contact("eve", "eve@e.test"),
        ],
        hubspot__form=[{"guid": "F1", "name": "Contact us"}, {"guid": "F2", "name": "News"}],
        hubspot__contact_form_submission=[
            submission("S1", "ann", "F1"),
            submission("S2", "bob", "F2"),
        ],
        hubspot__email_campaign=[{"id": "M1", "name": "March letter"}],
        hubspot__email_event=[
            event("E-ann", "ann@a.test"),
            event("E-carl", "Carl@C.test"),
            event("E-eve", "eve@e.test"),
            event("E-frank", "frank@f.test"),
            event("E-untyped", "bob@b.test", ""),
        ],
        hubspot__engagement_meeting=[
            {
                "engagement_id": "G1",
                "property_hs_meeting_start_time": "2026-02-04T08:00:00Z",
                "property_hs_meeting_outcome": "SCHEDULED",
                "property_hs_meeting_title": "Demo",
            }
        ],
        hubspot__engagement_contact=[{"engagement_id": "G1", "contact_id": "ann"}],
        web__sessions=[session("W1", "V1"), session("W2", "V2"), session("W3", "V3", "ann@a.test")],
    )
