"""Pages that the browser tests need beside those of the product."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import engines
from django.urls import include, path

from tests.browser import plant

PAGE = """{% extends "base.html" %}{% load static p2p %}{% block title %}Gantt{% endblock %}
{% block styles %}<link rel="stylesheet" href="{% static 'p2p/gantt/gantt.css' %}">{% endblock %}
{% block scripts %}<script src="{% static 'p2p/gantt/index.js' %}" type="module"></script>{% endblock %}
{% block page %}<div class="p-head"><div class="p-title"><h1>Gantt</h1><span class="sub">schedule S-0207</span></div></div>
<div class="p-body fill flush">{% gantt url %}</div>{% endblock %}"""


def gantt(request: HttpRequest) -> HttpResponse:
    url = f"/try/plan.json?operations={request.GET.get('operations', '1500')}"
    return HttpResponse(engines["django"].from_string(PAGE).render({"url": url}, request))


def plan(request: HttpRequest) -> JsonResponse:
    return JsonResponse(plant.payload(int(request.GET["operations"])))


urlpatterns = [
    path("try/gantt/", gantt),
    path("try/plan.json", plan),
    path("", include("tests.web.pages")),
]
handler403 = "p2p.core.web.shellviews.not_allowed"
handler404 = "p2p.core.web.shellviews.not_found"
