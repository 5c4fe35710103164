"""An issue read into typed blocks and editions: what every later step works with."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from newsletter.errors import NewsletterError
from newsletter.issues.blocks import Block, Resolving, read_blocks
from newsletter.issues.blocks.fields import Problem
from newsletter.issues.editions import BASE, Edition, read_editions
from newsletter.issues.errors import BadBlock, BadEdition
from newsletter.issues.models import Issue
from subscribers.errors import SubscribersError
from subscribers.segments.rules import check_values, parse_rule


@dataclass(frozen=True)
class Composition:
    """The base blocks, and the editions in the order of the file."""

    base: tuple[Block, ...]
    editions: tuple[Edition, ...]

    @classmethod
    def read(cls, blocks: object, editions: object) -> "Composition":
        """From documents. Raises BadBlock or BadEdition with a sentence."""
        base = read_blocks(blocks)
        return cls(tuple(base), tuple(read_editions(editions, base)))

    @classmethod
    def of(cls, issue: Issue) -> "Composition":
        return cls.read(issue.blocks, issue.editions)

    @property
    def all_editions(self) -> tuple[Edition, ...]:
        """The base first, as people read them; it is the last anybody falls into."""
        return (BASE, *self.editions)

    def edition(self, key: str) -> Edition:
        """Raises BadEdition naming those there are."""
        for edition in self.all_editions:
            if edition.key == key:
                return edition
        known = ", ".join(edition.key for edition in self.all_editions)
        raise BadEdition(key, f"there is no such edition. Use: {known}.")

    def blocks_of(self, key: str) -> list[Block]:
        """All blocks of one edition, in order, whoever may see them."""
        return self.edition(key).compose(self.base)

    def visible_of(self, key: str) -> list[Block]:
        """Those that readers may see: not what is hidden, nor what is never mailed."""
        return [
            block
            for block in self.blocks_of(key)
            if block.is_mailed and not block.hidden
        ]

    def all_blocks(self) -> list[Block]:
        """Each block once, hidden ones too: the base's, then the editions' own."""
        extras = [extra.block for edition in self.editions for extra in edition.extras]
        return [*self.base, *extras]

    def every_block(self) -> list[Block]:
        """Each block that is not hidden, in the same order."""
        return [block for block in self.all_blocks() if not block.hidden]

    def problems(self) -> Iterator[tuple[str, Problem]]:
        """Block id and sentence for whatever a person should mend first."""
        for block in self.every_block():
            for problem in block.problems():
                yield block.id, problem

    def check_references(
        self, context: Resolving, known: "Composition | None" = None
    ) -> None:
        """Raise a sentence naming the first thing that does not exist here.

        What was like this in ``known`` is let pass: a role that was taken away may stop
        the mailing, and not the work on other blocks.
        """
        old = known.all_blocks() if known else []
        for block in self.all_blocks():
            if block in old:
                continue
            try:
                block.check_references(context)
            except BadBlock:
                raise
            except NewsletterError as error:
                raise BadBlock(block.id, str(error)) from error
            if block.only is not None:
                try:
                    check_values(context.session, parse_rule(block.only))
                except SubscribersError as error:
                    raise BadBlock(block.id, f"only: {error}") from error
        for edition in self.editions:
            if known is None or edition not in known.editions:
                edition.check_references(context)


def ruled(blocks: Sequence[Block]) -> list[Block]:
    """Those not everybody sees."""
    return [block for block in blocks if block.only is not None]
