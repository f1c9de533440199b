"""Companies made of random bytes: Hypothesis shrinks the bytes, and so the company."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from source_records import Change, Company, Member, Opportunity, Person

START = datetime(2026, 1, 1)
# seconds of a day that meet each other, and each other's next second, often
CLOCK = [0, 0, 0, 1, 43_200, 43_200, 86_399]

STATUSES = [
    *("New", "Working", "Qualified", "Marketing Qualified", "Nurture", "Junk", "working "),
    *("lost", "customer", "opportunity", "Parked", "", "  "),
]
STAGES = ["Prospecting", "Negotiation", "Closed Won", "Closed Lost", "Closed Lost", "Odd", ""]


class Tape:
    """A reader of choices; what is past its end is the first choice."""

    def __init__(self, content: bytes) -> None:
        self.content, self.place = content, 0

    def pick(self, choices: int) -> int:
        self.place += 1
        end = self.place > len(self.content)
        return 0 if end else self.content[self.place - 1] % choices

    def one_of(self, values: Sequence) -> object:
        return values[self.pick(len(values))]

    def seldom(self) -> bool:
        return self.pick(8) == 7

    def moment(self) -> datetime:
        return START + timedelta(days=self.pick(12), seconds=self.one_of(CLOCK))


def company_of(tapes: Sequence[bytes]) -> Company:
    """A company of one household per tape; households share nobody."""
    company = Company()
    for number, content in enumerate(tapes):
        Household(company, number, Tape(content)).fill()
    return company


class Household:
    """A few records of people who may be one person, and their deals."""

    def __init__(self, company: Company, number: int, tape: Tape) -> None:
        self.company, self.number, self.tape = company, number, tape
        self.count = 0

    def fill(self) -> None:
        people = [self.person() for _ in range(1 + self.tape.pick(3))]
        deals = [self.deal() for _ in range(self.tape.pick(4))]
        people = [self.joined(person, people, deals) for person in people]
        self.company.people += people
        for person in people:
            if person.object == "lead":
                self.company.status_changes += self.history(
                    person.system, person.id, STATUSES, self.tape.pick(6), "lead_history"
                )
        for deal in deals:
            self.company.members += self.members(deal, people)

    def new_id(self, prefix: str) -> str:
        self.count += 1
        return f"{prefix}{self.number:09d}{self.count:06d}"

    def person(self) -> Person:
        tape = self.tape
        system, kind, prefix = tape.one_of(
            [
                ("salesforce", "lead", "00Q"),
                ("salesforce", "contact", "003"),
                ("generic", "lead", "gen"),
                ("salesforce", "lead", "00Q"),
            ]
        )
        domain = f"h{self.number}.example"
        return Person(
            system,
            kind,
            self.new_id(prefix),
            created_at=tape.moment(),
            email=tape.one_of(
                [f"ann@{domain}", f" ANN@{domain} ", None, f"bob@{domain}", f"info@{domain}"]
            ),
            name=tape.one_of(["Ann", "ann", None, "Bob", "Cid", "Dan"]),
            status=tape.one_of(STATUSES) if kind == "lead" else None,
            is_deleted=tape.seldom(),
            mql_on=tape.moment().date() if prefix == "00Q" and tape.seldom() else None,
            sql_at=tape.moment() if prefix == "00Q" and tape.seldom() else None,
        )

    def joined(self, person: Person, people: Sequence[Person], deals: Sequence) -> Person:
        """Merged into another record, or converted."""
        tape = self.tape
        alike = [p.id for p in people if (p.system, p.object) == (person.system, person.object)]
        if tape.seldom():
            later = [other for other in alike if other > person.id]
            if later:
                return replace(
                    person, merged_into=tape.one_of(later), is_deleted=tape.one_of([True, False])
                )
        if person.object == "lead" and tape.pick(3) == 2:
            own = [deal.id for deal in deals if deal.system == person.system]
            deal = tape.one_of([None, *own])
            if person.system == "generic":
                return replace(
                    person,
                    converted_at=tape.one_of([None, tape.moment()]),
                    converted_opportunity=deal,
                )
            contacts = [p.id for p in people if p.object == "contact"]
            return replace(
                person,
                converted_on=tape.moment().date(),
                converted_contact=tape.one_of([None, "003gone", *contacts]),
                converted_opportunity=deal,
            )
        return person

    def history(
        self, system: str, of: str, words: Sequence[str], length: int, kind: str
    ) -> list[Change]:
        """Changes of one record: in order or not, chained or not."""
        tape, changes, before = self.tape, [], None
        at = tape.moment()
        for _ in range(length):
            step = tape.pick(6)
            if step == 5:
                at = tape.moment()
            elif step > 1:
                at += timedelta(days=step - 2, seconds=tape.pick(2))
            # there and back within a second happens
            new = changes[-1].old if changes and tape.pick(3) == 2 else tape.one_of(words)
            new = new or words[0]
            if system == "generic" and not new.strip():
                new = words[0]  # required there
            old = tape.one_of([before, before, before, None, tape.one_of(words)])
            changes.append(
                Change(
                    system,
                    kind if system == "salesforce" else "stage_events",
                    self.new_id("017" if tape.pick(2) else "a17"),
                    of,
                    at,
                    new,
                    old,
                )
            )
            before = new
        return changes

    def deal(self) -> Opportunity:
        tape = self.tape
        system = tape.one_of(["salesforce", "generic"])
        deal = Opportunity(system, self.new_id("006"), created_at=tape.moment())
        stage = tape.one_of(STAGES)
        won, lost = stage == "Closed Won", stage == "Closed Lost"
        if stage == "Odd":
            won, lost = tape.one_of([(False, False), (True, False), (False, True)])
        flags = tape.one_of([(won or lost, won), (won or lost, won), (None, None)])
        closed_at = tape.moment()
        deal = replace(
            deal,
            stage=stage,
            is_closed=flags[0],
            is_won=flags[1],
            close_date=closed_at.date() if system == "salesforce" else None,
            closed_at=tape.one_of([closed_at, None]) if system == "generic" else None,
            amount=tape.one_of([100, 2500, None]),
            is_deleted=tape.seldom(),
        )
        kind = tape.one_of(
            ["opportunity_history", "opportunity_history", "opportunity_field_history"]
        )
        changes = self.history(system, deal.id, STAGES, tape.pick(5), kind)
        if kind == "opportunity_history" and system == "salesforce":
            changes = [replace(change, old=None) for change in changes]
        if changes and tape.pick(2):
            changes[0] = replace(changes[0], at=deal.created_at)
        self.company.stage_changes += changes
        self.company.opportunities.append(deal)
        return deal

    def members(self, deal: Opportunity, people: Sequence[Person]) -> list[Member]:
        kind = "contact" if deal.system == "salesforce" else "lead"
        able = [p for p in people if (p.system, p.object) == (deal.system, kind)]
        return [
            Member(
                deal.system,
                self.new_id("00K"),
                deal.id,
                person.id,
                is_deleted=deal.system == "salesforce" and self.tape.seldom(),
            )
            for person in able
            if self.tape.pick(3) < 2
        ]
