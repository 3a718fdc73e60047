"""Every component on one page, for builders and for the pictures in tests. Staff only; no plant data."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from p2p.core.web import states
from p2p.core.web.page import Page, who


class Gallery(Page):
    """The page."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        if not who(request).is_staff:
            raise PermissionDenied(_("The gallery is for the people who build pages."))
        return render(request, "core/gallery.html", {"colours": states.COLOURS})


class GalleryPart(Page):
    """What the gallery's fragments load."""

    def get(self, request: HttpRequest, part: str) -> HttpResponseBase:
        raise Http404
