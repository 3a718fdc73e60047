"""Addresses of the pages of strategies."""

from django.urls import path

from strategies.views import bills, imports, items, lists, routes, work

app_name = "strategies"
urlpatterns = [
    path("items/", lists.Items.as_view(), name="items"),
    path("new-item/", items.NewItem.as_view(), name="new-item"),
    path("item-forms/<int:pk>/edit/", items.EditItem.as_view(), name="edit-item"),
    path("item-forms/<int:pk>/policy/", items.EditPolicy.as_view(), name="edit-policy"),
    path("item-forms/<int:pk>/new-bom/", bills.NewBom.as_view(), name="new-bom"),
    path("item-forms/<int:pk>/new-route/", routes.NewRoute.as_view(), name="new-route"),
    path("items/<path:number>/", items.ItemPage.as_view(), name="item"),
    path("boms/", lists.Boms.as_view(), name="boms"),
    path("boms/<int:pk>/", bills.BomPage.as_view(), name="bom"),
    path("boms/<int:pk>/copy/", bills.CopyBom.as_view(), name="copy-bom"),
    path("boms/<int:pk>/activate/", bills.ActivateBom.as_view(), name="activate-bom"),
    path("boms/<int:pk>/lines/", bills.AddLine.as_view(), name="add-line"),
    path("bom-lines/<int:pk>/", bills.ChangeLine.as_view(), name="change-line"),
    path("bom-lines/<int:pk>/remove/", bills.RemoveLine.as_view(), name="remove-line"),
    path("bom-branches/<int:pk>/", bills.Branches.as_view(), name="branches"),
    path("routes/", lists.Routes.as_view(), name="routes"),
    path("routes/<int:pk>/", routes.RoutePage.as_view(), name="route"),
    path("routes/<int:pk>/copy/", routes.CopyRoute.as_view(), name="copy-route"),
    path("routes/<int:pk>/activate/", routes.ActivateRoute.as_view(), name="activate-route"),
    path("routes/<int:pk>/operations/", routes.AddOperation.as_view(), name="add-operation"),
    path("operations/<int:pk>/", routes.ChangeOperation.as_view(), name="change-operation"),
    path("operations/<int:pk>/remove/", routes.RemoveOperation.as_view(), name="remove-operation"),
    path("work-centres/", lists.WorkCentres.as_view(), name="work-centres"),
    path("work-centres/<int:pk>/", work.WorkCentrePage.as_view(), name="work-centre"),
    path("calendars/", lists.Calendars.as_view(), name="calendars"),
    path("calendars/<str:code>/", work.CalendarPage.as_view(), name="calendar"),
    path("calendar-forms/<int:pk>/exception/", work.AddException.as_view(), name="add-exception"),
    path("vendors/", lists.Vendors.as_view(), name="vendors"),
    path("vendors/<path:number>/", items.VendorPage.as_view(), name="vendor"),
    path("locations/", lists.Locations.as_view(), name="locations"),
    path("units/", lists.Units.as_view(), name="units"),
    path("unit-conversions/", lists.Conversions.as_view(), name="conversions"),
    path("reasons/", lists.Reasons.as_view(), name="reasons"),
    path("imports/", lists.Imports.as_view(), name="imports"),
    path("imports/new/", imports.NewImport.as_view(), name="new-import"),
    path("imports/<int:pk>/", imports.ImportPage.as_view(), name="import"),
    path("import-template.xlsx", imports.Template.as_view(), name="template"),
    path("exports/<str:name>.csv", imports.Export.as_view(), name="export"),
]
