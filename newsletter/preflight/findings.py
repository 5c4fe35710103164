"""What preflight has to say, in three levels."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Level(StrEnum):
    BLOCKING = "blocking"  # no start as long as it stands
    WARNING = "warning"  # look at it before you start
    ADVICE = "advice"  # it would be better


@dataclass(frozen=True)
class Finding:
    """One thing to mend, in a sentence for the editor."""

    check: str  # the check's id: stable, for scripts
    level: Level
    message: str  # in the language
    variant: str | None = None  # key of the first variant it shows in
    block: str | None = None  # id of the block to change
    about: str = ""  # what people call that block

    def to_document(self) -> dict[str, Any]:
        return {
            "check": self.check,
            "variant": self.variant,
            "block": self.block,
            "message": self.message,
        }


@dataclass(frozen=True)
class Findings:
    """All of an issue, by level."""

    blocking: tuple[Finding, ...]
    warning: tuple[Finding, ...]
    advice: tuple[Finding, ...]

    @classmethod
    def of(cls, findings: Iterable[Finding]) -> "Findings":
        """Each finding once: most stand in every variant, and are one thing to mend."""
        once = {
            (one.check, one.block, one.message): one for one in reversed([*findings])
        }
        first = tuple(reversed(once.values()))
        return cls(
            *(tuple(one for one in first if one.level is level) for level in Level)
        )

    def to_document(self) -> dict[str, list[dict[str, Any]]]:
        """The contract's shape."""
        return {
            level.value: [one.to_document() for one in self.at(level)]
            for level in Level
        }

    def at(self, level: Level) -> tuple[Finding, ...]:
        return {
            Level.BLOCKING: self.blocking,
            Level.WARNING: self.warning,
            Level.ADVICE: self.advice,
        }[level]


Words = Mapping[str, str]  # a sentence in "nl" and "en", with {places}
