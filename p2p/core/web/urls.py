"""Addresses of the shell: log in and out, runs, journal, saved views, counts. Included at the root."""

from __future__ import annotations

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import include, path

from p2p.core.web import actions, annex, gallery, journal, lookup, runs, shellviews

_core = (
    [
        path("runs/", runs.RunList.as_view(), name="runs"),
        path("runs/<str:kind>/<int:pk>/", runs.RunPage.as_view(), name="run"),
        path("core/run-chip/", runs.RunChip.as_view(), name="run-chip"),
        path("core/counts/", shellviews.Counts.as_view(), name="counts"),
        path("core/find/<str:label>/", lookup.Find.as_view(), name="find"),
        path("core/views/", shellviews.ViewSave.as_view(), name="view-save"),
        path("core/views/<int:pk>/drop/", shellviews.ViewDrop.as_view(), name="view-drop"),
        path("core/journal/<str:label>/<int:pk>/", journal.JournalPanel.as_view(), name="journal"),
        path("core/talk/<str:label>/<int:pk>/", annex.Talk.as_view(), name="talk"),
        path("core/files/<str:label>/<int:pk>/", annex.Files.as_view(), name="files"),
        path("core/file/<int:pk>/", annex.FileContent.as_view(), name="file"),
        path("core/bell/", annex.Bell.as_view(), name="bell"),
        path("core/inbox/", annex.Inbox.as_view(), name="inbox"),
        path("core/do/<str:slot>/<str:key>/<int:pk>/", actions.Act.as_view(), name="act"),
        path("core/gallery/", gallery.Gallery.as_view(), name="gallery"),
        path("core/gallery/<str:part>/", gallery.GalleryPart.as_view(), name="gallery-part"),
    ],
    "core",
)

urlpatterns = [
    path("login/", LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("logout/", LogoutView.as_view(next_page="/login/"), name="logout"),
    path("", include(_core)),
]
