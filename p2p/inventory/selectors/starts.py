"""Where a trace or recall begins: named pieces, or what a vendor, machine, worker or order had in hands."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from p2p.core.digits import whole
from p2p.core.facts import Refused, gather
from p2p.inventory.engine.tracing import Key
from p2p.inventory.models import Lot, Move, Serial
from p2p.inventory.selectors.trace import Piece, key_of, keys_of
from p2p.inventory.trace_facts import Suspecting, Suspects
from strategies.models import Resource, Site, Vendor, Worker


@dataclass(frozen=True, kw_only=True)
class Suspicion:
    """What a trace or recall begins with; what is named adds up, `since` and `until` narrow all but named pieces.

    `site` is a whole shift: all that was reported there in the time.
    """

    pieces: tuple[Piece, ...] = ()
    vendor: Vendor | None = None
    vendor_lot: str = ""
    resource: Resource | None = None
    worker: Worker | None = None
    order: str = ""
    site: Site | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def asks_right(self) -> bool:
        """Whether only documents of apps on the right can tell."""
        return bool(
            self.resource or self.worker or self.order or self.site or (self.vendor and not self.vendor_lot)
        )


@dataclass(frozen=True)
class Began:
    """Nodes a trace begins with, and issues to orders in process that are suspect before they are a product."""

    keys: tuple[Key, ...]
    issues: tuple[int, ...] = ()


def began(suspicion: Suspicion) -> Began:
    """The nodes a suspicion begins with. A fixed number of queries. Refused when it names nothing, and when what it
    names has touched nothing."""
    _check(suspicion)
    found: list[Piece] = list(suspicion.pieces)
    found += _of_vendor(suspicion)
    told = _told(suspicion)
    brought = [move for each in told for move in each.brought]
    found += list(Move.objects.filter(pk__in=brought).order_by("pk")) if brought else []
    issues = tuple(sorted({move for each in told for move in each.issues}))
    keys = keys_of(found)
    if not keys and not issues:
        raise Refused(
            _("Nothing was found that this touches: check what you named, and from when to when."),
            code="nothing_touched",
        )
    return Began(tuple(keys), issues)


def _check(suspicion: Suspicion) -> None:
    named: Collection[Any] = (
        suspicion.pieces,
        suspicion.vendor,
        suspicion.vendor_lot,
        suspicion.resource,
        suspicion.worker,
        suspicion.order,
        suspicion.site,
    )
    if not any(named):
        raise Refused(
            _("Say where to begin: a lot, a serial number, a vendor, a machine, a worker or an order."),
            code="nothing_named",
        )
    if suspicion.site and not (suspicion.since and suspicion.until):
        raise Refused(
            _("Say from when to when: all that {site} ever made is no shift."),
            code="no_time",
            field="since",
            site=suspicion.site.code,
        )
    if suspicion.since and suspicion.until and suspicion.until < suspicion.since:
        raise Refused(_("The end of the time lies before its beginning."), code="dates", field="until")


def _of_vendor(suspicion: Suspicion) -> list[Lot]:
    """Lots by the vendor's own number, or all that came from the vendor in the time."""
    if not suspicion.vendor and not suspicion.vendor_lot:
        return []
    rows = Lot.objects.all()
    if suspicion.vendor_lot:
        rows = rows.filter(vendor_lot__iexact=suspicion.vendor_lot)
    if suspicion.vendor:
        rows = rows.filter(vendor=suspicion.vendor)
    came = Q()
    if suspicion.since:
        came &= Q(effective_at__gte=suspicion.since)
    if suspicion.until:
        came &= Q(effective_at__lte=suspicion.until)
    if came:
        rows = rows.filter(
            pk__in=Move.objects.filter(came, kind=Move.Kind.RECEIPT, lot__in=rows).values("lot")
        )
    return list(rows.order_by("pk"))


def _told(suspicion: Suspicion) -> list[Suspects]:
    if not suspicion.asks_right:
        return []
    return gather(
        Suspecting(
            site=suspicion.site.pk if suspicion.site else None,
            resource=suspicion.resource.pk if suspicion.resource else None,
            worker=suspicion.worker.pk if suspicion.worker else None,
            vendor=suspicion.vendor.pk if suspicion.vendor else None,
            order=suspicion.order,
            since=suspicion.since,
            until=suspicion.until,
        )
    )


def piece_of(code: str) -> Piece | None:
    """The piece an address names as `lot:12`, `serial:7` or `move:9`; None when there is none."""
    kind, _colon, number = code.partition(":")
    models: dict[str, Any] = {"lot": Lot, "serial": Serial, "move": Move}
    key = whole(number)
    if kind not in models or key is None:
        return None
    found: Piece | None = models[kind].objects.select_related("item__unit").filter(pk=key).first()
    return found


def pieces_named(words: str) -> list[Piece]:
    """Lots, serial numbers and vendors' lots with this number, whatever their item; moves by `#12`. Three queries."""
    number = words.strip()
    if not number:
        return []
    if number.startswith("#"):
        found = piece_of(f"move:{number[1:]}")
        return [found] if found else []
    lots = Lot.objects.filter(Q(number__iexact=number) | Q(vendor_lot__iexact=number))
    serials = Serial.objects.filter(Q(number__iexact=number) | Q(vendor_serial__iexact=number))
    return [
        *lots.select_related("item__unit").order_by("pk")[:100],
        *serials.select_related("item__unit").order_by("pk")[:100],
    ]


__all__ = ["Began", "Suspicion", "began", "key_of", "piece_of", "pieces_named"]
