"""REST of stock: what lies where, every move, lots, reservations, holds, the stock card and the trace."""

from p2p.core.rest import Routes
from p2p.inventory.api import holds, lots, stock

routes = Routes("inventory")
for path, view in {
    "balances": stock.BalanceApi,
    "moves": stock.MoveApi,
    "lots": lots.LotApi,
    "reservations": stock.ReservationApi,
    "holds": holds.HoldApi,
    "stock-cards": stock.StockCardApi,
}.items():
    routes.add(path, view)
urlpatterns = routes.urls
