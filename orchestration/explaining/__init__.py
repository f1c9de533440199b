"""Why a release says what it says: of a lead, of an opportunity, of a figure in a report."""
