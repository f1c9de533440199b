-- Law 2: under every model the credits of a conversion sum to its amount, to the cent; a
-- conversion without an amount has no credited money at all.
with

credited as (

    select
        conversion_id,
        attribution_model,
        sum(credited_amount) as credited_amount
    from {{ ref('fct_attribution_credits') }}
    group by conversion_id, attribution_model

),

conversions as (

    select
        {{ public_id('conversion_key') }} as conversion_id,
        conversion_amount
    from {{ ref('int_attribution__conversions') }}

)

select
    credited.*,
    conversions.conversion_amount
from credited
inner join conversions on credited.conversion_id = conversions.conversion_id
where credited.credited_amount is distinct from conversions.conversion_amount
