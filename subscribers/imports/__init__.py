"""Readers as a file: taken in from anybody's CSV, given out in our own."""
