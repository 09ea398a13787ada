"""Fails each time, and says why."""
raise SystemExit("the data are not where they should be")
