"""A provider that obeys the interface and says what the test wants it to say."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from newsletter.providers.base import Chunk, Marks, ProviderError, Recipient, Stop


class Killed(BaseException):
    """What a killed process looks like from the inside: nothing after it runs."""


@dataclass
class Scripted:
    """``answers`` by name: "refuse", "later", "silence", "killed"; else it accepts."""

    name: str = "scripted"
    chunk_size: int = 1000
    at_once: int = 1
    answers: dict[str, str] = field(default_factory=dict)
    fails: dict[str, ProviderError | Killed] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)  # said with "refuse", "later"
    before_each: Callable[[str], None] = lambda _name: None
    got: Counter[str] = field(default_factory=Counter)
    mails: dict[str, Recipient] = field(default_factory=dict)
    chunks: list[Chunk] = field(default_factory=list)
    closed: int = 0

    def send(self, chunk: Chunk, *, marks: Marks, until: Stop) -> None:
        self.chunks.append(chunk)
        for place, recipient in enumerate(chunk.recipients):
            name = recipient.address.partition("@")[0]
            self.before_each(name)
            if until():
                return
            if name in self.fails:
                raise self.fails[name]
            marks.handed_over(place)
            answer = self.answers.get(name, "accept")
            if answer == "accept":
                self.got[name] += 1
                self.mails[name] = recipient
                marks.accepted(place)
            elif answer == "refuse":
                words = f"550 <{recipient.address}> unknown here"
                marks.refused(place, self.words.get(name, words))
            elif answer == "later":
                words = f"451 {recipient.address} come back"
                marks.later(place, self.words.get(name, words))
            elif answer == "killed":
                raise Killed

    def close(self) -> None:
        self.closed += 1
