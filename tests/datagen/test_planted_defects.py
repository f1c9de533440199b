from collections import Counter, defaultdict

import pytest
from company_extracts import LEAD, OPPORTUNITY, Extracts

CONTACT = "salesforce/contact/Contact.csv"


@pytest.fixture(scope="module")
def leads(extracts: Extracts) -> dict[str, dict[str, str]]:
    return {row["Id"]: row for row in extracts.read(LEAD)}


@pytest.fixture(scope="module")
def opportunities(extracts: Extracts) -> dict[str, dict[str, str]]:
    return {row["Id"]: row for row in extracts.read(OPPORTUNITY)}


@pytest.fixture(scope="module")
def status_changes(extracts: Extracts) -> dict[str, list[dict[str, str]]]:
    changes = defaultdict(list)
    for row in extracts.read("salesforce/lead_history/LeadHistory.csv"):
        changes[row["LeadId"]].append(row)
    return changes


@pytest.fixture(scope="module")
def stage_rows(extracts: Extracts) -> dict[str, list[dict[str, str]]]:
    rows = defaultdict(list)
    for row in extracts.read("salesforce/opportunity_history/OpportunityHistory.csv"):
        rows[row["OpportunityId"]].append(row)
    return rows


def test_every_defect_is_planted(sheet: dict) -> None:
    assert len(sheet["defects"]) == 25
    for name, defect in sheet["defects"].items():
        assert defect["count"] >= 1, name
        assert len(defect.get("ids", [])) in (defect["count"], 0), name


def test_duplicates_share_an_address_in_another_spelling(sheet: dict, leads: dict) -> None:
    defect = sheet["defects"]["duplicate_leads"]
    spelled_alike = 0
    for twin, original in zip(defect["ids"], defect["same_person_as"], strict=True):
        ours, theirs = leads[twin]["Email"], leads[original]["Email"]
        assert ours.strip().lower() == theirs.strip().lower()
        spelled_alike += ours == theirs
    assert spelled_alike == 0
    assert any(leads[twin]["Email"] != leads[twin]["Email"].strip() for twin in defect["ids"])


def test_only_planned_records_share_an_address(sheet: dict, leads: dict) -> None:
    defects = sheet["defects"]
    shared = {*defects["shared_mailbox"]["ids"], *defects["email_with_four_names"]["ids"]}
    twins = set(defects["duplicate_leads"]["ids"])
    plain = Counter(
        row["Email"].strip().lower()
        for identity, row in leads.items()
        if row["Email"] and identity not in shared | twins
    )
    assert max(plain.values()) == 1


def test_shared_addresses_have_different_names(sheet: dict, leads: dict) -> None:
    for name, local, size in (
        ("shared_mailbox", "info", 3),
        ("email_with_four_names", "front.desk", 4),
    ):
        people = defaultdict(set)
        for identity in sheet["defects"][name]["ids"]:
            row = leads[identity]
            people[row["Email"]].add((row["FirstName"], row["LastName"]))
        assert all(email.startswith(local + "@") for email in people)
        assert all(len(names) >= size for names in people.values())


def test_merges_are_chains_of_up_to_three(sheet: dict, leads: dict) -> None:
    defect = sheet["defects"]["merged_leads"]
    merged = {row["Id"]: row["MasterRecordId"] for row in leads.values() if row["MasterRecordId"]}
    assert set(merged) == set(defect["ids"])
    assert all(leads[identity]["IsDeleted"] == "true" for identity in merged)
    lengths = []
    for start in set(merged) - set(merged.values()):
        length, at = 0, start
        while at in merged:
            length, at = length + 1, merged[at]
        assert at in defect["survivors"]
        assert leads[at]["IsDeleted"] == "false"
        lengths.append(length)
    assert set(lengths) == {1, 2, 3}
    assert len(lengths) == len(defect["survivors"])


def test_deleted_leads_are_the_listed_ones(sheet: dict, leads: dict) -> None:
    deleted = {
        identity
        for identity, row in leads.items()
        if row["IsDeleted"] == "true" and not row["MasterRecordId"]
    }
    assert deleted == set(sheet["defects"]["deleted_leads"]["ids"])


def test_the_second_file_repeats_records(extracts: Extracts, sheet: dict, leads: dict) -> None:
    again = {row["Id"]: row for row in extracts.read("salesforce/lead/Lead_part2.csv")}
    copies = {identity for identity, row in again.items() if row == leads[identity]}
    newer = {
        identity
        for identity, row in again.items()
        if row["SystemModstamp"] > leads[identity]["SystemModstamp"]
        and row["Country"] != leads[identity]["Country"]
    }
    assert copies == set(sheet["defects"]["reexported_exact_copies"]["ids"])
    assert newer == set(sheet["defects"]["reexported_newer_versions"]["ids"])
    assert copies | newer == set(again)


def test_lines_with_a_wrong_number_of_fields(extracts: Extracts) -> None:
    for path in (LEAD, "web/sessions/sessions.csv"):
        good, broken = extracts.read_file(path)
        assert sorted(len(line) > len(good[0]) for line in broken) == [False, True]


