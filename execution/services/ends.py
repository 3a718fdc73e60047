"""Where production takes components from and puts products to, when the order does not say (Dynamics 365: production
input and output location)."""

from __future__ import annotations

from planning.models import Material, Operation, ProductionOrder
from strategies.models import Location

INPUT = (
    "resource__input_location",
    "group__input_location",
    "group__production_unit__input_location",
)
OUTPUT = (
    "resource__output_location",
    "group__output_location",
    "group__production_unit__output_location",
)
"""What to read along with operations, so that the chains cost no query."""


def named_place(material: Material, operation: Operation | None) -> Location | None:
    """The place that the component's BOM line names. An order's line that only repeats its work centre's place has
    taken it from there when it was firmed, before anybody knew the machine: that is no name."""
    group = operation.group if operation else None
    if group is not None and material.location_id == group.input_location_id:
        return None
    return material.location


def input_place(material: Material, operation: Operation | None) -> Location | None:
    """Where a component is taken from: the place its BOM line names, else that of the operation's resource, of its
    resource group, of the group's production unit (the warehouse); None: any store of the site."""
    return named_place(material, operation) or place_before(operation)


def place_before(operation: Operation | None) -> Location | None:
    """The input place of an operation: its resource's, else its group's, else its production unit's."""
    if operation is None:
        return None
    group = operation.group
    resource = operation.resource
    if resource is not None and resource.input_location is not None:
        return resource.input_location
    if group is None:
        return None
    unit = group.production_unit
    return group.input_location or (unit.input_location if unit else None)


def place_behind(operation: Operation) -> Location | None:
    """Where pieces of an operation are put: its resource's place, else its group's, else its production unit's."""
    group = operation.group
    resource = operation.resource
    if resource is not None and resource.output_location is not None:
        return resource.output_location
    if group is None:
        return None
    unit = group.production_unit
    return group.output_location or (unit.output_location if unit else None)


def output_place(order: ProductionOrder, last: Operation, store: Location | None) -> Location | None:
    """Where the products of an order go: the order's own place, else that of its last operation's resource, of its
    group, of the group's production unit; else the site's first `store`."""
    return order.output_location or place_behind(last) or store
