"""Rows to the plain data of the engines."""
