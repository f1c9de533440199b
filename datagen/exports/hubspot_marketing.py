"""HubSpot extracts of marketing: forms and their submissions, e-mails and their events."""

from functools import reduce
from operator import add
from pathlib import Path

import numpy as np
import pyarrow as pa

from datagen.exports.extract_files import Written, stamp_name, write_extract
from datagen.exports.hubspot_contacts import PORTAL, plain_time, synced_at
from datagen.exports.hubspot_ids import number_ids
from datagen.exports.social_ads import linkedin_campaign_ids, meta_campaign_ids
from datagen.exports.text_columns import Column, Labels, Numbers, Uuids, label, repeat
from datagen.plan.company import Company
from datagen.plan.hubspot_touches import (
    CLICKED,
    DELIVERED,
    FROM_GOOGLE,
    FROM_LINKEDIN,
    FROM_META,
    FROM_NEWSLETTER,
    OPENED,
    SENT,
    EmailEvents,
    Submissions,
)
from datagen.sizes import DAY, EXTRACTED_AT, HOUR, MISSING, START
from datagen.vocabulary import HUBSPOT_FORMS

_SITE = "https://www.leadworks.example/"
_PATHS = ["newsletter", "resources/whitepaper", "webinar", "contact"]
_SALT_FORM, _SALT_EVENT = 101, 103
_TYPES = ["SENT", "DELIVERED", "OPEN", "CLICK"]
_PROXY = "Mozilla/5.0 (via ggpht.com GoogleImageProxy)"
_BROWSER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"


def export_marketing(landing: Path, company: Company) -> dict[str, Written]:
    """Write the extracts and return what was written per object."""
    folder = landing / "hubspot"
    return {
        "form": _export_forms(folder),
        "contact_form_submission": _export_submissions(folder, company),
        **_export_emails(folder, company),
    }


def _export_forms(folder: Path) -> Written:
    number = np.arange(len(HUBSPOT_FORMS))
    since = plain_time(np.full(len(number), START - 60 * DAY))
    return write_extract(
        folder / "form" / "form.csv",
        {
            "guid": Uuids(number, _SALT_FORM),
            "action": repeat("POST", len(number)),
            "created_at": since,
            "form_type": repeat("REGULAR", len(number)),
            "method": repeat("POST", len(number)),
            "name": label(number, HUBSPOT_FORMS),
            "portal_id": repeat(PORTAL, len(number)),
            "updated_at": since,
        },
    )


def _export_submissions(folder: Path, company: Company) -> Written:
    sent = company.hubspot.submissions
    count = len(sent.contact)
    return write_extract(
        folder / "contact_form_submission" / "contact_form_submission.csv",
        {
            "timestamp": plain_time(sent.submitted_at),
            "form_id": Uuids(sent.form, _SALT_FORM),
            "contact_id": Numbers(number_ids("contact", sent.contact)),
            "conversion_id": Numbers(number_ids("conversion", np.arange(count))),
            "page_id": Numbers(200 + sent.form),
            "page_url": _page_addresses(company, sent),
            "portal_id": repeat(PORTAL, count),
            "title": label(sent.form, HUBSPOT_FORMS),
            "_fivetran_synced": synced_at(count),
        },
    )


def _page_addresses(company: Company, sent: Submissions) -> Labels:
    """The page of the form, with the tags of the link that led there."""
    tags = {
        FROM_LINKEDIN: "utm_source=linkedin&utm_medium=paid_social&utm_campaign={}",
        FROM_META: "utm_source=facebook&utm_medium=cpc&utm_campaign={}",
        FROM_GOOGLE: "utm_source=google&utm_medium=cpc&utm_campaign={}",
    }
    ids = {
        FROM_LINKEDIN: linkedin_campaign_ids(len(company.linkedin.account)),
        FROM_META: meta_campaign_ids(len(company.meta.account)),
        FROM_GOOGLE: company.ads.ids,
    }
    endings = ["", "?utm_source=newsletter&utm_medium=email"]
    codes = np.where(sent.origin == FROM_NEWSLETTER, 1, 0)
    for origin, tag in tags.items():
        rows = sent.origin == origin
        codes[rows] = len(endings) + sent.campaign[rows]
        endings += ["?" + tag.format(identity) for identity in ids[origin].tolist()]
    addresses = [_SITE + path + ending for path in _PATHS for ending in endings]
    return Labels(sent.form * len(endings) + codes, pa.array(addresses))


