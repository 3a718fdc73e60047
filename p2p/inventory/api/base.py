"""Who may write stock over REST."""

from p2p.core.access import Role

WRITERS = (Role.SUPERVISOR, Role.INTEGRATOR)
HOLDERS = (Role.INSPECTOR, Role.SUPERVISOR, Role.INTEGRATOR)
BOOKERS = (Role.SUPERVISOR, Role.OPERATOR, Role.INTEGRATOR)
