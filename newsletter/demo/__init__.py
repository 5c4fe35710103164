"""The demo: content of this project's own, a thousand readers, one issue mailed."""
