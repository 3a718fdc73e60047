"""Addresses of the pages of resources, people, abilities, change-overs and calendars."""

from django.urls import path

from strategies.views import (
    abilitylists,
    boards,
    calendarpages,
    lists,
    masterlists,
    matrixpage,
    together,
    work,
    worklists,
)
from strategies.views.workforms import DELETES, EDITS, SAVES

urlpatterns = [
    path("work-centres/", lists.WorkCentres.as_view(), name="work-centres"),
    path("work-centres/<int:pk>/", work.WorkCentrePage.as_view(), name="work-centre"),
    path("resource-board/", boards.ResourceBoard.as_view(), name="resource-board"),
    path("resources/", worklists.Resources.as_view(), name="resources"),
    path("resources/<int:pk>/", work.ResourcePage.as_view(), name="resource"),
    path("production-units/", worklists.Units.as_view(), name="production-units"),
    path("sites/", worklists.Sites.as_view(), name="sites"),
    path("stays/", worklists.Stays.as_view(), name="stays"),
    path("dated-calendars/", worklists.DatedCalendars.as_view(), name="dated-calendars"),
    path("workers/", worklists.Workers.as_view(), name="workers"),
    path("workers/<int:pk>/", work.WorkerPage.as_view(), name="worker"),
    path("skills/", abilitylists.Skills.as_view(), name="skills"),
    path("worker-skills/", abilitylists.WorkerSkills.as_view(), name="worker-skills"),
    path("capabilities/", abilitylists.Capabilities.as_view(), name="capabilities"),
    path("abilities/", abilitylists.Abilities.as_view(), name="abilities"),
    path("setup-families/", abilitylists.Families.as_view(), name="setup-families"),
    path("setup-matrices/", abilitylists.Matrices.as_view(), name="setup-matrices"),
    path("setup-matrices/<key:code>/", matrixpage.MatrixPage.as_view(), name="setup-matrix"),
    path("cost-categories/", abilitylists.Categories.as_view(), name="cost-categories"),
    path("characteristics/", masterlists.Characteristics.as_view(), name="characteristics"),
    path("currencies/", masterlists.Currencies.as_view(), name="currencies"),
    path("exchange-rates/", masterlists.ExchangeRates.as_view(), name="exchange-rates"),
    path("number-series/", masterlists.Series.as_view(), name="number-series"),
    path("item-groups/", masterlists.ItemGroups.as_view(), name="item-groups"),
    path("reasons/", masterlists.Reasons.as_view(), name="reasons"),
    path("calendars/", lists.Calendars.as_view(), name="calendars"),
    path("calendars/<key:code>/", calendarpages.CalendarPage.as_view(), name="calendar"),
    path("calendar-forms/<int:pk>/exception/", calendarpages.AddException.as_view(), name="add-exception"),
    path("calendar-forms/<int:pk>/holidays/", calendarpages.FillHolidays.as_view(), name="fill-holidays"),
    *(
        path(f"change-many/{name}/", view.as_view(), name=f"change-many-{name}")
        for name, view in together.TOGETHER.items()
    ),
    *(path(f"new/{name}/", view.as_view(), name=f"new-{name}") for name, view in SAVES.items()),
    *(path(f"change/{name}/<int:pk>/", view.as_view(), name=f"edit-{name}") for name, view in EDITS.items()),
    *(
        path(f"delete/{name}/<int:pk>/", view.as_view(), name=f"delete-{name}")
        for name, view in DELETES.items()
    ),
]
