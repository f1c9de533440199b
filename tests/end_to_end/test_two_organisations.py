"""Two organisations of one system whose records have the same ids."""

from installation import Installation

TIMES = "2026-01-05T10:00:00.000+0000,2026-01-05T10:00:00.000+0000"
LEAD = "00Q000000000001AAA"
ACCOUNT = "001000000000001AAA"
OPPORTUNITY = "006000000000001AAA"
CONTACT = "003000000000001AAA"


def place_company(installation: Installation, org: str, name: str, amount: str) -> None:
    """One of everything, under the same ids in every organisation."""
    mail = f"{name.lower()}@{name.lower()}.example"
    for object_name, header, row in (
        ("account", "Id,Name,SystemModstamp", f"{ACCOUNT},{name},2026-01-05T10:00:00Z"),
        (
            "lead",
            "Id,LastName,Email,Status,LeadSource,CreatedDate,SystemModstamp",
            f"{LEAD},{name},{mail},New,Web,{TIMES}",
        ),
        (
            "contact",
            "Id,AccountId,LastName,Email,CreatedDate,SystemModstamp",
            f"{CONTACT},{ACCOUNT},{name}son,x{mail},{TIMES}",
        ),
        (
            "opportunity",
            "Id,AccountId,Name,StageName,Amount,CloseDate,IsClosed,IsWon,CreatedDate,SystemModstamp",
            f"{OPPORTUNITY},{ACCOUNT},{name},Closed Won,{amount},2026-02-01,true,true,{TIMES}",
        ),
        (
            "opportunity_contact_role",
            "Id,OpportunityId,ContactId,CreatedDate",
            f"00K000000000001AAA,{OPPORTUNITY},{CONTACT},2026-01-05T10:00:00Z",
        ),
    ):
        content = f"{header}\n{row}\n".encode()
        installation.place(org, object_name, f"{object_name}.csv", content)


def test_equal_ids_of_two_organisations_stay_two_records(installation: Installation) -> None:
    place_company(installation, "salesforce", "Acme", "100.00")
    place_company(installation, "salesforce@emea", "Bolt", "70.00")
    installation.refresh()
    with installation.connect() as release:
        # a lead and a contact each
        assert release.execute(
            "select source_system, count(*), count(distinct lead_id) from marts.dim_leads"
            " group by all order by all"
        ).fetchall() == [("salesforce", 2, 2), ("salesforce@emea", 2, 2)]
        assert release.execute(
            "select count(distinct lead_id), count(distinct account_id) from marts.dim_leads"
        ).fetchone() == (4, 2)
        assert release.execute("select count(*) from marts.dim_accounts").fetchone() == (2,)
        assert release.execute(
            "select source_system, source_record_id, opportunity_amount, has_buying_group"
            " from marts.fct_opportunities order by all"
        ).fetchall() == [
            ("salesforce", OPPORTUNITY, 100, True),
            ("salesforce@emea", OPPORTUNITY, 70, True),
        ]
        # each organisation's money goes to its own people
        credited = release.execute(
            "select deals.source_system, sum(credits.credited_amount)"
            " from marts.fct_attribution_credits as credits"
            " inner join marts.fct_opportunities as deals"
            " on credits.opportunity_id = deals.opportunity_id"
            " where credits.conversion_type = 'revenue' and credits.attribution_model = 'linear'"
            " group by all order by all"
        ).fetchall()
        assert credited == [("salesforce", 100), ("salesforce@emea", 70)]
        assert release.execute(
            "select count(*) from reports.rpt_exceptions where severity = 'error'"
        ).fetchone() == (0,)
