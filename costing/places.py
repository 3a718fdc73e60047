"""Where costing shows itself on pages of the areas to its left."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from costing.models import CostVersion
from p2p.core import places
from p2p.core.access import MONEY_ROLES, Role
from p2p.core.web import states

ACCOUNTANT = (Role.COST_ACCOUNTANT,)


def _pending(version: CostVersion) -> bool:
    return version.state == CostVersion.State.PENDING


def register() -> None:
    """Called once by AppConfig.ready."""
    nav = {"section": "costing", "roles": MONEY_ROLES}
    places.nav(title=_("Standard costs"), url_name="costing:costs", order=10, **nav)
    places.nav(title=_("Cost versions"), url_name="costing:versions", order=20, **nav)
    places.nav(title=_("Work in process"), url_name="costing:wip", order=30, **nav)
    places.nav(title=_("Settlements"), url_name="costing:settlements", order=40, **nav)
    places.nav(title=_("Cost ledger"), url_name="costing:entries", order=50, **nav)
    places.nav(title=_("Trial balance"), url_name="costing:trial-balance", order=60, **nav)
    places.panel(
        "order.tabs", key="cost", title=_("Cost"), url_name="costing:order-cost", order=80, roles=MONEY_ROLES
    )
    places.panel(
        "item.tabs", key="cost", title=_("Cost"), url_name="costing:item-cost", order=80, roles=MONEY_ROLES
    )
    _versions()
    states.name("pending", colour="proposed", label=_("Pending"))


def _versions() -> None:
    """What may be done with cost versions."""
    places.verb(
        "costversions.actions",
        key="new",
        title=_("New version"),
        url_name="costing:new-version",
        roles=ACCOUNTANT,
        primary=True,
    )
    for order, (key, title) in enumerate((("prices", _("Enter prices")), ("rates", _("Enter rates")))):
        places.verb(
            "costversion.actions",
            key=key,
            title=title,
            url_name=f"costing:enter-{key}",
            roles=ACCOUNTANT,
            order=order,
            when=_pending,
        )
    places.verb(
        "costversion.actions",
        key="activate",
        title=_("Activate"),
        url_name="costing:activate",
        roles=ACCOUNTANT,
        primary=True,
        when=_pending,
    )
    places.verb(
        "costversion.actions",
        key="roll-up",
        title=_("Roll up"),
        url_name="costing:roll-up",
        roles=ACCOUNTANT,
        when=_pending,
    )
