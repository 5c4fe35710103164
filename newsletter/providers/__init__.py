"""Who carries mail. To add one, write ``providers/<name>`` and list it in PROVIDERS.

Every provider passes ``tests/newsletter/providers/test_contract.py``, which runs over
PROVIDERS. A provider reads its own settings from ``settings.environment`` and raises
``ProviderMisconfigured`` with one sentence when they are wrong.
"""

from collections.abc import Callable, Mapping

from newsletter.providers.base import Provider
from newsletter.settings import Settings


def _outbox(settings: Settings) -> Provider:
    from newsletter.providers.outbox import open_outbox

    return open_outbox(settings)


def _smtp(settings: Settings) -> Provider:
    from newsletter.providers.smtp import open_smtp

    return open_smtp(settings)


def _sendgrid(settings: Settings) -> Provider:
    from newsletter.providers.sendgrid.provider import open_sendgrid

    return open_sendgrid(settings)


# Each imports its own when it is opened: whoever sends by SMTP does not pay for the
# HTTP client of another.
PROVIDERS: Mapping[str, Callable[[Settings], Provider]] = {
    "outbox": _outbox,
    "smtp": _smtp,
    "sendgrid": _sendgrid,
}


def open_provider(settings: Settings) -> Provider:
    """The provider the settings ask for, ready to send. Connects nowhere yet."""
    return PROVIDERS[settings.provider](settings)
