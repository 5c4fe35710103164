"""Whose pages these are: the organisation behind the first mailing list."""

from flask import Flask, g
from sqlalchemy.exc import SQLAlchemyError

from subscribers.lists import all_lists
from web.session import session

NAMELESS = "Buurtpost"


def brand() -> str:
    """The name at the top of every page, also of the page that says we are broken."""
    if "brand" not in g:
        try:
            lists = all_lists(session())
        except SQLAlchemyError:
            lists = []
        g.brand = lists[0].sender.name if lists else NAMELESS
    name: str = g.brand
    return name


def install(app: Flask) -> None:
    app.jinja_env.globals["brand"] = brand
