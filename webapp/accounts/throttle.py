"""How often a sign-in may fail, per name and per address, before it has to wait."""

import hashlib
from datetime import timedelta

from django.db import connection
from django.db.models import F

from webapp.accounts.models import SignInFailures

WINDOW = timedelta(minutes=15)
PER_NAME = 10
PER_ADDRESS = 50


def allowed(name: str, address: str) -> bool:
    """Count one try, and say whether it may be made. It is counted before it is made: parallel tries gain nothing."""
    counts = _count(_key("name", name.casefold())), _count(_key("address", address))
    return counts[0] <= PER_NAME and counts[1] <= PER_ADDRESS


def forget(name: str, address: str) -> None:
    """A sign-in that succeeded clears its name, and gives its own try back to its address."""
    SignInFailures.objects.filter(key=_key("name", name.casefold())).delete()
    SignInFailures.objects.filter(key=_key("address", address), count__gt=0).update(count=F("count") - 1)


def _count(key: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO accounts_signinfailures AS kept (key, count, since) VALUES (%(key)s, 1, now())
            ON CONFLICT (key) DO UPDATE SET
                count = CASE WHEN kept.since < now() - make_interval(secs => %(window)s) THEN 1 ELSE kept.count + 1 END,
                since = CASE WHEN kept.since < now() - make_interval(secs => %(window)s) THEN now() ELSE kept.since END
            RETURNING count
            """,
            {"key": key, "window": WINDOW.total_seconds()},
        )
        return int(cursor.fetchone()[0])


def _key(kind: str, value: str) -> str:
    return hashlib.sha256(f"{kind}:{value}".encode()).hexdigest()
