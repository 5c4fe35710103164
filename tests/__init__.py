"""The specification: tests mirror the houses; journeys walk through all of them."""
