"""What the engines answer, back into rows."""
