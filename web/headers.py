"""The headers every answer carries, and the exceptions a page may ask for.

No inline script or style, nothing from elsewhere, nothing framed. ``mail_page`` serves
one of our own mails, which needs its inline styles and nothing else;
``framed_anywhere`` is for the one form that partners put on their own pages.
"""

from urllib.parse import urlsplit

from flask import Flask, Response, g, make_response

from web.entrance import SESSIONLESS, WITH_LINK, entrance
from web.session import settings

PAGE = {
    "default-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "object-src": "'none'",
}
FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
}


def install(app: Flask) -> None:
    app.after_request(_add)


def mail_page(html: str, *, framed: bool = False) -> Response:
    """Answer with a mail's own HTML: inline styles, no script at all.

    ``framed`` lets our own pages show it in a frame (the preview of the desk).
    """
    base = urlsplit(settings().base_url)
    g.content_policy = {
        "default-src": "'none'",
        # Addresses in a mail are absolute: behind a proxy they may differ from 'self'.
        "img-src": f"'self' {base.scheme}://{base.netloc}",
        "style-src": "'unsafe-inline'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'self'" if framed else "'none'",
    }
    return make_response(html)


def framed_anywhere() -> None:
    """Let any site show this answer in a frame: nothing on it may act for its reader.

    Somebody tricked into pressing a button there must have lost nothing by it.
    """
    g.content_policy = PAGE | {"frame-ancestors": "*"}
    g.readable_by_all = True


def readable_anywhere() -> None:
    """Let the script of any site read this answer, which tells nobody anything."""
    g.readable_by_all = True


def _add(response: Response) -> Response:
    policy: dict[str, str] = g.get("content_policy", PAGE)
    response.headers["Content-Security-Policy"] = "; ".join(
        f"{name} {value}" for name, value in policy.items()
    )
    if "readable_by_all" in g:
        # Without credentials: we set no cookie on these pages, and would not read one.
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    for name, value in FIXED.items():
        response.headers.setdefault(name, value)
    if entrance() == WITH_LINK:
        # The address of the page is its key: it must not travel or linger.
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
    elif entrance() not in SESSIONLESS:
        response.headers.setdefault("Cache-Control", "no-store")
    return response
