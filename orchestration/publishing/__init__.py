"""From marts that passed the gates to a release that BI tools read."""
