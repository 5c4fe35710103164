"""Mail as files: the provider of demos, tests and first steps. Nobody gets anything."""

import os
import re
from collections.abc import Callable
from datetime import UTC, datetime
from email import policy
from email.parser import BytesParser
from pathlib import Path

from newsletter.providers.base import (
    Chunk,
    Marks,
    Message,
    ProviderMisconfigured,
    Recipient,
    Stop,
)
from newsletter.providers.message import build_message, domain_of
from newsletter.providers.wording import is_mailbox
from newsletter.reasons import Code, reason
from newsletter.settings import Settings

_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def open_outbox(settings: Settings) -> "Outbox":
    return Outbox(settings.outbox)


class Outbox:
    """Writes ``<folder>/<delivery>.eml``; a file that is there is a whole mail."""

    name = "outbox"
    chunk_size = 1000
    at_once = 1

    def __init__(
        self, root: Path, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._root = root
        self._clock = clock

    def send(self, chunk: Chunk, *, marks: Marks, until: Stop) -> None:
        folder = self._root / _file_name(chunk.message.folder)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for place, recipient in enumerate(chunk.recipients):
                if until():
                    break
                self._write(folder, place, chunk.message, recipient, marks)
            _sync_folder(folder)
        except OSError as error:
            raise ProviderMisconfigured(
                reason(
                    Code.OUTBOX_NOT_WRITABLE,
                    folder=str(folder),
                    words=error.strerror or str(error),
                )
            ) from error

    def erase(self, address: str) -> None:
        """Delete the mails to this address."""
        for file in self._root.glob("*/*.eml"):
            if _is_to(file, address):
                file.unlink(missing_ok=True)

    def close(self) -> None:
        """Nothing is kept open."""

    def _write(
        self,
        folder: Path,
        place: int,
        message: Message,
        recipient: Recipient,
        marks: Marks,
    ) -> None:
        if not is_mailbox(recipient.address):
            marks.refused(place, "The address cannot be written in a mail.")
            return
        mail = build_message(
            message,
            recipient,
            domain=domain_of(message.from_address),
            date=self._clock(),
        )
        target = folder / f"{_file_name(recipient.delivery)}.eml"
        part = target.with_name(f".{target.name}.part")
        with part.open("wb") as file:
            file.write(mail)
            file.flush()
            os.fsync(file.fileno())
        # The rename is the byte that lets somebody take the mail.
        marks.handed_over(place)
        part.replace(target)
        marks.accepted(place, target.name)


def _is_to(file: Path, address: str) -> bool:
    with file.open("rb") as mail:
        to = BytesParser(policy=policy.SMTP).parse(mail, headersonly=True)["To"]
    return any(one.addr_spec == address for one in to.addresses)


def _sync_folder(folder: Path) -> None:
    """Make the new names as lasting as the files."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _file_name(text: str) -> str:
    if not _FILE_NAME.fullmatch(text):
        raise ValueError(f"{text!r} cannot be the name of a file in the outbox.")
    return text
