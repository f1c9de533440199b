"""Words that the company, its customers and its pages are made of."""

_FIRST_NAMES_TEXT = """
Ada Alan Amara Anders Anna Arjun Beatriz Ben Carla Chen Chloé Daniel Deepa Diego Elena Emil Emma
Farid Fiona Grace Hana Hugo Ines Ivan Jack Jana João Jürgen Kofi Lars Laura Lea Liam Linh Lucía
Maja Marco Maria Mehmet Mia Nadia Noah Nora Olga Omar Paul Petra Priya Rahul Rosa Ruth Sam Sara
Sofia Tariq Thomas Uma Viktor Wei Yara Yusuf Zoë
"""
FIRST_NAMES = _FIRST_NAMES_TEXT.split()
_LAST_NAMES_TEXT = """
Adeyemi Ahmed Alvarez Andersen Bauer Becker Brown Castro Chen Costa Cruz Dubois Eriksen Fischer
Fontaine García Gupta Haddad Hansen Hughes Ibrahim Ivanov Jansen Jones Kaya Khan Kim Kowalski
Larsen Lee Lopez Martin Meyer Moreau Müller Nakamura Nguyen Novak O'Brien Okafor Olsen Patel
Pereira Petrov Quinn Ricci Roberts Rossi Sato Schmidt Silva Singh Smith Suzuki Tanaka Torres
Turner Vargas Weber White Wilson Wong Yilmaz Zhang Zimmer
"""
LAST_NAMES = _LAST_NAMES_TEXT.split()
_COMPANY_FIRST_TEXT = """
Alder Amber Apex Arbor Argo Atlas Aurora Basalt Beacon Birch Blue Boreal Bright Bronze Canyon
Cedar Cinder Clear Cobalt Copper Coral Crest Crystal Delta Dune Eagle Echo Elm Ember Falcon Fern
Fjord Flint Forge Glacier Golden Granite Green Grove Harbor Hazel Heron High Indigo Inland Iron
Ivory Jade Juniper Kestrel Lake Larch Linden Lunar Maple Marble Meadow Mesa Mint North Nova Oak
Ocean Olive Onyx Opal Orchid Osprey Pearl Pine Polar Prairie Quarry Quartz Raven Red Ridge River
Robin Rowan Sable Saffron Sage Sierra Silver Slate Solar Spruce Stone Summit Swift Tidal Timber
Topaz Umber Valley Velvet Violet West Willow Winter Zenith
"""
COMPANY_FIRST = _COMPANY_FIRST_TEXT.split()
_COMPANY_SECOND_TEXT = """
bank bay bend bridge brook cliff coast cove crest dale field ford gate glen grove hall haven
hill holm house land lane light line mark mill mont moor path peak pier point pool port reach
ridge rock run shore side spring stead stone stream tide tower trail vale view ville wall ward
water way well wick wind wood works yard
"""
COMPANY_SECOND = _COMPANY_SECOND_TEXT.split()
_COMPANY_THIRD_TEXT = """
Analytics Automotive Biotech Capital Chemicals Cloud Construction Consulting Controls Dynamics
Education Electric Energy Engineering Foods Freight Genomics Glass Health Hotels Industries
Instruments Insurance Labs Logistics Machines Marine Materials Media Medical Metals Mobility
Networks Optics Packaging Paper Pharma Plastics Power Print Rail Retail Robotics Security
Semiconductors Software Steel Systems Telecom Textiles Tools Travel Water
"""
COMPANY_THIRD = _COMPANY_THIRD_TEXT.split()
COMPANY_SUFFIXES = ["", " GmbH", ", Inc.", " Ltd", " S.A.", ' "Holding"', " AB"]

