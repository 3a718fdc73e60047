"""REST of the rules of stock; bulk upserts go through the sheets of imports."""

from __future__ import annotations

from p2p.core.access import Role
from p2p.inventory.models import AttributeRule, CountClass, PutAwayRule, StockRule, SupplyRule
from p2p.inventory.serializers import rules as shapes
from p2p.inventory.services import rules
from strategies.api.whole import WholeViewSet

KEEPERS = (Role.SUPERVISOR, Role.ENGINEER, Role.INTEGRATOR)


class StockRuleApi(WholeViewSet):
    """How stock is numbered, picked, received and counted."""

    queryset = StockRule.objects.select_related("item", "group", "site", "count_class")
    serializer_class, sheet, key, write_roles = shapes.StockRuleSerializer, "stock_rules", "id", KEEPERS
    filters = {"item": "item__number", "group": "group__code", "site": "site__code"}
    order = ("id",)
    adds, changes = staticmethod(rules.save_stock_rule), staticmethod(rules.save_stock_rule)
    removes = staticmethod(rules.delete_stock_rule)


class AttributeRuleApi(WholeViewSet):
    """Which characteristics lots carry, and within which limits."""

    queryset = AttributeRule.objects.select_related("item", "group", "characteristic")
    serializer_class, sheet, key, write_roles = (
        shapes.AttributeRuleSerializer,
        "attribute_rules",
        "id",
        KEEPERS,
    )
    filters = {"item": "item__number", "group": "group__code", "characteristic": "characteristic__code"}
    order = ("id",)
    adds, changes = staticmethod(rules.save_attribute_rule), staticmethod(rules.save_attribute_rule)
    removes = staticmethod(rules.delete_attribute_rule)


class CountClassApi(WholeViewSet):
    """How often and how exactly stock is counted."""

    queryset = CountClass.objects.all()
    serializer_class, sheet, key, write_roles = shapes.CountClassSerializer, "count_classes", "code", KEEPERS
    searches, order = ("code", "name"), ("code",)
    adds, changes = staticmethod(rules.save_count_class), staticmethod(rules.save_count_class)
    removes = staticmethod(rules.delete_count_class)


class PutAwayRuleApi(WholeViewSet):
    """Where goods are put."""

    queryset = PutAwayRule.objects.select_related("site", "item", "group", "location__site")
    serializer_class, sheet, key, write_roles = (
        shapes.PutAwayRuleSerializer,
        "put_away_rules",
        "id",
        KEEPERS,
    )
    site_path = "site__code"
    filters = {"site": "site__code", "item": "item__number", "location": "location__code"}
    order = ("id",)
    adds, changes = staticmethod(rules.save_put_away_rule), staticmethod(rules.save_put_away_rule)
    removes = staticmethod(rules.delete_put_away_rule)


class SupplyRuleApi(WholeViewSet):
    """How line-side places are kept supplied."""

    queryset = SupplyRule.objects.select_related("item", "location__site", "source__site")
    serializer_class, sheet, key, write_roles = shapes.SupplyRuleSerializer, "supply_rules", "id", KEEPERS
    site_path = "location__site__code"
    filters = {"site": "location__site__code", "item": "item__number", "method": "method", "card": "card"}
    order = ("id",)
    adds, changes = staticmethod(rules.save_supply_rule), staticmethod(rules.save_supply_rule)
    removes = staticmethod(rules.delete_supply_rule)
