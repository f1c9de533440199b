"""Extract of the web tracker: one row per session."""

from pathlib import Path

import numpy as np
import pyarrow as pa

from datagen.exports.extract_files import Written, write_extract
from datagen.exports.salesforce_campaigns import name_crm_campaigns
from datagen.exports.text_columns import Labels, Numbers, Times, Tokens, label
from datagen.plan.google_ads import AdCampaigns
from datagen.plan.marketing import CrmCampaigns, Sessions
from datagen.plan.population import Population
from datagen.sizes import MISSING
from datagen.vocabulary import (
    EMAIL,
    FORMS,
    ORGANIC_SEARCH,
    ORGANIC_SOCIAL,
    PAGES,
    PAID_SEARCH,
    PAID_SOCIAL,
    REFERRAL,
)

_SITE = "https://www.leadworks.example"
_REFERRERS = [
    "https://www.google.com/",
    "https://www.bing.com/search",
    "https://duckduckgo.com/",
    "https://www.linkedin.com/",
    "https://www.facebook.com/",
    "https://t.co/Ab3dE9",
    "https://industry-news.example/ranking",
    "https://blog.consultant.example/tools",
]
_SOURCES = ["google", "linkedin", "facebook", "newsletter"]
_MEDIUMS = ["cpc", "paid_social", "email"]
_SOCIAL_CAMPAIGNS = ["social_awareness", "social_retargeting", "social_lookalike"]
_TERMS = ["lead management", "attribution software", "crm reporting"]
_CONTENTS = ["variant-a", "variant-b", "hero"]
_SALT_SESSION, _SALT_VISITOR, _SALT_CLICK = 1, 2, 3


def export_sessions(
    landing: Path,
    population: Population,
    sessions: Sessions,
    ads: AdCampaigns,
    campaigns: CrmCampaigns,
) -> dict[str, Written]:
    """Write the sessions and return what was written."""
    count = len(sessions.person)
    number = np.arange(count)
    channel = sessions.channel
    is_search, is_social, is_mail = (channel == c for c in (PAID_SEARCH, PAID_SOCIAL, EMAIL))
    turn = sessions.page
    # of paid social one half is LinkedIn, the other Facebook
    is_facebook = is_social & (turn % 2 == 1)
    is_linkedin = is_social & ~is_facebook
    referrer = np.select(
        [
            is_search,
            is_linkedin,
            is_facebook,
            channel == ORGANIC_SEARCH,
            channel == ORGANIC_SOCIAL,
            channel == REFERRAL,
        ],
        [0, 3, 4, turn % 3, 3 + turn % 3, 6 + turn % 2],
        MISSING,
    )
    source = np.select([is_search, is_linkedin, is_facebook, is_mail], [0, 1, 2, 3], MISSING)
    medium = np.select([is_search, is_linkedin, is_facebook, is_mail], [0, 1, 0, 2], MISSING)
    columns = {
        "session_id": Tokens(number, _SALT_SESSION),
        "started_at": Times(sessions.started_at, b"Z"),
        "visitor_id": Tokens(sessions.visitor, _SALT_VISITOR),
        "email": Labels(np.where(sessions.shows_email, sessions.person, MISSING), population.email),
        "referrer": label(referrer, _REFERRERS),
        "landing_page_url": label(sessions.page, [_SITE + page for page in PAGES]),
        "utm_source": label(source, _SOURCES),
        "utm_medium": label(medium, _MEDIUMS),
        "utm_campaign": _utm_campaign(sessions, ads, campaigns),
        "utm_content": label(np.where(is_social | is_mail, turn % 3, MISSING), _CONTENTS),
        "utm_term": label(np.where(is_search, turn % 3, MISSING), _TERMS),
        "gclid": Tokens(np.where(is_search, number, MISSING), _SALT_CLICK),
        # Facebook adds its click id to unpaid links as well
        "fbclid": Tokens(np.where(is_facebook | (referrer == 4), number, MISSING), _SALT_CLICK),
        "msclkid": Tokens(np.full(count, MISSING), _SALT_CLICK),
        "li_fat_id": Tokens(np.where(is_linkedin, number, MISSING), _SALT_CLICK),
        "page_view_count": Numbers(sessions.page_views),
        "form_name": label(sessions.form, FORMS),
        "form_submitted_at": Times(sessions.submitted_at, b"Z"),
    }
    broken = {
        count // 4: "brokenshort,2025-09-01T10:00:00Z",
        count // 2: ",".join(["brokenlong"] * (len(columns) + 2)),
    }
    path = landing / "web" / "sessions" / "sessions.csv"
    return {"sessions": write_extract(path, columns, broken_lines=broken, is_quoted=False)}


def _utm_campaign(sessions: Sessions, ads: AdCampaigns, campaigns: CrmCampaigns) -> Labels:
    ad_names, ad_ids = ads.names, [str(value) for value in ads.ids]
    labels = [*ad_names, *ad_ids, *name_crm_campaigns(campaigns), *_SOCIAL_CAMPAIGNS]
    turn = sessions.page
    count = len(ad_names)
    # some accounts tag with the campaign's name, some with its id
    of_ad = sessions.campaign + np.where(turn < 6, 0, count)
    of_mail = sessions.campaign + 2 * count
    of_social = len(labels) - len(_SOCIAL_CAMPAIGNS) + turn % len(_SOCIAL_CAMPAIGNS)
    codes = np.select(
        [sessions.channel == code for code in (PAID_SEARCH, EMAIL, PAID_SOCIAL)],
        [of_ad, of_mail, of_social],
        MISSING,
    )
    return Labels(codes, pa.array(labels))
