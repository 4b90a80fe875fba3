"""What a key's life needs around it; built once a process."""

from __future__ import annotations

from dataclasses import dataclass

from shared.clock import Clock
from shared.domain.catalogue import Catalogue
from shared.domain.recheck_rule import RecheckPolicy
from shared.limits.memory import LimitMemory
from shared.providers.port import Providers
from shared.queue.ring import Ringer
from shared.store.database import Database
from shared.vault.vault import Vault


@dataclass(frozen=True, slots=True)
class KeyContext:
    """The store, the vault, the providers, how long a probe may take and how soon another is due."""

    database: Database
    vault: Vault
    providers: Providers
    catalogue: Catalogue
    ringer: Ringer
    probe_timeout_seconds: float
    clock: Clock
    recheck_policy: RecheckPolicy
    limit_memory: LimitMemory
