"""What every page has: who may see it, where it hangs in the rail, a sentence instead of a code."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from django.apps import apps
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.generic import View

from p2p.core import access
from p2p.core.again import StillBusy, until_done
from p2p.core.models import User


class Page(View):
    """Base of all pages: log in first, then one of `roles` (any role when empty).

    A post is one transaction: when the database ends it, because two people wanted the same rows in opposite order,
    it is done again, and nobody hears of it.
    """

    roles: Sequence[str] = ()
    section: str = ""
    title: Any = ""
    template_name: str = ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return self._ask_to_log_in(request)
        if request.method != "POST":
            return self._answer(request, *args, **kwargs)
        begun = dict(self.__dict__)

        def attempt() -> HttpResponseBase:
            # What a try that was rolled back has read and kept is not true any more.
            self.__dict__.clear()
            self.__dict__.update(begun)
            for name in request.FILES:
                for file in request.FILES.getlist(name):
                    file.seek(0)
            return self._answer(request, *args, **kwargs)

        try:
            return until_done(attempt)
        except StillBusy:
            return busy(request)

    def _answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.roles:
            access.require(request.user, *self.roles)
        self.admit()
        return super().dispatch(request, *args, **kwargs)

    def admit(self) -> None:
        """What else must hold before the page answers; it raises when it does not."""

    def _ask_to_log_in(self, request: HttpRequest) -> HttpResponseBase:
        if is_fragment(request):
            # A fragment must not draw the log-in page into itself: the whole window goes there.
            return HttpResponse(status=204, headers={"HX-Refresh": "true"})
        return redirect_to_login(request.get_full_path())

    def section_title(self) -> Any:
        return apps.get_app_config(self.section).verbose_name if self.section in apps.app_configs else ""


def who(request: HttpRequest) -> User:
    """The user of a request that has passed `Page.dispatch`."""
    assert isinstance(request.user, User)
    return request.user


def is_fragment(request: HttpRequest) -> bool:
    """Asked for by htmx, and not to restore a whole page from the browser's history."""
    headers = request.headers
    return headers.get("HX-Request") == "true" and headers.get("HX-History-Restore-Request") != "true"


def in_dialog(request: HttpRequest) -> bool:
    return request.headers.get("P2P-Dialog") == "1"


def done(request: HttpRequest, *, to: str, text: Any = "", undo: str = "") -> HttpResponse:
    """After a form or button has done its work: go to `to` with a toast; `undo` is a URL to post to."""
    if text:
        messages.success(request, str(text), extra_tags=f"undo={undo}" if undo else "")
    if is_fragment(request):
        # A browser that is sent to the page it shows, only to another place in it, loads nothing.
        there, _hash, place = to.partition("#")
        same = place and unquote(request.headers.get("HX-Current-URL", "")).partition("#")[0].endswith(there)
        return HttpResponse(status=204, headers={"HX-Refresh": "true"} if same else {"HX-Redirect": to})
    return HttpResponseRedirect(to, status=303)


def stay(*, text: Any = "", undo: str = "", refresh: bool = True) -> HttpResponse:
    """After a dialog: close it, show a toast, let the page's fragments load themselves again."""
    events: dict[str, Any] = {"p2p:done": {"text": str(text), "undo": undo}}
    if refresh:
        events["p2p:refresh"] = {}
    return HttpResponse(status=204, headers={"HX-Trigger": json.dumps(events)})


def sentence(text: Any, status: int) -> HttpResponse:
    """A plain refusal for a script: the sentence is in the body and in a header that the shell reads."""
    words = str(text)
    return HttpResponse(
        words, status=status, content_type="text/plain; charset=utf-8", headers={"P2P-Sentence": quote(words)}
    )


def busy(request: HttpRequest) -> HttpResponse:
    """The answer when a post could not be brought to its end beside those of others."""
    text = _(
        "Others are changing the same records, and nothing of yours is saved: send it again in a moment."
    )
    if is_fragment(request):
        return sentence(text, 503)
    context = {"heading": _("Busy"), "text": text, "status": 503}
    return render(request, "core/error.html", context, status=503)


def opened_on(request: HttpRequest) -> str:
    """The page over which a dialog stands; "" without one."""
    shown = urlsplit(request.headers.get("HX-Current-URL", ""))
    if not in_dialog(request) or shown.netloc != request.get_host():
        return ""
    return shown.path + (f"?{shown.query}" if shown.query else "")


def back(request: HttpRequest, fallback: str = "/") -> str:
    """Where a form said it came from, if that is on this host."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    # Anything else than an address would be looked up as the name of a view.
    return asked if safe and asked.startswith(("/", "http:", "https:")) else fallback
