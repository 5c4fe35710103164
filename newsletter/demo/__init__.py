"""The demo: sample content of this project's own, a thousand readers, one issue mailed."""
