"""Addresses of the pages that show several areas as equals."""

from django.urls import path

from p2p.pages import cockpit, order, search
from p2p.pages.floor import (
    bring,
    component,
    count,
    counting,
    doing,
    entries,
    job,
    keep,
    moving,
    pallet,
    picking,
    pickline,
    places,
    queue,
    receive,
    receiving,
    sending,
    ship,
    stock,
)

JOB = "floor/job/<key:number>/<int:operation>/"
COMPONENT = JOB + "material/<int:pk>/"
PICK = "floor/stock/pick/<key:number>/<int:pk>/"
TASK = "floor/stock/task/<key:number>/"

app_name = "pages"
urlpatterns = [
    path("", cockpit.Cockpit.as_view(), name="cockpit"),
    path("orders/<key:number>/", order.OrderPage.as_view(), name="order"),
    path("search/", search.Search.as_view(), name="search"),
    path("floor/", queue.Queue.as_view(), name="floor"),
    path("floor/station/", places.Station.as_view(), name="floor-station"),
    path("floor/scan/", places.Scan.as_view(), name="floor-scan"),
    path("floor/stock/", stock.StockMenu.as_view(), name="floor-stock"),
    path("floor/stock/look-up/", stock.LookUp.as_view(), name="floor-look-up"),
    path("floor/stock/put-away/", bring.Queue.as_view(), name="floor-put-away"),
    path("floor/stock/supply/", bring.Supply.as_view(), name="floor-supply"),
    path("floor/stock/move/", moving.Move.as_view(), name="floor-move"),
    path("floor/stock/receive/", receiving.Receive.as_view(), name="floor-receive"),
    path("floor/stock/receive/<int:pk>/undo/", receiving.UndoReceive.as_view(), name="floor-receive-undo"),
    path(
        "floor/stock/receive/pallet/<key:number>/",
        pallet.ReceivePallet.as_view(),
        name="floor-receive-pallet",
    ),
    path(
        "floor/stock/receive/<int:pk>/labels", receiving.ReceiptLabels.as_view(), name="floor-receive-labels"
    ),
    path("floor/stock/receive/<key:number>/", receive.ReceiveOrder.as_view(), name="floor-receive-order"),
    path("floor/stock/receive/<key:number>/do/", receive.DoReceive.as_view(), name="floor-receive-do"),
    path("floor/stock/ship/", ship.Ship.as_view(), name="floor-ship"),
    path("floor/stock/ship/<slug:kind>/<int:pk>/", sending.ShipOne.as_view(), name="floor-ship-one"),
    path("floor/stock/ship/<slug:kind>/<int:pk>/do/", sending.DoShip.as_view(), name="floor-ship-do"),
    path("floor/stock/ship/<slug:kind>/<int:pk>/undo/", ship.UndoShip.as_view(), name="floor-ship-undo"),
    path("floor/stock/pick/", picking.PickMenu.as_view(), name="floor-pick"),
    path("floor/stock/pick/<key:number>/", picking.PickOne.as_view(), name="floor-pick-list"),
    path(PICK, pickline.PickLinePage.as_view(), name="floor-pick-line"),
    path(PICK + "do/", pickline.DoPick.as_view(), name="floor-pick-do"),
    path(PICK + "short/", pickline.PickShort.as_view(), name="floor-pick-short"),
    path(PICK + "undo/", picking.UndoPick.as_view(), name="floor-pick-undo"),
    path("floor/stock/count/", counting.CountMenu.as_view(), name="floor-count"),
    path("floor/stock/count/<key:number>/", counting.NextPlace.as_view(), name="floor-count-next"),
    path("floor/stock/count/<key:number>/<int:place>/", count.PlacePage.as_view(), name="floor-count-place"),
    path(TASK, doing.TaskPage.as_view(), name="floor-task"),
    path(TASK + "do/", doing.DoTask.as_view(), name="floor-task-do"),
    path(TASK + "start/", doing.StartTask.as_view(), name="floor-task-start"),
    path(TASK + "back/", doing.PutBack.as_view(), name="floor-task-back"),
    path(TASK + "close/", doing.CloseTask.as_view(), name="floor-task-close"),
    path(TASK + "undo/", doing.UndoTask.as_view(), name="floor-task-undo"),
    path(JOB, job.JobPage.as_view(), name="floor-job"),
    path(JOB + "start/", entries.Start.as_view(), name="floor-start"),
    path(JOB + "stop/", entries.Stop.as_view(), name="floor-stop"),
    path(JOB + "report/", entries.ReportGood.as_view(), name="floor-report"),
    path(JOB + "scrap/", entries.ReportScrap.as_view(), name="floor-scrap"),
    path(JOB + "weigh/", entries.WeighIn.as_view(), name="floor-weigh"),
    path(JOB + "undo/", entries.Undo.as_view(), name="floor-undo"),
    path(JOB + "finish/", entries.Finish.as_view(), name="floor-finish"),
    path(COMPONENT, component.ComponentPage.as_view(), name="floor-component"),
    path(COMPONENT + "take/", component.Take.as_view(), name="floor-component-take"),
    path(COMPONENT + "back/", component.GiveBack.as_view(), name="floor-component-back"),
    path(COMPONENT + "undo/", component.UndoAdjustment.as_view(), name="floor-component-undo"),
    path(COMPONENT + "swap/", component.Swap.as_view(), name="floor-component-swap"),
    path(COMPONENT + "keep/", keep.Keep.as_view(), name="floor-component-keep"),
    path(COMPONENT + "let-go/", keep.LetGo.as_view(), name="floor-component-let-go"),
    path(COMPONENT + "unkeep/", keep.UndoKeep.as_view(), name="floor-component-unkeep"),
]
