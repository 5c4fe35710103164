"""Values from outside, made unable to act as anything but text.

The templates escape HTML; this takes out what escaping leaves: look-alikes of slots,
and characters no mail may hold.
"""

import re
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from newsletter.rendering.merge import Slot, marker, without_markers
from newsletter.rendering.values import BlockValue, Foreword, Frame

_Value = TypeVar("_Value")
# Control characters break XML and headers, lone surrogates break UTF-8.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]"
)


def disarmed_block(block: BlockValue) -> BlockValue:
    """A block's values as text; only a foreword may greet the reader by name."""
    return _disarmed(block, greets=isinstance(block, Foreword))


def disarmed_frame(frame: Frame) -> Frame:
    """A frame's values as text; only the subject may hold the reader's name."""
    subject = _text(frame.subject, greets=True)
    return replace(_disarmed(frame, greets=False), subject=" ".join(subject.split()))


def _disarmed(value: _Value, *, greets: bool) -> _Value:
    result: Any = value
    if isinstance(value, str):
        result = _text(value, greets=greets)
    elif isinstance(value, tuple):
        result = tuple(_disarmed(part, greets=greets) for part in value)
    elif is_dataclass(value) and not isinstance(value, type):
        result = replace(
            value,
            **{
                field.name: _disarmed(getattr(value, field.name), greets=greets)
                for field in fields(value)
                if field.init
            },
        )
    return result  # type: ignore[no-any-return]


def printable(text: str) -> str:
    """Text without characters no mail may hold; lines end with a line feed."""
    return _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _text(text: str, *, greets: bool) -> str:
    text = printable(text)
    if not greets:
        return without_markers(text)
    name = marker(Slot.NAME)
    return name.join(without_markers(part) for part in text.split(name))
