"""What can be wrong with a piece: one sentence saying what, which and what to do."""

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

from newsletter.errors import NewsletterError
from subscribers.typed import shown


class LibraryError(NewsletterError):
    """The family."""


class UnknownItem(LibraryError):
    def __init__(self, slug: str, known: Iterable[str]) -> None:
        near = get_close_matches(slug, list(known), n=1)
        meant = f" Did you mean {near[0]!r}?" if near else ""
        super().__init__(
            f"There is no piece {shown(slug)} in the library.{meant} "
            "`buurtpost library list` shows what there is."
        )
        self.slug = slug


class ItemExists(LibraryError):
    def __init__(self, slug: str) -> None:
        super().__init__(
            f"There is a piece {slug!r} in the library already. Replace it with "
            "--replace, or give this one another slug with --slug."
        )


class BadItem(LibraryError):
    """A piece's own values are not what they must be."""


class BadLink(LibraryError):
    """These two pieces cannot be linked so."""


class BadFile(LibraryError):
    """A file cannot become a piece."""

    def __init__(self, path: Path | str, sentence: str) -> None:
        super().__init__(f"{path}: {sentence}")


class BadPage(LibraryError):
    """A page elsewhere cannot become a piece."""

    def __init__(self, url: str, sentence: str) -> None:
        super().__init__(f"{shown(url)} {sentence}")


class OwnAddress(BadPage):
    """An address of ours is not fetched from."""

    def __init__(self, url: str) -> None:
        super().__init__(url, "is our own address. What stands there is here already.")


class BadFrontMatter(LibraryError):
    """The lines before a Markdown text are not understood."""

    def __init__(self, line: int, key: str, sentence: str) -> None:
        where = f"line {line}, {key}" if key else f"line {line}"
        super().__init__(f"{where}: {sentence}")
        self.line = line
        self.key = key
