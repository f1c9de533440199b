"""HubSpot's files as a reader of the rules finds them: contacts, whose they are, what they did."""

from collections import defaultdict
from datetime import datetime, timedelta
from functools import cached_property
from urllib.parse import parse_qs, urlsplit

from company_extracts import LEAD, Extracts, to_time

_CHANNELS = {
    ("linkedin", "paid_social"): "paid_social",
    ("facebook", "cpc"): "paid_social",
    ("newsletter", "email"): "email",
    ("google", "cpc"): "paid_search",
}
Touch = tuple[datetime, str, str, str]


class Portal:
    """One HubSpot portal beside the first Salesforce org."""

    def __init__(self, extracts: Extracts) -> None:
        self.extracts = extracts

    def read(self, name: str) -> list[dict[str, str]]:
        """The records of an object that has one file."""
        return self.extracts.read(f"hubspot/{name}/{name}.csv")

    @cached_property
    def contacts(self) -> dict[str, dict[str, str]]:
        """The newest state of every contact, with the Salesforce records of the same person.

        `salesforce_lead` and `salesforce_contact` by address or stored id, through merges too.
        """
        leads = self.extracts.read(LEAD)
        by_email = {row["Email"].strip().lower(): row for row in leads if row["Email"]}
        by_id = {row["Id"][:15]: row for row in leads}
        by_id |= {row["ConvertedContactId"][:15]: row for row in leads if row["ConvertedContactId"]}
        contacts = self.extracts.read_newest("hubspot/contact", "id")
        survivors = {
            row["vid_to_merge"]: row["canonical_vid"] for row in self.read("contact_merge_audit")
        }
        for identity, contact in contacts.items():
            whole = contacts[survivors.get(identity, identity)]
            stored = whole["property_salesforceleadid"] or whole["property_salesforcecontactid"]
            lead = by_email.get(whole["property_email"].strip().lower()) or by_id.get(stored[:15])
            contact["salesforce_lead"] = lead["Id"] if lead else ""
            contact["salesforce_contact"] = lead["ConvertedContactId"] if lead else ""
            contact["survivor"] = whole["id"]
        return contacts

    @cached_property
    def email_events(self) -> dict[str, dict[str, str]]:
        """The events of all files, each once."""
        return self.extracts.read_newest("hubspot/email_event", "id")

    def list_touches(self) -> list[tuple[dict[str, str], Touch]]:
        """(contact, touch) of the forms and clicks; not of forms that the web tracker has too."""
        touches = []
        web_forms = self._read_web_forms()
        for row in self.read("contact_form_submission"):
            contact = self.contacts[row["contact_id"]]
            at = to_time(row["timestamp"])
            tags = parse_qs(urlsplit(row["page_url"]).query)
            campaign = tags.get("utm_campaign", [""])[0]
            seen = web_forms[contact["property_email"], campaign] if campaign else []
            if any(timedelta(0) <= at - before <= timedelta(hours=24) for before in seen):
                continue
            link = (tags.get("utm_source", [""])[0], tags.get("utm_medium", [""])[0])
            channel = _CHANNELS.get(link, "(unknown)")
            touches.append((contact, (at, "form", channel, row["conversion_id"])))
        by_email = {row["property_email"]: row for row in self.contacts.values()}
        for row in self.email_events.values():
            if row["type"] == "CLICK":
                touch = (to_time(row["created"]), "email_click", "email", row["id"])
                touches.append((by_email[row["recipient"]], touch))
        return touches

    def _read_web_forms(self) -> dict[tuple[str, str], list[datetime]]:
        forms = defaultdict(list)
        for row in self.extracts.read("web/sessions/sessions.csv"):
            if row["form_name"] and row["utm_source"] == "google":
                at = to_time(row["form_submitted_at"])
                forms[row["email"], row["utm_campaign"]].append(at)
        return forms
