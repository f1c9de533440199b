"""A HubSpot company of four people, small enough to know every answer by heart."""

from decimal import Decimal

import pytest
from installation import Installation

EXTRACTS = {
    # 1767258000000 is 2026-01-01 09:00:00 UTC; contact 2 was merged into Ann and is gone
    "contact": """\
id,property_email,property_firstname,property_createdate,property_lifecyclestage,\
property_associatedcompanyid,property_hs_merged_object_ids,salesforceleadid,property_hs_analytics_source
1,ann@acme.example,Ann,1767258000000,lead,10,2,,
3,bob@private.example,Bob,2026-01-02T09:00:00Z,lead,,,00Qd000000AbCdE,
4,cid@other.example,Cid,2026-01-03 9:00:00,lead,,,,DIRECT_TRAFFIC
5,gone@other.example,Eve,2026-01-03 9:00:00,lead,,,,
""",
    "contact_merge_audit": "canonical_vid,vid_to_merge,contact_id\n1,2,1\n",
    "contact_property_history": """\
contact_id,name,timestamp,value
1,lifecyclestage,2026-01-01 09:00:00,lead
1,lifecyclestage,2026-01-05 09:00:00,marketingqualifiedlead
1,lifecyclestage,2026-01-10 09:00:00,salesqualifiedlead
2,lifecyclestage,2026-01-12 09:00:00,marketingqualifiedlead
1,lifecyclestage,2026-01-13 09:00:00,lead
1,hs_lead_status,2026-01-14 09:00:00,NEW
4,hs_lead_status,2026-01-05 09:00:00,CONNECTED
4,hs_lead_status,2026-01-06 09:00:00,UNQUALIFIED
4,lifecyclestage,2026-01-20 09:00:00,lead
""",
    "company": "id,property_name,property_domain\n10,Acme,acme.example\n",
    # a stage called Won that is open, and stages that are closed under other names
    "deal_pipeline_stage": """\
stage_id,pipeline_id,label,closed_won,is_closed,probability
s1,p1,Won,FALSE,FALSE,0.0
s2,p1,Signed,TRUE,TRUE,1.0
s3,p1,Gone quiet,,TRUE,0.0
s4,p1,Countersigned,,TRUE,1.0
""",
    "deal_pipeline": "pipeline_id,label\np1,Sales\np2,Customer Support\n",
    "deal": """\
deal_id,is_deleted,deal_pipeline_id,deal_pipeline_stage_id,property_amount,property_closedate,\
property_createdate,property_hs_deal_stage_probability,property_hs_primary_associated_company
100,false,p1,s2,1000.00,2026-02-01 09:00:00,2026-01-11 09:00:00,1,10
101,false,p1,s2,500.00,2026-02-01 09:00:00,2026-01-11 09:00:00,1,10
102,false,p1,s3,70.00,2026-02-02 09:00:00,2026-01-11 09:00:00,0,
103,false,p1,s1,80.00,2026-03-01 00:00:00,2026-01-11 09:00:00,1.5,
104,false,p2,s4,90.00,2026-02-03 00:00:00,2026-01-11 09:00:00,1,
""",
    "merged_deal": "deal_id,merged_deal_id\n100,101\n",
    "deal_stage": """\
deal_id,date_entered,value
100,2026-01-11 09:00:00,s1
100,2026-02-01 10:00:00,s2
""",
    "deal_property_history": "deal_id,name,timestamp,value\n100,amount,2026-01-11 10:00:00,900\n",
    "deal_contact": """\
contact_id,deal_id,type_id
1,100,3
1,100,901
2,101,3
3,102,3
""",
    "deal_company": "company_id,deal_id,type_id\n10,100,5\n10,100,341\n11,100,341\n",
    "form": "guid,name\nf1,Newsletter\n",
    "contact_form_submission": """\
conversion_id,contact_id,form_id,timestamp,page_url
c1,2,f1,2026-01-03 09:00:00,https://us.example/news?utm_source=Google&utm_medium=cpc&utm_campaign=Spring%20sale
""",
    "email_campaign": "id,name\ne1,January letter\n",
    "email_event": """\
id,type,created,email_campaign_id,recipient,filtered_event
m1,SENT,2026-01-14 08:00:00,e1,Ann@Acme.example,
m2,DELIVERED,2026-01-14 08:01:00,e1,Ann@Acme.example,
m3,OPEN,2026-01-14 09:00:00,e1,Ann@Acme.example,false
m4,CLICK,2026-01-14 09:01:00,e1,Ann@Acme.example,true
m5,CLICK,2026-01-15 09:00:00,e1,Ann@Acme.example,false
""",
    "email_event_click": "id,url\nm4,https://us.example\nm5,https://us.example\n",
    "engagement": "id,type\n900,CALL\n901,INCOMING_EMAIL\n902,MEETING\n903,TASK\n904,MEETING\n",
    "engagement_call": """\
engagement_id,property_hs_timestamp,property_hs_call_direction
900,2026-01-04 09:00:00,OUTBOUND
""",
    "engagement_email": "engagement_id,property_hs_timestamp\n901,2026-01-04 09:00:00\n",
    "engagement_meeting": """\
engagement_id,property_hs_timestamp,property_hs_meeting_outcome
902,2026-01-18 09:00:00,COMPLETED
904,2026-01-19 09:00:00,CANCELED
""",
    "engagement_task": """\
engagement_id,property_hs_timestamp,property_hs_createdate,property_hs_task_status
903,2026-01-04 09:00:00,2026-01-04 08:00:00,NOT_STARTED
""",
    "engagement_contact": """\
engagement_id,contact_id
900,3
901,4
902,1
903,5
904,5
""",
}
# the same id in 18 characters: 00Qd0 has one capital, in the third place (bit 4, E), 00000 none
# (A), AbCdE three (1 + 4 + 16 = 21, V)
SALESFORCE_LEAD = b"""\
Id,Name,Email,Status,CreatedDate
00Qd000000AbCdEEAV,Robert,robert@work.example,Open,2026-01-01T08:00:00.000+0000
"""


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory):
    installation = Installation(tmp_path_factory.mktemp("hubspot"))
    for name, text in EXTRACTS.items():
        installation.place("hubspot", name, f"{name}_2026-03-01.csv", text.encode())
    installation.place("salesforce", "lead", "lead_2026-03-01.csv", SALESFORCE_LEAD)
    installation.refresh()
    with installation.connect() as release:
        yield release


