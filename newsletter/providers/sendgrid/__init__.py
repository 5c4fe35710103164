"""Mail by SendGrid's v3 API, and what it says afterwards.

The only room that knows its library. ``provider`` and ``client`` load it, 9 MiB of it;
reading events and checking a signature do not.
"""
