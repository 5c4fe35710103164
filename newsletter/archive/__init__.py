"""What was published, for everybody to read back: issues, their versions, stories.

An issue is published from the moment its mailing is frozen: the link in the mail must
work when the first mail arrives.
"""

from newsletter.archive.bundles import find_bundle_page, published_bundles
from newsletter.archive.issues import PublishedIssue, find_issue, find_page, published
from newsletter.archive.stories import StoryPage, find_story, moved_to

__all__ = [
    "PublishedIssue",
    "StoryPage",
    "find_bundle_page",
    "find_issue",
    "find_page",
    "find_story",
    "moved_to",
    "published",
    "published_bundles",
]
