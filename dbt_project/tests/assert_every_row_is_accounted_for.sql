-- Records in the files = loaded + quarantined; loaded = staged + superseded + rejected. What
-- nobody reads is an exception of its own.
select *
from {{ ref('int_quality__row_accounting') }}
where
    is_read
    and (
        extracted_count != loaded_count + quarantined_count
        or loaded_count != raw_count
        or raw_count != staged_count + superseded_count + rejected_count
    )
