"""How often a sign-in may fail before it has to wait, so that guessing is slow and nobody can lock out somebody else.

Who guesses uses up what belongs to the pair of that name and their own address, then what their address has for all
names. What one of these refuses is not counted further, so one address can neither use up a name nor, by one name, its
neighbours' tries. A browser from which this person has signed in before has tries of its own, whatever others do
(webapp.accounts.browsers); used up, it counts as any other. Guesses at one name from many addresses use up what a name
has in all, more than anybody mistypes. From then on each further address has two tries at that name and not ten, so a
network of machines guesses slowly, and the person still gets in from wherever they have not mistyped twice. A sign-in
link waits for nothing.
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
PER_PAIR_BEYOND = 2  # once the name's are used up


def allowed(name: str, address: str, browser: str | None) -> bool:
    """Count one try, and say whether it may be made. It is counted before it is made: parallel tries gain nothing.

    ``browser`` is the mark of one that is known for this person.
    """
    _forget_old()
    if browser and _count(_key("browser", browser)) <= PER_BROWSER:
        return True
    pair, place, person = _keys(name, address)
    tries = _count(pair)
    if tries > PER_PAIR or _count(place) > PER_ADDRESS:
        return False
    return _count(person) <= PER_NAME or tries <= PER_PAIR_BEYOND


def succeeded(name: str, address: str, browser: str | None) -> None:
    """Clear what belongs to this person at this place, and give its own try back to what others share."""
    own, *shared = _keys(name, address)
    SignInFailures.objects.filter(key__in=[own, _key("browser", browser or "")]).delete()
    if browser is None:
        SignInFailures.objects.filter(key__in=shared, count__gt=0).update(count=F("count") - 1)


def _keys(name: str, address: str) -> tuple[str, str, str]:
    """Of the pair, the address and the name."""
    name, place = name.casefold(), network(address)
    return _key("pair", f"{place} {name}"), _key("address", place), _key("name", name)


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
