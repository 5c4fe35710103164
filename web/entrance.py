"""Who may enter a route: every view declares it, and a test walks them all.

    @pages.get("/preferences/<token>")
    @with_link
    def show(token: str) -> ResponseReturnValue: ...

The declaration decides more than the door. Views without a session cookie (``anyone``,
``with_link``) need no CSRF token; pages behind a signed link are never stored or
indexed. What declares nothing is treated as the strictest kind, and fails the test.
Desks declare a staff act with ``declare`` and check it where they know their staff.
"""

from collections.abc import Callable
from typing import TypeVar

from flask import current_app, request

View = TypeVar("View", bound=Callable[..., object])

ANYONE = "anyone"  # the public pages
WITH_LINK = "with link"  # whoever holds the signed link; no login, never stored
WITH_SIGNATURE = "with signature"  # a program that signs what it posts
SESSIONLESS = frozenset({ANYONE, WITH_LINK, WITH_SIGNATURE})


def declare(who: str) -> Callable[[View], View]:
    """Say who may enter: ANYONE, WITH_LINK, or for a desk "staff: <act>"."""

    def mark(view: View) -> View:
        view.may_enter = who  # type: ignore[attr-defined]
        return view

    return mark


anyone = declare(ANYONE)
with_link = declare(WITH_LINK)
with_signature = declare(WITH_SIGNATURE)


def entrance_of(view: object) -> str | None:
    """What a view declared; None when it forgot."""
    found: str | None = getattr(view, "may_enter", None)
    return found


def entrance() -> str | None:
    """Who may enter the view this request goes to; None without one."""
    view = current_app.view_functions.get(request.endpoint or "")
    return entrance_of(view)
