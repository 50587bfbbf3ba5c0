"""Exploring finished runs: what each tool asks, its places, its answer. No widgets in here."""
