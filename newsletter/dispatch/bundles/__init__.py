"""The monthly bundle: what the month's issues held, for who wants one mail a month.

A bundle is a mailing like any other, with a ledger of its own, so that the same hands
carry it: nobody forgotten, nobody twice, sums of its own.
"""
