"""The application: started as ``web.app:create_app()``.

To add a page, write a module with its own small blueprint and list the blueprint in
``PAGES`` of its desk (``web/public/__init__.py``); every view declares who may enter.
"""

import hashlib
import hmac
import logging
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

from dotenv import dotenv_values
from flask import Flask, Request, request
from flask_wtf.csrf import CSRFProtect
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import RequestRedirect

import templates
from database.session import Database, open_database
from newsletter.settings import Settings, read_settings
from subscribers.tokens import Signer
from web import (
    addresses,
    auth,
    brand,
    editors,
    errors,
    headers,
    language,
    public,
    session,
    static_files,
    webhooks,
)
from web.entrance import SESSIONLESS, WITH_SIGNATURE, entrance

# An upload at a desk: more than the largest picture we take, so that one too large
# gets its sentence beside the text that came with it.
LARGEST_BODY = 64 * 1024 * 1024
LARGEST_PUBLIC_BODY = 64 * 1024  # a form anybody may send
LARGEST_SIGNED_BODY = 4 * 1024 * 1024  # SendGrid posts 768 kB of events at a time
TEMPLATES = Path(templates.__file__).parent / "web"

csrf = CSRFProtect()
log = logging.getLogger(__name__)


class Application(Flask):
    """Flask, but its log never holds a path: a path may be somebody's signed link."""

    def log_exception(self, *_error: Any, **_named: Any) -> None:
        log.error("path=%s failed", request.url_rule, exc_info=True)

    def raise_routing_exception(self, request: Request) -> NoReturn:
        if isinstance(request.routing_exception, RequestRedirect):
            addresses.keep_here(request.routing_exception)
        super().raise_routing_exception(request)


def _utc_now() -> datetime:
    return datetime.now(UTC)


def create_app(
    settings: Settings | None = None,
    database: Database | None = None,
    clock: Callable[[], datetime] = _utc_now,
) -> Flask:
    """Build the application; settings come from the environment when not given."""
    if settings is None:
        settings = read_settings(
            {k: v for k, v in dotenv_values(".env").items() if v is not None}
            | dict(os.environ)
        )
        settings.require_home()
    if database is None:
        database = open_database(settings.database_url)

    app = Application("web", static_folder=None, template_folder=str(TEMPLATES))
    _configure(app, settings)
    addresses.install(app)
    session.install(
        app, session.House(settings, database, Signer(settings.signing_keys()), clock)
    )
    language.install(app)
    brand.install(app)
    headers.install(app)
    errors.install(app)
    static_files.install(app)
    _protect(app)
    auth.install(app)
    editors.install(app)
    for blueprint in (*public.PAGES, *editors.PAGES, webhooks.pages):
        app.register_blueprint(blueprint)
    if settings.trusted_proxies:
        proxies = settings.trusted_proxies
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies
        )
    return app


def _configure(app: Flask, settings: Settings) -> None:
    keys = [_cookie_key(key) for key in settings.signing_keys()]
    app.config.update(
        SECRET_KEY=keys[0],
        SECRET_KEY_FALLBACKS=keys[1:],
        SESSION_COOKIE_NAME="buurtpost",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.base_url.startswith("https://"),
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        WTF_CSRF_CHECK_DEFAULT=False,
    )
    app.url_map.strict_slashes = True
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


def _cookie_key(key: bytes) -> bytes:
    """A key for cookies alone: no cookie can pass for a signed link."""
    return hmac.new(key, b"cookies", hashlib.sha256).digest()


def _protect(app: Flask) -> None:
    csrf.init_app(app)

    @app.before_request
    def _check() -> None:
        if entrance() == WITH_SIGNATURE:
            request.max_content_length = LARGEST_SIGNED_BODY
        elif entrance() in SESSIONLESS:
            request.max_content_length = LARGEST_PUBLIC_BODY
        elif request.endpoint is not None:
            csrf.protect()
