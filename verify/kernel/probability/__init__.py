"""Tails of means of independent bounded variables."""
