"""How far the models differ on each channel, from the shares that each one gives."""

import pandas as pd
import pytest


@pytest.fixture(scope="module")
def credits(ledger) -> pd.DataFrame:
    """Conversions and money per type, model and channel over all time, the chain's beside them."""
    by_touch = ledger("marts.fct_attribution_credits").rename(columns={"weight": "conversions"})
    chain = ledger("marts.fct_channel_attribution").query("period == 'all'")
    chain = chain.rename(columns={"credited_conversions": "conversions"})
    keys = ["conversion_type", "attribution_model", "channel"]
    columns = [*keys, "conversions", "credited_amount"]
    both = pd.concat([by_touch[columns], chain[columns]])
    return both.groupby(keys).sum(min_count=1)


def test_model_disagreement(ledger, credits):
    report = ledger("reports.rpt_model_disagreement")
    report = report.set_index(["conversion_type", "channel"])
    assert report.index.is_unique
    expected = {}
    for kind, rows in credits.groupby("conversion_type"):
        # a model that gives a channel nothing has an opinion, too
        given = rows["conversions"].unstack("channel").fillna(0.0).droplevel("conversion_type")
        money = rows["credited_amount"].astype("Float64").unstack("channel")
        money = money.droplevel("conversion_type")
        if money.isna().all(axis=None):
            amount_shares = None
        else:
            money = money.fillna(0.0)
            amount_shares = money.div(money.sum(axis=1), axis=0)
        # whole shares are no shares of a rounding: models that agree have the same, to nine places
        shares = given.div(given.sum(axis=1), axis=0).round(9).sort_index()
        for channel, of_model in shares.items():
            expected[kind, channel] = {
                "model_count": len(of_model),
                "lowest_share": of_model.min(),
                # the first by name of several
                "lowest_share_model": of_model.idxmin(),
                "highest_share": of_model.max(),
                "highest_share_model": of_model.idxmax(),
                "disagreement": of_model.max() - of_model.min(),
                "lowest_amount_share": None
                if amount_shares is None
                else amount_shares[channel].min(),
                "highest_amount_share": None
                if amount_shares is None
                else amount_shares[channel].max(),
            }
    expected = pd.DataFrame.from_dict(expected, orient="index").rename_axis(report.index.names)
    assert set(report.index) == set(expected.index)
    pd.testing.assert_frame_equal(
        report.sort_index(),
        expected.sort_index(),
        check_dtype=False,
        rtol=1e-9,
        atol=1e-9,
    )
