{# What stands in each stage, and how much of it is still to be won in the days of a target:
   (target_name, stage, standing_count, expected_count, expected_amount, expected_unvalued_count).
   `prospects` has stage, age (whole days in the stage now), is_standing, amount, and of the
   mature cohort is_in_cohort, stayed (whole days until it was left) and days_to_win (null where
   it was not won); `targets` has target_name, days_to_start and days_to_due. Of the cohort that
   was still there at an age, so many were won in the days between: that is the chance of one who
   stands there at this age. Every condition on the age is a span of ages, so both counts are
   running sums over what begins and ends at each age. #}
{% macro expected_wins(prospects, targets) -%}
(
    with cohort as (
        select * from {{ prospects }}
        where is_in_cohort and (stayed is null or stayed >= 0)
    ),

    -- the ages from which a win fell into the days of the target
    winning as (
        select
            targets.target_name,
            cohort.stage,
            greatest(cast(ceil(cohort.days_to_win - targets.days_to_due) as bigint), 0)
                as first_age,
            case
                when targets.days_to_start > 0
                    then least(
                        cohort.stayed,
                        cast(ceil(cohort.days_to_win - targets.days_to_start) as bigint) - 1
                    )
                else cohort.stayed
            end as last_age
        from cohort
        cross join {{ targets }} as targets
        where cohort.days_to_win is not null
    ),

    there as (
        select stage, 0 as age, count(*) as there_change from cohort group by stage
        union all
        select stage, stayed + 1 as age, -count(*) as there_change
        from cohort
        where stayed is not null
        group by stage, stayed
    ),

    standing as (
        select
            stage,
            age,
            count(*) as standing_count,
            count(amount) as valued_count,
            coalesce(sum(amount), 0) as amount
        from {{ prospects }}
        where is_standing
        group by stage, age
    ),

    changes as (
        select
            target_name, stage, first_age as age, 1 as won_change, 0 as there_change,
            0 as standing_count, 0 as valued_count, 0 as amount
        from winning
        where first_age <= last_age
        union all
        select target_name, stage, last_age + 1, -1, 0, 0, 0, 0
        from winning
        where first_age <= last_age
        union all
        select targets.target_name, there.stage, there.age, 0, there.there_change, 0, 0, 0
        from there
        cross join {{ targets }} as targets
        union all
        select
            targets.target_name, standing.stage, standing.age, 0, 0,
            standing.standing_count, standing.valued_count, standing.amount
        from standing
        cross join {{ targets }} as targets
    ),

    chances as (
        select
            target_name,
            stage,
            sum(standing_count) as standing_count,
            sum(valued_count) as valued_count,
            sum(amount) as amount,
            sum(sum(won_change)) over by_age
            / nullif(cast(sum(sum(there_change)) over by_age as double), 0) as chance
        from changes
        group by target_name, stage, age
        window by_age as (
            partition by target_name, stage order by age rows unbounded preceding
        )
    )

    select
        target_name,
        stage,
        sum(standing_count) as standing_count,
        -- nobody of the cohort was there at this age: nothing is known, and nothing is expected
        sum(coalesce(chance, 0) * standing_count) as expected_count,
        sum(coalesce(chance, 0) * amount) as expected_amount,
        sum(coalesce(chance, 0) * (standing_count - valued_count)) as expected_unvalued_count
    from chances
    group by target_name, stage
)
{%- endmacro %}
