"""Fixtures of these tests."""

from tests.live import live as live
