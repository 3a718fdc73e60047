"""Where stock shows itself: in the rail, on its own pages, and on the item page."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext_lazy as _

from p2p.core import places
from p2p.core.access import Role
from p2p.core.web import journal, lookup
from p2p.inventory import pieceplaces, taskplaces
from p2p.inventory.models import Hold, Lot, Move, Recall, Serial
from p2p.inventory.models.recall import RECALL_FLOW
from strategies.models import Location

MOVERS = (Role.SUPERVISOR, Role.OPERATOR)
HOLDERS = (Role.INSPECTOR, Role.SUPERVISOR)


def register() -> None:
    """Called once by AppConfig.ready."""
    for model in (Lot, Serial):
        rows = lookup.Source(rows=model.objects.all, name="item__number", within="item__number")
        lookup.register(model, rows)
    inside = lookup.Source(
        rows=lambda: Location.objects.filter(active=True).exclude(kind__in=Location.OUTSIDE),
        number="code",
        site_path="site__code",
        within="site__code",
    )
    lookup.register(Location, inside)
    nav = places.nav
    nav(section="inventory", title=_("Stock"), url_name="inventory:stock", order=10)
    nav(section="inventory", title=_("Stock by item"), url_name="inventory:stock-items", order=12)
    nav(section="inventory", title=_("Stock by place"), url_name="inventory:stock-places", order=14)
    nav(section="inventory", title=_("Stock by lot"), url_name="inventory:stock-lots", order=16)
    nav(section="inventory", title=_("Book stock"), url_name="inventory:book-start", order=18, roles=MOVERS)
    nav(section="inventory", title=_("Movements"), url_name="inventory:moves", order=20)
    nav(section="inventory", title=_("Lots"), url_name="inventory:lots", order=30)
    nav(
        section="inventory",
        title=_("Holds"),
        url_name="inventory:holds",
        order=40,
        hot=True,
        count=lambda user: Hold.objects.filter(released_at=None).count() or None,
    )
    _verbs()
    _reservations()
    _traces()
    taskplaces.register()
    pieceplaces.register()
    journal.phrase("inventory.Held", lambda said: _("put stock on hold"))
    journal.phrase("inventory.Unheld", lambda said: _("lifted a hold"))


def _traces() -> None:
    nav = places.nav
    nav(section="inventory", title=_("Trace"), url_name="inventory:trace", order=50)
    nav(
        section="inventory",
        title=_("Recalls"),
        url_name="inventory:recalls",
        order=51,
        hot=True,
        count=lambda user: Recall.objects.exclude(state="closed").filter(practice=False).count() or None,
    )
    for kind in ("lot", "serial", "move"):
        address = f"inventory:{kind}-trace"
        places.panel(f"{kind}.tabs", key="trace", title=_("Trace"), url_name=address, order=20)
    new = {"key": "recall", "title": _("New recall"), "url_name": "inventory:recall-new", "roles": HOLDERS}
    places.verb("recalls.actions", **new, page=True, primary=True)
    steps = (
        ("hold", _("Hold all"), "hold", {"primary": True, "danger": True}),
        ("refresh", _("Look again"), "", {}),
        ("lift", _("Lift all holds"), "lift", {}),
        ("close", _("Close"), "close", {}),
        ("reopen", _("Reopen"), "reopen", {}),
    )
    for place, (key, title, step, also) in enumerate(steps):
        places.verb(
            "recall.actions",
            key=key,
            title=title,
            url_name=f"inventory:recall-{key}",
            roles=HOLDERS,
            order=10 * place,
            when=_open_to(step),
            **also,
        )
    journal.phrase("inventory.RecallDrawnUp", lambda said: _("drew up the recall"))
    journal.phrase("inventory.Recalled", lambda said: _("put all of it on hold"))
    journal.phrase("inventory.RecallLifted", lambda said: _("lifted its holds"))
    journal.phrase("inventory.RecallClosed", lambda said: _("closed the recall"))
    journal.phrase("inventory.RecallReopened", lambda said: _("reopened the recall"))


def _open_to(step: str) -> Callable[[Recall], bool]:
    """When a button of a recall shows; an exercise is never held."""

    def now(recall: Recall) -> bool:
        if not step:
            return recall.state != Recall.State.CLOSED
        if step == "hold" and (recall.practice or recall.state == Recall.State.HELD):
            return False
        return step in RECALL_FLOW.open_to(recall)

    return now


def _reservations() -> None:
    nav = places.nav
    nav(section="inventory", title=_("Soft reservations"), url_name="inventory:claims", order=34)
    nav(section="inventory", title=_("Reservations"), url_name="inventory:reservations", order=36)
    places.verb(
        "claims.actions",
        key="claim",
        title=_("Reserve stock softly"),
        url_name="inventory:claim-new",
        roles=(Role.PLANNER, Role.SUPERVISOR),
        primary=True,
    )
    journal.phrase("inventory.Claimed", lambda said: _("reserved stock softly"))
    journal.phrase("inventory.Unclaimed", lambda said: _("gave soft reservations back"))
    journal.phrase("inventory.Allocated", lambda said: _("allocated stock"))
    journal.phrase("inventory.Unreserved", lambda said: _("gave reservations back"))


def _verbs() -> None:
    places.panel("item.tabs", key="stock", title=_("Stock"), url_name="inventory:item-stock", order=30)
    places.panel(
        "item.overview", key="places", title=_("Where it lies"), url_name="inventory:item-places", order=10
    )
    for slot in ("stock.actions", "moves.actions"):
        places.verb(
            slot,
            key="book",
            title=_("Book stock"),
            url_name="inventory:book-start",
            roles=MOVERS,
            primary=True,
            page=True,
            order=10,
        )
    places.verb(
        "stock.actions",
        key="hold",
        title=_("Put on hold"),
        url_name="inventory:hold",
        roles=HOLDERS,
        order=20,
    )
    places.verb(
        "holds.actions",
        key="hold",
        title=_("Put on hold"),
        url_name="inventory:hold",
        roles=HOLDERS,
        primary=True,
    )
    places.verb(
        "move.actions",
        key="reverse",
        title=_("Take back"),
        url_name="inventory:reverse",
        roles=(Role.SUPERVISOR,),
        danger=True,
        when=_by_hand,
    )


def _by_hand(move: Move) -> bool:
    """What a document moved is taken back by its document, so that both stay in step."""
    alone = move.kind in {Move.Kind.TRANSFER, Move.Kind.ADJUSTMENT, Move.Kind.SCRAP}
    return alone and move.reverses_id is None and not hasattr(move, "reversed_by")
