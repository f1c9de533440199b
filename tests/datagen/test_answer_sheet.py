"""The sheet against the files: what a reader with nothing but the files and the rules finds."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from company_extracts import LEAD, OPPORTUNITY, Extracts, convert, to_time
from hubspot_extracts import Portal

CENT = Decimal("0.01")
RANKS = ["inquiry", "mql", "sal", "sql"]
STAGE_OF = {
    "New": "inquiry",
    "MQL": "mql",
    "Sales Accepted": "sal",
    "Qualified": "sql",
    "Recycled": "recycled",
    "Disqualified": "disqualified",
}


@pytest.fixture(scope="module")
def rates(extracts: Extracts) -> dict[tuple[str, date], Decimal]:
    return extracts.read_rates()


def test_records_per_file(extracts: Extracts, sheet: dict) -> None:
    for name, expected in sheet["objects"].items():
        folder = extracts.landing / name.replace(".", "/")
        files = sorted(folder.glob("*.csv"))
        parts = [
            extracts.read_file(path.relative_to(extracts.landing).as_posix()) for path in files
        ]
        assert len(files) == expected["files"], name
        assert sum(len(good) for good, _ in parts) == expected["records"], name
        assert sum(len(broken) for _, broken in parts) == expected["broken_lines"], name


def test_people(extracts: Extracts, sheet: dict) -> None:
    leads = [row for row in extracts.read(LEAD) if row["CreatedDate"] != "not a date"]
    contacts = extracts.read("salesforce/contact/Contact.csv")
    parent: dict[str, str] = {row["Id"]: row["Id"] for row in leads + contacts}

    def find(node: str) -> str:
        while parent[node] != node:
            node = parent[node]
        return node

    by_email = defaultdict(list)
    for row in leads + contacts:
        if row["Email"] and not row["Email"].startswith("info@"):
            by_email[row["Email"].strip().lower()].append(row)
        for target in (row["MasterRecordId"], row.get("ConvertedContactId")):
            if target:
                parent[find(row["Id"])] = find(target)
    for rows in by_email.values():
        if len({(row["FirstName"], row["LastName"]) for row in rows}) <= 3:
            for row in rows[1:]:
                parent[find(row["Id"])] = find(rows[0]["Id"])
    live = {find(row["Id"]) for row in leads + contacts if row["IsDeleted"] == "false"}
    assert len(live) == sheet["people"]["people"]
    assert len(parent) == sheet["people"]["alias_records"]


def test_opportunities_and_money(extracts: Extracts, sheet: dict, rates: dict) -> None:
    history = defaultdict(list)
    for row in extracts.read("salesforce/opportunity_history/OpportunityHistory.csv"):
        history[row["OpportunityId"]].append(row)
    rows = [row for row in extracts.read(OPPORTUNITY) if row["IsDeleted"] == "false"]
    expected = sheet["opportunities"]
    assert len(rows) == expected["not_deleted"]
    won = [row for row in rows if row["IsWon"] == "true"]
    assert len(won) == expected["won"]["count"]

    total, without_rate, without_amount = Decimal(0), set(), set()
    new_total, new_count = Decimal(0), 0
    for row in won:
        times = [h["CreatedDate"] for h in history[row["Id"]] if h["StageName"] == "Closed Won"]
        day = date.fromisoformat((max(times) if times else row["CloseDate"])[:10])
        is_new = row["Type"] in {"", "New Business"}
        new_count += is_new
        if not row["Amount"]:
            without_amount.add(row["Id"])
            continue
        value = convert(Decimal(row["Amount"]), row["CurrencyIsoCode"], day, rates)
        if value is None:
            without_rate.add(row["Id"])
            continue
        total += value
        new_total += value if is_new else 0
    assert str(total) == expected["won"]["total_usd"]
    assert without_rate == set(expected["won"]["without_rate"]["ids"])
    assert without_amount == set(expected["won"]["without_amount"]["ids"])
    assert expected["won"]["without_rate_by_currency"]["GBP"] > 0
    assert expected["won"]["without_rate_by_currency"]["CHF"] > 0
    assert (new_count, str(new_total)) == (
        expected["won_new_business"]["count"],
        expected["won_new_business"]["total_usd"],
    )

    created = [row for row in rows if row["Type"] in {"", "New Business"}]
    pipeline = Decimal(0)
    for row in created:
        amounts = [
            h["Amount"]
            for h in sorted(history[row["Id"]], key=lambda h: h["CreatedDate"])
            if h["Amount"]
        ]
        amount = amounts[0] if amounts else row["Amount"]
        if amount and amount != "abc":
            day = date.fromisoformat(row["CreatedDate"][:10])
            pipeline += convert(Decimal(amount), row["CurrencyIsoCode"], day, rates) or 0
    assert (len(created), str(pipeline)) == (
        expected["pipeline_new_business"]["count"],
        expected["pipeline_new_business"]["total_usd"],
    )


def test_spend(extracts: Extracts, sheet: dict, rates: dict) -> None:
    currencies = {
        row["id"]: row["currency_code"]
        for row in extracts.read("google_ads/account_history/account_history.csv")
    }
    micros: dict[tuple[str, str, str], int] = defaultdict(int)
    for row in extracts.read("google_ads/campaign_stats/campaign_stats.csv"):
        key = currencies[row["customer_id"]], row["id"], row["date"]
        micros[key] += int(row["cost_micros"])
    by_currency: dict[str, Decimal] = defaultdict(Decimal)
    total = Decimal(0)
    for (currency, _, day), value in micros.items():
        cost = (Decimal(value) / 1_000_000).quantize(CENT, ROUND_HALF_UP)
        by_currency[currency] += cost
        total += convert(cost, currency, date.fromisoformat(day), rates)
    expected = sheet["spend"]
    assert {k: str(v) for k, v in by_currency.items()} == expected["total_by_currency"]
    assert str(total) == expected["total_usd"]
    assert len(micros) == expected["campaign_days"] == 10 * 540


def list_touches(extracts: Extracts) -> dict[str, set[tuple]]:
    """Touches per person, keyed by contact id where there is one, else by lead id."""
    lead_rows = extracts.read(LEAD)
    contact_of = {row["Id"]: row["ConvertedContactId"] or row["Id"] for row in lead_rows}
    person_of_email = {
        row["Email"].strip().lower(): contact_of[row["Id"]]
        for row in lead_rows
        if row["ConvertedContactId"] and row["Email"]
    }
    types = {row["Id"]: row["Type"] for row in extracts.read("salesforce/campaign/Campaign.csv")}
    channel_of_type = {
        "Email": "email",
        "Webinar": "webinar",
        "Trade Show": "event",
        "Event": "event",
        "Content": "content",
        "Advertisement": "display",
        "Partner": "partner",
    }
    touches = defaultdict(set)
    for row in extracts.read("salesforce/campaign_member/CampaignMember.csv"):
        if row["HasResponded"] == "true" and row["IsDeleted"] == "false":
            person = row["ContactId"] or contact_of[row["LeadId"]]
            at = datetime.fromisoformat(row["FirstRespondedDate"])
            channel = channel_of_type[types[row["CampaignId"]]]
            touches[person].add((at, "campaign_response", channel, row["CampaignId"]))
    sessions = extracts.read("web/sessions/sessions.csv")
    emails = {row["visitor_id"]: row["email"] for row in sessions if row["email"]}
    for row in sessions:
        person = person_of_email.get(emails.get(row["visitor_id"], ""))
        if person:
            channel = name_channel(row)
            touches[person].add((to_time(row["started_at"]), "visit", channel, row["session_id"]))
            if row["form_name"]:
                at = to_time(row["form_submitted_at"])
                touches[person].add((at, "form", channel, row["session_id"]))
    for contact, touch in Portal(extracts).list_touches():
        person = contact["salesforce_contact"]
        if person:
            touches[person].add(touch)
    return touches


def name_channel(row: dict[str, str]) -> str:
    if row["utm_medium"]:
        if row["utm_medium"] == "email":
            return "email"
        return "paid_search" if row["utm_source"] == "google" else "paid_social"
    if not row["referrer"]:
        return "direct"
    host = row["referrer"].split("/")[2].removeprefix("www.")
    if host in {"google.com", "bing.com", "duckduckgo.com"}:
        return "organic_search"
    return "organic_social" if host in {"linkedin.com", "facebook.com", "t.co"} else "referral"


def test_journeys(extracts: Extracts, sheet: dict) -> None:
    touches = list_touches(extracts)
    groups = defaultdict(set)
    for row in extracts.read("salesforce/opportunity_contact_role/OpportunityContactRole.csv"):
        groups[row["OpportunityId"]].add(row["ContactId"])
    journeys = sheet["journeys"]["journeys"]
    assert len(journeys) == sheet["journeys"]["count"] >= 30
    for journey in journeys:
        end = to_time(journey["converted_at"])
        found = sorted(
            touch[:3]
            for person in groups[journey["opportunity_id"]]
            for touch in touches[person]
            if end - timedelta(days=365) <= touch[0] <= end
        )
        planned = sorted(
            (to_time(touch["touched_at"]), touch["kind"], touch["channel"])
            for touch in journey["touches"]
        )
        assert found == planned
        order = [touch["touched_at"] for touch in journey["touches"]]
        assert order == sorted(order)
    assert {touch["kind"] for j in journeys for touch in j["touches"]} == {
        "visit",
        "form",
        "campaign_response",
        "email_click",
    }


def test_stages(extracts: Extracts, sheet: dict) -> None:
    created = {row["Id"]: row for row in extracts.read(LEAD)}
    events: dict[str, list[tuple[datetime, int, str]]] = defaultdict(list)
    for row in extracts.read("salesforce/lead_history/LeadHistory.csv"):
        if row["Field"] == "Status":
            stage = STAGE_OF.get(row["NewValue"], "unmapped")
            events[row["LeadId"]].append((to_time(row["CreatedDate"]), 1, stage))
    stages = {"Closed Won": "customer", "Closed Lost": "lost"}
    sales = defaultdict(list)
    for row in extracts.read("salesforce/opportunity_history/OpportunityHistory.csv"):
        stage = stages.get(row["StageName"], "opportunity")
        sales[row["OpportunityId"]].append((to_time(row["CreatedDate"]), 2, stage))
    assert sheet["stages"]["count"] >= 100
    kinds = set()
    for lead in sheet["stages"]["leads"]:
        row = created[lead["lead_id"]]
        own = [(to_time(row["CreatedDate"]), 0, "inquiry"), *events[row["Id"]]]
        for at, rank, stage in sorted(sales[row["ConvertedOpportunityId"]]):
            # the stages of an open opportunity are one stage of the lead
            if stage != "opportunity" or not any(e[2] == "opportunity" for e in own):
                own.append((at, rank, stage))
        observed = [(stage, at) for at, _, stage in sorted(own)]
        entries = [
            (stage, to_time(at)) for stage, at, _, inferred in lead["entries"] if not inferred
        ]
        assert entries == observed
        cycle = 1
        for number, (stage, _, in_cycle, is_inferred) in enumerate(lead["entries"]):
            assert in_cycle == cycle
            cycle += stage in {"recycled", "disqualified"}
            if is_inferred:
                assert stage in RANKS[1:]
                kinds.add("skip")
            before = lead["entries"][number - 1][0] if number else ""
            if stage in RANKS and before in RANKS and RANKS.index(stage) < RANKS.index(before):
                kinds.add("backward")
        kinds.add(f"cycles {cycle}")
    assert {"skip", "backward", "cycles 2"} <= kinds


def test_a_skip_is_filled_at_the_time_of_the_later_stage(sheet: dict) -> None:
    skipped = [
        lead["entries"]
        for lead in sheet["stages"]["leads"]
        if [entry[0] for entry in lead["entries"][:4]] == ["inquiry", "mql", "sal", "sql"]
        and [entry[3] for entry in lead["entries"][:4]] == [False, True, True, False]
    ]
    assert skipped
    assert all(len({entry[1] for entry in entries[1:4]}) == 1 for entries in skipped)
