"""Mail by SMTP to a relay; ``BUURTPOST_SMTP_URL`` says which."""

from newsletter.providers.smtp.provider import SmtpProvider, open_smtp

__all__ = ["SmtpProvider", "open_smtp"]
