"""Everything we know about a person: addresses, consent, suppression, segments.

This house never sends mail and knows no issue, provider or page.
"""
