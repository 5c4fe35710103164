"""Signed links, separated by purpose: a key for leaving cannot open preferences.

A token is ``base64url(numbers + expiry + keyed hash)``: nothing personal, nothing to
look up, and short enough for a List-Unsubscribe header (RFC 8058; a header token of 78
characters or more is mangled by ``email.policy.SMTP``).
"""
