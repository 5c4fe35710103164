"""From an issue to what is mailed: resolve, render, hash."""
