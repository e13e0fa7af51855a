"""Projections: single readers of the stream that store their place in the same transaction as what they did."""
