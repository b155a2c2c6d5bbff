"""Exactly one accountable owner at every moment."""
