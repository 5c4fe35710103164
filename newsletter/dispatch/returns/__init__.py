"""What comes back: reports are stored as they come, and applied to the ledger later.

store (a webhook, a bounce mailbox) -> commit -> apply (a job, ``events apply``).
"""
