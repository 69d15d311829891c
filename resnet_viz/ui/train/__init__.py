"""The Train page: a run set up, watched, kept."""