def _export_emails(folder: Path, company: Company) -> dict[str, Written]:
    events, contacts = company.hubspot.email_events, company.hubspot.contacts
    count = len(events.kind)
    number = np.arange(count)
    is_sent = events.kind == SENT
    sent = np.where(is_sent, MISSING, events.sent)
    at = events.happened_at
    columns = {
        "id": Uuids(number, _SALT_EVENT),
        "_fivetran_synced": synced_at(count),
        "app_id": repeat("2286", count),
        "created": plain_time(at),
        "email_campaign_id": Numbers(number_ids("email_campaign", events.campaign)),
        "portal_id": repeat(PORTAL, count),
        "sent_by_created": plain_time(np.where(is_sent, MISSING, at[events.sent])),
        "sent_by_id": Uuids(sent, _SALT_EVENT),
        "type": label(events.kind, _TYPES),
        "filtered_event": repeat("false", count),
        "recipient": Labels(events.contact, contacts.email),
    }
    return {
        "email_event": _export_log(folder, columns, events),
        "email_event_sent": _export_sent(folder, events),
        **{
            f"email_event_{name}": _export_kind(folder, events, kind, name)
            for kind, name in ((DELIVERED, "delivered"), (OPENED, "open"), (CLICKED, "click"))
        },
        "email_campaign": _export_email_campaigns(folder, events),
    }


def _export_log(folder: Path, columns: dict[str, Column], events: EmailEvents) -> Written:
    """Three files: up to a day; from before that day on; and what was forgotten, arriving last."""
    at, (start, stop) = events.happened_at, events.forgotten
    is_forgotten = (at >= start) & (at < stop)
    is_early, is_later = at < events.cut_at, at >= events.overlap_since
    files = [
        (events.cut_at, events.cut_at, is_early & ~is_forgotten),
        (EXTRACTED_AT, EXTRACTED_AT, is_later),
        (stop + DAY, EXTRACTED_AT + 2 * HOUR, is_forgotten),
    ]
    parts = [
        write_extract(
            folder / "email_event" / stamp_name("email_event", cut_at),
            columns,
            rows=np.flatnonzero(chosen),
            extracted_at=arrived_at,
        )
        for cut_at, arrived_at, chosen in files
    ]
    return reduce(add, parts) + Written(files=0, superseded=int((is_early & is_later).sum()))


def _export_sent(folder: Path, events: EmailEvents) -> Written:
    rows = np.flatnonzero(events.kind == SENT)
    campaign = events.campaign[rows]
    subjects = [f"News {n + 1:02d}" for n in range(len(events.campaign_sent_at))]
    return write_extract(
        folder / "email_event_sent" / "email_event_sent.csv",
        {
            "id": Uuids(rows, _SALT_EVENT),
            "_fivetran_synced": synced_at(len(rows)),
            "bcc": repeat("[]", len(rows)),
            "cc": repeat("[]", len(rows)),
            "from": repeat("Leadworks <news@leadworks.example>", len(rows)),
            "reply_to": repeat("[]", len(rows)),
            "subject": label(campaign, subjects),
        },
    )


def _export_kind(folder: Path, events: EmailEvents, kind: int, name: str) -> Written:
    rows = np.flatnonzero(events.kind == kind)
    count = len(rows)
    columns = {"id": Uuids(rows, _SALT_EVENT), "_fivetran_synced": synced_at(count)}
    if kind == DELIVERED:
        columns["response"] = repeat("250 2.0.0 OK", count)
        columns["smtp_id"] = repeat(None, count)
    else:
        agents = label(events.is_storm[rows].astype(np.int8), [_BROWSER, _PROXY])
        columns["browser"] = repeat(None, count)
        columns["ip_address"] = repeat(None, count)
        columns["location"] = repeat(None, count)
        columns["user_agent"] = agents
        if kind == OPENED:
            columns["duration"] = Numbers(1_000 + rows % 20_000)
        else:
            columns["referer"] = repeat(None, count)
            columns["url"] = label(rows % len(_PATHS), [_SITE + path for path in _PATHS])
    return write_extract(folder / f"email_event_{name}" / f"email_event_{name}.csv", columns)


def _export_email_campaigns(folder: Path, events: EmailEvents) -> Written:
    number = np.arange(len(events.campaign_sent_at))
    names = [f"Newsletter {n + 1:02d}" for n in number]
    return write_extract(
        folder / "email_campaign" / "email_campaign.csv",
        {
            "id": Numbers(number_ids("email_campaign", number)),
            "_fivetran_synced": synced_at(len(number)),
            "app_id": repeat("2286", len(number)),
            "content_id": Numbers(11_809_143_696 + number),
            "type": repeat("BATCH_EMAIL", len(number)),
            "app_name": repeat("Batch", len(number)),
            "name": label(number, names),
            "subject": label(number, [f"News {n + 1:02d}" for n in number]),
        },
    )
