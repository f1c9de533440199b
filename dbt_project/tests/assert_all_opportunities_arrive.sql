-- Every opportunity of every system in use that is not deleted there is in fct_opportunities.
with

reported as (

    {% for system in ['salesforce', 'hubspot', 'generic'] if uses(system) %}
    select
        source_system,
        count(*) as reported_count
    from {{ ref('int_revenue__' ~ system ~ '_opportunities') }}
    where not is_source_deleted
    group by source_system
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

found as (

    select
        source_system,
        count(*) as found_count
    from {{ ref('fct_opportunities') }}
    group by source_system

)

select
    coalesce(reported.source_system, found.source_system) as source_system,
    reported.reported_count,
    found.found_count
from reported
full outer join found on reported.source_system = found.source_system
where coalesce(reported.reported_count, 0) != coalesce(found.found_count, 0)
