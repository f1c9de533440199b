{{ config(enabled=uses('linkedin_ads')) }}

-- LinkedIn reports the account's currency beside US dollars and names no account: the campaign
-- says whose it is, the account says its currency. With no currency known, US dollars count.
with

reports as (

    select * from {{ ref('stg_linkedin_ads__campaign_reports') }}

),

campaigns as (

    select *
    from {{ versions_with_validity(ref('stg_linkedin_ads__campaign_histories')) }} as with_validity

),

campaign_groups as (

    select *
    from {{ versions_with_validity(ref('stg_linkedin_ads__campaign_group_histories')) }}
        as with_validity

),

accounts as (

    select *
    from {{ versions_with_validity(
        '(select * from ' ~ ref('stg_linkedin_ads__account_histories')
        ~ ' where currency_code is not null)'
    ) }} as with_validity

),

placed as (

    select
        reports.*,
        coalesce(campaigns.ad_account_id, campaign_groups.ad_account_id) as ad_account_id
    from reports
    left join campaigns
        on
            reports.source_system = campaigns.source_system
            and reports.campaign_id = campaigns.source_record_id
            and {{ stood_on('campaigns', 'reports.date_day') }}
    left join campaign_groups
        on
            campaigns.source_system = campaign_groups.source_system
            and campaigns.campaign_group_id = campaign_groups.source_record_id
            and {{ stood_on('campaign_groups', 'reports.date_day') }}

),

in_currency as (

    select
        placed.*,
        accounts.currency_code as account_currency_code,
        placed.cost_local_amount is not null
        and (accounts.currency_code is not null or placed.cost_usd_amount is null)
            as is_local
    from placed
    left join accounts
        on
            placed.source_system = accounts.source_system
            and placed.ad_account_id = accounts.source_record_id
            and {{ stood_on('accounts', 'placed.date_day') }}

),

final as (

    select
        source_system,
        ad_account_id,
        campaign_id,
        cast(null as {{ dbt.type_string() }}) as campaign_name,
        'paid_social' as channel,
        date_day,
        case when is_local then cost_local_amount else cost_usd_amount end as cost_amount,
        -- ISO 4217 for "no currency": it has no rate, so the cost is reported, not guessed
        case when is_local then coalesce(account_currency_code, 'XXX') else 'USD' end
            as currency_code,
        impressions,
        clicks
    from in_currency

)

select * from final
