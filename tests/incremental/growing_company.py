"""A small company whose systems send extract after extract: everything that people do to records
between two extracts, drawn at random from one seed.
"""

import csv
import os
import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from crm_dialects import FORMS, record_id

START = datetime(2026, 1, 5, 8, tzinfo=UTC)
DOMAINS = tuple(f"company{number}.test" for number in range(12))
# the last is one that no mapping knows, until a test maps it
LEAD_STAGES = [
    *("New", "Marketing Qualified", "Working", "Qualified", "Converted"),
    *("Nurture", "Unqualified", "Customer", "Lost", "Mystery"),
]
OPEN_STAGES = ["Prospecting", "Proposal", "Negotiation", "Haggling"]
TOUCH_TYPES = ["form", "event", "meeting", "visit", "email_click", "email_open", "webinar_chat"]
SOURCES = ["google", "linkedin", "newsletter", "Web", "Trade Show", "bing"]
MEDIUMS = ["cpc", "social", "email", "organic", "webinar"]
CURRENCIES = ["USD", "USD", "EUR", "GBP", "eur"]
PEOPLE_OPERATIONS = frozenset(
    {"new_leads", "lead_history", "late_history", "correct_history", "new_touches", "convert"}
)

Record = dict[str, object]


@dataclass
class Batch:
    """The files of one load, told: what happened in it."""

    number: int
    operations: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"batch {self.number}: " + "; ".join(self.operations)


