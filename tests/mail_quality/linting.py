"""npm's linters over many mails in one process: `mjml`, caniemail and html-validate."""

import json
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from tests.mail_quality.mails import Mail
from tests.node import installed, node

LINTERS = Path(__file__).parent / "linters"
# What some client does not do and mail of ours uses nevertheless, each with the reason
# why nothing is lost where it is missing.
ACCEPTED = Path(__file__).parent / "accepted.json"


def linted(mails: Iterable[Mail], folder: Path) -> Iterator[str]:
    """A sentence for everything the linters hold against a mail."""
    installed(LINTERS)
    for mail in mails:
        (folder / f"{mail.name}.html").write_text(mail.html, encoding="utf-8")
        if mail.mjml is not None:
            (folder / f"{mail.name}.mjml").write_text(mail.mjml, encoding="utf-8")
    ran = subprocess.run(
        [node(), str(LINTERS / "lint.mjs"), str(folder)],
        check=False,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr
    for name, said in json.loads(ran.stdout).items():
        yield from (f"{name}: {sentence}" for sentence in _sentences(said))


def _sentences(said: dict[str, Any]) -> Iterator[str]:
    yield from (f"MJML: {warning}" for warning in said["warnings"])
    yield from (f"HTML: {mistake}" for mistake in said["mistakes"])
    accepted = accepted_pairs()
    for feature, client in said["unsupported"]:
        if (feature, client) not in accepted:
            yield (
                f"{client} does not do {feature}. Do without it, or say in "
                f"{ACCEPTED.name} why nothing is lost there."
            )


def accepted_pairs() -> set[tuple[str, str]]:
    """Feature and client of everything that was looked at and let pass."""
    return {
        (feature, client)
        for feature, reviewed in json.loads(ACCEPTED.read_text()).items()
        for client in reviewed["clients"]
    }
