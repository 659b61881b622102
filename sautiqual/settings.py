"""Settings, all from environment variables; with none set, everything runs embedded on one machine.

Wrong settings stop the start: see `sautiqual/checks.py`.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import environ

from sautiqual.console import UNFOLD as UNFOLD

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env = environ.Env()

DEBUG = env.bool("DEBUG", default=False)
PUBLIC_URL = env.str("PUBLIC_URL", default="").rstrip("/")


def _secret_key() -> str:
    """The configured key; without one, a random key kept in var/ so that sessions survive a restart."""
    configured: str = env.str("SECRET_KEY", default="")
    if configured:
        return configured
    from django.core.management.utils import get_random_secret_key

    VAR_DIR.mkdir(exist_ok=True)
    kept = VAR_DIR / "secret-key"
    if not kept.exists():
        kept.touch(mode=0o600)
        kept.write_text(get_random_secret_key())
    return kept.read_text()


SECRET_KEY = _secret_key()
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
if PUBLIC_URL:
    ALLOWED_HOSTS.append(PUBLIC_URL.split("://", 1)[-1].split("/", 1)[0].split(":", 1)[0])
    CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

INSTALLED_APPS = [
    "sautiqual.apps.ConsoleConfig",  # unfold
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "sautiqual",  # before the tasks: its db_worker is the one that runs
    "django_tasks",
    "django_tasks_db",
    "leads",
    "campaigns",
    "bridge",
]
if sys.argv[1:2] == ["runserver"]:
    # For that command alone: it brings a reactor of its own, which no other process wants.
    INSTALLED_APPS.insert(0, "daphne")
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "sautiqual.reading_language.ReadingLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "campaigns.integrations.idempotency.IdempotencyMiddleware",
    "campaigns.access.middleware.MaskNumbers",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "sautiqual.urls"
ASGI_APPLICATION = "sautiqual.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'sautiqual.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    VAR_DIR.mkdir(exist_ok=True)
    DATABASES["default"]["OPTIONS"] = {
        # A reader that turns writer half way cannot wait for the lock, so every transaction takes it at its start.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
    # On file as in real life: a shared in-memory database locks whole tables between threads. One file a run.
    DATABASES["default"]["TEST"] = {"NAME": Path(tempfile.gettempdir()) / f"sautiqual-test-{os.getpid()}.sqlite3"}
elif DATABASES["default"]["ENGINE"].endswith("postgresql"):
    # Compiling a query takes PostgreSQL longer (70 ms measured) than any query here runs; it guesses wrong where a table is long.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("options", "-c jit=off")

REDIS_URL = env.str("REDIS_URL", default="")
CHANNEL_LAYERS = {
    "default": {"BACKEND": "channels_redis.core.RedisChannelLayer", "CONFIG": {"hosts": [REDIS_URL]}}
    if REDIS_URL
    else {"BACKEND": "channels.layers.InMemoryChannelLayer"}
}
# "webhooks" has a worker of its own, so that nothing else waits for an integrator's server.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default", "webhooks"]}}

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/queue/"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("sw", "Kiswahili")]  # of the consoles; what is spoken on the phone is each script's own
LOCALE_PATHS = [BASE_DIR / "sautiqual" / "locale"]
FORMAT_MODULE_PATH = ["sautiqual.formats"]
LANGUAGE_COOKIE_AGE = 366 * 24 * 3600  # the choice outlives the session
TIME_ZONE = "Africa/Nairobi"
USE_I18N = True
USE_TZ = True

# Password resets go by mail; without a mail server they are printed where `manage.py run` runs, and a manager's invitation link serves as well.
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", default="SautiQual <noreply@localhost>")

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
MEDIA_ROOT = env.path("MEDIA_ROOT", default=VAR_DIR / "media")
MEDIA_URL = "/media/"
# Lists that are being imported, outside everything that is served; every process needs the same folder. Gone when done, or after a day.
IMPORT_ROOT = env.path("IMPORT_ROOT", default=VAR_DIR / "imports")
IMPORT_MAX_MB = env.int("IMPORT_MAX_MB", default=64)  # of one file; 64 at most
RECORDING_KEY = env.str("RECORDING_KEY", default="")  # base64 of 32 bytes, commas between: the first writes, all read; empty: not encrypted

SAUTIKIT_API_URL = env.str("SAUTIKIT_API_URL", default="https://api.sautikit.com").rstrip("/")
SAUTIKIT_API_KEY = env.str("SAUTIKIT_API_KEY", default="")
SAUTIKIT_SIGNING_SECRETS = env.list("SAUTIKIT_SIGNING_SECRETS", default=[])
# Where this very process is reached by the platform: its own address when several servers share one PUBLIC_URL.
SERVER_URL = env.str("SERVER_URL", default=PUBLIC_URL or "http://127.0.0.1:8000").rstrip("/")
VOICE = env.str("VOICE", default="embedded")
# The voices of providers. An empty name of a model or a voice means the one of the data file beside its adapter.
CLIP_VOICES = "sautiqual.voices.voice_for_clips"  # who says the sentences that are prepared before any call
GEMINI_API_KEY = env.str("GEMINI_API_KEY", default="")
GEMINI_BASE_URL = env.str("GEMINI_BASE_URL", default="")
GEMINI_MODEL, GEMINI_VOICE = env.str("GEMINI_MODEL", default=""), env.str("GEMINI_VOICE", default="")
OPENAI_API_KEY = env.str("OPENAI_API_KEY", default="")
OPENAI_BASE_URL = env.str("OPENAI_BASE_URL", default="")
OPENAI_MODEL, OPENAI_VOICE = env.str("OPENAI_MODEL", default=""), env.str("OPENAI_VOICE", default="")
OPENAI_DIALECT = env.str("OPENAI_DIALECT", default="ga")  # or beta: speaches and others
OPENAI_TRUNCATE = env.str("OPENAI_TRUNCATE", default="exact")  # or none, for a server that cannot
OPENAI_RATE_HZ = env.int("OPENAI_RATE_HZ", default=24_000)
OPENAI_LIVE_MODEL, OPENAI_LIVE_VOICE = env.str("OPENAI_LIVE_MODEL", default=""), env.str("OPENAI_LIVE_VOICE", default="")
CASCADE_STT_URL = env.str("CASCADE_STT_URL", default="")
CASCADE_LLM_URL = env.str("CASCADE_LLM_URL", default="")
CASCADE_TTS_URL = env.str("CASCADE_TTS_URL", default="")
CASCADE_API_KEY = env.str("CASCADE_API_KEY", default="")
CASCADE_STT_MODEL, CASCADE_LLM_MODEL = env.str("CASCADE_STT_MODEL", default=""), env.str("CASCADE_LLM_MODEL", default="")
CASCADE_TTS_MODEL, CASCADE_TTS_VOICE = env.str("CASCADE_TTS_MODEL", default=""), env.str("CASCADE_TTS_VOICE", default="")
WEBHOOK_PRIVATE_ADDRESSES = env.bool("WEBHOOK_PRIVATE_ADDRESSES", default=False)  # lets webhooks reach machines of your own network
# What a rep's working time is cut into for promised call backs, and how much earlier than its time each is offered at the latest, and reminded of.
PROMISE_SLOT_MINUTES = env.int("PROMISE_SLOT_MINUTES", default=15)
PROMISE_NOTICE_MINUTES = env.int("PROMISE_NOTICE_MINUTES", default=10)
PROMISE_REMIND_MINUTES = env.int("PROMISE_REMIND_MINUTES", default=10)
PROMISE_GRACE_MINUTES = env.int("PROMISE_GRACE_MINUTES", default=10)  # a promised call back waits so long for the rep it was made with
ORGANISATION_RULES = env.str("ORGANISATION_RULES", default="")  # a TOML file that tightens the market packs
VOICE_PRICES = env.str("VOICE_PRICES", default=str(BASE_DIR / "campaigns" / "voice_cost" / "prices.toml"))  # what the voices' providers charge
PRICE_LIST = env.str("PRICE_LIST", default=str(BASE_DIR / "campaigns" / "prices.toml"))  # what the platform charges this account

SECURE_SSL_REDIRECT = False  # the proxy or tunnel in front decides
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = PUBLIC_URL.startswith("https://")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PUBLIC_URL else None

LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    # The level stands at the handler, too: the worker's command sets its own logger's level by itself.
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "level": LOG_LEVEL}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    # These log request URLs, and ours carry tokens.
    "loggers": {name: {"level": "WARNING"} for name in ("httpx", "httpcore", "uvicorn.error")},
}
