"""What people call a block: its kind, and its title or first words. Never its id."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy.orm import Session

from newsletter.issues.blocks import BLOCK_TYPES, Block
from newsletter.library.stories import items_of

_MOST = 40  # characters of a title or a text
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_MARKUP = str.maketrans("", "", "#*>`")
_LABELS = {kind.kind: kind.label for kind in BLOCK_TYPES}


def called(kind: str, words: str, language: str) -> str:
    """Voorwoord “Beste lezer, …”; only the kind when it says nothing yet."""
    label = _LABELS[kind].get(language, _LABELS[kind]["nl"]) if is_known(kind) else kind
    return f"{label} “{words}”" if words else label


def is_known(kind: str) -> bool:
    """False: of a kind that another release had."""
    return kind in _LABELS


def words_of(session: Session, blocks: Collection[Block]) -> dict[str, str]:
    """Block id to its title or its first words; "" when it has none."""
    documents = [block.to_dict() for block in blocks]
    slugs = [one["story"] for one in documents if one.get("story")]
    titles = {slug: item.title for slug, item in items_of(session, slugs).items()}
    return {one["id"]: words_in(one, titles) for one in documents}


def words_in(document: Mapping[str, Any], titles: Mapping[str, str]) -> str:
    """A block's title or first words; of a piece ``titles`` has it, by slug.

    A picture has none but what somebody wrote under it or says that it shows.
    """
    told = (document.get(name) for name in ("title", "text", "caption", "alt", "who"))
    first = next((text for text in told if text), "")
    text = titles.get(document.get("story", ""), first)
    words = " ".join(_LINK.sub(r"\1", text).translate(_MARKUP).split())
    if len(words) <= _MOST:
        return words
    return words[:_MOST].rsplit(" ", 1)[0] + " …"
