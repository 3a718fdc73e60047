"""What a report consumes, and which issue went into which receipt."""
