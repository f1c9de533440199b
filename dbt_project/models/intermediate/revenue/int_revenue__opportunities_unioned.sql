{% set columns = [
    'source_system', 'source_object', 'source_record_id', 'opportunity_key', 'account_key',
    'opportunity_name', 'pipeline', 'stage', 'source_opportunity_type', 'opportunity_amount',
    'list_amount', 'currency_code', 'probability', 'probability_original', 'expected_close_date',
    'stated_closed_at', 'stated_closed_precision', 'is_closed', 'is_won', 'source', 'campaign_id',
    'lost_reason', 'owner_key', 'created_at', 'is_source_deleted', 'source_file', 'source_line',
] %}

-- Opportunities of every system in the inner contract.
with

opportunities as (

    {% for system in ['salesforce', 'hubspot', 'generic'] if uses(system) %}
    select {{ columns | join(', ') }} from {{ ref('int_revenue__' ~ system ~ '_opportunities') }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

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

piped as (

    select *
    from {{ map_value('typed', ref('pipelines'), 'is_sales', 'is_sales', 'pipeline') }} as mapped

),

final as (

    select
        source_system,
        source_object,
        source_record_id,
        opportunity_key,
        account_key as source_account_key,
        opportunity_name,
        coalesce(is_sales, true) as is_sales_pipeline,
        stage,
        mapped_stage is null and stage is not null as is_stage_unmapped,
        -- blank is new; a word that nobody mapped is new as well, and reported
        coalesce(opportunity_type, 'new') as opportunity_type,
        opportunity_type is null
        and source_opportunity_type is not null as is_type_unmapped,
        source_opportunity_type,
        opportunity_amount as opportunity_amount_original,
        list_amount as list_amount_original,
        coalesce(upper(currency_code), '{{ var('reporting_currency') }}') as currency_code,
        probability,
        probability_original is not null
        and probability is null as is_probability_invalid,
        expected_close_date,
        case when is_closed_now then stated_closed_at end as stated_closed_at,
        stated_closed_precision,
        is_closed_now as is_closed,
        is_won_now as is_won,
        case
            when is_won_now then 'customer'
            when is_closed_now then 'lost'
            else 'opportunity'
        end as opportunity_state,
        source,
        campaign_id,
        lost_reason,
        owner_key,
        created_at,
        is_source_deleted,
        source_file,
        source_line
    from piped

)

select * from final