def test_statuses_outside_the_mapping(sheet: dict, leads: dict) -> None:
    usual = {"New", "MQL", "Sales Accepted", "Qualified", "Recycled", "Disqualified"}
    unusual = {identity for identity, row in leads.items() if row["Status"] not in usual}
    assert unusual == set(sheet["defects"]["unmapped_status"]["ids"])


def test_history_before_creation(sheet: dict, leads: dict, status_changes: dict) -> None:
    early = {
        identity
        for identity, rows in status_changes.items()
        if min(row["CreatedDate"] for row in rows) < leads[identity]["CreatedDate"]
    }
    assert early == set(sheet["defects"]["status_history_before_creation"]["ids"])


def test_history_missing(sheet: dict, leads: dict, status_changes: dict) -> None:
    silent = set(leads) - set(status_changes)
    defects = sheet["defects"]
    # a record without a usable creation has no history either
    assert silent == {
        *defects["status_history_missing"]["ids"],
        *defects["invalid_created_date"]["ids"],
    }


def test_invalid_cells(sheet: dict, leads: dict, opportunities: dict) -> None:
    defects = sheet["defects"]
    assert {i for i, row in leads.items() if row["CreatedDate"] == "not a date"} == set(
        defects["invalid_created_date"]["ids"]
    )
    assert {i for i, row in opportunities.items() if row["Amount"] == "abc"} == set(
        defects["invalid_amount"]["ids"]
    )
    assert {i for i, row in opportunities.items() if float(row["Probability"]) > 100} == set(
        defects["invalid_probability"]["ids"]
    )


def test_reversed_wins_end_lost(sheet: dict, opportunities: dict, stage_rows: dict) -> None:
    reversed_wins = {
        identity
        for identity, rows in stage_rows.items()
        if "Closed Won" in {row["StageName"] for row in rows}
        and max(rows, key=lambda row: row["CreatedDate"])["StageName"] == "Closed Lost"
    }
    assert reversed_wins == set(sheet["defects"]["reversed_wins"]["ids"])
    assert {opportunities[identity]["IsWon"] for identity in reversed_wins} == {"false"}


def test_wins_that_close_before_they_begin(sheet: dict, opportunities: dict) -> None:
    early = {i for i, row in opportunities.items() if row["CloseDate"] < row["CreatedDate"][:10]}
    assert early == set(sheet["defects"]["close_date_before_creation"]["ids"])
    assert {opportunities[identity]["StageName"] for identity in early} == {"Closed Won"}


def test_opportunities_without_history(sheet: dict, opportunities: dict, stage_rows: dict) -> None:
    silent = set(opportunities) - set(stage_rows)
    assert silent == set(sheet["defects"]["opportunity_history_missing"]["ids"])


def test_deleted_and_merged_contacts(extracts: Extracts, sheet: dict) -> None:
    deleted = [row for row in extracts.read(CONTACT) if row["IsDeleted"] == "true"]
    merged = {row["Id"] for row in deleted if row["MasterRecordId"]}
    assert merged == set(sheet["defects"]["merged_contacts"]["ids"])
    assert {row["Id"] for row in deleted} - merged == set(
        sheet["defects"]["deleted_contacts"]["ids"]
    )


def test_memberships_on_lead_and_contact(extracts: Extracts, sheet: dict, leads: dict) -> None:
    members = extracts.read("salesforce/campaign_member/CampaignMember.csv")
    contact_of = {i: row["ConvertedContactId"] for i, row in leads.items()}
    by_key = defaultdict(list)
    for row in members:
        person = row["ContactId"] or contact_of[row["LeadId"]] or row["LeadId"]
        by_key[person, row["CampaignId"]].append(row)
    doubled = [rows for rows in by_key.values() if len(rows) > 1]
    defect = sheet["defects"]["member_on_lead_and_contact"]
    assert {row["Id"] for rows in doubled for row in rows} == {
        *defect["ids"],
        *defect["second_ids"],
    }
    assert {len({row["FirstRespondedDate"] for row in rows}) for rows in doubled} == {1}
    assert (
        sum(row["IsDeleted"] == "true" for row in members)
        == (sheet["defects"]["deleted_members"]["count"])
    )


def test_currency_without_a_rate(extracts: Extracts, sheet: dict, opportunities: dict) -> None:
    rates = extracts.read("generic/fx_rates/fx_rates.csv")
    priced = {row["from_currency"] for row in rates} | {"USD"}
    unpriced = {i for i, row in opportunities.items() if row["CurrencyIsoCode"] not in priced}
    assert unpriced == set(sheet["exchange_rates"]["currency_without_any_rate"]["ids"])
    days = {row["date"] for row in rates if row["from_currency"] == "GBP"}
    assert not days & set(sheet["exchange_rates"]["missing_dates"]["GBP"])


def test_ad_campaigns_have_several_versions(extracts: Extracts) -> None:
    versions = Counter(
        row["id"] for row in extracts.read("google_ads/campaign_history/campaign_history.csv")
    )
    assert min(versions.values()) > 1
