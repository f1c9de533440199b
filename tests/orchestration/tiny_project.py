"""The smallest dbt project and extract that pass both gates, to try the line itself.

One source, `generic.leads`, becomes `marts.dim_leads` and a ledger with the creation of each lead;
every other published table is there with its columns and without a row. The snapshot of the ledger
is the project's own.
"""

from pathlib import Path

from expectations.mart_gate import PUBLISHED_COLUMNS
from orchestration.settings import PROJECT_ROOT, Settings

PROJECT = """
name: tiny
version: "1.0"
profile: tiny
seed-paths: ["../seeds"]
models:
  tiny:
    +materialized: table
    intermediate: {+schema: intermediate}
    marts: {+schema: marts, +database: lead_ledger}
    reports: {+schema: reports, +database: lead_ledger}
snapshots:
  tiny:
    +database: history
    +schema: marts
    +snapshot_meta_column_names:
      dbt_scd_id: belief_id
      dbt_valid_from: believed_from_at
      dbt_valid_to: believed_to_at
      dbt_updated_at: recorded_at
"""

PROFILES = """
tiny:
  target: prod
  outputs:
    prod:
      type: duckdb
      path: "{{ env_var('LEAD_LEDGER_HOME') }}/warehouse.duckdb"
      schema: main
      threads: 1
      attach:
        - path: "{{ env_var('LEAD_LEDGER_HOME') }}/lead_ledger.duckdb"
          alias: lead_ledger
          options: {STORAGE_VERSION: v1.0.0}
        - path: "{{ env_var('LEAD_LEDGER_HOME') }}/history.draft.duckdb"
          alias: history
          options: {STORAGE_VERSION: v1.0.0}
"""

SCHEMA_MACRO = """
{% macro generate_schema_name(name, node) %}{{ name or target.schema }}{% endmacro %}
"""

SOURCES = """
version: 2
sources:
  - name: generic
    schema: raw
    tables:
      - name: leads
        identifier: generic__leads
        config: {meta: {key: [lead_id], extract: full, required: [lead_id, created_at]}}
        columns:
          - {name: lead_id, data_type: varchar}
          - {name: created_at, data_type: timestamp}
          - {name: email, data_type: varchar, config: {meta: {pii: true}}}
models:
  - name: dim_leads
    columns:
      - {name: lead_id, data_tests: [unique]}
"""

CLOCK = 'select cast(\'{{ var("as_of", none) or "2026-01-31" }}\' as timestamp) as as_of'

LEADS = """
select
    lead_id, 'generic' as source_system, lead_id as source_record_id, 'lead' as record_class,
    cast(created_at as timestamp) as created_at, cast(null as varchar) as account_id
from {{ source('generic', 'leads') }}
"""

EVENTS = """
select
    lead_id, 1 as cycle_number, 1 as event_number, cast(null as varchar) as from_stage,
    'inquiry' as to_stage, 'start' as direction, false as is_inferred, false as has_time_anomaly,
    cast(created_at as timestamp) as occurred_at, 'second' as time_precision,
    cast(null as varchar) as opportunity_id, 'generic' as source_system,
    'leads' as source_object, lead_id as source_record_id, false as is_source_deleted
from {{ source('generic', 'leads') }}
"""

MODELS = {"dim_leads": LEADS, "fct_lead_stage_events": EVENTS}

# How the past is kept is not made smaller: these files are the project's own.
OWN_FILES = (
    "snapshots/lead_stage_events_history.sql",
    "macros/memory/snapshot_get_time.sql",
    "macros/portable/time.sql",
)


def write_tiny_project(settings: Settings) -> None:
    """Write the project to where settings look for it."""
    project = settings.dbt_project_dir
    files = {
        "dbt_project.yml": PROJECT,
        "profiles.yml": PROFILES,
        "macros/schema.sql": SCHEMA_MACRO,
        "models/sources.yml": SOURCES,
        "models/intermediate/int_clock.sql": CLOCK,
    }
    for name, columns in PUBLISHED_COLUMNS.items():
        schema, table = name.split(".")
        files[f"models/{schema}/{table}.sql"] = MODELS.get(table) or _empty(
            columns.split() or ["cohort_month"]
        )
    for name in OWN_FILES:
        own = (PROJECT_ROOT / "dbt_project" / name).read_text(encoding="utf-8")
        # macros are looked up in the project that they are in
        files[name] = own.replace("'lead_ledger'", "'tiny'")
    for name, text in files.items():
        write(project / name, text)
    settings.seeds_dir.mkdir(parents=True, exist_ok=True)


def write_leads(settings: Settings, lead_ids: list[str]) -> Path:
    """Write one extract with these leads."""
    lines = ["lead_id,created_at,email"]
    lines += [
        f"{lead},2026-01-0{n + 1}T00:00:00Z,{lead}@x.example" for n, lead in enumerate(lead_ids)
    ]
    path = settings.landing / "generic" / "leads" / "leads.csv"
    write(path, "\n".join(lines) + "\n")
    return path


def write(path: Path, text: str) -> None:
    """Write a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _empty(columns: list[str]) -> str:
    typed = [f"cast(null as {_data_type(column)}) as {column}" for column in columns]
    return f"select {', '.join(typed)} where false"


def _data_type(column: str) -> str:
    endings = {
        ("_at",): "timestamp",
        ("_day", "_month"): "date",
        ("_amount", "_original", "weight", "roas", "_conversions"): "decimal(18, 2)",
        ("_number", "impressions", "clicks", "_line"): "bigint",
        ("_hours", "_share", "_rate", "auc", "removal_effect", "score"): "double",
        ("_count", "_version"): "bigint",
    }
    if column.startswith(("is_", "has_")):
        return "boolean"
    return next((kind for ends, kind in endings.items() if column.endswith(ends)), "varchar")
