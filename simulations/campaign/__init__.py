"""Runs by seed: one, many, again, smaller; and what they found."""
