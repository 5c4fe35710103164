"""Column types that mean the same on SQLite and PostgreSQL."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar

from sqlalchemy import JSON, DateTime, Dialect, String, TypeDecorator
from sqlalchemy.dialects.postgresql import JSONB

E = TypeVar("E", bound=StrEnum)

# A JSON document: JSONB on PostgreSQL, text on SQLite.
Json = JSON().with_variant(JSONB(), "postgresql")
# The same where None is no document, and not the document "null".
JsonOrNone = JSON(none_as_null=True).with_variant(
    JSONB(none_as_null=True), "postgresql"
)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, always aware and always UTC; a naive one is refused at the door."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(
                f"A moment needs a time zone: {value.isoformat()} has none."
            )
        value = value.astimezone(UTC)
        # SQLite stores text without an offset; equal text must mean equal moments.
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(
        self, value: datetime | None, _dialect: Dialect
    ) -> datetime | None:
        if value is None:
            return None
        return (
            value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        )


class EnumText(TypeDecorator[E], Generic[E]):
    """A StrEnum stored as its own text, readable in any SQL client."""

    impl = String(40)
    cache_ok = True

    def __init__(self, enum: type[E]) -> None:
        super().__init__()
        self.enum = enum

    def process_bind_param(
        self, value: E | str | None, _dialect: Dialect
    ) -> str | None:
        return None if value is None else self.enum(value).value

    def process_result_value(self, value: Any, _dialect: Dialect) -> E | None:
        return None if value is None else self.enum(value)
