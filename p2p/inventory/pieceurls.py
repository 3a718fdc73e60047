"""Addresses of the pages of lots, serial numbers, handling units, labels and rules."""

from django.urls import path

from p2p.inventory.views import lots, rules, units

urlpatterns = [
    path("lots/new", lots.NewLot.as_view(), name="new-lot"),
    path("lots/<int:pk>/", lots.LotPage.as_view(), name="lot"),
    path("lots/<int:pk>/change", lots.ChangeLot.as_view(), name="change-lot"),
    path("lots/<int:pk>/retest", lots.Retest.as_view(), name="retest"),
    path("lots/<int:pk>/split", lots.SplitLot.as_view(), name="split-lot"),
    path("lots/<int:pk>/merge", lots.MergeLots.as_view(), name="merge-lots"),
    path("lots/<int:pk>/hold", lots.HoldLot.as_view(), name="hold-lot"),
    path("serials/<int:pk>/hold", lots.HoldSerial.as_view(), name="hold-serial"),
    path("serials/", lots.Serials.as_view(), name="serials"),
    path("serials/new", lots.NewSerials.as_view(), name="new-serials"),
    path("serials/<int:pk>/", lots.SerialPage.as_view(), name="serial"),
    path("serials/<int:pk>/change", lots.ChangeSerial.as_view(), name="change-serial"),
    path("units/", units.Units.as_view(), name="units"),
    path("units/new", units.NewUnits.as_view(), name="new-units"),
    path("units/<key:number>/", units.UnitPage.as_view(), name="unit"),
    path("units/<int:pk>/pack", units.Pack.as_view(), name="pack"),
    path("units/<int:pk>/unpack", units.Unpack.as_view(), name="unpack"),
    path("units/<int:pk>/nest", units.Nest.as_view(), name="nest"),
    path("units/<int:pk>/move", units.MoveUnit.as_view(), name="move-unit"),
    path("units/<int:pk>/close", units.CloseUnit.as_view(), name="close-unit"),
    *(
        path(f"labels/{kind}/<int:pk>", units.Labels.as_view(kind=kind), name=f"{kind}-label")
        for kind in units.LABELLED
    ),
    *rules.urlpatterns,
]
