"""Mail by SendGrid's v3 API; the only room that knows its library."""

from newsletter.providers.sendgrid.provider import SendGridProvider, open_sendgrid

__all__ = ["SendGridProvider", "open_sendgrid"]
