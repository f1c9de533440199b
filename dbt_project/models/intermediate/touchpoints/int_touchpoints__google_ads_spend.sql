{{ config(enabled=uses('google_ads')) }}

-- Google reports micros of the account's currency.
with

reports as (

    select * from {{ ref('stg_google_ads__campaign_stats') }}

),

accounts as (

    select *
    from {{ versions_with_validity(
        '(select * from ' ~ ref('stg_google_ads__account_histories')
        ~ ' where currency_code is not null)'
    ) }} as with_validity

),

final as (

    select
        reports.source_system,
        reports.ad_account_id,
        reports.campaign_id,
        cast(null as {{ dbt.type_string() }}) as campaign_name,
        cast(null as {{ dbt.type_string() }}) as channel,
        reports.date_day,
        cast(
            cast(reports.cost_micros as decimal(38, 6)) / 1000000 as decimal(18, 6)
        ) as cost_amount,
        accounts.currency_code,
        reports.impressions,
        reports.clicks
    from reports
    left join accounts
        on
            reports.source_system = accounts.source_system
            and reports.ad_account_id = accounts.source_record_id
            and {{ stood_on('accounts', 'reports.date_day') }}

)

select * from final
