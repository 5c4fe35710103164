"""Due work that is not a mailing."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, BigId
from database.types import EnumText, Json


class JobState(StrEnum):
    WAITING = "waiting"  # due at run_at
    RUNNING = "running"  # leased; due again when the lease runs out
    DONE = "done"
    FAILED = "failed"  # tried as often as its kind allows; a person must look


class Job(Base):
    """One piece of due work, written in the transaction that causes it."""

    __tablename__ = "job"
    __table_args__ = (Index("ix_job_due", "state", "run_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str]  # a key of newsletter.agenda.JOBS
    payload: Mapped[dict[str, Any]] = mapped_column(Json)
    state: Mapped[JobState] = mapped_column(EnumText(JobState))
    run_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    token: Mapped[int] = mapped_column(default=0)  # fencing: grows at each claim
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
