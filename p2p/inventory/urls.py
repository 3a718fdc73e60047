"""Addresses of the pages of stock."""

from django.urls import path

from p2p.inventory.views import acts, card, claims, lists, recalls, records, stock, trace

app_name = "inventory"
urlpatterns = [
    path("stock/", lists.Stock.as_view(), name="stock"),
    path("stock/items/", stock.StockByItem.as_view(), name="stock-items"),
    path("stock/lots/", stock.StockByLot.as_view(), name="stock-lots"),
    path("stock/places/", stock.StockPlaces.as_view(), name="stock-places"),
    path("stock/places/<int:pk>/<int:level>", stock.PlaceParts.as_view(), name="stock-place"),
    path("stock/card/<path:number>/", card.StockCard.as_view(), name="card"),
    path("moves/", stock.Moves.as_view(), name="moves"),
    path("moves/new", acts.MoveStock.as_view(), name="move-new"),
    path("moves/<int:pk>/", records.MovePage.as_view(), name="move"),
    path("moves/<int:pk>/reverse", acts.ReverseMove.as_view(), name="reverse"),
    path("lots/", lists.Lots.as_view(), name="lots"),
    path("lots/<int:pk>/", records.LotPage.as_view(), name="lot"),
    path("trace/", trace.TracePage.as_view(), name="trace"),
    path("trace/rows", trace.TraceRows.as_view(), name="trace-rows"),
    path("trace/node", trace.TraceNode.as_view(), name="trace-node"),
    path("panels/lot/<int:pk>/trace", trace.TracePanel.as_view(kind="lot"), name="lot-trace"),
    path("panels/serial/<int:pk>/trace", trace.TracePanel.as_view(kind="serial"), name="serial-trace"),
    path("panels/move/<int:pk>/trace", trace.TracePanel.as_view(kind="move"), name="move-trace"),
    path("soft-reservations/", claims.Claims.as_view(), name="claims"),
    path("soft-reservations/new", claims.ClaimNew.as_view(), name="claim-new"),
    path("soft-reservations/<int:pk>/change", claims.ClaimChange.as_view(), name="claim-change"),
    path("reservations/", claims.Reservations.as_view(), name="reservations"),
    path("recalls/", recalls.Recalls.as_view(), name="recalls"),
    path("recalls/new", recalls.RecallNew.as_view(), name="recall-new"),
    path("recalls/preview", recalls.RecallPreview.as_view(), name="recall-preview"),
    path("recalls/<int:pk>/", recalls.RecallPage.as_view(), name="recall"),
    path("recalls/<int:pk>/lines/", recalls.RecallLines.as_view(), name="recall-lines"),
    path("recalls/<int:pk>/hold", recalls.HoldAll.as_view(), name="recall-hold"),
    path("recalls/<int:pk>/refresh", recalls.LookAgain.as_view(), name="recall-refresh"),
    path("recalls/<int:pk>/lift", recalls.LiftAll.as_view(), name="recall-lift"),
    path("recalls/<int:pk>/close", recalls.CloseRecall.as_view(), name="recall-close"),
    path("recalls/<int:pk>/reopen", recalls.ReopenRecall.as_view(), name="recall-reopen"),
    path("recalls/<int:pk>/letters.pdf", recalls.RecallLetters.as_view(), name="recall-letters"),
    path("holds/", lists.Holds.as_view(), name="holds"),
    path("holds/new", acts.PlaceHold.as_view(), name="hold"),
    path("holds/<int:pk>/lift", acts.LiftHold.as_view(), name="lift"),
    path("panels/item/<int:pk>/places", records.ItemPlaces.as_view(), name="item-places"),
    path("panels/item/<int:pk>", records.ItemStock.as_view(), name="item-stock"),
]
