"""The order goes to its vendor by mail, through whatever backend Django is told to use."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import gettext as _

from outsourcing import paper
from outsourcing.facts import Sent
from outsourcing.models import SubcontractOrder


def mail_orders(fact: Sent) -> None:
    """One message per order with its PDF. A vendor without an address gets paper: the page says so."""
    rows = SubcontractOrder.objects.filter(pk__in=[order.pk for order in fact.orders])
    for order in rows.select_related("vendor", "site", "currency").order_by("pk"):
        if order.vendor.email:
            message_for(order).send()


def message_for(order: SubcontractOrder) -> EmailMessage:
    """What the vendor reads, with the order as PDF."""
    message = EmailMessage(
        subject=_("Order {number} from {site}").format(number=order.number, site=order.site.name),
        body=_(
            "Please find our order {number} attached and confirm the day and the quantity.\n\n{site}"
        ).format(number=order.number, site=order.site.name),
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[order.vendor.email],
    )
    message.attach(f"{order.number}.pdf", paper.order_sheet(order), "application/pdf")
    return message
