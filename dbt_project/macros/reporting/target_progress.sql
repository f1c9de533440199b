{# The targets with what is won already of each (new business in sales pipelines), the average sale
   of the year to "now", what remains in customers, and the days in which it may still come.
   `clock` has as_of and today. #}
{% macro target_progress(targets, opportunities, clock) -%}
{%- set starts_at = start_of_day_utc('targets.starts_on') -%}
{%- set due_at = end_of_day_utc('targets.due_date') -%}
(
    with wins as (
        select
            opportunities.opportunity_amount,
            {{ org_date('opportunities.closed_at') }} as won_day
        from {{ opportunities }} as opportunities
        cross join {{ clock }} as clock
        where
            opportunities.is_won
            and opportunities.opportunity_type = 'new'
            and opportunities.is_sales_pipeline
            and opportunities.closed_at <= clock.as_of
    ),

    sales as (
        select avg(cast(wins.opportunity_amount as double)) as average_sale
        from wins
        inner join {{ clock }} as clock on wins.won_day > {{ add_days('clock.today', -365) }}
    ),

    counted as (
        select
            targets.target_name,
            count(wins.won_day) as won_count,
            coalesce(sum(wins.opportunity_amount), 0) as won_amount
        from {{ targets }} as targets
        left join wins
            on targets.starts_on <= wins.won_day and targets.due_date >= wins.won_day
        group by targets.target_name
    )

    select
        targets.*,
        counted.won_count,
        counted.won_amount,
        sales.average_sale,
        case
            when targets.metric = 'customers'
                then cast(greatest(targets.target_count - counted.won_count, 0) as double)
            else
                cast(greatest(targets.target_amount - counted.won_amount, 0) as double)
                / nullif(sales.average_sale, 0)
        end as remaining,
        greatest({{ days_between('clock.as_of', starts_at) }}, 0) as days_to_start,
        {{ days_between('clock.as_of', due_at) }} as days_to_due
    from {{ targets }} as targets
    inner join counted on targets.target_name = counted.target_name
    cross join sales
    cross join {{ clock }} as clock
)
{%- endmacro %}
