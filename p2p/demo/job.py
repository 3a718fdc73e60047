"""The demo's steps in their order: importing a part puts its steps at the end of the list."""

from p2p.demo.load import STEPS  # isort: skip
from p2p.demo import engineering  # isort: skip
from p2p.demo import costs  # isort: skip
from p2p.demo import plan  # isort: skip
from p2p.demo import morning  # isort: skip
from p2p.demo import floor  # isort: skip
from p2p.demo import golive  # isort: skip
from p2p.demo import warehouse  # isort: skip
from p2p.demo import reserving  # isort: skip
from p2p.demo import trace  # isort: skip
from p2p.demo import goods  # isort: skip
from p2p.demo import lots  # isort: skip
from p2p.demo import counts  # isort: skip
from p2p.demo import goodsin  # isort: skip

__all__ = [
    "STEPS",
    "costs",
    "counts",
    "engineering",
    "floor",
    "goods",
    "goodsin",
    "golive",
    "lots",
    "morning",
    "plan",
    "reserving",
    "trace",
    "warehouse",
]
