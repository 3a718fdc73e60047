"""Small endpoints of the shell: counts of the rail, saved views, sentences instead of error codes."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from p2p.core.facts import Refused
from p2p.core.models import SavedView
from p2p.core.web import rail
from p2p.core.web.page import Page, back, is_fragment, sentence, who
from p2p.core.web.savedviews import save_view


class Counts(Page):
    """The numbers beside the lines of the rail, asked for after the page."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        return JsonResponse(rail.counts(request.user))


class ViewSave(Page):
    """Keep the list as it is under a name."""

    def post(self, request: HttpRequest) -> HttpResponseBase:
        said = request.POST
        try:
            save_view(
                page=said.get("page", "")[:80],
                title=said.get("title", ""),
                query=said.get("query", ""),
                shared=bool(said.get("shared")),
                by=who(request),
            )
        except Refused as no:
            messages.error(request, str(no))
        else:
            messages.success(request, _("View {title} is saved.").format(title=said.get("title", "").strip()))
        return redirect(back(request))


class ViewDrop(Page):
    """Forget a view; only its owner can."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        get_object_or_404(SavedView, pk=pk, owner=who(request)).delete()
        messages.success(request, _("The view is gone."))
        return redirect(back(request))


def _spoken(request: HttpRequest, status: int, title: Any, text: Any) -> HttpResponse:
    if is_fragment(request):
        return sentence(text, status)
    return render(
        request, "core/error.html", {"heading": title, "text": text, "status": status}, status=status
    )


def refused_page(request: HttpRequest, text: str) -> HttpResponse:
    """What was sent cannot be read, whatever page it was for."""
    return _spoken(request, 400, _("This cannot be read"), text)


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:
    text = str(exception) or _("Your roles do not include this. Ask an administrator for the role you need.")
    return _spoken(request, 403, _("Not for your role"), text)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """A stranger is asked to sign in first: the shell around the sentence would ask again and again who looks."""
    if not request.user.is_authenticated and not is_fragment(request):
        return redirect_to_login(request.get_full_path())
    text = _(
        "There is nothing at this address. It may have been renamed or removed; search finds what is left."
    )
    return _spoken(request, 404, _("Nothing here"), text)


def broken(request: HttpRequest) -> HttpResponse:
    """Drawn without the database: it may be what broke."""
    return render(request, "core/broken.html", status=500)
