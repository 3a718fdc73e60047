"""Pages that the browser tests need beside those of the product."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template import engines
from django.urls import include, path

from tests.browser import plant

PAGE = """{% extends "base.html" %}{% load static p2p %}{% block title %}Gantt{% endblock %}
{% block styles %}<link rel="stylesheet" href="{% static 'p2p/gantt/gantt.css' %}">{% endblock %}
{% block scripts %}<script src="{% static 'p2p/gantt/index.js' %}" type="module"></script>{% endblock %}
{% block page %}<div class="p-head"><div class="p-title"><h1>Gantt</h1>
<span class="sub">schedule S-0207</span></div></div>
<div class="p-body fill flush">{% gantt url %}</div>{% endblock %}"""


def gantt(request: HttpRequest) -> HttpResponse:
    url = f"/try/plan.json?operations={request.GET.get('operations', '1500')}"
    return HttpResponse(engines["django"].from_string(PAGE).render({"url": url}, request))


def plan(request: HttpRequest) -> JsonResponse:
    return JsonResponse(plant.payload(int(request.GET["operations"])))


JOB = """{% extends "floor_base.html" %}{% load p2p %}{% block title %}Job{% endblock %}
{% block station %}Frame Welding{% endblock %}{% block device %}Tablet FW-2{% endblock %}
{% block shift %}<div class="s">Day shift<br>4 h 18 left{% floor_bar 100 46 kind="thin" %}</div>{% endblock %}
{% block people %}<span class="who"><span class="face" data-fc="1">GG</span>
<span class="face" data-fc="2">RE</span></span>
{% endblock %}
{% block rail %}<a href="#">{% icon "list-check" %}Queue</a>
<a href="#" aria-current="page">{% icon "player-play" %}Job</a>
<button class="call" type="button" data-sheet="call">{% icon "bell-ringing" %}Call</button>{% endblock %}
{% block main %}<div class="head"><a class="back" href="#" aria-label="Back">{% icon "chevron-left" %}</a>
<div class="grow"><h1 class="clip">HL Mountain Frame - Black, 38</h1><div class="sub clip">MO-104233 · Op 20</div></div>
<span class="badge b-ok">{% icon "clock-check" %}In time</span>
<span class="badge started">{% icon "player-play" %}Running</span></div>
<div class="job"><section class="a">{% include "components/floor/progress.html" %}
<div class="tiles">{% for url, symbol, words, small, alert in tiles %}{% include "components/floor/tile.html" %}
{% endfor %}</div></section>
<section class="z"><div class="card tcard"><div class="row"><span class="muted">Run time</span></div>
<div class="timer" data-since="2026-11-22T00:00:00Z">0:00:00</div></div>
<div class="two"><button class="btn" data-sheet="stop">{% icon "player-pause" %}Pause</button>
<button class="btn">{% icon "flag" %}Finish</button></div>
<button class="btn bad scrapb" data-sheet="scrap">{% icon "trash" %}Scrap</button>
<button class="btn good goodb" data-sheet="report">{% icon "check" %}Report good</button></section></div>
<form method="post" data-scan action="/try/booked/">{% csrf_token %}
<input type="hidden" name="code"></form>{% endblock %}
{% block sheets %}
{% include "components/floor/keypad.html" with id="report" title="Report good" words="Report" after="good" %}

{% include "components/floor/reasons.html" with id="scrap" title="Scrap: why?" text="Tap a reason." step=True %}
{% endblock %}"""
QUEUE = """{% extends "floor_base.html" %}{% load p2p %}{% block title %}Queue{% endblock %}
{% block station %}Frame Welding{% endblock %}{% block device %}Tablet FW-2{% endblock %}
{% block rail %}<a href="#" aria-current="page">{% icon "list-check" %}Queue</a>{% endblock %}
{% block main %}{% include "components/floor/now_card.html" with url="#" name="HL Mountain Frame" since="since 08:27" %}
<div class="line"><h1>Next in line <span class="muted">3 jobs</span></h1>
<button class="btn sm">{% icon "scan" %}Scan to start</button></div>
<div class="card qlist">{% for when, day, name, line, chips, why, primary in jobs %}
{% include "components/floor/queue_row.html" with start_url="/try/booked/" %}{% endfor %}</div>{% endblock %}"""
BOOKED: list[dict[str, str]] = []


def floor(request: HttpRequest, part: str) -> HttpResponse:
    """A job or a queue made of the floor's parts."""
    context = {
        "good": 27,
        "scrap": 2,
        "target": 48,
        "limit": 50,
        "togo": 19,
        "action": "/try/booked/",
        "line": "MO-104233 · Op 20 Weld · ends about 12:20",
        "figures": [
            (2, "scrap", "bad"),
            (0, "rework", ""),
            (24, "sent to Debur", ""),
            ("12:20", "ends about", ""),
        ],
        "last": "1 good reported at 10:41 by Guy",
        "undo_url": "/try/booked/",
        "quick": [("+1", "+1"), ("+5", "+5"), ("Rack 12", "12"), ("All 19", "19")],
        "reasons": [
            ("trim", "Trim length too long", "cut"),
            ("drill", "Drill size too small", "circle-dashed"),
        ],
        "more": [("gouge", "Gouge in metal", "slash")],
        "tiles": [
            ("#", "packages", "Materials", "6 of 7 issued", False),
            ("#", "list-details", "Instructions", "step 4 of 7", False),
            ("#", "ruler-measure", "Inspection", "in 3 pieces", True),
            ("#", "hand-stop", "Downtime", "none today", False),
        ],
        "jobs": [
            (
                "12:25",
                "next",
                "HL Mountain Frame - Black, 42",
                "MO-104236",
                [("ok", "packages", "Material")],
                (),
                True,
            ),
            ("15:40", "evening", "LL Road Frame", "MO-104240", [("may", "packages", "12 short")], (), False),
            (
                "20:40",
                "evening",
                "ML Mountain Frame",
                "MO-104251",
                [("no", "tool", "Jig out")],
                ("Jig is out.",),
                False,
            ),
        ],
    }
    text = JOB if part == "job" else QUEUE
    return HttpResponse(engines["django"].from_string(text).render(context, request))


def booked(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        BOOKED.append(request.POST.dict())
        return redirect("/try/booked/")
    return HttpResponse("<!doctype html><title>Booked</title>Booked")


urlpatterns = [
    path("try/floor/<str:part>/", floor),
    path("try/booked/", booked),
    path("try/gantt/", gantt),
    path("try/plan.json", plan),
    path("", include("tests.web.pages")),
]
handler403 = "p2p.core.web.shellviews.not_allowed"
handler404 = "p2p.core.web.shellviews.not_found"
