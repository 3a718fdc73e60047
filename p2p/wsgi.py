"""The web application, as gunicorn and waitress load it."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "p2p.settings")
application = get_wsgi_application()
