{% set local_day = add_days('cast(moments.moment as date)', 'shifts.shift') %}
{% set clock_seconds = business_seconds_until() %}

-- Each handoff by the clock of its owner: the policy, the zone, what the business clock showed when
-- the lead was handed off, and how many business seconds the first activity took.
with

handoffs as (

    select * from {{ ref('int_lifecycle__handoffs') }}

),

activities as (

    select * from {{ ref('int_lifecycle__handoff_activities') }}

),

business_days as (

    select * from {{ ref('int_calendar__business_days') }}

),

policies as (

    select distinct
        policies.sla_policy,
        lower(policies.team) as team,
        policies.sla_hours,
        business_days.policy_time_zone
    from {{ ref('sla_policies') }} as policies
    inner join business_days on policies.sla_policy = business_days.sla_policy

),

-- the policy of the owner's team, else the one of all teams
governed as (

    select
        handoffs.handoff_key,
        handoffs.handed_off_at,
        activities.occurred_at as first_activity_at,
        coalesce(own.sla_policy, common.sla_policy) as sla_policy,
        coalesce(own.sla_hours, common.sla_hours) as sla_hours,
        coalesce(owners.time_zone, own.policy_time_zone, common.policy_time_zone) as time_zone,
        owners.time_zone is not null as is_owner_time_zone
    from handoffs
    left join activities on handoffs.handoff_key = activities.handoff_key
    left join {{ ref('int_identity__owners_unioned') }} as owners
        on handoffs.owner_key = owners.owner_key
    left join policies as own on lower(owners.team) = own.team
    left join policies as common on common.team = '*'

),

moments as (

    select
        handoff_key,
        sla_policy,
        time_zone,
        handed_off_at as moment,
        'handoff' as moment_type
    from governed

    union all

    select
        handoff_key,
        sla_policy,
        time_zone,
        first_activity_at as moment,
        'activity' as moment_type
    from governed
    where first_activity_at > handed_off_at

),

-- a moment's local day is its UTC day or a neighbour of it
shifts as (

    select -1 as shift
    union all
    select 0 as shift
    union all
    select 1 as shift

),

readings as (

    select
        moments.handoff_key,
        max(case when moments.moment_type = 'handoff' then {{ clock_seconds }} end)
            as handoff_seconds,
        max(case when moments.moment_type = 'activity' then {{ clock_seconds }} end)
            as activity_seconds
    from moments
    cross join shifts
    inner join business_days
        on
            moments.sla_policy = business_days.sla_policy
            and moments.time_zone = business_days.time_zone
            and business_days.date_day = {{ local_day }}
            and moments.moment >= business_days.day_starts_at
            and moments.moment < business_days.day_ends_at
    group by moments.handoff_key

),

final as (

    select
        governed.handoff_key,
        governed.sla_policy,
        governed.sla_hours,
        governed.time_zone,
        governed.is_owner_time_zone,
        readings.handoff_seconds,
        case
            -- sales was there already
            when governed.first_activity_at <= governed.handed_off_at then 0
            else readings.activity_seconds - readings.handoff_seconds
        end as business_seconds_to_activity
    from governed
    left join readings on governed.handoff_key = readings.handoff_key

)

select * from final