def test_merged_contacts_and_both_crms_are_one_lead(company):
    people = company.execute(
        "select string_agg(source_system || ':' || source_record_id, ' '"
        " order by source_system, source_record_id)"
        " from marts.bridge_lead_aliases group by lead_id order by 1"
    ).fetchall()
    assert people == [
        ("hubspot:1 hubspot:2",),
        ("hubspot:3 salesforce:00Qd000000AbCdEEAV",),
        ("hubspot:4",),
        ("hubspot:5",),
    ]
    (leads,) = company.execute("select count(*) from marts.dim_leads").fetchone()
    assert leads == 4


def stages_of(company, record_id: str) -> list[tuple]:
    return company.execute(
        "select cycle_number, to_stage, strftime(occurred_at, '%m-%d'), is_inferred"
        " from marts.fct_lead_stage_events join marts.bridge_lead_aliases as alias using (lead_id)"
        " where alias.source_record_id = ? order by cycle_number, event_number",
        [record_id],
    ).fetchall()


def test_a_contact_set_back_stays_where_it_was(company):
    assert stages_of(company, "1") == [
        (1, "inquiry", "01-01", False),
        (1, "mql", "01-05", False),
        (1, "sal", "01-10", True),
        (1, "sql", "01-10", False),
        (1, "opportunity", "01-11", False),
        (1, "customer", "02-01", False),
    ]
    set_back = company.execute(
        "select source_record_id from reports.rpt_exceptions where reason = 'stage_set_back'"
        " order by 1"
    ).fetchall()
    assert set_back == [
        ("1:hs_lead_status:2026-01-14 09:00:00",),
        ("1:lifecyclestage:2026-01-13 09:00:00",),
        ("2:lifecyclestage:2026-01-12 09:00:00",),
    ]


def test_behind_an_exit_the_mark_starts_afresh(company):
    assert stages_of(company, "4") == [
        (1, "inquiry", "01-03", False),
        (1, "mql", "01-05", True),
        (1, "sal", "01-05", False),
        (1, "disqualified", "01-06", False),
        (2, "inquiry", "01-20", False),
    ]


def test_won_and_lost_by_what_the_stages_mean(company):
    deals = company.execute(
        "select source_record_id, is_closed, is_won, opportunity_amount"
        " from marts.fct_opportunities order by 1"
    ).fetchall()
    assert deals == [
        ("100", True, True, Decimal("1000.00")),
        ("102", True, False, Decimal("70.00")),
        ("103", False, False, Decimal("80.00")),
        ("104", True, True, Decimal("90.00")),
    ]
    assert company.execute(
        "select source_record_id from reports.rpt_exceptions where reason = 'invalid_probability'"
    ).fetchall() == [("103",)]


def test_only_answers_earn_credit(company):
    credits = company.execute(
        "select source_object, credit.channel, credit.credited_amount"
        " from marts.fct_attribution_credits as credit"
        " left join marts.fct_touches using (touch_id)"
        " where credit.conversion_type = 'revenue' and attribution_model = 'linear'"
        " order by credit.touch_position"
    ).fetchall()
    # a merged contact's form, the click that is no bot's, the meeting that took place; nothing of
    # the deal that was merged away, nor of the pipeline that is no sales
    assert credits == [
        ("contact_form_submission", "paid_search", Decimal("333.34")),
        ("email_event", "email", Decimal("333.33")),
        ("engagement_contact", "(unknown)", Decimal("333.33")),
    ]


def test_pipeline_has_the_first_amount_of_the_history(company):
    (amount,) = company.execute(
        "select sum(credited_amount) from marts.fct_attribution_credits"
        " join marts.fct_opportunities as deal using (opportunity_id)"
        " where deal.source_record_id = '100' and conversion_type = 'pipeline'"
        " and attribution_model = 'first_touch'"
    ).fetchone()
    assert amount == Decimal("900.00")


def test_answers_and_unfinished_tasks_are_no_sales_activity(company):
    classes = dict(
        company.execute(
            "select alias.source_record_id, record_class from marts.dim_leads"
            " join marts.bridge_lead_aliases as alias using (lead_id)"
            " where alias.source_record_id in ('1', '3', '4', '5')"
        ).fetchall()
    )
    assert classes == {"1": "customer", "3": "lead", "4": "name", "5": "name"}
