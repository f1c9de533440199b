"""How far the models differ on each channel, from the shares that each one gives."""

import pandas as pd


def find_shares(given: pd.Series) -> pd.DataFrame:
    """Channel by model, of what all channels together have; nine places, as models that agree do.

    A model that gives a channel nothing has an opinion, too: 0.
    """
    of_model = given.astype(float).unstack("channel").fillna(0.0)
    return of_model.div(of_model.sum(axis=1), axis=0).round(9).sort_index()


def test_model_disagreement(ledger):
    by_touch = ledger("marts.fct_attribution_credits").rename(columns={"weight": "conversions"})
    chain = ledger("marts.fct_channel_attribution").query("period == 'all'")
    chain = chain.rename(columns={"credited_conversions": "conversions"})
    keys = ["conversion_type", "attribution_model", "channel"]
    columns = [*keys, "conversions", "credited_amount"]
    credits = pd.concat([by_touch[columns], chain[columns]]).groupby(keys).sum(min_count=1)
    expected = {}
    for kind in credits.index.unique("conversion_type"):
        rows = credits.loc[kind]
        shares, money = find_shares(rows["conversions"]), find_shares(rows["credited_amount"])
        for channel, of_model in shares.items():
            expected[kind, channel] = {
                "model_count": len(of_model),
                "lowest_share": of_model.min(),
                # of several the first by name
                "lowest_share_model": of_model.idxmin(),
                "highest_share": of_model.max(),
                "highest_share_model": of_model.idxmax(),
                "disagreement": of_model.max() - of_model.min(),
                # none where the type has no money
                "lowest_amount_share": money[channel].min(),
                "highest_amount_share": money[channel].max(),
            }
    expected = pd.DataFrame.from_dict(expected, orient="index").sort_index()
    report = ledger("reports.rpt_model_disagreement")
    report = report.set_index(["conversion_type", "channel"]).sort_index()
    pd.testing.assert_frame_equal(
        report, expected, check_dtype=False, check_names=False, rtol=1e-9, atol=1e-9
    )
    # of opportunities all 18 models and the chain; of leads the four that docs/attribution.md names
    counts = report["model_count"].groupby("conversion_type").unique().map(list).to_dict()
    assert counts == {"lead": [4], "mql": [4], "sql": [4], "pipeline": [19], "revenue": [19]}
