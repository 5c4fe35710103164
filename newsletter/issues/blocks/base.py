"""What every block shares.

To add a kind: one file here with a frozen dataclass below ``Block``, one line in
``BLOCK_TYPES``, one value in ``rendering.values`` and its two templates in
``templates/mail/blocks``.
"""

import dataclasses
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Self

from newsletter.issues.blocks.context import Resolving
from newsletter.issues.blocks.fields import FieldSpec, Problem
from newsletter.issues.errors import BadBlock, unknown_field
from newsletter.rendering.values import BlockValue
from subscribers.errors import SubscribersError
from subscribers.segments.rules import parse_rule

_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")


@dataclass(frozen=True, kw_only=True)
class Block:
    """One typed element of an issue."""

    kind: ClassVar[str]
    label: ClassVar[Mapping[str, str]]  # "nl", "en"
    example: ClassVar[Mapping[str, Any]]  # a document without ``kind``
    # False: a foreword, a line or a button alone is no reason to mail anybody.
    is_content: ClassVar[bool] = True
    # False: it is for who composes, and in no variant.
    is_mailed: ClassVar[bool] = True
    # False: it was of that month, and is not in what the next issue begins with.
    recurs: ClassVar[bool] = True

    id: str
    only: Mapping[str, Any] | None = None  # the rule of who sees it; None: everybody
    hidden: bool = False  # kept in the issue, and in no variant of it

    @classmethod
    def specs(cls) -> dict[str, FieldSpec]:
        """The kind's own fields by name, in the order of the form."""
        return {
            field.name: field.metadata["spec"]
            for field in dataclasses.fields(cls)
            if "spec" in field.metadata
        }

    @classmethod
    def from_dict(cls, document: Mapping[str, Any], *, block_id: str) -> Self:
        """The block of a document; ``block_id`` counts when it names none.

        Raises BadBlock with a sentence on an unknown, missing or impossible field.
        """
        own = document.get("id") or block_id
        if not isinstance(own, str) or not _ID.fullmatch(own):
            raise BadBlock(
                block_id, f"id must be small letters, digits and -, not {own!r}."
            )
        specs = cls.specs()
        values: dict[str, Any] = {
            "id": own,
            "only": _rule(own, document.get("only")),
            "hidden": _hidden(own, document.get("hidden")),
        }
        for name, value in document.items():
            if name == "kind" or name in values:
                continue
            if name not in specs:
                raise BadBlock(own, unknown_field(name, [*specs, *values]))
            try:
                read = specs[name].read(value)
            except ValueError as error:
                raise BadBlock(own, f"{name} {error}") from None
            if read is not None:
                values[name] = read
        for name, spec in specs.items():
            if spec.required and name not in values:
                raise BadBlock(own, f"{name} is missing. A {cls.kind} block needs it.")
        block = cls(**values)
        block.check_shape()
        return block

    def to_dict(self) -> dict[str, Any]:
        """The document: always its id, never what is left at its default."""
        document: dict[str, Any] = {"kind": self.kind, "id": self.id}
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if field.name == "id" or value == field.default:
                continue
            if isinstance(value, datetime):
                value = value.isoformat()
            document[field.name] = dict(value) if field.name == "only" else value
        return document

    def check_shape(self) -> None:
        """Raise BadBlock when the fields contradict each other."""

    def check_references(self, context: Resolving) -> None:
        """Raise a sentence when it names a story or partner that does not exist."""

    def problems(self) -> Iterator[Problem]:
        """What a person should mend before this goes out, without the database."""
        for name, spec in self.specs().items():
            yield from spec.problems(getattr(self, name))

    def resolve(self, context: Resolving) -> BlockValue | None:
        """What is rendered; None when there is nothing to show."""
        raise AssertionError(f"{self.kind} says how it resolves.")


def _hidden(block_id: str, value: object) -> bool:
    if value is not None and not isinstance(value, bool):
        raise BadBlock(block_id, f"hidden must be true or false, not {value!r}.")
    return value is True


def _rule(block_id: str, rule: object) -> Mapping[str, Any] | None:
    if rule is None:
        return None
    try:
        parse_rule(rule)
    except SubscribersError as error:
        raise BadBlock(block_id, f"only: {error}") from error
    assert isinstance(rule, dict)
    return rule
