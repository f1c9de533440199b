-- The chain is solved with channels as states, up to a hundred of them; more are campaigns, not
-- channels.
select
    conversion_type,
    period,
    count(distinct from_state) as channel_count
from {{ ref('int_attribution__transitions') }}
where from_state != '(start)'
group by conversion_type, period
having count(distinct from_state) > 100
