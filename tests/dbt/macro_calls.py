"""The portable macros as models over a table of texts, `cells`, for the golden test."""

CALLS = {
    "utc": "try_cast_utc('cell')",
    "us_minutes": "try_cast_utc('cell', ['%m/%d/%y %I:%M %p'])",
    "day": "try_cast_date('cell')",
    "european_day": "try_cast_date('cell', ['%d-%m-%y'])",
    "whole": "try_cast_integer('cell')",
    "money": "try_cast_decimal('cell')",
    "rate": "try_cast_decimal('cell', 8)",
    "ratio": "try_cast_double('cell')",
    "flag": "try_cast_boolean('cell')",
    "domain": "url_domain('cell')",
    "one_key": "stable_key(['cell'])",
    "two_key": "stable_key(['cell', \"'b'\"])",
    "public": "public_id(stable_key(['cell']))",
}
MACRO_MODELS = {
    "golden_macros": "select cell, "
    + ", ".join(f"{{{{ {call} }}}} as {name}" for name, call in CALLS.items())
    + " from cells",
    "golden_local_times": "select local_moment, time_zone,"
    " {{ local_to_utc('local_moment', 'time_zone') }} as utc_moment from local_moments",
    "golden_components": "select node_key, component_key from"
    " {{ connected_components('nodes', 'edges') }} as found",
    "golden_wilson_bounds": "select hits, trials,"
    " {{ wilson_bound('hits', 'trials', '-') }} as low,"
    " {{ wilson_bound('hits', 'trials', '+') }} as high from outcomes",
    "golden_time_zones": "select time_zone from {{ known_time_zones() }} as known",
}
