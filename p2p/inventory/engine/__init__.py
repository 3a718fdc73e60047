"""Which stock serves which need."""
