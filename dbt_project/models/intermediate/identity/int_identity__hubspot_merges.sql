{{ config(enabled=uses('hubspot')) }}

-- Which contact every merged contact went into, by the merge audit and by the lists that survivors
-- keep.
with

contacts as (

    select * from {{ ref('stg_hubspot__contacts') }}

),

audit as (

    select * from {{ ref('stg_hubspot__contact_merges') }}

),

stated as (

    select
        source_system,
        merged_contact_id,
        surviving_contact_id
    from audit

    union

    -- the survivor of then may have been merged itself: the row stands on today's survivor
    select
        source_system,
        surviving_contact_id as merged_contact_id,
        present_contact_id as surviving_contact_id
    from audit
    where present_contact_id is not null

    {% for list in ['merged_contact_ids', 'merged_vids'] %}
    union

    -- an item is an id, or an id and the time of the merge
    select
        source_system,
        split_part(item, ':', 1) as merged_contact_id,
        source_record_id as surviving_contact_id
    from {{ list_items('contacts', ['source_system', 'source_record_id'], list) }} as items
    {% endfor %}

),

ranked as (

    select
        stated.*,
        contacts.source_record_id is not null as is_survivor_known,
        row_number() over (
            partition by stated.source_system, stated.merged_contact_id
            order by
                case
                    when contacts.source_record_id is null then 2
                    when contacts.is_source_deleted then 1
                    else 0
                end,
                stated.surviving_contact_id
        ) as preference
    from stated
    left join contacts
        on
            stated.source_system = contacts.source_system
            and stated.surviving_contact_id = contacts.source_record_id
    where stated.merged_contact_id != stated.surviving_contact_id

),

final as (

    select
        source_system,
        merged_contact_id,
        surviving_contact_id,
        is_survivor_known
    from ranked
    where preference = 1

)

select * from final
