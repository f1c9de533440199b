{{ config(enabled=uses('meta_ads')) }}

-- Meta reports per ad: the version of the ad that stood on the day says which campaign paid.
with

reports as (

    select * from {{ ref('stg_meta_ads__ad_reports') }}

),

ads as (

    select *
    from {{ versions_with_validity(ref('stg_meta_ads__ad_histories')) }} as with_validity

),

ad_sets as (

    select *
    from {{ versions_with_validity(ref('stg_meta_ads__ad_set_histories')) }} as with_validity

),

accounts as (

    select *
    from {{ versions_with_validity(
        '(select * from ' ~ ref('stg_meta_ads__account_histories')
        ~ ' where currency_code is not null)'
    ) }} as with_validity

),

final as (

    select
        reports.source_system,
        reports.ad_account_id,
        -- an ad that no history knows costs money all the same
        coalesce(ads.campaign_id, ad_sets.campaign_id, '(none)') as campaign_id,
        cast(null as {{ dbt.type_string() }}) as campaign_name,
        'paid_social' as channel,
        reports.date_day,
        reports.cost_amount,
        accounts.currency_code,
        reports.impressions,
        reports.clicks
    from reports
    left join ads
        on
            reports.source_system = ads.source_system
            and reports.ad_id = ads.source_record_id
            and {{ stood_on('ads', 'reports.date_day') }}
    left join ad_sets
        on
            ads.source_system = ad_sets.source_system
            and ads.ad_set_id = ad_sets.source_record_id
            and {{ stood_on('ad_sets', 'reports.date_day') }}
    left join accounts
        on
            reports.source_system = accounts.source_system
            and reports.ad_account_id = accounts.source_record_id
            and {{ stood_on('accounts', 'reports.date_day') }}

)

select * from final
