"""Keeping a list as somebody left it, under a name."""

from __future__ import annotations

from django.utils.translation import gettext as _

from p2p.core.facts import Refused
from p2p.core.models import SavedView, User


def save_view(*, page: str, title: str, query: str, shared: bool, by: User) -> SavedView:
    """Keep a list as it is now under a name; the same name again replaces it."""
    if not title.strip():
        raise Refused(_("A view needs a name."), field="title")
    view, _new = SavedView.objects.update_or_create(
        owner=by, page=page, title=title.strip()[:80], defaults={"query": query.lstrip("?"), "shared": shared}
    )
    return view
