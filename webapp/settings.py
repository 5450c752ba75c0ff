"""Settings, read from the environment; what is not set there points into the state folder of this machine."""

import os
from pathlib import Path

from webapp.embedded import addresses
from webapp.secret import secret_key

ROOT = Path(__file__).resolve().parent.parent
STATE = Path(os.environ.get("TRAINYARD_STATE", ROOT / ".state")).resolve()
ADDRESSES = addresses(STATE)

SECRET_KEY = secret_key(STATE)
DEBUG = False
ORIGIN = os.environ.get("TRAINYARD_ORIGIN", "")
PORT = int(os.environ.get("PORT", "8000"))
STORAGE_URL = os.environ.get("STORAGE_URL", f"file://{STATE / 'artifacts'}")
BROKER_URL = os.environ.get("BROKER_URL", ADDRESSES.broker_url)

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
    "webapp.workers",
    "webapp.runs",
    "webapp.metrics",
]
AUTH_USER_MODEL = "accounts.User"
ROOT_URLCONF = "webapp.urls"
ASGI_APPLICATION = "webapp.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