COUNTRIES = ["US", "DE", "GB", "FR", "NL", "SE", "ES", "CA", "IN", "AU"]
INDUSTRIES = ["Manufacturing", "Software", "Logistics", "Health Care", "Energy", "Retail"]
LEAD_SOURCES = ["Web", "Google Ads", "Event", "Referral", "Partner", "Cold Call", "Webinar"]
LOSS_REASONS = ["Price", "No decision", "Competitor", "Timing", "Missing feature", "Budget cut"]
HEARD_FROM = ["A colleague", "Search", "A podcast", "LinkedIn", "A conference"]
STATUS_REASONS = ["No budget", "No need", "Not now", "Wrong company size", "Student"]
CONTACT_ROLES = ["Decision Maker", "Economic Buyer", "Evaluator", "Technical Buyer", "Influencer"]
FREE_MAIL_DOMAINS = ["gmail.com", "outlook.com", "yahoo.com"]

LEAD_STATUSES = [
    "New",
    "MQL",
    "Sales Accepted",
    "Qualified",
    "Recycled",
    "Disqualified",
    "Parked - legacy import",
]
NEW, MQL, SAL, SQL, RECYCLED, DISQUALIFIED, PARKED = range(7)

OPPORTUNITY_STAGES = ["Discovery", "Proposal", "Negotiation", "Closed Won", "Closed Lost"]
DISCOVERY, PROPOSAL, NEGOTIATION, WON, LOST = range(5)
STAGE_PROBABILITIES = [10, 40, 70, 100, 0]

OPPORTUNITY_TYPES = ["New Business", "Existing Business"]
CURRENCIES = ["USD", "EUR", "GBP", "CHF"]
USD, EUR, GBP, CHF = range(4)

CHANNELS = [
    "paid_search",
    "paid_social",
    "email",
    "organic_search",
    "organic_social",
    "referral",
    "direct",
    "webinar",
    "event",
    "content",
    "display",
    "partner",
]
(
    PAID_SEARCH,
    PAID_SOCIAL,
    EMAIL,
    ORGANIC_SEARCH,
    ORGANIC_SOCIAL,
    REFERRAL,
    DIRECT,
    WEBINAR,
    EVENT,
    CONTENT,
    DISPLAY,
    PARTNER,
) = range(12)

# CRM campaign type and the channel that its responses belong to
CAMPAIGN_TYPES = {
    "Email": EMAIL,
    "Webinar": WEBINAR,
    "Trade Show": EVENT,
    "Event": EVENT,
    "Content": CONTENT,
    "Advertisement": DISPLAY,
    "Partner": PARTNER,
}

FORMS = ["newsletter", "whitepaper", "webinar", "contact_us", "demo_request"]
PAGES = [
    "/",
    "/pricing",
    "/product",
    "/product/integrations",
    "/blog/lead-scoring",
    "/blog/attribution-101",
    "/customers",
    "/demo",
    "/contact",
    "/resources/whitepaper",
]

# internal values of HubSpot's lifecyclestage; a stage of one's own has a number
HUBSPOT_STAGES = [
    "subscriber",
    "lead",
    "marketingqualifiedlead",
    "salesqualifiedlead",
    "opportunity",
    "customer",
    "48213377",
]
(
    HUBSPOT_SUBSCRIBER,
    HUBSPOT_LEAD,
    HUBSPOT_MQL,
    HUBSPOT_SQL,
    HUBSPOT_OPPORTUNITY,
    HUBSPOT_CUSTOMER,
    HUBSPOT_CUSTOM_STAGE,
) = range(7)
# no demo form: HubSpot's forms here are all of one touch type
HUBSPOT_FORMS = ["Newsletter", "Whitepaper download", "Webinar signup", "Contact us"]

HUBSPOT_DEAL_STAGES = [
    "appointmentscheduled",
    "presentationscheduled",
    "contractsent",
    "closedwon",
    "closedlost",
    "kickoff",
]
DEAL_FIRST, DEAL_SECOND, DEAL_THIRD, DEAL_WON, DEAL_LOST, DEAL_KICKOFF = range(6)
HUBSPOT_DEAL_TYPES = ["newbusiness", "existingbusiness"]
