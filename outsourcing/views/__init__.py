"""Pages of outsourcing, by the steps of its work."""
