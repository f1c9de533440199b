-- Opportunities of every system in the inner contract.
with

opportunities as (

    {% if uses('salesforce') %}
    select
        source_system,
        source_record_id,
        {{ record_key('source_system', 'opportunity', 'source_record_id') }} as opportunity_key,
        {{ record_key('source_system', 'account', 'account_id') }} as account_key,
        opportunity_name,
        cast(null as {{ dbt.type_string() }}) as pipeline,
        stage,
        opportunity_type as source_opportunity_type,
        opportunity_amount,
        currency_code,
        probability,
        probability_original,
        close_date as expected_close_date,
        case when is_closed then {{ end_of_day_utc('close_date') }} end as closed_at,
        'day' as closed_precision,
        is_closed,
        is_won,
        source,
        campaign_id,
        lost_reason,
        {{ record_key('source_system', 'owner', 'owner_id') }} as owner_key,
        created_at,
        is_source_deleted,
        source_file,
        source_line
    from {{ ref('stg_salesforce__opportunities') }}
    {% endif %}

    {% if uses('generic') %}
    {% if uses('salesforce') %}union all{% endif %}

    select
        source_system,
        source_record_id,
        {{ record_key('source_system', 'opportunity', 'source_record_id') }} as opportunity_key,
        {{ record_key('source_system', 'account', 'account_id') }} as account_key,
        opportunity_name,
        pipeline,
        stage,
        opportunity_type as source_opportunity_type,
        opportunity_amount,
        currency_code,
        probability,
        probability_original,
        expected_close_date,
        closed_at,
        'second' as closed_precision,
        is_closed,
        is_won,
        source,
        campaign_id,
        lost_reason,
        {{ record_key('source_system', 'owner', 'owner_id') }} as owner_key,
        created_at,
        is_source_deleted,
        source_file,
        source_line
    from {{ ref('stg_generic__opportunities') }}
    {% endif %}

),

-- won and lost come from the system's own flags, from stage names only where those are missing
staged as (

    select
        mapped.*,
        coalesce(is_won, mapped_stage = 'customer', false) as is_won_now,
        coalesce(is_closed, mapped_stage in ('customer', 'lost'), false)
        or coalesce(is_won, false) as is_closed_now
    from {{ map_value(
        'opportunities', ref('stage_mapping'), 'stage', 'mapped_stage', 'stage', 'opportunity'
    ) }} as mapped

),

typed as (

    select *
    from {{ map_value(
        'staged', ref('opportunity_type_mapping'), 'opportunity_type', 'opportunity_type',
        'source_opportunity_type'
    ) }} as mapped

),

final as (

    select
        typed.source_system,
        typed.source_record_id,
        typed.opportunity_key,
        typed.account_key,
        typed.opportunity_name,
        coalesce(pipelines.is_sales, true) as is_sales_pipeline,
        typed.stage,
        typed.mapped_stage is null and typed.stage is not null as is_stage_unmapped,
        -- blank is new; a word that nobody mapped is new as well, and reported
        coalesce(typed.opportunity_type, 'new') as opportunity_type,
        typed.opportunity_type is null
        and typed.source_opportunity_type is not null as is_type_unmapped,
        typed.source_opportunity_type,
        typed.opportunity_amount as opportunity_amount_original,
        coalesce(upper(typed.currency_code), '{{ var('reporting_currency') }}') as currency_code,
        typed.probability,
        typed.probability_original is not null
        and typed.probability is null as is_probability_invalid,
        typed.expected_close_date,
        case when typed.is_closed_now then typed.closed_at end as closed_at,
        typed.closed_precision,
        typed.is_closed_now as is_closed,
        typed.is_won_now as is_won,
        case
            when typed.is_won_now then 'customer'
            when typed.is_closed_now then 'lost'
            else 'opportunity'
        end as opportunity_state,
        typed.source,
        typed.campaign_id,
        typed.lost_reason,
        typed.owner_key,
        typed.created_at,
        typed.is_source_deleted,
        typed.source_file,
        typed.source_line
    from typed
    left join {{ ref('pipelines') }} as pipelines
        on
            pipelines.source_system in ('*', split_part(typed.source_system, '@', 1))
            and lower(trim(pipelines.pipeline)) = lower(trim(typed.pipeline))

)

select * from final
