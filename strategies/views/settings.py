"""Forms of order settings, and of many items at once."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from p2p.core.access import Role
from p2p.core.facts import Refused
from p2p.core.fields import plain
from p2p.core.web import formats
from p2p.core.web.actions import ActionForm
from p2p.core.web.page import who
from strategies import forms
from strategies.models import Item, ItemPolicy
from strategies.services.items_bulk import Effect, Wanted, change_items, preview_items
from strategies.services.settings import PolicyInput, remove_policy, replace_policy, set_policy
from strategies.views.lists import Items
from strategies.views.together import Chosen

ENGINEER = (Role.ENGINEER,)
_NUMBERS = (
    "fixed_quantity", "minimum_quantity", "maximum_quantity", "multiple_quantity", "safety_stock", "reorder_point",
    "yield_fraction",
)  # fmt: skip


class EditPolicy(ActionForm):
    """Default order settings: for all sites or one, for all variants or some."""

    model, lookup, form_class, section, roles = Item, "number", forms.PolicyForm, "strategies", ENGINEER
    title, submit = _("Order settings"), _("Save")
    text = _("Settings of the same site and rank are replaced.")

    def initial(self) -> dict[str, Any]:
        own = self.record.policies.order_by("site__code", "rank").first()
        return shown_settings(own) if own else {}

    def act(self, form: Any) -> Any:
        given = dict(form.cleaned_data)
        site, rank, variant = given.pop("site"), given.pop("rank"), given.pop("variant")
        policy = PolicyInput(**given)
        set_policy(
            item=self.record, site=site, rank=rank, variant=variant, policy=policy, by=who(self.request)
        )
        return _supply_of(self.record)

    def said(self, result: Any) -> Any:
        return _("Order settings of {item} saved.").format(item=self.record.number)


class ChangePolicy(ActionForm):
    """One row of order settings, also its site and rank."""

    model, lookup, form_class, section, roles = ItemPolicy, "pk", forms.PolicyForm, "strategies", ENGINEER
    title, submit = _("Order settings"), _("Save")

    def initial(self) -> dict[str, Any]:
        return shown_settings(self.record)

    def act(self, form: Any) -> Any:
        given = dict(form.cleaned_data)
        site, rank, variant = given.pop("site"), given.pop("rank"), given.pop("variant")
        replace_policy(
            policy=self.record,
            settings=PolicyInput(**given),
            site=site,
            rank=rank,
            variant=variant,
            by=who(self.request),
        )
        return _supply_of(self.record.item)

    def said(self, result: Any) -> Any:
        return _("Order settings of {item} saved.").format(item=self.record.item.number)


class RemovePolicy(ActionForm):
    model, lookup, form_class, section, roles = ItemPolicy, "pk", forms.NothingForm, "strategies", ENGINEER
    title, submit, danger = _("Remove these order settings"), _("Remove"), True
    text = _("What else fits the item holds from then on.")

    def act(self, form: Any) -> Any:
        to = _supply_of(self.record.item)
        remove_policy(item_policy=self.record, by=who(self.request))
        return to

    def said(self, result: Any) -> Any:
        return _("Order settings removed.")


class BulkItems(Chosen):
    """Many items at once: first how many would change, then the change."""

    form_class, roles = forms.BulkItemForm, ENGINEER
    list_page, list_url, title = Items, "strategies:items", _("Change items")

    def heading(self) -> Any:
        return _("Change {count} items").format(count=formats.number(self.chosen().count()))

    def act(self, form: Any) -> Any:
        given = dict(form.cleaned_data)
        agreed, wanted = given.pop("agreed"), Wanted(**given)
        if not agreed:
            seen = preview_items(items=self.chosen(), wanted=wanted)
            raise Refused(said_effect(seen), code="preview", field="agreed")
        change_items(items=self.chosen(), wanted=wanted, by=who(self.request))
        return self.back_to()

    def said(self, result: Any) -> Any:
        return _("Items changed.")


def said_effect(seen: Effect) -> str:
    """What a change would do, for the person who is about to agree."""
    words = _now("Of {chosen} items, {items} change.").format(
        chosen=formats.number(seen.chosen), items=formats.number(seen.items)
    )
    return " ".join([words, *seen.blocked[:3]])


def shown_settings(policy: ItemPolicy) -> dict[str, Any]:
    """A row as its form shows it."""
    shown = {name: getattr(policy, name) for name in forms.PolicyForm.base_fields}
    for name in _NUMBERS:
        shown[name] = None if shown[name] is None else plain(shown[name])
    return shown


def _supply_of(item: Item) -> str:
    return f"{item.get_absolute_url()}?tab=supply"
