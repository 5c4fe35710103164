"""Walks through all the houses, as people and machines would take them."""
