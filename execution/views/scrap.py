"""Scrap by what was at fault: first the causes, then each reason, the most first."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from execution.scrapped import faults, period
from p2p.core.web.page import Page, who


class ScrapPage(Page):
    section, title = "execution", _("Scrap")

    def get(self, request: HttpRequest) -> HttpResponseBase:
        since, until, days = period(request.GET)
        user = who(request)
        context = {
            "page": self,
            "since": days[0],
            "until": days[1],
            "causes": faults(user, since, until, by_reason=False),
            "reasons": faults(user, since, until),
        }
        return render(request, "execution/scrap.html", context)
