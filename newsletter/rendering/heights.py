"""The height of pictures in their attributes: MJML writes ``auto``, which is no HTML.

With it a reader's screen keeps the room while the picture is fetched, and Word draws it
in its own proportions.
"""

import html as entities
import re
from collections.abc import Iterable, Iterator

from newsletter.rendering.values import BlockValue, ImageBlock, Picture, StoryBlock

_AUTO = re.compile(r' height="auto"( src="([^"]*)" width="(\d+)")')


def with_heights(html: str, blocks: Iterable[BlockValue]) -> str:
    """``html`` with the height each picture has at the width it is shown."""
    known = {
        entities.escape(picture.url): picture.height / picture.width
        for picture in _pictures(blocks)
        if picture.height
    }

    def height(found: re.Match[str]) -> str:
        rest, url, width = found.groups()
        if url not in known:
            return rest
        return f' height="{max(1, round(int(width) * known[url]))}"{rest}'

    return _AUTO.sub(height, html)


def _pictures(blocks: Iterable[BlockValue]) -> Iterator[Picture]:
    for block in blocks:
        if isinstance(block, StoryBlock | ImageBlock) and block.picture:
            yield block.picture
