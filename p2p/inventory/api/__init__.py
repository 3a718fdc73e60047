"""REST of stock: what lies where, every move, lots, reservations, holds, the stock card and the trace."""

from p2p.core.rest import Routes
from p2p.inventory.api import claims, holds, lots, recalls, stock, trace

routes = Routes("inventory")
for path, view in {
    "balances": stock.BalanceApi,
    "moves": stock.MoveApi,
    "lots": lots.LotApi,
    "reservations": claims.ReservationApi,
    "soft-reservations": claims.SoftReservationApi,
    "holds": holds.HoldApi,
    "stock-cards": stock.StockCardApi,
    "traces": trace.TraceApi,
    "recalls": recalls.RecallApi,
    "recall-lines": recalls.RecallLineApi,
}.items():
    routes.add(path, view)
urlpatterns = routes.urls
