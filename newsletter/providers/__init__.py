"""Who carries mail. To add one, write ``providers/<name>`` and list it in PROVIDERS."""
