"""The language of a page: asked for, else the reader's own, else the browser's.

``?lang=en`` wins and is carried along by ``url_for``; a page that knows its reader
calls ``prefer``. Words come from the gettext catalogues named in DOMAINS.
"""

from datetime import date, datetime
from typing import Any

from babel.dates import format_date
from flask import Flask, Response, g, request

from newsletter.language import LANGUAGES, translations
from web.session import settings

DOMAINS = ("public", "desk")


def language() -> str:
    """nl or en, for this request."""
    if "language" not in g:
        g.language = (
            _asked_for() or request.accept_languages.best_match(LANGUAGES) or "nl"
        )
    found: str = g.language
    return found


def prefer(own: str | None) -> None:
    """Use the reader's own language, unless the address asks for another."""
    if own in LANGUAGES and not _asked_for():
        g.language = own


def gettext(message: str) -> str:
    return translations(language(), *DOMAINS).gettext(message)


def ngettext(one: str, many: str, n: int) -> str:
    return translations(language(), *DOMAINS).ngettext(one, many, n)


def long_date(moment: date | datetime) -> str:
    """A day as people write it: 20 november 2026, in the organisation's time zone."""
    if isinstance(moment, datetime):
        moment = moment.astimezone(settings().timezone).date()
    return format_date(moment, "d MMMM y", locale=language())


def month(day: date) -> str:
    """november 2026"""
    return format_date(day, "MMMM y", locale=language())


def install(app: Flask) -> None:
    environment = app.jinja_env
    environment.add_extension("jinja2.ext.i18n")
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        gettext, ngettext, newstyle=True
    )
    environment.filters["long_date"] = long_date
    environment.filters["month"] = month
    environment.globals["language"] = language
    app.url_defaults(_carry)
    app.after_request(_vary)


def _asked_for() -> str | None:
    asked = request.args.get("lang")
    return asked if asked in LANGUAGES else None


def _vary(response: Response) -> Response:
    """A cache on the way must not give one reader the language of another."""
    if "language" in g:
        response.vary.add("Accept-Language")
    return response


def _carry(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint not in {"assets.serve", "media.serve"} and (asked := _asked_for()):
        values.setdefault("lang", asked)
