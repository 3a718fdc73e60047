"""Pages of the floor, by the steps of its work."""
