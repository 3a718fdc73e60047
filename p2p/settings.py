"""Settings: one module; the environment decides between one machine and a plant's servers.

Every variable is listed in `.env.example`. Nothing is started by importing this file.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlparse

from celery.schedules import crontab
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse

ROOT = Path(__file__).resolve().parent.parent
PRODUCTION = os.environ.get("P2P_PRODUCTION") == "1"
DEBUG = os.environ.get("P2P_DEBUG") == "1" and not PRODUCTION
P2P_DATA = Path(os.environ.get("P2P_DATA") or ROOT / ".p2p-data").absolute()
P2P_DURABLE = True  # tests turn it off: their embedded server need not survive a power cut
DATABASE_URL = os.environ.get("DATABASE_URL", "")
REDIS_URL = os.environ.get("REDIS_URL", "")


def _own_secret(path: Path) -> str:
    """The secret of a plant on one machine: made once, readable by its owner only."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    except OSError:  # a data folder that cannot be written: every process signs for itself
        return secrets.token_urlsafe(48)
    return path.read_text().strip() or secrets.token_urlsafe(48)


def _secret() -> str:
    given = os.environ.get("P2P_SECRET_KEY", "")
    if not PRODUCTION:
        return given or _own_secret(P2P_DATA / "secret-key")
    if len(given) < 40 or given.startswith("change-me"):
        raise ImproperlyConfigured(
            "P2P_PRODUCTION=1 needs a P2P_SECRET_KEY of your own, 40 characters or more: "
            "python3 -c 'import secrets; print(secrets.token_urlsafe(48))' makes one."
        )
    return given


def _hosts() -> list[str]:
    named = [host.strip() for host in os.environ.get("P2P_HOSTS", "").split(",") if host.strip()]
    if PRODUCTION and (not named or "*" in named):
        raise ImproperlyConfigured(
            "P2P_PRODUCTION=1 needs P2P_HOSTS: the names this plant is reached by, no '*'."
        )
    return named or ["127.0.0.1", "localhost", "[::1]", "testserver"]


def _database(url: str) -> dict[str, object]:
    """A server named by its address, or the embedded one, which starts at the first connection."""
    common: dict[str, object] = {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
    if not url:
        if PRODUCTION:
            raise ImproperlyConfigured(
                "P2P_PRODUCTION=1 needs DATABASE_URL: postgres://user:password@host:5432/name"
            )
        return {"ENGINE": "p2p.setup.database", "NAME": "p2p", **common}
    parts = urlparse(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(
            "DATABASE_URL has to begin with postgres:// (p2p needs PostgreSQL 15 or newer)."
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        # Compiling a recursive query costs a hundred times what it saves (2.3 s against 24 ms). ?options= in the
        # address takes its place, for a pooler that knows no options of a connection.
        "OPTIONS": {"options": "-c jit=off", **dict(parse_qsl(parts.query, keep_blank_values=True))},
        **common,
    }


SECRET_KEY = _secret()
ALLOWED_HOSTS = _hosts()
DATABASES = {"default": _database(DATABASE_URL)}

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "pgtrigger",
    "pghistory",
    "p2p.setup",
    "p2p.core",
    "strategies",
    "p2p.inventory",
    "planning",
    "execution",
    "outsourcing",
    "quality",
    "costing",
    "p2p.pages",
]
MIDDLEWARE = [
    "p2p.setup.health.Health",
    "django.middleware.security.SecurityMiddleware",
    "p2p.core.web.policy.ContentPolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "p2p.core.web.reader.Reader",
    "p2p.core.web.legible.Legible",
    "p2p.core.history.WhoDidIt",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "p2p.urls"
WSGI_APPLICATION = "p2p.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

AUTH_USER_MODEL = "core.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch"), ("es", "Español")]
LOCALE_PATHS = [ROOT / "p2p" / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

GS1_PREFIX = os.environ.get("P2P_GS1_PREFIX", "").strip()
# How the hand scanners here are set: a key so many milliseconds after another is a finger's, a code shorter than so
# many characters is no scan unless it has the prefix; and what they send before and behind each code.
SCAN_GAP = int(os.environ.get("P2P_SCAN_GAP", "45"))
SCAN_SHORTEST = int(os.environ.get("P2P_SCAN_SHORTEST", "3"))
SCAN_PREFIX, SCAN_SUFFIX = os.environ.get("P2P_SCAN_PREFIX", ""), os.environ.get("P2P_SCAN_SUFFIX", "")
P2P_PAPER = "letter" if os.environ.get("P2P_PAPER", "").strip().lower() == "letter" else "A4"

STATIC_URL = "/static/"
STATICFILES_DIRS = [ROOT / "p2p" / "static"]
# On one machine files are served from where they lie; only production collects them.
STATIC_ROOT = Path(os.environ.get("P2P_STATIC") or ROOT / "staticfiles") if PRODUCTION else None
MEDIA_ROOT = P2P_DATA / "attachments"
FILE_UPLOAD_PERMISSIONS, FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o600, 0o700
_STATIC_STORAGE = (
    "whitenoise.storage.CompressedManifestStaticFilesStorage"
    if PRODUCTION
    else "django.contrib.staticfiles.storage.StaticFilesStorage"
)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _STATIC_STORAGE},
}
WHITENOISE_USE_FINDERS = not PRODUCTION

