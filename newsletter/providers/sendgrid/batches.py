"""Which recipients go in one request together, and what becomes of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from newsletter.providers.base import Chunk, Marks
from newsletter.providers.wording import is_mailbox


@dataclass
class Batch:
    """Recipients of one request, by place in the chunk."""

    places: list[int]
    tried: bool = False  # marked as handed over

    def hand_over(self, marks: Marks) -> None:
        """Again and again, when it is tried once more: they are marked once."""
        if not self.tried:
            for place in self.places:
                marks.handed_over(place)
        self.tried = True

    def halves(self) -> "tuple[Batch, Batch]":
        """Both halves, the first one last: it is taken first."""
        middle = len(self.places) // 2
        return (
            Batch(self.places[middle:], self.tried),
            Batch(self.places[:middle], self.tried),
        )


def first_batches(chunk: Chunk, marks: Marks) -> list[Batch]:
    """Requests in which no address stands twice: SendGrid refuses such a one whole.

    The first one last. Who cannot be mailed at all is refused here.
    """
    places = list(_mailable(chunk, marks))
    addresses = [chunk.recipients[place].address.lower() for place in places]
    if len(set(addresses)) == len(addresses):
        return [Batch(places)] if places else []
    rounds: list[dict[str, int]] = []
    for place, address in zip(places, addresses, strict=True):
        free = next((one for one in rounds if address not in one), None)
        if free is None:
            free = {}
            rounds.append(free)
        free[address] = place
    return [Batch(list(one.values())) for one in reversed(rounds)]


def put_back(batches: Iterable[Batch], marks: Marks) -> None:
    """Nobody in them was taken: as if they were never handed over."""
    for batch in batches:
        if batch.tried:
            for place in batch.places:
                marks.untouched(place)


def _mailable(chunk: Chunk, marks: Marks) -> Iterator[int]:
    for place, recipient in enumerate(chunk.recipients):
        if is_mailbox(recipient.address):
            yield place
        else:
            marks.refused(place, "The address cannot be mailed to.")
