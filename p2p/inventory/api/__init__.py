"""REST of stock: what lies where, every move, lots, reservations, holds, the stock card and the trace."""

from p2p.core.rest import Routes
from p2p.inventory.api import by_item, claims, counts, holds, lots, recalls, rules, stock, tasks, trace, units

routes = Routes("inventory")
for path, view in {
    "balances": stock.BalanceApi,
    "moves": stock.MoveApi,
    "lots": lots.LotApi,
    "reservations": claims.ReservationApi,
    "soft-reservations": claims.SoftReservationApi,
    "holds": holds.HoldApi,
    "tasks": tasks.TaskApi,
    "stock-cards": stock.StockCardApi,
    "stock-by-item": by_item.StockByItemApi,
    "counts": counts.CountApi,
    "count-places": counts.CountPlaceApi,
    "count-lines": counts.CountLineApi,
    "traces": trace.TraceApi,
    "recalls": recalls.RecallApi,
    "recall-lines": recalls.RecallLineApi,
    "serials": lots.SerialApi,
    "handling-units": units.UnitApi,
    "scan": units.ScanApi,
    "stock-rules": rules.StockRuleApi,
    "attribute-rules": rules.AttributeRuleApi,
    "count-classes": rules.CountClassApi,
    "put-away-rules": rules.PutAwayRuleApi,
    "supply-rules": rules.SupplyRuleApi,
}.items():
    routes.add(path, view)
urlpatterns = routes.urls
