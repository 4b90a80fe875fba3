"""What a key's life needs around it; built once a process."""

from __future__ import annotations

from dataclasses import dataclass

from shared.clock import Clock
from shared.domain.catalogue import Catalogue, load_catalogue
from shared.domain.recheck_rule import RecheckPolicy
from shared.limits.memory import LimitMemory
from shared.providers.port import Providers
from shared.queue.ring import Ringer
from shared.settings import Settings
from shared.store.database import Database
from shared.vault.master_keys import parse_master_keys
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

    @classmethod
    def of(
        cls,
        settings: Settings,
        *,
        database: Database,
        providers: Providers,
        ringer: Ringer,
        limit_memory: LimitMemory,
        clock: Clock,
    ) -> KeyContext:
        """Return the context of this installation's master keys, models and patience."""
        return cls(
            database=database,
            vault=Vault(parse_master_keys(settings.master_keys)),
            providers=providers,
            catalogue=load_catalogue(settings.catalogue_file),
            ringer=ringer,
            probe_timeout_seconds=settings.probe_timeout_seconds,
            clock=clock,
            recheck_policy=RecheckPolicy(settings.recheck_first_seconds, settings.recheck_longest_seconds),
            limit_memory=limit_memory,
        )
