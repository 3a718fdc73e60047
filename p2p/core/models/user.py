"""People and what they may do where."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from p2p.core import clock
from p2p.core.access import Role


class User(AbstractUser):
    """A person or a machine that logs in. How numbers and dates look is theirs to choose."""

    class Language(models.TextChoices):
        ENGLISH = "en", "English"
        GERMAN = "de", "Deutsch"
        SPANISH = "es", "Español"

    class NumberFormat(models.TextChoices):
        COMMA_POINT = "1,234.5", "1,234.5"
        POINT_COMMA = "1.234,5", "1.234,5"
        SPACE_COMMA = "1 234,5", "1 234,5"

    class DateFormat(models.TextChoices):
        DAY_MONTH = "18 Nov 2026", "18 Nov 2026"
        ISO = "2026-11-18", "2026-11-18"
        MONTH_DAY = "11/18/2026", "11/18/2026"

    language = models.CharField(_("language"), max_length=8, choices=Language, default=Language.ENGLISH)
    number_format = models.CharField(
        _("numbers"), max_length=10, choices=NumberFormat, default=NumberFormat.COMMA_POINT
    )
    date_format = models.CharField(
        _("dates"), max_length=12, choices=DateFormat, default=DateFormat.DAY_MONTH
    )
    default_scope = models.CharField(_("home site"), max_length=20, blank=True)

    def __str__(self) -> str:
        return self.get_full_name() or self.username


class Grant(models.Model):
    """One role of one user, everywhere (scope "") or at the site whose code is the scope."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(_("role"), max_length=20, choices=Role)
    scope = models.CharField(_("site"), max_length=20, blank=True, default="")
    granted_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("user_id", "role", "scope")
        constraints = (
            models.UniqueConstraint(fields=("user", "role", "scope"), name="core_grant_once"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="core_grant_role_known"),
        )

    def __str__(self) -> str:
        where = self.scope or _("everywhere")
        return f"{self.get_role_display()} · {where}"
