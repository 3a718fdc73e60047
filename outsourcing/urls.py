"""Addresses of outsourcing's pages."""

from django.urls import path

from outsourcing.views import invoices, orders, panels, steps, workbench

app_name = "outsourcing"
urlpatterns = [
    path("", workbench.Workbench.as_view(), name="workbench"),
    path("at-vendors/", workbench.AtVendors.as_view(), name="at-vendors"),
    path("orders/", orders.Orders.as_view(), name="orders"),
    path("orders/<key:number>/", orders.OrderPage.as_view(), name="order"),
    path("orders/<int:pk>/paper.pdf", orders.OrderPaper.as_view(), name="paper"),
    path("orders/<int:pk>/acknowledge", steps.Acknowledge.as_view(), name="acknowledge"),
    path("orders/<int:pk>/promise", steps.Acknowledge.as_view(), name="promise"),
    path("orders/<int:pk>/send-material", steps.SendMaterial.as_view(), name="send-material"),
    path("orders/<int:pk>/receive", steps.Receive.as_view(), name="receive"),
    path("orders/<int:pk>/enter-invoice", steps.EnterInvoice.as_view(), name="enter-invoice"),
    path("orders/<int:pk>/withdraw", steps.Withdraw.as_view(), name="withdraw"),
    path("lines/<int:pk>/change", steps.ChangeLine.as_view(), name="change-line"),
    path("notes/<key:number>/paper.pdf", orders.NotePaper.as_view(), name="note-paper"),
    path("trips/<str:kind>/<key:number>/undo", steps.UndoTrip.as_view(), name="undo-trip"),
    path("invoices/", invoices.Invoices.as_view(), name="invoices"),
    path("invoices/<int:pk>/", invoices.InvoicePage.as_view(), name="invoice"),
    path("invoices/<int:pk>/approve", invoices.Approve.as_view(), name="approve"),
    path("panels/order/<int:pk>", panels.OrderOutside.as_view(), name="order-panel"),
    path("operations/<int:pk>/send-out", panels.SendOut.as_view(), name="send-out"),
    path("operations/<int:pk>/bring-back", panels.BringBack.as_view(), name="bring-back"),
    path("operations/<int:pk>/order", panels.DraftOrder.as_view(), name="draft-order"),
]
