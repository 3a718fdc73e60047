"""Pages of quality, by the steps of its work."""
