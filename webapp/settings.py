"""Settings, read from the environment; what is not set there points into the state folder of this machine."""

import os
from importlib.metadata import distribution
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from webapp import environment, limits
from webapp.addresses import addresses, database
from webapp.secret import secret_key

ROOT = Path(__file__).resolve().parent.parent
STATE = environment.state(ROOT / ".state")
ADDRESSES = addresses(STATE)

SECRET_KEY = os.environ.get("TRAINYARD_SECRET_KEY") or secret_key(STATE)
DEBUG = False
ORIGIN = os.environ.get("TRAINYARD_ORIGIN", "").rstrip("/")
PORT = environment.port()
DATABASE_URL = os.environ.get("DATABASE_URL") or ADDRESSES.database_url
BROKER_URL = os.environ.get("BROKER_URL") or ADDRESSES.broker_url
CHANNEL_URL = os.environ.get("CHANNEL_URL") or ADDRESSES.channel_url
STORAGE_URL = os.environ.get("STORAGE_URL") or (STATE / "artifacts").as_uri()

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "channels",
    "django_htmx",
    "webapp",
    "webapp.accounts",
    "webapp.artifacts",
    "webapp.datasets",
    "webapp.assets",
    "webapp.workers",
    "webapp.runs",
    "webapp.metrics",
    "webapp.idempotency",
]
MIDDLEWARE = [
    "webapp.headers.SecurityHeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "webapp.static_files.StaticFilesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "webapp.accounts.middleware.SignedInOnlyMiddleware",
    "webapp.plain_text.PlainTextMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES: list[dict[str, Any]] = [
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
            ],
        },
    }
]
ROOT_URLCONF = "webapp.urls"
ASGI_APPLICATION = "webapp.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# A web process keeps a pool; everything else (worker threads, commands) has one connection per thread.
DATABASES = {"default": database(DATABASE_URL, pooled=os.environ.get("TRAINYARD_POOL") == "1")}
CHANNEL_LAYERS = {"default": {"BACKEND": "webapp.channel_layer.ChannelLayer", "CONFIG": {"hosts": [CHANNEL_URL]}}}

AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/signin/"
SESSION_COOKIE_NAME = "trainyard_session"
SESSION_COOKIE_AGE = 30 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "trainyard_csrf"
CSRF_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# Names that this server answers to. A name that an attacker points at 127.0.0.1 is not among them.
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024  # forms and JSON; data sets travel by tus, never through memory
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024  # of a body that is on its way; the rest waits on the disk
LIMITS = limits.of_environment()
if ORIGIN:
    ALLOWED_HOSTS.append(urlsplit(ORIGIN).hostname or "")
    CSRF_TRUSTED_ORIGINS = [ORIGIN]
if ORIGIN.startswith("https://"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [("plotly", Path(str(distribution("plotly").locate_file("plotly/package_data"))))]
WHITENOISE_USE_FINDERS = True  # files are served from where the packages keep them; nothing is collected
WHITENOISE_MAX_AGE = 60
WHITENOISE_ALLOW_ALL_ORIGINS = False

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
LOCALE_PATHS = [ROOT / "webapp" / "locale"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "webapp.redaction.RedactingFormatter",
            "format": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        }
    },
    "filters": {
        "one line": {"()": "webapp.away.OneLine"},
        "rate limit": {"()": "webapp.log_rate_limit.RateLimitFilter"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["rate limit"]}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": ["console"], "level": "INFO", "propagate": False},
        "django.request": {"level": "ERROR", "filters": ["one line"]},
        "django.channels.server": {"level": "WARNING"},
    },
}
