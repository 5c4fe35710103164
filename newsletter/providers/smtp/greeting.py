"""From a closed line to a relay that greeted us, speaks TLS as asked and knows us."""

import asyncio
import ssl
from base64 import b64encode
from contextlib import suppress

from newsletter.providers.smtp.address import Relay, Tls, is_loopback
from newsletter.providers.smtp.connection import Connection, Features, Patience, Turns
from newsletter.providers.smtp.replies import (
    is_yes,
    not_offered,
    not_trusted,
    unreachable,
    unwelcome,
)


async def connect(relay: Relay, *, name: str, patience: Patience) -> Connection:
    """A connection that may carry mail. Raises ProviderBusy or ProviderMisconfigured.

    Certificate and host name are checked, always.
    """
    connection = Connection()
    # It listens before there is a line: the greeting may come with the handshake.
    turns = Turns(connection, seconds=patience.command)
    try:
        await _dial(connection, relay, patience)
    except ssl.SSLCertVerificationError as error:
        raise not_trusted(relay, error.verify_message) from error
    except OSError as error:
        raise unreachable(relay, str(error) or "no answer") from error
    try:
        await _introduce(connection, turns, relay, name=name, patience=patience)
    except ssl.SSLCertVerificationError as error:
        connection.abandon()
        raise not_trusted(relay, error.verify_message) from error
    except OSError as error:
        connection.abandon()
        raise unreachable(relay, str(error)) from error
    except BaseException:
        connection.abandon()
        raise
    connection.listener = None
    return connection


async def goodbye(connection: Connection, *, seconds: float) -> None:
    """Say QUIT; whether the relay answers is not of interest. 0: just hang up."""
    if seconds and not connection.closed:
        with suppress(OSError):
            await Turns(connection, seconds=seconds).ask("QUIT")
    if not connection.closed:
        connection.abandon()
    with suppress(TimeoutError):
        await asyncio.wait_for(connection.gone, seconds or 1)


async def _dial(connection: Connection, relay: Relay, patience: Patience) -> None:
    loop = asyncio.get_running_loop()
    implicit = relay.tls is Tls.IMPLICIT
    async with asyncio.timeout(patience.connect):
        await loop.create_connection(
            lambda: connection,
            relay.host,
            relay.port,
            ssl=_context(relay) if implicit else None,
            server_hostname=relay.host if implicit else None,
        )


async def _introduce(
    connection: Connection,
    turns: Turns,
    relay: Relay,
    *,
    name: str,
    patience: Patience,
) -> None:
    code, words = await turns.hear()
    if code != 220:
        raise unwelcome(relay, code, words)
    features = await _hello(turns, relay, name)
    if relay.tls is Tls.STARTTLS:
        if not features.starttls:
            raise not_offered(relay, "STARTTLS")
        await _start_tls(connection, turns, relay, patience)
        # What was said in clear text may have been said by anybody.
        features = await _hello(turns, relay, name)
    if relay.user is not None:
        await _sign_in(turns, relay, features)
    connection.features = features


async def _hello(turns: Turns, relay: Relay, name: str) -> Features:
    code, words = await turns.ask(f"EHLO {name}")
    if is_yes(code):
        return _features(words)
    if code < 500:
        raise unwelcome(relay, code, words)
    code, words = await turns.ask(f"HELO {name}")  # older than 1995
    if not is_yes(code):
        raise unwelcome(relay, code, words)
    return Features()


def _features(words: bytes) -> Features:
    offered: dict[str, list[str]] = {}
    for line in words.decode("ascii", "replace").upper().split("\n")[1:]:
        # Some write "AUTH=LOGIN", for programs of the nineties.
        keyword, *parameters = line.replace("AUTH=", "AUTH ").split() or [""]
        offered.setdefault(keyword, []).extend(parameters)
    size = offered.get("SIZE")
    return Features(
        pipelining="PIPELINING" in offered,
        starttls="STARTTLS" in offered,
        size=None if size is None else int(size[0]) if _is_number(size) else 0,
        mechanisms=frozenset(offered.get("AUTH", ())),
    )


def _is_number(parameters: list[str]) -> bool:
    return bool(parameters) and parameters[0].isascii() and parameters[0].isdigit()


async def _start_tls(
    connection: Connection, turns: Turns, relay: Relay, patience: Patience
) -> None:
    code, words = await turns.ask("STARTTLS")
    if code != 220:
        raise unwelcome(relay, code, words)
    if turns.has_heard_more:
        # Somebody between us and the relay could put words in its mouth this way.
        raise ConnectionError("it spoke in clear text after STARTTLS")
    connection.speak_through(
        await asyncio.get_running_loop().start_tls(
            connection.transport,
            connection,
            _context(relay),
            server_hostname=relay.host,
            ssl_handshake_timeout=patience.connect,
        )
    )


async def _sign_in(turns: Turns, relay: Relay, features: Features) -> None:
    # read_relay refuses it too; a password must never depend on one check.
    assert relay.tls is not Tls.NONE or is_loopback(relay.host)
    user, password = relay.user or "", relay.password
    if "PLAIN" in features.mechanisms:
        secret = _base64(f"\0{user}\0{password}")
        code, words = await turns.ask(f"AUTH PLAIN {secret}")
    elif "LOGIN" in features.mechanisms:
        code, words = await turns.ask("AUTH LOGIN")
        for secret in (user, password):
            if code == 334:
                code, words = await turns.ask(_base64(secret))
    else:
        raise not_offered(relay, "AUTH PLAIN or LOGIN")
    if not is_yes(code):
        raise unwelcome(relay, code, words)


def _base64(text: str) -> str:
    return b64encode(text.encode("ascii")).decode("ascii")


def _context(relay: Relay) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(relay.ca) if relay.ca else None)
