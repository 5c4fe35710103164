"""Packed answers, unpacked a piece at a time and never further than the limit.

A gigabyte of zeros is a megabyte of gzip: the limit counts what comes out.
"""

import zlib

# What zlib itself recognises: gzip, and deflate as the standard means it.
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS
_RAW = -zlib.MAX_WBITS  # deflate as some servers mean it
_PACKED = frozenset({"gzip", "x-gzip", "deflate"})
_PLAIN = frozenset({"", "identity"})


class Bomb(Exception):
    """More comes out than the limit."""


class Broken(Exception):
    """Not packed as it says, or in a way nobody asked for."""


class Decoder:
    """Collects a body sent with one ``Content-Encoding``."""

    def __init__(self, encoding: str, most: int) -> None:
        """Raises Broken for an encoding that was not asked for."""
        name = encoding.strip().lower()
        if name not in _PACKED | _PLAIN:
            raise Broken(f"it is packed as {name[:40]!r}, which was not asked for")
        self._most = most
        self._out = bytearray()
        self._inflate = None if name in _PLAIN else zlib.decompressobj(_GZIP_OR_ZLIB)
        self._may_be_raw = name == "deflate"

    def feed(self, part: bytes) -> None:
        """Raises Bomb or Broken."""
        if self._inflate is None:
            self._out += part
        elif part:
            self._out += self._unpacked(part)
        if len(self._out) > self._most:
            raise Bomb

    def finish(self) -> bytes:
        """All of it; raises Broken when the end is missing."""
        if self._inflate is not None and self._out and not self._inflate.eof:
            raise Broken("the end is missing")
        return bytes(self._out)

    def _unpacked(self, part: bytes) -> bytes:
        assert self._inflate is not None
        # One byte more than the limit is enough to know.
        room = self._most - len(self._out) + 1
        try:
            return self._inflate.decompress(part, room)
        except zlib.error as error:
            if not self._may_be_raw or self._out:
                raise Broken(str(error).lower()) from None
        self._may_be_raw = False
        self._inflate = zlib.decompressobj(_RAW)
        return self._unpacked(part)
