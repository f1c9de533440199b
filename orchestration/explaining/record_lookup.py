"""From what a person knows of a lead or an opportunity to its id in a release."""

from orchestration.explaining.release_reader import NotInReleaseError, ReleaseReader, Row

SHOWN_MATCHES = 10
SHORT_ID_LENGTH = 15
CHECK_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"

# The same key as macros public_id and stable_key give in dbt: a release has no addresses.
EMAIL_KEY = (
    "lpad(lower(to_hex(cast(md5_number_lower(?) & cast(9223372036854775807 as ubigint)"
    " as bigint))), 16, '0')"
)


def find_lead(reader: ReleaseReader, wanted: str) -> str:
    """The lead_id of a lead.

    `wanted` is an id of this release or of an older one, an email, or the id of a source record,
    which may say its system: 'hubspot:101'. Salesforce ids have 15 or 18 characters. Raises
    NotInReleaseError when there is no such lead, or more than one.
    """
    wanted = wanted.strip()
    aliases = "select lead_id, source_system, source_object, source_record_id from"
    aliases += " marts.bridge_lead_aliases where"
    if "@" in wanted and ":" not in wanted:
        email = wanted.lower()
        rows = reader.rows(f"{aliases} email_key = {EMAIL_KEY} order by all", [email])
        return _the_one("lead", wanted, "lead_id", rows)
    rows = reader.rows(f"{aliases} alias_id = ?", [wanted.lower()])
    if not rows:
        system, record_ids = _record_ids(wanted)
        rows = reader.rows(
            f"{aliases} source_record_id in (select unnest(?))"
            " and (? is null or source_system = ?) order by all",
            [record_ids, system, system],
        )
    return _the_one("lead", wanted, "lead_id", rows)


def find_opportunity(reader: ReleaseReader, wanted: str) -> str:
    """The opportunity_id of an opportunity, by that id or by its source record's; see find_lead."""
    wanted = wanted.strip()
    system, record_ids = _record_ids(wanted)
    rows = reader.rows(
        "select opportunity_id, source_system, 'opportunity' as source_object, source_record_id"
        " from marts.fct_opportunities where opportunity_id = ?"
        " or (source_record_id in (select unnest(?)) and (? is null or source_system = ?))"
        " order by all",
        [wanted.lower(), record_ids, system, system],
    )
    return _the_one("opportunity", wanted, "opportunity_id", rows)


def long_salesforce_id(short_id: str) -> str:
    """The 18 characters of a Salesforce id of 15, which is told apart by its capitals."""
    checks = [
        CHECK_CHARACTERS[
            sum(1 << place for place, letter in enumerate(part) if "A" <= letter <= "Z")
        ]
        for part in (short_id[0:5], short_id[5:10], short_id[10:15])
    ]
    return short_id + "".join(checks)


def _record_ids(wanted: str) -> tuple[str | None, list[str]]:
    """System, where one is named, and the ways in which a system may write the id."""
    system, separator, record_id = wanted.partition(":")
    if not separator:
        system, record_id = "", wanted
    record_ids = [record_id]
    if len(record_id) == SHORT_ID_LENGTH and record_id.isascii() and record_id.isalnum():
        record_ids.append(long_salesforce_id(record_id))
    return system or None, record_ids


def _the_one(kind: str, wanted: str, id_column: str, rows: list[Row]) -> str:
    ids = list(dict.fromkeys(row[id_column] for row in rows))
    if not ids:
        raise NotInReleaseError(f"there is no {kind} {wanted!r} in this release")
    if len(ids) > 1:
        named = [
            f"{row[id_column]} ({row['source_system']} {row['source_object']}"
            f" {row['source_record_id']})"
            for row in rows[:SHOWN_MATCHES]
        ]
        more = f" and {len(rows) - SHOWN_MATCHES} more" if len(rows) > SHOWN_MATCHES else ""
        raise NotInReleaseError(
            f"{wanted!r} names {len(ids)} of them, ask for one by its id or as system:id:"
            f" {', '.join(named)}{more}"
        )
    return ids[0]
