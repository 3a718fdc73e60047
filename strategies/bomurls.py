"""Addresses of comparison, where-used, mass replacement, many order settings and the files of a bill."""

from django.urls import path

from strategies.views import bom_compare, bom_files, replacements, settings_bulk, where_used

urlpatterns = [
    path("bom-compare/", bom_compare.Compare.as_view(), name="compare-boms"),
    path("boms/<int:pk>/compare/", bom_compare.CompareWith.as_view(), name="compare-bom"),
    path("boms/<int:pk>/tree.<str:kind>", bom_files.Tree.as_view(), name="bom-tree-file"),
    path("boms/<int:pk>/sums.<str:kind>", bom_files.Sums.as_view(), name="bom-sums-file"),
    path("where-used/", where_used.WhereUsed.as_view(), name="where-used"),
    path("item-forms/<int:pk>/where-used/", where_used.WhereUsedOf.as_view(), name="where-used-of"),
    path("replacements/", replacements.Replacements.as_view(), name="replacements"),
    path("new-replacement/", replacements.NewReplacement.as_view(), name="new-replacement"),
    path("replacements/<int:pk>/", replacements.ReplacementPage.as_view(), name="replace-run"),
    path("replacements/<int:pk>/undo/", replacements.Undo.as_view(), name="undo-replacement"),
    path("change-settings/", settings_bulk.ChangeSettings.as_view(), name="change-settings"),
    path("settings-changes/", settings_bulk.SettingsChanges.as_view(), name="settings-changes"),
    path("settings-changes/<int:pk>/", settings_bulk.SettingsChangePage.as_view(), name="settings-change"),
]
