-- When business is open, in every zone that an owner or a policy has: one interval per business
-- day, and the business seconds before it. The clock of a handoff is read off here, so that no row
-- of a fact needs arithmetic of its own; a day on which the clocks change has its true length.
with

policies as (

    select
        policies.*,
        coalesce(known.time_zone, 'UTC') as policy_time_zone
    from {{ ref('sla_policies') }} as policies
    left join {{ known_time_zones() }} as known
        on policies.time_zone = known.time_zone

),

zones as (

    select policies.policy_time_zone as time_zone from policies
    union
    select owners.time_zone from {{ ref('int_identity__owners_unioned') }} as owners
    where owners.time_zone is not null

),

-- from before the first handoff to where the latest may fall due
bounds as (

    select
        {{ add_days('cast(min(events.occurred_at) as date)', -10) }} as first_day,
        {{ add_days(
            'cast(greatest(max(events.occurred_at), max(clock.as_of)) as date)', 400
        ) }} as last_day
    from {{ ref('int_lifecycle__stage_events') }} as events
    cross join {{ ref('int_clock') }} as clock
    where events.to_stage = 'mql'

),

days as (

    select
        days.date_day,
        extract(isodow from days.date_day) as weekday
    from {{ days_from_to('1990-01-01', '2100-12-31') }} as days
    cross join bounds
    where days.date_day between bounds.first_day and bounds.last_day

),

holidays as (

    select distinct
        zones.time_zone,
        holidays.date_day
    from {{ ref('holidays') }} as holidays
    inner join zones on holidays.time_zone in ('*', zones.time_zone)

),

{% set midnight = 'cast(days.date_day as timestamp)' %}
{% set opening = add_seconds(midnight, 'cast(3600 * policies.opens_hour as bigint)') %}
{% set closing = add_seconds(midnight, 'cast(3600 * policies.closes_hour as bigint)') %}

local_days as (

    select
        policies.sla_policy,
        policies.policy_time_zone,
        zones.time_zone,
        days.date_day,
        days.weekday between policies.first_weekday and policies.last_weekday
        and holidays.date_day is null as is_business_day,
        {{ local_to_utc(midnight, 'zones.time_zone') }} as day_starts_at,
        {{ local_to_utc(opening, 'zones.time_zone') }} as opens_at,
        {{ local_to_utc(closing, 'zones.time_zone') }} as closes_at
    from policies
    cross join zones
    cross join days
    left join holidays
        on zones.time_zone = holidays.time_zone and days.date_day = holidays.date_day

),

measured as (

    select
        *,
        lead(day_starts_at) over by_day as day_ends_at,
        case
            when is_business_day
                then {{ epoch_seconds('closes_at') }} - {{ epoch_seconds('opens_at') }}
            else 0
        end as business_seconds
    from local_days
    window by_day as (partition by sla_policy, time_zone order by date_day)

),

final as (

    select
        sla_policy,
        policy_time_zone,
        time_zone,
        date_day,
        is_business_day,
        day_starts_at,
        day_ends_at,
        opens_at,
        closes_at,
        business_seconds,
        cast(
            coalesce(
                sum(business_seconds) over (
                    partition by sla_policy, time_zone
                    order by date_day
                    rows between unbounded preceding and 1 preceding
                ),
                0
            ) as bigint
        ) as seconds_before
    from measured
    -- the last day has no end
    where day_ends_at is not null

)

select * from final
