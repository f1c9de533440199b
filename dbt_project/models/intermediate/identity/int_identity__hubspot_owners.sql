{{ config(enabled=uses('hubspot')) }}

-- Owners of HubSpot with the team they belong to: the primary one, else the only one there is a
-- reason to prefer, the one with the smallest name.
with

owners as (

    select * from {{ ref('stg_hubspot__owners') }}

),

memberships as (

    select
        memberships.source_system,
        memberships.owner_id,
        teams.team_name,
        row_number() over (
            partition by memberships.source_system, memberships.owner_id
            order by
                case when memberships.is_primary then 0 else 1 end,
                teams.team_name, memberships.team_id
        ) as membership_rank
    from {{ ref('stg_hubspot__owner_teams') }} as memberships
    inner join {{ ref('stg_hubspot__teams') }} as teams
        on
            memberships.source_system = teams.source_system
            and memberships.team_id = teams.source_record_id
    where
        not memberships.is_source_deleted
        and not teams.is_source_deleted
        and teams.team_name is not null

),

final as (

    select
        owners.source_system,
        owners.source_record_id,
        owners.owner_name,
        memberships.team_name as team,
        owners.is_active
    from owners
    left join memberships
        on
            owners.source_system = memberships.source_system
            and owners.source_record_id = memberships.owner_id
            and memberships.membership_rank = 1

)

select * from final
