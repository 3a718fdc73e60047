"""Acceptance sampling: plans by rule, their curves, and how severity switches."""
