"""Workspaces with a bot and a provider key of their own, written past the doors: ten thousand in seconds."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from infra.cli.addresses import with_kept_addresses
from infra.cli.new_tokens import new_token
from shared.domain.actor import Actor
from shared.domain.key_format import mask_key
from shared.domain.plans import Plan
from shared.domain.secret import Secret
from shared.ids import new_id, new_token_text
from shared.settings import Settings
from shared.store.bots.rows import NewBot
from shared.store.bots.write import create_bot
from shared.store.database import Database
from shared.store.keys.rows import NewKey, Standing
from shared.store.keys.write import insert_key
from shared.store.tokens.create import create_token
from shared.store.workspaces.create import create_workspace
from shared.vault.master_keys import parse_master_keys
from shared.vault.vault import Vault
from tests.bench.systems.door import Door, bearer

ACTOR = Actor("bench", "command line")
CONNECTIONS = 8
SLOTS = 8_192
MESSAGES = 100_000_000
MODEL = "gpt-5-mini"


async def make_tenants(data_dir: Path, count: int) -> Sequence[Door]:
    """Make so many workspaces on a running installation and return the door of each one's bot."""
    settings = with_kept_addresses(Settings(data_dir=data_dir))
    vault = Vault(parse_master_keys(settings.master_keys or ""))
    database = Database.connect(settings.database_url or "", connections=CONNECTIONS, application_name="bench")
    left = iter(range(count))

    async def work() -> list[Door]:
        return [Door(bearer(await _make_tenant(database, vault, number))) for number in left]

    try:
        made = await asyncio.gather(*(work() for _ in range(CONNECTIONS)))
    finally:
        await database.close()
    return [door for doors in made for door in doors]


async def _make_tenant(database: Database, vault: Vault, number: int) -> str:
    workspace_id, bot_id = new_id(), new_id()
    await create_workspace(
        database,
        workspace_id=workspace_id,
        name=f"Bench {number}",
        plan=Plan.SCALE,
        slots=SLOTS,
        message_limit=MESSAGES,
        actor=ACTOR,
    )
    key = _key(vault, workspace_id)
    await insert_key(database, key, actor=ACTOR)
    bot = NewBot(bot_id=bot_id, workspace_id=workspace_id, name="Bench", model=MODEL, key_id=key.key_id)
    await create_bot(database, bot, actor=ACTOR)
    token, text = new_token(workspace_id, bot_id=bot_id, name="Bench")
    await create_token(database, token, actor=ACTOR)
    return text


def _key(vault: Vault, workspace_id: UUID) -> NewKey:
    key_id, text = new_id(), Secret(new_token_text("sk-bench-"))
    return NewKey(
        key_id=key_id,
        workspace_id=workspace_id,
        provider="openai",
        label="Bench",
        mask=mask_key(text),
        sealed=vault.seal(text, workspace_id=workspace_id, key_id=key_id),
        fingerprint=vault.fingerprint(text, workspace_id=workspace_id),
        standing=Standing(),
    )
