"""Addresses of the floor's pages and fragments."""

from django.urls import path

from execution.views import halves, lists, picking, reserved, scrap, tracing, work

app_name = "execution"
urlpatterns = [
    path("release/", lists.ToRelease.as_view(), name="to-release"),
    path("dispatch/", lists.Dispatch.as_view(), name="dispatch"),
    path("pick-lists/", lists.PickLists.as_view(), name="pick-lists"),
    path("pick-lists/<key:number>/", picking.PickListPage.as_view(), name="pick-list"),
    path("pick-lists/<int:pk>/pick", picking.PickPart.as_view(), name="pick-part"),
    path("pick-lists/<int:pk>/paper", picking.PickListPaper.as_view(), name="pick-paper"),
    path("scrap/", scrap.ScrapPage.as_view(), name="scrap"),
    path("reports/", lists.Reports.as_view(), name="reports"),
    path("reports/<key:number>/", work.ReportPage.as_view(), name="report-page"),
    path("reports/<int:pk>/undo", work.UndoReport.as_view(), name="undo"),
    path("reports/<int:pk>/labels", picking.ReportLabels.as_view(), name="report-labels"),
    path("downtime/", lists.Downtimes.as_view(), name="downtimes"),
    path("downtime/new", work.WentDown.as_view(), name="went-down"),
    path("downtime/<int:pk>/up", work.CameUp.as_view(), name="came-up"),
    path("orders/<int:pk>/release", work.Release.as_view(), name="release"),
    path("orders/<int:pk>/label", picking.OrderLabel.as_view(), name="label"),
    path("orders/<int:pk>/traveller", picking.Traveller.as_view(), name="traveller"),
    path("operations/<int:pk>/report", work.ReportWork.as_view(), name="report"),
    path("operations/<int:pk>/start", work.StartWork.as_view(), name="start"),
    path("panels/item/<int:pk>", halves.ItemBetween.as_view(), name="item-between"),
    path("panels/order/<int:pk>", picking.OrderFloor.as_view(), name="order-floor"),
    path("panels/order/<int:pk>/trace", tracing.OrderTrace.as_view(), name="order-trace"),
    path("panels/order/<int:pk>/issues", picking.OrderIssues.as_view(), name="order-issues"),
    path("panels/order/<int:pk>/reserved", reserved.OrderReserved.as_view(), name="order-reserved"),
]
