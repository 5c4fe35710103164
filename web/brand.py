"""Whose pages these are: the one newsletter's, or the organisation behind several."""

from flask import Flask, g
from sqlalchemy.exc import SQLAlchemyError

from subscribers.lists import all_lists
from web.session import reading

NAMELESS = "Buurtpost"


def brand() -> str:
    """The name at the top of every page, also of the page that says we are broken."""
    if "brand" not in g:
        try:
            lists = all_lists(reading())
        except SQLAlchemyError:
            lists = []
        if len(lists) == 1:
            g.brand = lists[0].name
        else:
            g.brand = lists[0].sender.name if lists else NAMELESS
    name: str = g.brand
    return name


def install(app: Flask) -> None:
    app.jinja_env.globals["brand"] = brand
