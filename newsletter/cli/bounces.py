"""``buurtpost bounces``: what mail servers send back."""

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from newsletter.cli.door import Door, fail
from newsletter.dispatch.returns.apply import apply_waiting
from newsletter.dispatch.returns.bounced import take
from newsletter.providers.bounces.bounce import Bounce, UnreadableMail
from newsletter.providers.bounces.files import Returned, mails_in, returned_mails
from newsletter.providers.bounces.mailbox import read_mailbox, unread
from newsletter.providers.bounces.opening import MOST_BYTES
from newsletter.providers.bounces.reading import read_bounce

_json = click.option("--json", "as_json", is_flag=True, help="One document a mail.")


@click.group()
def bounces() -> None:
    """What mail servers send back: bounces and complaints."""


@bounces.command()
@click.argument("path", metavar="FILE|DIR|-")
@_json
@click.option("--apply", is_flag=True, help="Store what is ours, and act on it.")
@click.pass_obj
def read(door: Door, path: str, as_json: bool, apply: bool) -> None:
    """Say of each mail what it is: hard, soft, complaint, auto_reply or none."""
    _read(door, _mails(path), as_json=as_json, apply=apply)


@bounces.command()
@_json
@click.pass_obj
def fetch(door: Door, as_json: bool) -> None:
    """Read the unread mails of BUURTPOST_BOUNCE_MAILBOX_URL and act on them."""
    mailbox = read_mailbox(door.settings.environment)
    _read(door, unread(mailbox), as_json=as_json, apply=True)


def _mails(path: str) -> Iterator[Returned]:
    if path == "-":
        return mails_in(sys.stdin.buffer, "-")
    return returned_mails(Path(path))


def _read(door: Door, mails: Iterable[Returned], *, as_json: bool, apply: bool) -> None:
    """One line a mail; those that cannot be read are named on standard error."""
    door.settings.require_home()
    keys = door.settings.signing_keys()
    refused = 0
    for mail in mails:
        try:
            bounce = _bounce(mail, keys)
        except UnreadableMail as error:
            refused += 1
            click.echo(f"{mail.file} is left out: {error}.", err=True)
            continue
        taken = apply and _take(door, bounce, mail.raw or b"")
        click.echo(_as_json(mail, bounce) if as_json else _line(mail, bounce, taken))
    if apply:
        apply_waiting(door.database, door.settings.soft_bounces, now=door.now)
    if refused:
        fail(f"Mails that could not be read: {refused}. They are named above.")


def _bounce(mail: Returned, keys: tuple[bytes, ...]) -> Bounce:
    if mail.raw is None:
        raise UnreadableMail(
            f"it is larger than {MOST_BYTES // 1024 // 1024} MB, and no bounce is"
        )
    return read_bounce(mail.raw, keys=keys)


def _take(door: Door, bounce: Bounce, raw: bytes) -> bool:
    with door.writing() as session:
        return take(session, bounce, raw, now=door.now)


def _as_json(mail: Returned, bounce: Bounce) -> str:
    return json.dumps(
        {
            "file": mail.file,
            "kind": bounce.kind,
            "address": bounce.address,
            "status": bounce.status or None,
            "diagnostic": bounce.diagnostic or None,
            "delivery": bounce.delivery,
        },
        ensure_ascii=False,
    )


def _line(mail: Returned, bounce: Bounce, taken: bool) -> str:
    parts = (
        f"{mail.file}: {bounce.kind}",
        bounce.address or "",
        bounce.status,
        f"delivery {bounce.delivery}" if bounce.delivery else "",
        bounce.diagnostic,
        "(applied)" if taken else "",
    )
    return " ".join(part for part in parts if part)
