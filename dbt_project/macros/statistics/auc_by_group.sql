{# How well `value` tells hits from misses, in each group: (keys, hit_count, miss_count, auc,
   auc_low, auc_high). The area under the ROC curve is the chance that a hit has the greater value
   than a miss, ties counting half (Mann and Whitney 1947). Its standard error is that of DeLong,
   DeLong and Clarke-Pearson (1988), from the share of the other class that each row is placed
   above; the interval is normal, `z` errors to either side and within 0 to 1. `hit` is a column
   of 0 and 1. #}
{% macro auc_by_group(relation, keys, value, hit, z=1.959964) -%}
{%- set groups = keys | join(', ') -%}
(
    select
        *,
        greatest(auc - {{ z }} * auc_error, 0) as auc_low,
        least(auc + {{ z }} * auc_error, 1) as auc_high
    from (
        select
            {{ groups }},
            max(hit_count) as hit_count,
            max(miss_count) as miss_count,
            avg(case when {{ hit }} = 1 then placement end) as auc,
            sqrt(
                var_samp(case when {{ hit }} = 1 then placement end)
                / nullif(max(hit_count), 0)
                + var_samp(case when {{ hit }} = 0 then placement end)
                / nullif(max(miss_count), 0)
            ) as auc_error
        from (
            select
                *,
                case
                    when {{ hit }} = 1 then (mid_rank - class_mid_rank) / nullif(miss_count, 0)
                    else 1 - (mid_rank - class_mid_rank) / nullif(hit_count, 0)
                end as placement
            from (
                select
                    *,
                    -- rows of one value share the middle of their ranks
                    rank() over (partition by {{ groups }} order by {{ value }})
                    + (count(*) over (partition by {{ groups }}, {{ value }}) - 1)
                    / cast(2 as double) as mid_rank,
                    rank() over (partition by {{ groups }}, {{ hit }} order by {{ value }})
                    + (count(*) over (partition by {{ groups }}, {{ hit }}, {{ value }}) - 1)
                    / cast(2 as double) as class_mid_rank,
                    cast(sum({{ hit }}) over (partition by {{ groups }}) as double) as hit_count,
                    cast(sum(1 - {{ hit }}) over (partition by {{ groups }}) as double)
                        as miss_count
                from {{ relation }}
            ) as ranked
        ) as placed
        group by {{ groups }}
    ) as measured
)
{%- endmacro %}
