"""Mailings: the audience frozen into a ledger, sent in chunks, counted always.

freeze (plan) -> claim (ledger) -> send (dispatcher, with a journal) -> record (ledger).
"""
