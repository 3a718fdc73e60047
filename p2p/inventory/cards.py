"""Kanban cards on paper: one for each bin, with the code that is scanned when it is empty."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from p2p.core.paper import Label, labels
from p2p.core.web import formats
from p2p.inventory.models import SupplyRule
from p2p.inventory.services.supply import bin_code


def kanban_cards(rules: Sequence[SupplyRule]) -> bytes:
    """A PDF with a card for each bin of each rule, in the order given."""
    return labels([card for rule in rules for card in cards_of(rule)], title=_("Kanban cards"))


def cards_of(rule: SupplyRule) -> Iterator[Label]:
    """What stands on the cards of a rule: what, how much, for where and from where; its bin in the code."""
    amount = f"{formats.number(rule.bin_quantity)} {rule.item.unit.code}"
    lines = [rule.item.name, amount, f"{_('For')} {rule.location.code} {rule.location.name}"]
    if rule.source is not None:
        lines.append(f"{_('From')} {rule.source.code} {rule.source.name}")
    for number in range(1, rule.bins + 1):
        title = _("Kanban, bin {number} of {bins}").format(number=number, bins=rule.bins)
        code = bin_code(rule, number)
        yield Label(title, rule.item.number, [*lines, code], said=code)