# Behind the reverse proxy of docker-compose.yml everything is HTTPS; on one machine it is 127.0.0.1.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_HSTS_SECONDS = int(os.environ.get("P2P_HSTS_SECONDS", "3600")) if PRODUCTION else 0
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS] if PRODUCTION else []
SESSION_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "SAMEORIGIN"

if REDIS_URL:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}


def folder_broker(data: Path) -> dict[str, object]:
    """Where messages to the worker lie when there is no Redis."""
    folder = data / "broker"
    return {
        "data_folder_in": str(folder / "queue"),
        "data_folder_out": str(folder / "queue"),
        "control_folder": str(folder / "control"),
        "processed_folder": str(folder / "taken"),
        "store_processed": False,
        "polling_interval": 0.05,
    }


RUNS = "celery"  # tests and one-off scripts say "inline": done on the spot, when the transaction commits
RUN_SILENCE = 30  # seconds without a heartbeat after which a run's worker counts as dead
WEBHOOKS_ALLOW_PRIVATE = os.environ.get("P2P_WEBHOOKS_ALLOW_PRIVATE") == "1"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 30_000  # a count sheet, or receipts, of thousands of rows
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024 * 1024  # one bulk upsert
CELERY_BROKER_URL = REDIS_URL or "p2p-folder://localhost"
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 6 * 3600} if REDIS_URL else folder_broker(P2P_DATA)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True  # a Run row tells how a calculation went
CELERY_TASK_DEFAULT_QUEUE = "light"
CELERY_TASK_CREATE_MISSING_QUEUES = True
CELERY_TASK_ACKS_LATE = False  # the sweeper of runs starts again what a killed worker left
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE = {
    # A message older than the next one is worth nothing: without "expires" a stopped worker finds a heap.
    "sweep": {"task": "p2p.core.sweep", "schedule": 10.0, "options": {"queue": "light", "expires": 10}},
    "deliver": {"task": "p2p.core.deliver", "schedule": 5.0, "options": {"queue": "light", "expires": 5}},
    "clean": {
        "task": "p2p.core.clean",
        "schedule": crontab(hour=3, minute=10),
        "options": {"queue": "light"},
    },
    "replenish": {
        "task": "p2p.inventory.replenish",
        "schedule": crontab(hour=4, minute=0),
        "options": {"queue": "light", "expires": 4 * 3600},
    },
    "sums": {
        "task": "p2p.inventory.add_up",
        "schedule": crontab(hour="1-4", minute=40),
        "options": {"queue": "heavy"},
    },
}

REST_FRAMEWORK = {
    "DEFAULT_SCHEMA_CLASS": "p2p.core.rest.schema.HouseSchema",
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["p2p.core.rest.json.JsonParser"],
    "DEFAULT_FILTER_BACKENDS": [],
    "EXCEPTION_HANDLER": "p2p.core.rest.problems.answer",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "COERCE_DECIMAL_TO_STRING": True,
    "DATETIME_FORMAT": "iso-8601",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "p2p: plan to produce",
    "DESCRIPTION": "Planning, shop floor, outsourcing, quality and costs of a plant.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "POSTPROCESSING_HOOKS": [],  # choices stay where they are used: one name for all "state" columns says nothing
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("P2P_LOG_LEVEL", "WARNING")},
}

# The order page shows all areas and lives right of them; lists on its left find it through this table.
ABSOLUTE_URL_OVERRIDES = {
    "planning.productionorder": lambda order: reverse("pages:order", args=[order.number])
}
