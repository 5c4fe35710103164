"""What is happening to a chunk right now, kept where a killed process leaves it.

A memory-mapped file per chunk in flight: a header, then one byte per place. The kernel
keeps what a process wrote when the process dies, so any worker on the same host and
home can read how far it came. Who holds the file's lock owns the chunk: a lock dies
with its process, so one that can be had means that nobody is sending.

Pages that were never synced are lost with the machine. A journal of another boot
therefore tells nothing, and neither does a damaged one: what is not recorded then is in
doubt, never a guess.
"""

import fcntl
import mmap
import os
import struct
import uuid
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from newsletter.dispatch.flight.marks import ByteMarks, Mark

_MAGIC = b"BPJ1"
# magic, boot id, mailing, chunk, fencing token, places; then the checksum of those.
_HEADER = struct.Struct("<4s16sqqqq")
_CHECKSUM = struct.Struct("<I")
_START = _HEADER.size + _CHECKSUM.size
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_SUFFIX = ".journal"
_TRIES = 5


@dataclass(frozen=True)
class Holder:
    """Which claim a journal belongs to."""

    mailing_id: int
    chunk_id: int
    token: int


def boot_id() -> bytes:
    """Sixteen bytes that change when the machine starts."""
    return uuid.UUID(_BOOT_ID.read_text().strip()).bytes


class Journal:
    """The marks of one chunk in flight, locked for as long as this object is open."""

    def __init__(self, path: Path, descriptor: int, places: int) -> None:
        self._path = path
        self._descriptor = descriptor
        self._map = mmap.mmap(descriptor, _START + places)
        self.marks = ByteMarks(self._map, start=_START)

    def remove(self) -> None:
        """Delete it: everything in it is recorded. The name goes before the lock."""
        self._path.unlink(missing_ok=True)
        self.close()

    def close(self) -> None:
        """Let go of it as a killed process would; the file stays."""
        self._map.close()
        os.close(self._descriptor)


def create(folder: Path, holder: Holder, *, places: int) -> Journal:
    """A new journal, locked before anyone else can see it."""
    folder.mkdir(parents=True, exist_ok=True)
    for _ in range(_TRIES):
        try:
            return _create(folder, holder, places=places)
        except (BlockingIOError, FileNotFoundError):
            # Somebody swept it before it was locked, as a dead process's beginning.
            continue
    return _create(folder, holder, places=places)


def _create(folder: Path, holder: Holder, *, places: int) -> Journal:
    path = folder / f"{holder.chunk_id}-{holder.token}{_SUFFIX}"
    part = folder / f".{path.name}.{uuid.uuid4().hex}"
    descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # A full disk under a sparse map kills the process with SIGBUS at some later
        # mark; here it is an OSError before anything is sent.
        os.posix_fallocate(descriptor, 0, _START + places)
        header = _HEADER.pack(
            _MAGIC,
            boot_id(),
            holder.mailing_id,
            holder.chunk_id,
            holder.token,
            places,
        )
        os.pwrite(descriptor, header + _CHECKSUM.pack(zlib.crc32(header)), 0)
        part.rename(path)
    except BaseException:
        part.unlink(missing_ok=True)
        os.close(descriptor)
        raise
    return Journal(path, descriptor, places)


@dataclass(frozen=True)
class Found:
    """A journal nobody is writing, locked by us until ``remove`` or ``close``."""

    path: Path
    descriptor: int
    holder: Holder | None  # None: too damaged to say whose it is
    marks: bytes | None  # one a place; None: it tells nothing

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)
        self.close()

    def close(self) -> None:
        """Let go of it; the file stays for whoever looks next."""
        os.close(self.descriptor)


def abandoned(folder: Path) -> Iterator[Found]:
    """Every journal whose process is gone, oldest name first, each locked."""
    _sweep(folder)
    for path in sorted(folder.glob(f"*{_SUFFIX}")):
        descriptor = _lock(path)
        if descriptor is None:
            continue
        content = os.pread(descriptor, os.fstat(descriptor).st_size, 0)
        holder, marks = _read(content)
        yield Found(path, descriptor, holder or _holder_by_name(path), marks)


def _sweep(folder: Path) -> None:
    """Take away what was killed before it had its name: its claim never committed."""
    for path in folder.glob(f".*{_SUFFIX}.*"):
        descriptor = _lock(path)
        if descriptor is not None:
            path.unlink(missing_ok=True)
            os.close(descriptor)


def is_held(folder: Path, *, chunk_id: int, token: int) -> bool:
    """Whether a process of this host is at work on this claim."""
    path = folder / f"{chunk_id}-{token}{_SUFFIX}"
    descriptor = _lock(path)
    if descriptor is None:
        return path.exists()
    os.close(descriptor)
    return False


def _lock(path: Path) -> int | None:
    """The file, locked. None: somebody holds it, or it went just now."""
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Its owner may have finished and deleted it between our open and our lock.
        if os.fstat(descriptor).st_ino == path.stat().st_ino:
            return descriptor
    except (BlockingIOError, FileNotFoundError):
        pass
    os.close(descriptor)
    return None


def _read(content: bytes) -> tuple[Holder | None, bytes | None]:
    if len(content) < _START:
        return None, None
    header = content[: _HEADER.size]
    (checksum,) = _CHECKSUM.unpack(content[_HEADER.size : _START])
    if zlib.crc32(header) != checksum or not header.startswith(_MAGIC):
        return None, None
    _magic, boot, mailing_id, chunk_id, token, places = _HEADER.unpack(header)
    holder = Holder(mailing_id, chunk_id, token)
    body = content[_START : _START + places]
    if boot != boot_id() or len(body) != places or max(body, default=0) > max(Mark):
        return holder, None
    return holder, body


def _holder_by_name(path: Path) -> Holder | None:
    """What the name says when the header is damaged: enough to find the chunk."""
    chunk_id, _, token = path.name.removesuffix(_SUFFIX).partition("-")
    if chunk_id.isdigit() and token.isdigit():
        return Holder(0, int(chunk_id), int(token))
    return None
