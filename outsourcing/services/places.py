"""Where pieces lie at a vendor: one place per vendor and site, made when something is first sent."""

from __future__ import annotations

from strategies.models import Location, Site, Vendor


def place_at(*, vendor: Vendor, site: Site) -> Location:
    """The vendor's place of a site. A new one does not count in planning: what lies there is bespoke."""
    found = (
        Location.objects.filter(site=site, vendor=vendor, kind=Location.Kind.VENDOR, active=True)
        .select_related("site")
        .order_by("pk")
        .first()
    )
    if found is not None:
        return found
    made, _new = Location.objects.get_or_create(
        site=site,
        code=f"V-{vendor.number}"[:30],
        defaults={
            "name": vendor.name[:100],
            "kind": Location.Kind.VENDOR,
            "vendor": vendor,
            "nettable": False,
        },
    )
    return made
