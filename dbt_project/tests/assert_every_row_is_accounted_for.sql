-- Records in the files = loaded + quarantined; loaded = staged + superseded + rejected; and every
-- one that was quarantined or rejected is listed with its file and line.
select *
from {{ ref('int_quality__row_accounting') }}
where
    extracted_count != loaded_count + quarantined_count
    or loaded_count != raw_count
    or raw_count != staged_count + superseded_count + rejected_count
    or expected_quarantine_count != listed_quarantine_count
    or rejected_count != listed_rejected_count
