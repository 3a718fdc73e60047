"""The composition root of the API: every app adds its router here."""

urlpatterns: list = []
