{{ config(**built_by_key('lead', 'lead_key')) }}

{% set kinds = ['interest', 'commitment', 'meeting', 'inbound', 'outbound'] %}

-- What was known of a lead at each of its signals, that one included: the newest score, whatever
-- cycle it came in, and what the cycle had seen of interest, commitment and conversation.
with

signals as (

    select
        *,
        -- a decision knows what came in its own second
        case when signal_type = 'mql' then 1 else 0 end as decides_last
    from {{ ref('int_qualification__signals') }}
    where {{ is_changed('lead', 'lead_key') }}

),

counted as (

    select
        *,
        count(case when signal_type = 'score' then 1 end) over along_lead as score_count,
        {% for kind in kinds[:-1] -%}
        count(case when signal_type = '{{ kind }}' then 1 end) over along_cycle
            as {{ kind }}_count,
        {% endfor -%}
        count(case when signal_type = '{{ kinds[-1] }}' then 1 end) over along_cycle
            as {{ kinds[-1] }}_count
    from signals
    window
        along_lead as (
            partition by lead_key
            order by occurred_at, decides_last, signal_type, signal_key, cycle_number
            rows unbounded preceding
        ),
        along_cycle as (
            partition by lead_key, cycle_number
            order by occurred_at, decides_last, signal_type, signal_key
            rows unbounded preceding
        )

),

-- each stretch begins with one score, which stands until the next
final as (

    select
        lead_key,
        cycle_number,
        event_number,
        signal_type,
        signal_key,
        source_system,
        source_object,
        source_record_id,
        occurred_at,
        is_after_end,
        max(score) over by_score as score,
        max(score_source_system) over by_score as score_source_system,
        coalesce(max(case when is_score_probability then 1 else 0 end) over by_score = 1, false)
            as is_score_probability,
        interest_count as interest_touch_count,
        commitment_count as commitment_touch_count,
        -- both sides have spoken: at a meeting, or one after the other
        meeting_count > 0 or (inbound_count > 0 and outbound_count > 0)
            as has_two_way_conversation
    from counted
    window by_score as (partition by lead_key, score_count)

)

select * from final
