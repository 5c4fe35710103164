"""Chunks to hand over, and the journal that listens."""

from collections.abc import Sequence

from newsletter.providers.base import Chunk, Message, Recipient
from newsletter.rendering.merge import MergeTemplate, Slot, as_is, in_html, marker

ANNA, BEN, CLEO = "anna@example.nl", "ben@example.nl", "cleo@example.org"
NAMES = {ANNA: "Anna de Vries", BEN: "Ben", CLEO: ""}

HOSTILE_NAMES = (
    'Anna "de Bruin" \\ Vries',
    "Jansen, Piet; <piet@evil.example>",
    "Zoë Faddegon-Ünal",
    "👩🏽‍🌾 Boerin Trui",
    "نورة الأحمد",
    "=?utf-8?q?geen_code?=",
    "=?utf-8?q?=0D=0ABcc=3A_x=40evil=2Eexample?=",
    "O'Neill (& Zn) <b>",
    "a" * 300,
    "é" * 300,
    "-name-html- %name% {{name}} {naam}",
    ".",
)

TEXT = (
    f"Dag {marker(Slot.NAME)},\n\n.een punt vooraan\n.\n"
    f"Zoë schrijft uit Súdwest-Fryslân.\n\nAfmelden: {marker(Slot.LEAVE_URL)}\n"
)
HTML = (
    f"<p>Dag {marker(Slot.NAME)},</p>\n<p>Zoë & co</p>"
    f'<a href="{marker(Slot.LEAVE_URL)}">Afmelden</a>'
)


def message(
    *,
    subject: str = f"Buurtwijs 42: thuis in de wijk, {marker(Slot.NAME)}",
    text: str = TEXT,
    html: str = HTML,
    headers: tuple[tuple[str, str], ...] = (
        ("List-Id", "Buurtwijs <buurtwijs.post.example.nl>"),
        ("Feedback-ID", "42:base:buurtwijs:buurtpost"),
    ),
) -> Message:
    return Message(
        folder="42",
        from_name="Buurtwijs, nieuws uit de wijk",
        from_address="nieuws@post.example.nl",
        reply_to="redactie@example.nl",
        subject=MergeTemplate.cut(subject, escape=as_is),
        html=MergeTemplate.cut(html, escape=in_html),
        text=MergeTemplate.cut(text, escape=as_is),
        language="nl",
        headers=headers,
    )


def recipient(
    address: str = ANNA, *, seq: int = 1, name: str | None = None, service: bool = False
) -> Recipient:
    name = NAMES.get(address, "") if name is None else name
    leave = f"https://post.example.nl/unsubscribe/{seq:032d}-{'x' * 48}"
    return Recipient(
        delivery=f"12-{seq}",
        address=address,
        name=name,
        values={Slot.NAME: name or "lezer", Slot.LEAVE_URL: leave},
        one_click_url=None if service else leave,
    )


def chunk(addresses: Sequence[str] = (ANNA, BEN, CLEO), *, first: int = 1) -> Chunk:
    return Chunk(
        message=message(),
        recipients=tuple(
            recipient(address, seq=seq)
            for seq, address in enumerate(addresses, start=first)
        ),
    )


def crowd(size: int, *, first: int = 0) -> Chunk:
    numbers = range(first, first + size)
    return chunk([f"reader{number}@example.nl" for number in numbers], first=first + 1)


class Journal:
    """Keeps the marks, and holds a provider to the order they must come in."""

    def __init__(self) -> None:
        self.outcome: dict[int, str] = {}
        self.words: dict[int, str] = {}
        self.late: list[int] = []  # marked after it was closed
        self._is_closed = False

    def close(self) -> None:
        """As a real one is, once send() has returned."""
        self._is_closed = True

    def handed_over(self, place: int) -> None:
        self._look_whether_late(place)
        # A provider may try again what was certainly not taken, never what was.
        assert self.outcome.get(place) in {None, "handed over"}
        self.outcome[place] = "handed over"

    def accepted(self, place: int, reference: str = "") -> None:
        assert self.outcome.get(place) == "handed over"
        self._settle(place, "accepted", reference)

    def refused(self, place: int, why: str) -> None:
        self._settle(place, "refused", why)

    def later(self, place: int, why: str) -> None:
        self._settle(place, "later", why)

    def untouched(self, place: int) -> None:
        self._look_whether_late(place)
        assert self.outcome.get(place) in {None, "handed over"}
        self.outcome.pop(place, None)

    def _look_whether_late(self, place: int) -> None:
        if self._is_closed:
            self.late.append(place)

    def _settle(self, place: int, outcome: str, words: str) -> None:
        self._look_whether_late(place)
        assert self.outcome.get(place) in {None, "handed over"}
        assert "@" not in words, "the ledger outlives an erasure"
        self.outcome[place] = outcome
        self.words[place] = words


def never() -> bool:
    return False


class After:
    """Says stop once it has been asked ``times`` times... by count of hand-overs."""

    def __init__(self, journal: Journal, accepted: int) -> None:
        self._journal = journal
        self._accepted = accepted

    def __call__(self) -> bool:
        done = [mark for mark in self._journal.outcome.values() if mark == "accepted"]
        return len(done) >= self._accepted
