import hashlib
import json
import re
from collections import defaultdict
from datetime import datetime
from pathlib import Path

import pytest
from company_extracts import FIRST_SYSTEMS, Extracts

from datagen import write_company
from datagen.exports.salesforce_ids import complete_id

SALESFORCE_COLUMNS = {
    "lead/Lead.csv": "Id,IsDeleted,MasterRecordId,FirstName,LastName,Company,Email,Country,"
    "LeadSource,Status,OwnerId,IsConverted,ConvertedDate,ConvertedAccountId,ConvertedContactId,"
    "ConvertedOpportunityId,CreatedDate,LastModifiedDate,SystemModstamp,"
    "How_Did_You_Hear_About_Us__c,Status_Reason__c",
    "lead_history/LeadHistory.csv": "Id,IsDeleted,LeadId,CreatedById,CreatedDate,Field,OldValue,"
    "NewValue",
    "campaign_member/CampaignMember.csv": "Id,IsDeleted,CampaignId,LeadId,ContactId,Status,"
    "HasResponded,FirstRespondedDate,CreatedDate,LastModifiedDate,SystemModstamp",
}


def hash_files(landing: Path) -> dict[str, str]:
    return {
        path.relative_to(landing).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(landing.rglob("*"))
        if path.is_file()
    }


def test_same_seed_gives_the_same_bytes(extracts: Extracts, tmp_path: Path) -> None:
    write_company(tmp_path, scale=0.02, seed=7)
    assert hash_files(tmp_path) == hash_files(extracts.landing)
    assert len(hash_files(tmp_path)) == 73


def test_file_times_do_not_come_from_the_clock(extracts: Extracts) -> None:
    # 2026-07-01T04:00:00Z and, for the later extract, an hour after; what has a time in its name
    # arrived then, or two hours after all others
    times = {path.name: path.stat().st_mtime for path in extracts.landing.rglob("*.csv")}
    stamped = {name: times.pop(name) for name in list(times) if re.search(r"_\d{8}T\d{6}Z", name)}
    assert times.pop("Lead_part2.csv") == 1_782_882_000
    assert set(times.values()) == {1_782_878_400}
    late = [name for name, time in stamped.items() if time == 1_782_885_600]
    assert len(late) == 4
    for name in set(stamped) - set(late):
        cut_at = datetime.strptime(name[-20:-4] + "+0000", "%Y%m%dT%H%M%SZ%z")
        assert stamped[name] == cut_at.timestamp()


def test_another_seed_gives_another_company(extracts: Extracts, tmp_path: Path) -> None:
    write_company(tmp_path, scale=0.02, seed=8)
    ours, theirs = hash_files(extracts.landing), hash_files(tmp_path)
    same = {name for name in ours if ours[name] == theirs[name]}
    # names of accounts, campaigns and users do not depend on the seed
    assert same <= {
        "google_ads/account_history/account_history.csv",
        "google_ads/campaign_history/campaign_history.csv",
        "salesforce/user/User.csv",
        *(name for name in ours if re.search(r"(account|campaign|ad|ad_set|group)_history/", name)),
        "hubspot/deal_pipeline/deal_pipeline.csv",
        "hubspot/deal_pipeline_stage/deal_pipeline_stage.csv",
        "hubspot/email_campaign/email_campaign.csv",
        "hubspot/form/form.csv",
        "hubspot/owner/owner.csv",
        "hubspot/owner_team/owner_team.csv",
        "hubspot/team/team.csv",
        "salesforce@emea/user/User.csv",
    }


def test_a_system_is_the_same_whatever_others_there_are(
    extracts: Extracts, sheet: dict, tmp_path: Path
) -> None:
    ours = hash_files(extracts.landing)
    for systems in (FIRST_SYSTEMS, ("hubspot", "salesforce@emea"), ("linkedin_ads", "meta_ads")):
        landing = tmp_path / systems[0]
        path = write_company(landing, scale=0.02, seed=7, systems=systems)
        theirs = hash_files(landing)
        del theirs[".answer_sheet.json"]
        assert theirs == {name: ours[name] for name in ours if name.split("/")[0] in systems}
        few = json.loads(path.read_text(encoding="utf-8"))
        assert {name.rpartition(".")[0] for name in few["objects"]} == set(systems)
        assert few.get("added", {}).keys() <= {"rule", *systems}


def test_what_the_first_systems_say_does_not_change(sheet: dict, tmp_path: Path) -> None:
    path = write_company(tmp_path, scale=0.02, seed=7, systems=FIRST_SYSTEMS)
    few = json.loads(path.read_text(encoding="utf-8"))
    assert set(sheet) - set(few) == {"added", "all_systems"}
    # HubSpot's touches are in the journeys, its objects among the objects
    for name in set(few) - {"journeys", "objects"}:
        assert few[name] == sheet[name], name
    assert few["objects"].items() <= sheet["objects"].items()


