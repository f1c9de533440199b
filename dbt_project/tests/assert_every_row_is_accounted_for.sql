-- Records in the files = loaded + quarantined; loaded = staged + superseded + rejected.
select *
from {{ ref('int_quality__row_accounting') }}
where
    extracted_count != loaded_count + quarantined_count
    or loaded_count != raw_count
    or raw_count != staged_count + superseded_count + rejected_count
