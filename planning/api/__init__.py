"""REST of planning: demand, plans, proposals, production orders, operations, purchases, schedules."""

from p2p.core.rest import Routes
from planning.api.demand import CustomerApi, DemandApi
from planning.api.goods import DeliveryApi, ReceiptApi, ShipmentApi
from planning.api.orders import OperationApi, OrderApi, ReplenishmentApi
from planning.api.plans import MessageApi, PlanRunApi, ProposalApi
from planning.api.schedule import GanttApi, ScheduleRunApi

routes = Routes("planning")
routes.add("customers", CustomerApi)
routes.add("demand", DemandApi)
routes.add("plan-runs", PlanRunApi)
routes.add("proposals", ProposalApi)
routes.add("messages", MessageApi)
routes.add("orders", OrderApi)
routes.add("operations", OperationApi)
routes.add("replenishments", ReplenishmentApi)
routes.add("receipts", ReceiptApi)
routes.add("shipments", ShipmentApi)
routes.add("deliveries", DeliveryApi)
routes.add("schedule-runs", ScheduleRunApi)
routes.add("gantt", GanttApi)
urlpatterns = routes.urls
