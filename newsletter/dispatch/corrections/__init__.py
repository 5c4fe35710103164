"""Putting right what was mailed: to whoever had the item, and to nobody else.

A correction is a mailing like any other, with a ledger of its own, so that the same
hands carry it: nobody forgotten, nobody twice, sums of its own.
"""