def test_without_salesforce_hubspot_knows_its_contacts(sheet: dict, tmp_path: Path) -> None:
    path = write_company(tmp_path, scale=0.02, seed=7, systems=("hubspot", "web"))
    few = json.loads(path.read_text(encoding="utf-8"))
    hubspot = sheet["added"]["hubspot"]
    assert few["all_systems"]["people"]["people"] == hubspot["people"]["people"]
    assert "people" not in few
    # no rates are known: dollars alone can be added up
    won = few["added"]["hubspot"]["opportunities"]["won"]
    assert won["total_usd"] == hubspot["opportunities"]["won"]["total_by_currency"]["USD"]
    # who gave the web an address that HubSpot does not have stays unknown
    assert 0 < few["touches"]["known_people"] < sheet["touches"]["known_people"]
    emails = {
        row["property_email"]
        for row in Extracts(tmp_path).read_newest("hubspot/contact", "id").values()
    }
    visitors = {row["email"] for row in Extracts(tmp_path).read("web/sessions/sessions.csv")}
    assert few["touches"]["known_people"] == len(emails & visitors - {""})


def test_an_unknown_system_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="tiktok"):
        write_company(tmp_path, systems=("salesforce", "tiktok"))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("scale", [0.005, 0.05])
def test_scale_sets_the_sizes(tmp_path: Path, scale: float) -> None:
    sheet = json.loads(write_company(tmp_path, scale=scale, seed=3).read_text(encoding="utf-8"))
    assert sheet["opportunities"]["not_deleted"] == 25_000 * scale
    assert sheet["opportunities"]["won"]["count"] == 10_000 * scale
    assert sheet["objects"]["web.sessions"]["records"] == 1_200_000 * scale
    assert 100_000 * scale <= sheet["objects"]["salesforce.lead"]["records"] <= 115_000 * scale


@pytest.mark.parametrize("scale", [0, 0.001, -1])
def test_a_scale_without_room_is_refused(tmp_path: Path, scale: float) -> None:
    with pytest.raises(ValueError, match="scale"):
        write_company(tmp_path, scale=scale)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("path", "columns"), SALESFORCE_COLUMNS.items())
def test_salesforce_columns_have_their_native_names(
    extracts: Extracts, path: str, columns: str
) -> None:
    assert list(extracts.read(f"salesforce/{path}")[0]) == columns.split(",")


def test_salesforce_cells_have_their_native_form(extracts: Extracts) -> None:
    time = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000\+0000")
    for path in sorted((extracts.landing / "salesforce").rglob("*.csv")):
        for row in extracts.read(path.relative_to(extracts.landing).as_posix()):
            assert complete_id(row["Id"][:15]) == row["Id"]
            assert row.get("IsDeleted", "false") in {"true", "false"}
            assert time.fullmatch(row["CreatedDate"]) or row["CreatedDate"] == "not a date"
            for name, cell in row.items():
                if cell and name.endswith("Id") and name != "Id":
                    assert complete_id(cell[:15]) == cell, (path.name, name)


def test_nothing_happens_after_the_period(extracts: Extracts) -> None:
    for path in sorted(extracts.landing.rglob("*.csv")):
        for row in extracts.read(path.relative_to(extracts.landing).as_posix()):
            for name in ("CreatedDate", "LastModifiedDate", "SystemModstamp", "CompletedDateTime"):
                if row.get(name, "") != "not a date":
                    assert row.get(name, "") < "2026-07-01", (path.name, name)
            for name in ("started_at", "form_submitted_at", "date", "updated_at"):
                assert row.get(name, "") < "2026-07-01", (path.name, name)


def test_every_reference_has_its_record(extracts: Extracts) -> None:
    objects = {
        "00Q": "lead/Lead.csv",
        "003": "contact/Contact.csv",
        "001": "account/Account.csv",
        "006": "opportunity/Opportunity.csv",
        "701": "campaign/Campaign.csv",
        "005": "user/User.csv",
    }
    known = {
        prefix: {row["Id"] for row in extracts.read(f"salesforce/{path}")}
        for prefix, path in objects.items()
    }
    for path in sorted((extracts.landing / "salesforce").rglob("*.csv")):
        for row in extracts.read(path.relative_to(extracts.landing).as_posix()):
            for name, cell in row.items():
                if cell and name.endswith("Id") and name != "Id":
                    assert cell in known[cell[:3]], (path.name, name, cell)


def test_visitors_are_anonymous_until_their_first_form(extracts: Extracts) -> None:
    visits = defaultdict(list)
    for row in extracts.read("web/sessions/sessions.csv"):
        visits[row["visitor_id"]].append(row)
    were_anonymous = 0
    for rows in visits.values():
        rows.sort(key=lambda row: row["started_at"])
        named = [position for position, row in enumerate(rows) if row["email"]]
        assert len({row["email"] for row in rows if row["email"]}) <= 1
        assert all(row["email"] for row in rows if row["form_name"])
        assert not named or rows[named[0]]["form_name"]
        were_anonymous += bool(named) and named[0] > 0
    assert were_anonymous > 500


def test_converted_leads_point_at_their_contact(extracts: Extracts) -> None:
    contacts = {row["Id"]: row for row in extracts.read("salesforce/contact/Contact.csv")}
    converted = [
        row for row in extracts.read("salesforce/lead/Lead.csv") if row["IsConverted"] == "true"
    ]
    assert len(converted) > 400
    assert {row["Status"] for row in converted} == {"Qualified"}
    for row in converted:
        contact = contacts[row["ConvertedContactId"]]
        assert contact["Email"] == row["Email"]
        assert contact["AccountId"] == row["ConvertedAccountId"]
        assert contact["CreatedDate"][:10] == row["ConvertedDate"]
    assert any(not row["ConvertedOpportunityId"] for row in converted)
