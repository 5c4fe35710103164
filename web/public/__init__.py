"""The pages for everybody: no login, no cookie, and they work without JavaScript.

To add a page, write one module with its own blueprint and list it in PAGES.
"""

from flask import Blueprint

from web.public import (
    approve,
    archive,
    archive_feeds,
    confirm,
    details,
    health,
    home,
    media,
    preferences,
    privacy,
    sharing,
    signup,
    unsubscribe,
)

PAGES: tuple[Blueprint, ...] = (
    home.pages,
    signup.pages,
    confirm.pages,
    unsubscribe.pages,
    preferences.pages,
    details.pages,
    approve.pages,
    archive.pages,
    archive_feeds.pages,
    sharing.pages,
    media.pages,
    privacy.pages,
    health.pages,
)
