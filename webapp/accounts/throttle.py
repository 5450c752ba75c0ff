"""How often a sign-in may fail before it has to wait, so that guessing is slow and nobody can lock out somebody else.

Who guesses uses up what belongs to the pair of that name and their own address, then what their address has for all
names. What one of these refuses is not counted further, so one address can neither use up a name nor, by one name, its
neighbours' tries. A browser from which this person has signed in before has tries of its own, whatever others do
(webapp.accounts.browsers); used up, it counts as any other. Guesses at one name from many addresses are bounded by what
a name has in all: more than anybody mistypes, no more than 19,200 a day. Only browsers that are new to this person wait
then; a sign-in link waits for nothing.
"""

import hashlib
from datetime import timedelta

from django.db import connection
from django.db.models import F
from django.utils import timezone

from webapp.accounts.models import SignInFailures
from webapp.networks import network

WINDOW = timedelta(minutes=15)
PER_BROWSER = 10
PER_PAIR = 10  # of a name and an address
PER_ADDRESS = 50
PER_NAME = 200


def allowed(name: str, address: str, browser: str | None) -> bool:
    """Count one try, and say whether it may be made. It is counted before it is made: parallel tries gain nothing.

    ``browser`` is the mark of one that is known for this person.
    """
    _forget_old()
    if browser and _count(_key("browser", browser)) <= PER_BROWSER:
        return True
    return all(_count(key) <= most for key, most in _limits(name, address))  # ends at the first that is used up


def succeeded(name: str, address: str, browser: str | None) -> None:
    """Clear what belongs to this person at this place, and give its own try back to what others share."""
    own, *shared = [key for key, _most in _limits(name, address)]
    SignInFailures.objects.filter(key__in=[own, _key("browser", browser or "")]).delete()
    if browser is None:
        SignInFailures.objects.filter(key__in=shared, count__gt=0).update(count=F("count") - 1)


def _limits(name: str, address: str) -> list[tuple[str, int]]:
    name, place = name.casefold(), network(address)
    return [
        (_key("pair", f"{place} {name}"), PER_PAIR),
        (_key("address", place), PER_ADDRESS),
        (_key("name", name), PER_NAME),
    ]


def _forget_old() -> None:
    SignInFailures.objects.filter(since__lt=timezone.now() - 2 * WINDOW).delete()


def _count(key: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO accounts_signinfailures AS kept (key, count, since) VALUES (%(key)s, 1, now())
            ON CONFLICT (key) DO UPDATE SET
                count = CASE WHEN abs(extract(epoch FROM now() - kept.since)) > %(window)s
                             THEN 1 ELSE kept.count + 1 END,
                since = CASE WHEN abs(extract(epoch FROM now() - kept.since)) > %(window)s
                             THEN now() ELSE kept.since END
            RETURNING count
            """,
            {"key": key, "window": WINDOW.total_seconds()},
        )
        return int(cursor.fetchone()[0])


def _key(kind: str, value: str) -> str:
    return hashlib.sha256(f"{kind}:{value}".encode()).hexdigest()
