"""The second org: equal ids, other people."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest
from company_extracts import Extracts, Groups, convert

OBJECTS = {
    "lead": "Lead",
    "contact": "Contact",
    "account": "Account",
    "opportunity": "Opportunity",
}


@pytest.fixture(scope="module")
def answers(sheet: dict) -> dict:
    return sheet["added"]["salesforce@emea"]


def read_org(extracts: Extracts, org: str, name: str) -> list[dict[str, str]]:
    return extracts.read(f"{org}/{name}/{OBJECTS[name]}.csv")


@pytest.mark.parametrize("name", list(OBJECTS))
def test_every_id_of_the_small_org_is_an_id_of_the_first(extracts: Extracts, name: str) -> None:
    first, second = (
        {row["Id"] for row in read_org(extracts, org, name)}
        for org in ("salesforce", "salesforce@emea")
    )
    assert second < first


def test_no_address_is_known_to_both(extracts: Extracts) -> None:
    first, second = (
        {
            row["Email"].strip().lower()
            for name in ("lead", "contact")
            for row in read_org(extracts, org, name)
            if row["Email"]
        }
        for org in ("salesforce", "salesforce@emea")
    )
    assert len(second) > 400
    assert not first & second
    sites = [
        {row["Website"] for row in read_org(extracts, org, "account")} - {""}
        for org in ("salesforce", "salesforce@emea")
    ]
    assert not sites[0] & sites[1]


def test_yes_is_one_and_no_is_blank(extracts: Extracts) -> None:
    for name, columns in (
        ("lead", ("IsDeleted", "IsConverted")),
        ("opportunity", ("IsDeleted", "IsWon", "IsClosed")),
    ):
        rows = read_org(extracts, "salesforce@emea", name)
        for column in columns:
            assert {row[column] for row in rows} == {"1", ""}


def test_won_money(extracts: Extracts, answers: dict) -> None:
    rates = extracts.read_rates()
    history = defaultdict(list)
    path = "salesforce@emea/opportunity_history/OpportunityHistory.csv"
    for row in extracts.read(path):
        if row["StageName"] == "Closed Won":
            history[row["OpportunityId"]].append(row["CreatedDate"])
    rows = [r for r in read_org(extracts, "salesforce@emea", "opportunity") if not r["IsDeleted"]]
    won = [row for row in rows if row["IsWon"]]
    total = Decimal(0)
    for row in won:
        day = date.fromisoformat(max(history.get(row["Id"], [row["CloseDate"]]))[:10])
        if row["Amount"]:
            total += convert(Decimal(row["Amount"]), row["CurrencyIsoCode"], day, rates) or 0
    expected = answers["opportunities"]
    assert len(rows) == expected["not_deleted"]
    assert (len(won), str(total)) == (expected["won"]["count"], expected["won"]["total_usd"])


def test_events(extracts: Extracts, answers: dict) -> None:
    events = extracts.read("salesforce@emea/event/Event.csv")
    known = {
        row["Id"]
        for name in ("lead", "contact")
        for row in read_org(extracts, "salesforce@emea", name)
    }
    assert all(row["WhoId"] in known for row in events)
    live = [row for row in events if not row["IsDeleted"]]
    ahead = [row for row in live if row["StartDateTime"] > "2026-07"]
    assert answers["events"] == {
        "events": len(events),
        "held": len(live) - len(ahead),
        "ahead": len(ahead),
        "deleted": len(events) - len(live),
    }
    assert ahead
    assert all(row["CreatedDate"] < "2026-07" for row in events)


def test_people_of_all_systems(extracts: Extracts, sheet: dict) -> None:
    """Everybody once, over both orgs and HubSpot, by the rules of the sheet."""
    live, keys, emails, names = set(), [], defaultdict(list), defaultdict(set)
    joins = []
    for org in ("salesforce", "salesforce@emea"):
        for name in ("lead", "contact"):
            for row in read_org(extracts, org, name):
                if row["CreatedDate"] == "not a date":
                    continue
                key = (org, row["Id"][:15])
                keys.append(key)
                if row["IsDeleted"] in {"false", ""}:
                    live.add(key)
                joins += [
                    (key, (org, target[:15]))
                    for target in (row["MasterRecordId"], row.get("ConvertedContactId"))
                    if target
                ]
                emails[row["Email"].strip().lower()].append(key)
                names[row["Email"].strip().lower()].add((row["FirstName"], row["LastName"]))
    for row in extracts.read_newest("hubspot/contact", "id").values():
        key = ("hubspot", row["id"])
        keys.append(key)
        if row["_fivetran_deleted"] == "FALSE":
            live.add(key)
        # the portal belongs to the first org
        joins += [
            (key, ("salesforce", row[column][:15]))
            for column in ("property_salesforceleadid", "property_salesforcecontactid")
            if row[column]
        ]
        emails[row["property_email"]].append(key)
        names[row["property_email"]].add((row["property_firstname"], row["property_lastname"]))
    joins += [
        (("hubspot", row["vid_to_merge"]), ("hubspot", row["canonical_vid"]))
        for row in extracts.read("hubspot/contact_merge_audit/contact_merge_audit.csv")
    ]
    groups = Groups(keys)
    for one, other in joins:
        groups.join(one, other)
    for email, same in emails.items():
        if email and not email.startswith("info@") and len(names[email]) <= 3:
            for key in same[1:]:
                groups.join(key, same[0])
    assert sheet["all_systems"]["people"] == {
        "people": len({groups.find(key) for key in live}),
        "alias_records": len(keys),
        "alias_records_live": len(live),
    }
