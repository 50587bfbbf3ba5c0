"""A run's products as layers: groups, styles, dates, metadata."""
