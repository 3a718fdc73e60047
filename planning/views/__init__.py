"""Pages of planning: parse, call one service or selector, render."""
