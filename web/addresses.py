"""What may stand in the address of a page, and where a redirect may lead."""

from urllib.parse import urlsplit

from flask import Flask
from werkzeug.routing import BaseConverter, IntegerConverter, RequestRedirect

LARGEST_NUMBER = 2**31 - 1  # an INTEGER of PostgreSQL


class Number(IntegerConverter):
    """A number some row may have; any other is simply not here."""

    regex = r"\d{1,10}"

    def __init__(self, *known: object, **named: object) -> None:
        super().__init__(*known, **{"max": LARGEST_NUMBER, **named})  # type: ignore[arg-type]


class BundleNumber(BaseConverter):
    """A month, with a list's slug behind it for every list but the first."""

    regex = r"\d{4}-\d\d(?:-[a-z0-9-]{1,80})?"


def install(app: Flask) -> None:
    app.url_map.converters["int"] = Number
    app.url_map.converters["bundle"] = BundleNumber


def keep_here(redirect: RequestRedirect) -> None:
    """A slash that is added leads to a path of ours, whatever host was asked for."""
    parts = urlsplit(redirect.new_url)
    path = "/" + parts.path.lstrip("/")
    redirect.new_url = f"{path}?{parts.query}" if parts.query else path
