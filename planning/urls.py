"""Addresses of planning's pages and fragments."""

from django.urls import path

from planning.views import demand, items, orders, plans, proposals, replenishments, schedule

app_name = "planning"
urlpatterns = [
    path("demand/", demand.DemandList.as_view(), name="demands"),
    path("demand/new/", demand.DemandNew.as_view(), name="demand-new"),
    path("demand/<int:pk>/", demand.DemandPage.as_view(), name="demand"),
    path("demand/<int:pk>/change/", demand.DemandChange.as_view(), name="demand-change"),
    path("plans/", plans.PlanList.as_view(), name="plans"),
    path("plans/new/", plans.PlanNew.as_view(), name="plan-new"),
    path("plans/<int:pk>/", plans.PlanPage.as_view(), name="plan"),
    path("messages/", plans.MessageList.as_view(), name="messages"),
    path("proposals/", proposals.ProposalList.as_view(), name="proposals"),
    path("proposals/<int:pk>/", proposals.ProposalPage.as_view(), name="proposal"),
    path("proposals/<int:pk>/up/", proposals.UpBranch.as_view(), name="proposal-up"),
    path("proposals/<int:pk>/down/", proposals.DownBranch.as_view(), name="proposal-down"),
    path("orders/", orders.OrderList.as_view(), name="orders"),
    path("orders/new/", orders.OrderNew.as_view(), name="order-new"),
    path("orders/<int:pk>/change/", orders.OrderChange.as_view(), name="order-change"),
    path("orders/<int:pk>/reschedule/", orders.OrderReschedule.as_view(), name="order-reschedule"),
    path("orders/<int:pk>/substitute/", orders.OrderSubstitute.as_view(), name="order-substitute"),
    path("orders/<int:pk>/cancel/", orders.OrderCancel.as_view(), name="order-cancel"),
    path("orders/<int:pk>/operations/", orders.OperationsPanel.as_view(), name="order-operations"),
    path("orders/<int:pk>/materials/", orders.MaterialsPanel.as_view(), name="order-materials"),
    path("panels/item/<int:pk>/", items.ItemOutlook.as_view(), name="item-outlook"),
    path("orders/<int:pk>/plan/", orders.PlanPanel.as_view(), name="order-plan"),
    path("schedule/new/", schedule.ScheduleNew.as_view(), name="schedule-new"),
    path("schedule/<int:pk>/", schedule.SchedulePage.as_view(), name="schedule"),
    path("gantt/", schedule.GanttPage.as_view(), name="gantt"),
    path("gantt/side/<int:pk>/", schedule.GanttSide.as_view(), name="gantt-side"),
    path("purchases/", replenishments.ReplenishmentList.as_view(), name="replenishments"),
    path("purchases/new/", replenishments.ReplenishmentNew.as_view(), name="replenishment-new"),
    path("purchases/<int:pk>/send/", replenishments.ReplenishmentSend.as_view(), name="replenishment-send"),
    path(
        "purchases/<int:pk>/confirm/",
        replenishments.ReplenishmentConfirm.as_view(),
        name="replenishment-confirm",
    ),
    path(
        "purchases/<int:pk>/receive/",
        replenishments.ReplenishmentReceive.as_view(),
        name="replenishment-receive",
    ),
    path("purchases/<str:number>/", replenishments.ReplenishmentPage.as_view(), name="replenishment"),
]
