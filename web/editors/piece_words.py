"""How the desk speaks of a piece: as what it was used, and what changed in it."""

from newsletter.issues.usage import Use
from newsletter.library.models import LibraryVersion, VersionKind
from web.language import gettext as _


def used_as(use: Use) -> str:
    """As what an issue shows a piece."""
    edition = _("in the edition %(name)s") % {"name": use.edition}
    if use.behind:
        what = _("as knowledge with")
    elif use.block == "story":
        what = _("as a large story") if use.size == "feature" else _("as a story")
    elif use.block == "knowledge":
        what = _("with its knowledge")
    else:
        what = use.block
    return f"{what}, {edition}" if use.edition else what


def version_kind(version: LibraryVersion) -> str:
    """How a version of a piece came to be."""
    return {
        VersionKind.ADDED: _("added"),
        VersionKind.CHANGED: _("changed"),
        VersionKind.RESTORED: _("version %(note)s put back") % {"note": version.note},
        VersionKind.MERGED: _("became one with %(note)s") % {"note": version.note},
        VersionKind.DOUBLE: _("what the double %(note)s said") % {"note": version.note},
    }[version.kind]


def piece_field(name: str) -> str:
    """A field of a piece, as its form calls it."""
    return {
        "kind": _("kind"),
        "title": _("title"),
        "summary": _("summary"),
        "body": _("text"),
        "language": _("language"),
        "url": _("web address"),
        "published_on": _("day"),
        "people": _("people"),
        "regions": _("places"),
        "themes": _("themes"),
        "partner": _("partner"),
        "source": _("source"),
        "licence": _("licence"),
        "image_alt": _("description of the picture"),
        "image_credit": _("maker of the picture"),
    }.get(name, _("picture"))
