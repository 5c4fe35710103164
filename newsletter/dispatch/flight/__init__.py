"""A chunk in flight: claimed, sent with no session open, recorded, or recovered.

claim (ledger) -> send (dispatcher, held by hold, marked in the journal) -> record
(recording); what a dead worker left is finished by recovery.
"""