class Company:
    """`sources` are CRMs (`generic`, `generic@emea`, `salesforce`) and perhaps `web`."""

    def __init__(self, landing: Path, sources: list[str], seed: int, lead_count: int) -> None:
        self._landing = landing
        self._random = random.Random(seed)
        self._crms = [source for source in sources if source != "web"]
        self._has_web = "web" in sources
        self.now = START
        self._records: dict[tuple[str, str], dict[object, Record]] = {}
        self._outbox: dict[tuple[str, str], list[dict[str, str]]] = {}
        self._files: list[tuple[Path, list[dict[str, str]]]] = []
        self._counter = 0
        self.full_extracts: set[tuple[str, str]] = set()
        self._deck: list[Callable[[str], str]] = []
        self._begin(lead_count)

    # What a test asks for

    def next_batch(self, number: int, size: int) -> Batch:
        """Some operations more, one of them certainly on people, and their files."""
        self.now += timedelta(hours=self._random.choice([2, 9, 24, 24, 60]))
        batch = Batch(number)
        people = [name for name in self._operations() if name in PEOPLE_OPERATIONS]
        chosen = [self._random.choice(sorted(people))]
        while len(chosen) < size:
            if not self._deck:
                self._deck = self._operations()
                self._random.shuffle(self._deck)
            chosen.append(self._deck.pop())
        for name in chosen:
            crm = self._random.choice(self._crms)
            told = getattr(self, name)(crm)
            batch.operations.append(f"{name} ({crm}): {told}")
        self._deliver()
        return batch

    def send_again(self) -> Batch:
        """A file that was loaded before, byte for byte: touched, and copied under another name."""
        path, rows = self._some_file()
        stat = path.stat()
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns + 10**9))
        copied = path.with_name(f"again_{path.name}")
        shutil.copy2(path, copied)
        return Batch(0, [f"{self._told(path)} ({len(rows)} rows) sent again, and copied"])

    def sell_to_customers(self) -> Batch:
        """Every second opportunity turns out to be an upsell."""
        for crm in self._crms:
            for deal in self._all(crm, "opportunity")[::2]:
                deal["type"] = "Upsell"
                self._send(crm, "opportunity", deal)
        self._deliver()
        return Batch(0, ["every second opportunity is an upsell"])

    # The first extracts

    def _begin(self, lead_count: int) -> None:
        for crm in self._crms:
            self._begin_crm(crm, lead_count // len(self._crms))
        for _ in range(lead_count if self._has_web else 0):
            self._new_session()
        for currency in ("EUR", "GBP"):
            for days in range(0, 900, 6):
                self._rate(currency, (self.now - timedelta(days=days)).date())
        self._deliver()

    def _begin_crm(self, crm: str, lead_count: int) -> None:
        for _ in range(3):
            self._new(crm, "owner", name=self._word("Owner"), team="North")
        for domain in DOMAINS[:8]:
            website = f"https://www.{domain}"
            self._new(crm, "account", name=domain, website=website, created=self._ago(900))
        for channel in ("Webinar", "Trade Show", "Email", "webinar"):
            self._new_campaign(crm, channel)
        for _ in range(lead_count):
            self._new_lead(crm, self._ago(self._random.randint(1, 600)))
        for _ in range(lead_count // 4):
            self._new_opportunity(crm, self._ago(self._random.randint(1, 500)))
        for _ in range(lead_count // 8):
            self.close_or_reopen(crm)
        for _ in range(lead_count * 2):
            self._new_touch(crm)

    # Operations: each does something to one CRM and says what

    def new_leads(self, crm: str) -> str:
        count = self._random.randint(1, 3)
        leads = [self._new_lead(crm, self._ago(0)) for _ in range(count)]
        return self._ids(leads)

    def late_leads(self, crm: str) -> str:
        return self._ids([self._new_lead(crm, self._ago(self._random.randint(100, 700)))])

    def lead_history(self, crm: str) -> str:
        lead = self._pick(crm, "lead")
        for _ in range(self._random.randint(1, 3)):
            self._stage(crm, lead, self._ago(0))
        return self._ids([lead])

    def late_history(self, crm: str) -> str:
        """Events of long ago, before others that are known, perhaps before the lead itself."""
        lead = self._pick(crm, "lead")
        events = [self._stage(crm, lead, self._ago(self._random.randint(5, 500))) for _ in range(2)]
        known = self._all(crm, "lead_event")
        twin = self._stage(crm, lead, self._random.choice(known)["at"])
        return f"{lead['id']} events {self._ids([*events, twin])}"

    def correct_history(self, crm: str) -> str:
        event = self._pick(crm, "lead_event")
        field_name = self._random.choice(["stage", "at", "object", "old"])
        event[field_name] = {
            "stage": self._random.choice(LEAD_STAGES),
            "at": self._ago(self._random.randint(0, 300)),
            "object": self._pick(crm, "lead")["id"],
            "old": self._random.choice(LEAD_STAGES),
        }[field_name]
        self._send(crm, "lead_event", event)
        return f"{event['id']} {field_name}"

    def unusable_history(self, crm: str) -> str:
        """A known event again without its time, and a new one without its lead: neither stands."""
        event = self._pick(crm, "lead_event")
        self._send(crm, "lead_event", {**event, "at": None})
        lost = self._stage(crm, self._pick(crm, "lead"), self._ago(1), sent=False)
        self._send(crm, "lead_event", {**lost, "object": None})
        return self._ids([event, lost])

    def change_lead(self, crm: str) -> str:
        lead = self._pick(crm, "lead")
        lead.update(
            status=self._random.choice(LEAD_STAGES),
            name=self._word("Name"),
            owner=self._pick(crm, "owner")["id"],
            source=self._random.choice([*SOURCES, None]),
        )
        if self._random.random() < 0.3:
            lead["created"] = self._ago(self._random.randint(0, 700))
        self._send(crm, "lead", lead)
        return self._ids([lead])

    def new_opportunity(self, crm: str) -> str:
        days = self._random.choice([0, 0, 1, 40, 400])
        return self._ids([self._new_opportunity(crm, self._ago(days))])

    def change_opportunity(self, crm: str) -> str:
        deal = self._pick(crm, "opportunity")
        field_name = self._random.choice(
            ["amount", "created", "account", "type", "currency", "campaign", "closed", "pipeline"]
        )
        deal[field_name] = {
            "amount": self._amount(),
            "created": self._ago(self._random.randint(0, 500)),
            "account": self._pick(crm, "account")["id"],
            "type": self._random.choice(["New Business", "Upsell", "Odd type"]),
            "currency": self._random.choice(CURRENCIES),
            "campaign": self._random.choice([self._pick(crm, "campaign")["id"], None]),
            "closed": self._ago(self._random.randint(0, 200)),
            "pipeline": self._random.choice(["Sales", "Customer Support"]),
        }[field_name]
        self._send(crm, "opportunity", deal)
        return f"{deal['id']} {field_name}"

    def close_or_reopen(self, crm: str) -> str:
        """Won, lost, open again: with history, or only by the record itself."""
        deal = self._pick(crm, "opportunity")
        states = self._random.sample(["won", "lost", "open"], self._random.randint(1, 3))
        for state in states:
            stage = {"won": "Closed Won", "lost": "Closed Lost"}.get(
                state, self._random.choice(OPEN_STAGES)
            )
            moment = self._ago(self._random.choice([0, 0, 30, 300]))
            if self._random.random() < 0.7:
                self._deal_event(crm, deal, stage, moment)
            deal.update(
                stage=stage, is_closed=state != "open", is_won=state == "won", closed=moment
            )
        self._send(crm, "opportunity", deal)
        return f"{deal['id']} {' → '.join(states)}"

    def won_lost_won(self, crm: str) -> str:
        deal = self._pick(crm, "opportunity")
        for days, stage in ((20, "Closed Won"), (10, "Closed Lost"), (1, "Closed Won")):
            self._deal_event(crm, deal, stage, self._ago(days))
        deal.update(stage="Closed Won", is_closed=True, is_won=True, closed=self._ago(1))
        self._send(crm, "opportunity", deal)
        return self._ids([deal])

    def correct_deal_history(self, crm: str) -> str:
        event = self._pick(crm, "opportunity_event")
        event.update(at=self._ago(self._random.randint(0, 300)), amount=self._amount())
        if self._random.random() < 0.3:
            event["object"] = self._pick(crm, "opportunity")["id"]
        self._send(crm, "opportunity_event", event)
        return self._ids([event])

    def delete(self, crm: str) -> str:
        """By a flag on the whole record, or by a tombstone that has nothing but the id."""
        kind = self._random.choice(["lead", "lead", "opportunity", "account"])
        record = self._pick(crm, kind)
        record["deleted"] = True
        is_bare = self._random.random() < 0.5
        bare = {"id": record["id"], "deleted": True, "modified": self.now}
        self._send(crm, kind, bare if is_bare else record)
        return f"{kind} {record['id']} {'tombstone' if is_bare else 'flag'}"

    def restore(self, crm: str) -> str:
        kind = self._random.choice(["lead", "opportunity", "account"])
        gone = [record for record in self._all(crm, kind) if record.get("deleted")]
        if not gone:
            return self.change_lead(crm)
        record = self._random.choice(gone)
        record["deleted"] = False
        self._send(crm, kind, record)
        return f"{kind} {record['id']}"

    def merge(self, crm: str) -> str:
        """One lead into another, and sometimes that one into a third."""
        leads = self._random.sample(self._all(crm, "lead"), self._random.choice([2, 2, 3]))
        for loser, winner in pairwise(leads):
            loser.update(merged=winner["id"], deleted=self._random.random() < 0.7)
            self._send(crm, "lead", loser)
        return " into ".join(str(lead["id"]) for lead in leads)

    def unmerge(self, crm: str) -> str:
        merged = [lead for lead in self._all(crm, "lead") if lead.get("merged")]
        if not merged:
            return self.merge(crm)
        lead = self._random.choice(merged)
        lead.update(merged=None, deleted=False)
        self._send(crm, "lead", lead)
        return self._ids([lead])

    def join_by_email(self, crm: str) -> str:
        """The email of a lead of any system: two leads become one."""
        lead = self._pick(crm, "lead")
        other = self._pick(self._random.choice(self._crms), "lead")
        lead["email"] = other["email"]
        self._send(crm, "lead", lead)
        return f"{lead['id']} takes {other['email']}"

    def part_by_email(self, crm: str) -> str:
        """Somebody who shares an email gets one of their own."""
        emails: dict[object, list[Record]] = {}
        for lead in self._all(crm, "lead"):
            emails.setdefault(lead["email"], []).append(lead)
        shared = [leads for email, leads in emails.items() if email and len(leads) > 1]
        lead = (
            self._random.choice(self._random.choice(shared)) if shared else self._pick(crm, "lead")
        )
        lead["email"] = self._email()
        self._send(crm, "lead", lead)
        return f"{lead['id']} to {lead['email']}"

    def convert(self, crm: str) -> str:
        lead, deal = self._pick(crm, "lead"), self._pick(crm, "opportunity")
        self._convert(crm, lead, deal, self._ago(self._random.choice([0, 3, 90])))
        return f"{lead['id']} into {deal['id']}"

    def move_people(self, crm: str) -> str:
        """A person to another account, or the domain of an account to another one."""
        kind = "contact" if crm.startswith("salesforce") else "lead"
        account = self._pick(crm, "account")
        if self._all(crm, kind) and self._random.random() < 0.6:
            person = self._pick(crm, kind)
            person["account"] = self._random.choice([account["id"], None])
            self._send(crm, kind, person)
            return f"{person['id']} to {person['account']}"
        account["website"] = f"https://{self._random.choice(DOMAINS)}"
        self._send(crm, "account", account)
        return f"{account['id']} to {account['website']}"

    def change_account(self, crm: str) -> str:
        if self._random.random() < 0.3:
            domain = self._random.choice(DOMAINS)
            account = self._new(crm, "account", name=self._word("Account"), website=domain)
            return f"new {account['id']} {domain}"
        account = self._pick(crm, "account")
        account.update(name=self._word("Account"), ended=self._random.choice([self._ago(30), None]))
        self._send(crm, "account", account)
        return self._ids([account])

    def change_buying_group(self, crm: str) -> str:
        deal = self._pick(crm, "opportunity")
        members = [
            member for member in self._all(crm, "member") if member["opportunity"] == deal["id"]
        ]
        if members and self._random.random() < 0.6:
            member = self._random.choice(members)
            if self._random.random() < 0.5:
                member["is_primary"] = not member["is_primary"]
                self._send(crm, "member", member)
                return f"{deal['id']} primary {member['person']}"
            return f"{deal['id']} without {self._remove_member(crm, member)}"
        person = self._add_member(crm, deal)
        return f"{deal['id']} with {person}"

    def new_touches(self, crm: str) -> str:
        return self._ids([self._new_touch(crm) for _ in range(self._random.randint(1, 5))])

    def touches_in_window(self, crm: str) -> str:
        """Touches of people of a deal within the year before it, at its edge, and after it."""
        members = self._all(crm, "member")
        if not members:
            return self.new_touches(crm)
        member = self._random.choice(members)
        deal = self._records[crm, "opportunity"][member["opportunity"]]
        touches = []
        for seconds in (86400 * self._random.randint(1, 300), 365 * 86400, 365 * 86400 + 1, -86400):
            moment = deal["created"] - timedelta(seconds=seconds)
            touches.append(self._new_touch(crm, person=member["person"], at=moment))
        return f"{deal['id']} {self._ids(touches)}"

    def correct_touches(self, crm: str) -> str:
        touch = self._pick(crm, "touch")
        touch["at"] = self._ago(self._random.randint(0, 500))
        if self._random.random() < 0.5:
            touch["lead"] = self._pick(crm, "lead")["id"]
        self._send(crm, "touch", touch)
        return self._ids([touch])

    def visits(self, _crm: str) -> str:
        if not self._has_web:
            return "no web site"
        return self._ids([self._new_session() for _ in range(self._random.randint(1, 4))])

    def identify_visitor(self, crm: str) -> str:
        """A form tells who an anonymous visitor was; sometimes a second person uses the browser."""
        if not self._has_web:
            return "no web site"
        session = self._pick("web", "session")
        lead = self._pick(crm, "lead")
        form = self._new_session(visitor=session["visitor"], email=lead["email"])
        return f"{form['visitor']} is {lead['email']}"

    def change_campaign(self, crm: str) -> str:
        campaign = self._pick(crm, "campaign")
        campaign.update(
            name=self._random.choice(["Spring", "Autumn", self._word("Campaign")]),
            channel=self._random.choice(["webinar", "event", "Trade Show", "Email", None]),
        )
        self._send(crm, "campaign", campaign)
        return self._ids([campaign])

    def new_campaign(self, crm: str) -> str:
        return self._ids([self._new_campaign(crm, self._random.choice(["event", "Webinar"]))])

    def rates(self, _crm: str) -> str:
        """A new rate of today, one of another day corrected, and one in other letters."""
        day = (self.now - timedelta(days=self._random.randint(1, 300))).date()
        self._rate("EUR", self.now.date())
        self._rate(self._random.choice(["EUR", "GBP", "gbp"]), day)
        return str(day)

    def spend(self, _crm: str) -> str:
        """Spend of today, and a day that the platform restates."""
        days = [self.now.date(), (self.now - timedelta(days=self._random.randint(1, 5))).date()]
        for crm in self._generic():
            for day in days:
                for campaign in self._random.sample(self._all(crm, "campaign"), 2):
                    cost = round(self._random.uniform(1, 99), 2)
                    spend = {"day": day, "campaign": campaign["id"], "cost": cost, "account": "ads"}
                    self._send(crm, "spend", spend)
        return ", ".join(map(str, days))

    def activities(self, crm: str) -> str:
        lead = self._pick(crm, "lead")
        made = self._new(
            crm,
            "activity",
            at=self._ago(self._random.randint(0, 100)),
            lead=lead["id"],
            type="call",
            owner=self._pick(crm, "owner")["id"],
        )
        known = self._pick(crm, "activity")
        field_name = self._random.choice(["lead", "at"])
        known[field_name] = {
            "lead": self._pick(crm, "lead")["id"],
            "at": self._ago(self._random.randint(0, 300)),
        }[field_name]
        self._send(crm, "activity", known)
        return f"{made['id']} on {lead['id']}, {known['id']} {field_name}"

    def scores(self, crm: str) -> str:
        """A score of these days or of long ago, and another value of one that is known."""
        made = self._new(
            crm,
            "score",
            object=self._pick(crm, "lead")["id"],
            score=self._random.randint(0, 100),
            at=self._ago(self._random.randint(0, 300)),
        )
        known = self._pick(crm, "score")
        known["score"] = self._random.randint(0, 100)
        self._send(crm, "score", known)
        return f"{made['object']}, {known['object']}"

    def overlap(self, _crm: str) -> str:
        """Everything of an earlier file once more, in the file of today."""
        path, rows = self._some_file()
        self._outbox.setdefault((path.parts[-3], path.parts[-2]), []).extend(rows)
        return self._told(path)

    def replace_file(self, _crm: str) -> str:
        """Another file under a known name: some of its rows are gone."""
        path, rows = self._some_file()
        kept = self._random.sample(rows, len(rows) // 2) or rows[:1]
        self._write(path, kept)
        return f"{self._told(path)}: {len(kept)} of {len(rows)} rows"

    def spoil_file(self, _crm: str) -> str:
        """A file under a known name that cannot be read: all its rows are gone."""
        path, rows = self._some_file(most=8)
        path.write_bytes(b"")
        self._files = [known for known in self._files if known[0] != path]
        return f"{self._told(path)}: {len(rows)} rows"

    def broken_line(self, crm: str) -> str:
        """A line of today's file that has too many fields: quarantined."""
        lead = self._new_lead(crm, self._ago(0))
        form = self._form(crm, "lead")
        rows = self._outbox[crm, form.object]
        rows[-1] = {**rows[-1], "": "one too many"}
        self._records[crm, "lead"].pop(lead["id"])
        return self._ids([lead])

    def old_extract(self, crm: str) -> str:
        """An extract from before the last one arrives late: it is no newer for that."""
        lead = dict(self._pick(crm, "lead"))
        moment = self.now - timedelta(days=self._random.randint(20, 200))
        lead.update(status="New", name=self._word("Old"), modified=moment)
        form = self._form(crm, "lead")
        self._write(self._path(crm, form.object, moment, "late_"), [form.row(lead, moment)])
        return f"{lead['id']} of {moment:%Y-%m-%d}"

    def _operations(self) -> list[str]:
        return [
            name
            for name, value in vars(Company).items()
            if callable(value)
            and not name.startswith("_")
            and name not in ("next_batch", "send_again", "sell_to_customers")
        ]

    # Records

    def _form(self, source: str, kind: str):
        return FORMS[source.partition("@")[0]][kind]

    def _generic(self) -> list[str]:
        return [crm for crm in self._crms if crm.startswith("generic")]

    def _all(self, source: str, kind: str) -> list[Record]:
        return list(self._records.get((source, kind), {}).values())

    def _pick(self, source: str, kind: str) -> Record:
        return self._random.choice(self._all(source, kind))

    def _new(self, source: str, kind: str, /, *, sent: bool = True, **fields: object) -> Record:
        known = self._records.setdefault((source, kind), {})
        self._counter += 1
        number = len(known) + 1
        record = {"id": record_id(self._form(source, kind), number), **fields}
        while record["id"] in known:
            number += 1000
            record["id"] = record_id(self._form(source, kind), number)
        known[record["id"]] = record
        if sent:
            self._send(source, kind, record)
        return record

    def _send(self, source: str, kind: str, record: Record) -> None:
        form = self._form(source, kind)
        self._outbox.setdefault((source, form.object), []).append(form.row(record, self.now))

    def _new_lead(self, crm: str, created: datetime) -> Record:
        lead = self._new(
            crm,
            "lead",
            created=created,
            email=self._random.choice([self._email(), self._email(), self._shared_email()]),
            name=self._word("Name"),
            company=self._word("Company"),
            status=self._random.choice(LEAD_STAGES),
            source=self._random.choice([*SOURCES, None]),
            owner=self._pick(crm, "owner")["id"],
        )
        for _ in range(self._random.choice([0, 0, 1, 3])):
            self._stage(crm, lead, created + timedelta(hours=self._random.randint(0, 2000)))
        return lead

    def _stage(self, crm: str, lead: Record, moment: datetime, *, sent: bool = True) -> Record:
        stage = self._random.choice(LEAD_STAGES)
        old = self._random.choice([lead.get("status"), None, *LEAD_STAGES[:3]])
        lead["status"] = stage
        return self._new(
            crm, "lead_event", sent=sent, object=lead["id"], stage=stage, at=moment, old=old
        )

    def _new_opportunity(self, crm: str, created: datetime) -> Record:
        deal = self._new(
            crm,
            "opportunity",
            created=created,
            account=self._random.choice([self._pick(crm, "account")["id"], None]),
            name=self._word("Deal"),
            stage=self._random.choice(OPEN_STAGES),
            amount=self._amount(),
            currency=self._random.choice(CURRENCIES),
            is_closed=False,
            is_won=False,
            type="New Business",
            source=self._random.choice(SOURCES),
            campaign=self._random.choice([self._pick(crm, "campaign")["id"], None, None]),
        )
        for _ in range(self._random.choice([0, 1, 1, 2, 3])):
            self._add_member(crm, deal)
        if self._random.random() < 0.4:
            self._deal_event(crm, deal, deal["stage"], created)
        return deal

    def _deal_event(self, crm: str, deal: Record, stage: str, moment: datetime) -> None:
        self._new(
            crm,
            "opportunity_event",
            object=deal["id"],
            stage=stage,
            at=moment,
            amount=self._random.choice([deal["amount"], self._amount(), None]),
        )

    def _convert(self, crm: str, lead: Record, deal: Record, moment: datetime) -> str:
        """Returns the id of the person that a buying group names: in Salesforce, a contact."""
        lead.update(converted=moment, opportunity=deal["id"], status="Converted")
        person = lead["id"]
        if crm.startswith("salesforce"):
            lead["is_converted"] = True
            if not lead.get("contact"):
                contact = self._new(
                    crm,
                    "contact",
                    created=moment,
                    email=lead["email"],
                    name=lead["name"],
                    account=deal["account"],
                )
                lead.update(contact=contact["id"], account=deal["account"])
            person = lead["contact"]
        self._send(crm, "lead", lead)
        return person

    def _add_member(self, crm: str, deal: Record) -> object:
        lead = self._pick(crm, "lead")
        if crm.startswith("salesforce"):
            person = self._convert(crm, lead, deal, max(deal["created"], lead["created"]))
            self._new(
                crm, "member", opportunity=deal["id"], person=person, is_primary=self._chance(0.3)
            )
            return person
        key = (deal["id"], lead["id"])
        member = {"opportunity": deal["id"], "person": lead["id"], "is_primary": self._chance(0.3)}
        self._records.setdefault((crm, "member"), {})[key] = member
        self._send(crm, "member", member)
        return lead["id"]

    def _remove_member(self, crm: str, member: Record) -> object:
        if crm.startswith("salesforce"):
            member["deleted"] = True
            self._send(crm, "member", member)
        else:
            # the object has no mark of deletion: only a full extract tells
            self._records[crm, "member"].pop((member["opportunity"], member["person"]))
        return member["person"]

    def _new_touch(self, crm: str, *, person: object = None, at: datetime | None = None) -> Record:
        moment = at or self._ago(self._random.choice([0, 0, 1, 20, 100, 200, 380, 700]))
        campaign = self._random.choice([self._pick(crm, "campaign")["id"], None])
        if crm.startswith("salesforce"):
            contact = person or self._random.choice([None, *map(_id, self._all(crm, "contact"))])
            return self._new(
                crm,
                "touch",
                campaign=campaign or self._pick(crm, "campaign")["id"],
                lead=None if contact else self._pick(crm, "lead")["id"],
                contact=contact,
                responded=self._chance(0.7),
                at=moment,
            )
        lead = person or self._random.choice([self._pick(crm, "lead")["id"]] * 8 + ["L9999", None])
        return self._new(
            crm,
            "touch",
            at=moment,
            lead=lead,
            account=None if lead else self._pick(crm, "account")["id"],
            type=self._random.choice(TOUCH_TYPES),
            source=self._random.choice([*SOURCES, None]),
            medium=self._random.choice([*MEDIUMS, None]),
            campaign=campaign,
        )

    def _new_session(self, *, visitor: object = None, email: object = None) -> Record:
        moment = self._ago(self._random.choice([0, 0, 3, 60, 300, 500]))
        is_form = email is not None
        if not is_form and self._chance(0.2):
            email = self._pick(self._random.choice(self._crms), "lead")["email"]
        return self._new(
            "web",
            "session",
            at=moment,
            visitor=visitor or f"visitor{self._random.randint(1, 40)}",
            email=email,
            referrer=self._random.choice([None, "https://www.google.com/", "https://x.com/a"]),
            medium=self._random.choice([*MEDIUMS, None]),
            source=self._random.choice([*SOURCES, None]),
            campaign=self._random.choice(["spring", "Autumn", None]),
            click=self._random.choice([None, None, "click"]),
            form="demo" if is_form else None,
            sent=moment + timedelta(minutes=3) if is_form else None,
        )

    def _new_campaign(self, crm: str, channel: str) -> Record:
        return self._new(
            crm,
            "campaign",
            name=self._random.choice(["Spring", "Autumn", self._word("Campaign")]),
            channel=channel,
            start=date(2025, self._random.randint(1, 12), 1),
            cost=self._random.choice([None, 500]),
            currency=self._random.choice(["USD", "EUR"]),
        )

    def _rate(self, currency: str, day: date) -> None:
        for crm in self._generic():
            rate = round(self._random.uniform(0.9, 1.4), 4)
            self._send(crm, "rate", {"day": day, "currency": currency, "rate": rate})

    # Values

    def _ago(self, days: int) -> datetime:
        return self.now - timedelta(days=days, seconds=self._random.randint(0, 80_000))

    def _chance(self, probability: float) -> bool:
        return self._random.random() < probability

    def _amount(self) -> object:
        return self._random.choice([None, 0, *(self._random.randint(1, 90_000) for _ in range(6))])

    def _word(self, prefix: str) -> str:
        return f"{prefix} {self._random.randint(1, 9999)}"

    def _email(self) -> str:
        return f"person{self._random.randint(1, 99_999)}@{self._random.choice(DOMAINS)}"

    def _shared_email(self) -> str | None:
        known = [lead["email"] for crm in self._crms for lead in self._all(crm, "lead")]
        shared = f"info@{self._random.choice(DOMAINS)}"
        return self._random.choice([*self._random.sample(known, min(4, len(known))), shared, None])

    def _ids(self, records: list[Record]) -> str:
        return ", ".join(str(record["id"]) for record in records)

    # Files

    def _deliver(self) -> None:
        for source, object_name in sorted(self.full_extracts):
            for crm in self._crms:
                if crm.partition("@")[0] != source:
                    continue
                kinds = [kind for kind, form in FORMS[source].items() if form.object == object_name]
                self._outbox[crm, object_name] = [
                    self._form(crm, kind).row(record, self.now)
                    for kind in kinds
                    for record in self._all(crm, kind)
                ]
        for (source, object_name), rows in sorted(self._outbox.items()):
            if rows:
                path = self._path(source, object_name, self.now)
                self._write(path, rows)
                self._files.append((path, rows))
        self._outbox = {}

    def _path(self, source: str, object_name: str, moment: datetime, prefix: str = "") -> Path:
        self._counter += 1
        name = f"{prefix}{self._counter}_{moment:%Y-%m-%dT%H-%M-%S}.csv"
        return self._landing / source / object_name / name

    def _write(self, path: Path, rows: list[dict[str, str]]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        columns = list(dict.fromkeys(name for row in rows for name in row if name))
        with path.open("w", newline="", encoding="utf-8") as lines:
            writer = csv.writer(lines)
            writer.writerow(columns)
            for row in rows:
                surplus = [row[""]] if "" in row else []
                writer.writerow([row.get(name, "") for name in columns] + surplus)

    def _some_file(self, most: int = 1000) -> tuple[Path, list[dict[str, str]]]:
        """A file that was delivered, of an object whose extracts are deltas."""
        return self._random.choice(
            [
                (path, rows)
                for path, rows in self._files[len(self._crms) :]
                if len(rows) <= most
                and (path.parts[-3].partition("@")[0], path.parts[-2]) not in self.full_extracts
            ]
        )

    def _told(self, path: Path) -> str:
        return "/".join(path.parts[-3:])


def _id(record: Record) -> object:
    return record["id"]
