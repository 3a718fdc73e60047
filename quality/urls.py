"""Addresses of quality's pages."""

from django.urls import path

from quality.views import inspection, lists, nonconformance, panels, plan

app_name = "quality"
urlpatterns = [
    path("inspections/", lists.Inspections.as_view(), name="inspections"),
    path("inspections/<key:number>/", inspection.InspectionPage.as_view(), name="inspection"),
    path("inspections/<key:number>/record/", inspection.RecordCell.as_view(), name="record-cell"),
    path("inspections/<int:pk>/accept", inspection.Accept.as_view(), name="accept"),
    path("inspections/<int:pk>/reject", inspection.Reject.as_view(), name="reject"),
    path("inspections/<int:pk>/concede", inspection.Concede.as_view(), name="concede"),
    path("inspections/<int:pk>/reopen", inspection.Reopen.as_view(), name="reopen"),
    path("inspections/<int:pk>/cancel", inspection.Cancel.as_view(), name="cancel"),
    path("plans/", lists.Plans.as_view(), name="plans"),
    path("plans/new", plan.NewPlan.as_view(), name="plan-new"),
    path("plans/<key:code>/<int:version>/", plan.PlanPage.as_view(), name="plan"),
    path("plans/<key:code>/<int:version>/line", plan.AddLine.as_view(), name="plan-line"),
    path("plans/<key:code>/<int:version>/line/<int:pk>/off", plan.RemoveLine.as_view(), name="plan-line-off"),
    path("nonconformances/", lists.NonConformances.as_view(), name="nonconformances"),
    path("nonconformances/new", nonconformance.Note.as_view(), name="nonconformance-new"),
    path("nonconformances/<key:number>/", nonconformance.NonConformancePage.as_view(), name="nonconformance"),
    path("nonconformances/<int:pk>/decide", nonconformance.Decide.as_view(), name="decide"),
    path("panels/order/<int:pk>", panels.OrderQuality.as_view(), name="order-panel"),
    path("operations/<int:pk>/inspect", panels.Inspect.as_view(), name="inspect"),
]
