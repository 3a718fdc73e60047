"""Lists and forms of the rules of stock."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db.models import QuerySet
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from p2p.core.access import Role, at_sites
from p2p.core.web.columns import Column
from p2p.core.web.lists import ListPage
from p2p.inventory.forms import rules as forms
from p2p.inventory.models import AttributeRule, CountClass, PutAwayRule, StockRule, SupplyRule
from p2p.inventory.services import rules
from strategies.views.saving import SaveForm, deleting

KEEPERS = (Role.SUPERVISOR, Role.ENGINEER)
IMPORT = (_("Imports"), "strategies:imports")
ALL = _("All")


class _RuleList(ListPage):
    """A list whose rows open the form that changes them."""

    section, form, empty_action, empty_icon = "inventory", "", IMPORT, "adjustments"
    list_url = "inventory:stock-rules"

    def record_url(self, record: Any) -> str:
        return reverse(f"inventory:edit-{self.form}", args=[record.pk])


def _deleting(service: Any, argument: str) -> Any:
    return (replace(deleting(service, argument), roles=KEEPERS),)


def _of(one: Any) -> Any:
    return one.item or one.group or ALL


class StockRules(_RuleList):
    model, title, slot, form = StockRule, _("Rules of stock"), "stock_rules", "stock-rule"
    search, order = ("item__number", "group__code", "site__code"), ("id",)
    columns = (
        Column("of", _("Of"), kind="code", link=True, width=150, value=_of, order=""),
        Column("site.code", _("Site"), kind="code", width=100, value=lambda one: one.site or ALL),
        Column(
            "lot_per", _("A new lot for"), value=lambda one: one.get_lot_per_display() if one.lot_per else ""
        ),
        Column("lot_pattern", _("Lot numbers"), kind="code", width=190),
        Column("serial_pattern", _("Serial numbers"), kind="code", width=130),
        Column("picking", _("Picked"), value=lambda one: one.get_picking_display() if one.picking else ""),
        Column("same_lot", _("From one lot"), kind="yes", hidden=True),
        Column("minimum_days", _("Days left when used"), kind="number", hidden=True),
        Column("receipt_days", _("Days left when received"), kind="number", width=168),
        Column("over_receipt_fraction", _("More than ordered"), kind="percent", width=140),
        Column("count_class.code", _("Count class"), kind="code", width=110),
    )
    bulk = _deleting(rules.delete_stock_rule, "stockrule")
    empty_title, empty_text = (
        _("No rule yet"),
        _("Then what is made gets its order as lot, what is bought a new lot for each receipt."),
    )

    def rows(self) -> QuerySet[Any]:
        return StockRule.objects.select_related("item", "group", "site", "count_class")


class AttributeRules(_RuleList):
    model, title, slot, form = AttributeRule, _("Attributes of lots"), "attribute_rules", "attribute-rule"
    search, order = ("item__number", "group__code", "characteristic__code", "characteristic__name"), ("id",)
    columns = (
        Column("of", _("Of"), kind="code", link=True, width=150, value=_of, order=""),
        Column("characteristic.name", _("Characteristic"), order="characteristic__name"),
        Column("required", _("Required"), kind="yes", width=96),
        Column(
            "lower", _("At least"), kind="quantity", value=lambda one: _limit(one, "lower_limit"), order=""
        ),
        Column(
            "upper", _("At most"), kind="quantity", value=lambda one: _limit(one, "upper_limit"), order=""
        ),
        Column("characteristic.unit.code", _("Unit"), width=72),
    )
    bulk = _deleting(rules.delete_attribute_rule, "attributerule")
    empty_title, empty_text = (
        _("No rule yet"),
        _("A rule says which characteristics lots of an item or group carry, and within which limits."),
    )

    def rows(self) -> QuerySet[Any]:
        return AttributeRule.objects.select_related("item", "group", "characteristic__unit")


def _limit(one: AttributeRule, name: str) -> Any:
    own = getattr(one, name)
    return own if own is not None else getattr(one.characteristic, name)


class CountClasses(_RuleList):
    model, title, slot, form = CountClass, _("Classes of counting"), "count_classes", "count-class"
    search, order = ("code", "name"), ("code",)
    columns = (
        Column("code", _("Class"), kind="code", link=True, width=96),
        Column("name", _("Name")),
        Column("days_between", _("Days between two counts"), kind="number"),
        Column("tolerance_fraction", _("Tolerated difference, share"), kind="percent", places=1),
        Column("tolerance_quantity", _("Tolerated difference, quantity"), kind="quantity"),
        Column("value_share", _("Share of the yearly use"), kind="percent"),
    )
    bulk = _deleting(rules.delete_count_class, "countclass")
    empty_title, empty_text = _("No class yet"), _("A class says how often and how exactly stock is counted.")

    def rows(self) -> QuerySet[Any]:
        return CountClass.objects.all()


class PutAwayRules(_RuleList):
    model, title, slot, form = PutAwayRule, _("Rules of putting away"), "put_away_rules", "put-away-rule"
    search, order = ("item__number", "group__code", "location__code"), ("site__code", "sequence", "id")
    columns = (
        Column("of", _("Of"), kind="code", link=True, width=150, value=_of, order=""),
        Column("site.code", _("Site"), kind="code", width=100),
        Column("sequence", _("Sequence"), kind="number"),
        Column("location.code", _("Place"), kind="code", width=130),
        Column("location.name", _("Where")),
        Column("capacity", _("Takes at most"), kind="quantity"),
        Column("only_same_item", _("Not where another item lies"), kind="yes"),
    )
    bulk = _deleting(rules.delete_put_away_rule, "putawayrule")
    empty_title, empty_text = (
        _("No rule yet"),
        _("Then goods are put where the item lies already, or to the first store."),
    )

    def rows(self) -> QuerySet[Any]:
        rows = PutAwayRule.objects.select_related("site", "item", "group", "location")
        return at_sites(rows, self.request.user)


class SupplyRules(_RuleList):
    model, title, slot, form = SupplyRule, _("Supply of lines"), "supply_rules", "supply-rule"
    search, order = ("item__number", "location__code", "card"), ("location__code", "item__number", "id")
    columns = (
        Column("item.number", _("Item"), kind="code", link=True, width=130),
        Column("item.name", _("Name")),
        Column("location.code", _("Place at the line"), kind="code", width=130),
        Column("source.code", _("Taken from"), kind="code", width=120),
        Column("method", _("Method"), value=lambda one: one.get_method_display(), order="method", width=100),
        Column("card", _("Card"), kind="code", width=120),
        Column("bins", _("Bins"), kind="number"),
        Column("bin_quantity", _("In one bin"), kind="quantity", unit="item.unit.code"),
        Column("minimum", _("Minimum"), kind="quantity", unit="item.unit.code"),
        Column("maximum", _("Maximum"), kind="quantity", unit="item.unit.code"),
        Column("active", _("In use"), kind="yes", hidden=True),
    )
    bulk = _deleting(rules.delete_supply_rule, "supplyrule")
    empty_title, empty_text = (
        _("No line is supplied by rule"),
        _("A kanban is called for by its card, min/max when less than the minimum lies there."),
    )

    def rows(self) -> QuerySet[Any]:
        rows = SupplyRule.objects.select_related("item__unit", "location", "source")
        return at_sites(rows, self.request.user, path="location__site__code")


PAGES: dict[str, tuple[Any, Any, Any, Any, Any]] = {
    "stock-rule": (
        StockRule, forms.StockRuleForm, rules.save_stock_rule, StockRules, _("Rule of stock"),
    ),
    "attribute-rule": (
        AttributeRule, forms.AttributeRuleForm, rules.save_attribute_rule, AttributeRules,
        _("Attribute of lots"),
    ),
    "count-class": (
        CountClass, forms.CountClassForm, rules.save_count_class, CountClasses,
        _("Class of counting"),
    ),
    "put-away-rule": (
        PutAwayRule, forms.PutAwayRuleForm, rules.save_put_away_rule, PutAwayRules,
        _("Rule of putting away"),
    ),
    "supply-rule": (
        SupplyRule, forms.SupplyRuleForm, rules.save_supply_rule, SupplyRules,
        _("Supply of a line"),
    ),
}  # fmt: skip
"""Address -> model, form, service, list, title."""

LIST_OF = {
    "stock-rule": "stock-rules",
    "attribute-rule": "attribute-rules",
    "count-class": "classes-of-counting",
    "put-away-rule": "put-away-rules",
    "supply-rule": "supply-rules",
}


def _made(name: str) -> type[SaveForm]:
    model, form, service, _rows, title = PAGES[name]
    columns = {
        "__doc__": str(model.__doc__),
        "section": "inventory",
        "roles": KEEPERS,
        "form_class": form,
        "title": title,
        "service": staticmethod(service),
        "argument": model._meta.model_name,
        "list_url": f"inventory:{LIST_OF[name]}",
    }
    return type(f"{model.__name__}Save", (SaveForm,), columns)


def _addresses() -> list[Any]:
    found = []
    for name, (model, _form, _service, rows, _title) in PAGES.items():
        new = _made(name)
        edit = type(f"Edit{new.__name__}", (new,), {"model": model})
        found += [
            path(f"rules/{LIST_OF[name]}/", rows.as_view(), name=LIST_OF[name]),
            path(f"rules/{name}/new", new.as_view(), name=f"new-{name}"),
            path(f"rules/{name}/<int:pk>/", edit.as_view(), name=f"edit-{name}"),
        ]
    return found


urlpatterns = _addresses()
