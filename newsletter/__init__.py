"""Everything we make and send: the library, issues, mail, and the ledger of it.

The rooms and who may import whom stand in ``pyproject.toml`` under importlinter.
"""
