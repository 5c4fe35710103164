"""Having SendGrid forget a recipient: its Recipients' Data Erasure API.

It answers that it took the wish, and deletes what it holds later by itself. A key needs
the right ``recipients.erasejob.create`` for it, which older accounts must ask for.
"""

import json

from newsletter.providers.base import ProviderBusy, ProviderMisconfigured
from newsletter.providers.sendgrid.answers import Answer, Verdict
from newsletter.providers.sendgrid.client import Client
from newsletter.providers.sendgrid.shared import Keys

_LATER = frozenset(
    {Verdict.BUSY, Verdict.LIMIT, Verdict.UNREACHABLE, Verdict.DOUBT, Verdict.TOO_LARGE}
)


def erase(client: Client, keys: Keys, address: str) -> None:
    """Ask once; raises ProviderBusy or ProviderMisconfigured when it was not taken."""
    body = json.dumps({"email_addresses": [address]}).encode()
    answer = _ask(client, keys, body)
    if answer.verdict is Verdict.ACCEPTED:
        return
    if answer.verdict in _LATER:
        raise ProviderBusy(
            f"SendGrid did not take the erasure: {answer.words}. It is asked again.",
            seconds=answer.seconds,
        )
    raise ProviderMisconfigured(
        f"SendGrid will not erase a reader ({answer.words}). Give its key the right "
        "'recipients.erasejob.create'; it is asked again for a day."
    )


def _ask(client: Client, keys: Keys, body: bytes) -> Answer:
    while True:
        lost = client.connect()
        if lost is not None:
            return lost
        key = keys.first()
        answer = client.erase(body, key=key)
        if answer.verdict is not Verdict.KEY_REFUSED or not keys.refused(key):
            return answer
