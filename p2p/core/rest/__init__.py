"""The API edge. An app's `api.py` names a resource in about ten lines; guide/house.md shows how."""

from p2p.core.rest.routes import Routes
from p2p.core.rest.serializers import Expand, KeyField, RecordSerializer, VerbSerializer
from p2p.core.rest.verbs import verb
from p2p.core.rest.viewsets import RecordViewSet

__all__ = ["Expand", "KeyField", "RecordSerializer", "RecordViewSet", "Routes", "VerbSerializer", "verb"]
