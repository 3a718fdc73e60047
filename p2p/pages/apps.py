"""Pages that show several areas: the rightmost app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PagesConfig(AppConfig):
    name = "p2p.pages"
    label = "pages"
    verbose_name = _("Overview")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from p2p.core import places

        places.nav(
            section="top", title=_("Cockpit"), url_name="pages:cockpit", order=1, icon="layout-dashboard"
        )
        places.nav(
            section="top",
            title=_("Tablet"),
            url_name="pages:floor",
            order=2,
            icon="device-tablet",
            roles=("operator", "supervisor", "inspector"),
        )
        places.search("pages:search")
