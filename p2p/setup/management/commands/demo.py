"""`manage.py demo`: a running plant from one command."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from p2p.setup.demonstration import Demonstration
from p2p.setup.trouble import Trouble


class Command(BaseCommand):
    help = "Start a plant with real data on this machine, do its main job, and serve it to a browser."
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--exit", action="store_true", help="do everything, print the account, and stop")
        parser.add_argument("--fresh", action="store_true", help="forget the earlier plant and start over")
        parser.add_argument("--port", type=int, default=8000, help="where to serve (default 8000)")

    def handle(self, *args: object, **options: Any) -> None:
        from django.conf import settings

        if settings.PRODUCTION:
            raise Trouble("This is a production plant (P2P_PRODUCTION=1): the demo does not touch it.")
        demo = Demonstration(port=options["port"], write=self.stdout.write)
        try:
            self._go(demo, serve=not options["exit"], fresh=options["fresh"])
        finally:
            demo.close()

    def _go(self, demo: Demonstration, *, serve: bool, fresh: bool) -> None:
        from p2p.demo.job import STEPS

        demo.claim(serve=serve)
        if fresh:
            demo.clear()
        demo.set_clock()
        demo.open_database()
        demo.make_tables()
        demo.start_worker()
        demo.work(STEPS)
        demo.account(STEPS)
        if not serve:
            demo.ready()
            return
        from p2p.wsgi import application

        demo.ready()
        demo.serve(application)
