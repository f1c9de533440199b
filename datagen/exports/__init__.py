"""The plan as files: one module per kind of extract, and the columns they are made of."""
