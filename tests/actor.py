"""Who changes things in tests."""

from __future__ import annotations

from shared.domain.actor import Actor

TESTER = Actor("test", "test")
