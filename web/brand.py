"""Whose pages these are, and how partners are shown on them."""

from flask import Flask, g
from sqlalchemy.exc import SQLAlchemyError

from newsletter.partners.brands import source_of
from newsletter.partners.models import Partner
from newsletter.rendering.values import Source
from subscribers.lists import all_lists
from web.session import reading, settings

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


def source(partner: Partner) -> Source:
    """A partner as the source badge shows it."""
    return source_of(partner, settings().base_url)


def install(app: Flask) -> None:
    app.jinja_env.globals["brand"] = brand
    app.jinja_env.filters["source"] = source
