-- Owners of records in the inner contract. A time zone that the engine does not know is kept as it
-- was stated, and counts as none.
with

owners as (

    {% if uses('salesforce') %}
    select
        source_system,
        'user' as source_object,
        source_record_id,
        owner_name,
        team,
        time_zone as stated_time_zone,
        is_active
    from {{ ref('stg_salesforce__users') }}
    {% endif %}

    {% if uses('hubspot') %}
    {% if uses('salesforce') %}union all{% endif %}

    select
        source_system,
        'owner' as source_object,
        source_record_id,
        owner_name,
        team,
        cast(null as {{ dbt.type_string() }}) as stated_time_zone,
        is_active
    from {{ ref('int_identity__hubspot_owners') }}
    {% endif %}

    {% if uses('generic') %}
    {% if uses('salesforce') or uses('hubspot') %}union all{% endif %}

    select
        source_system,
        'owners' as source_object,
        source_record_id,
        owner_name,
        team,
        time_zone as stated_time_zone,
        is_active
    from {{ ref('stg_generic__owners') }}
    {% endif %}

),

known_zones as (

    select
        lower(known.time_zone) as time_zone_key,
        min(known.time_zone) as time_zone
    from {{ known_time_zones() }} as known
    group by lower(known.time_zone)

),

final as (

    select
        {{ record_key('owners.source_system', 'owner', 'owners.source_record_id') }} as owner_key,
        owners.source_system,
        owners.source_object,
        owners.source_record_id,
        owners.owner_name,
        owners.team,
        owners.stated_time_zone,
        known_zones.time_zone,
        owners.is_active
    from owners
    left join known_zones on lower(trim(owners.stated_time_zone)) = known_zones.time_zone_key

)

select * from final
