"""How fast a mailing goes, and when it had better stop: rules, and rows to keep them.

Rates (buckets), a provider's own limit (limits), tries again (retry) and the circuit
breaker (breaker) are plain functions over values; what they know of each other's
workers stands in the database. ``pacer`` is what the dispatcher asks.
"""
