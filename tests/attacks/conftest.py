"""Fixtures of these tests."""

from tests.live import live as live
from tests.live import server as server
