with

rules as (

    select * from {{ ref('qualification_rules') }}

),

final as (

    select
        cast(rule as {{ dbt.type_string() }}) as rule_name,
        cast(version as bigint) as rule_version,
        cast(effective_from as date) as effective_from,
        cast(effective_to as date) as effective_to,
        cast(min_score as double) as min_score,
        cast(min_interest_touches as bigint) as min_interest_touches,
        cast(evidence_needed as {{ dbt.type_string() }}) as evidence_needed,
        cast(approved_by_marketing_on as date) as approved_by_marketing_on,
        cast(approved_by_sales_on as date) as approved_by_sales_on
    from rules

)

select * from final
