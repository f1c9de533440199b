-- Records that are connected by any chain of evidence.
with

records as (

    select record_key as node_key from {{ ref('int_identity__person_records_unioned') }}

),

components as (

    select * from {{ connected_components('records', ref('int_identity__edges')) }} as found

),

final as (

    select
        node_key as record_key,
        component_key,
        count(*) over (partition by component_key) as record_count
    from components

)

select * from final
