"""`mevichat chat`: finds the token and the address that a conversation in the terminal needs."""

from __future__ import annotations

import shlex

import aiohttp
import typer
import uvloop
from rich.console import Console

from infra.cli.addresses import with_kept_addresses
from infra.cli.chat import chat
from infra.cli.demo import DEMO_FILE, read_demo
from infra.cli.new_tokens import new_token
from infra.cli.run_service import refused
from infra.cli.store_access import ACTOR, RefusedError, database_url, id_in
from shared.domain.token_format import BOT_PREFIX
from shared.errors import MevichatError
from shared.settings import Settings, load_settings
from shared.store.bots.read import list_bots
from shared.store.bots.rows import BotRow
from shared.store.database import Database
from shared.store.errors import StoreError
from shared.store.tokens.create import create_token
from shared.store.tokens.revoke import revoke_token
from shared.store.workspaces.read import list_workspaces


def chat_with(bot: str) -> typer.Exit:
    """Talk to the bot with this token, id or name; to the demo bot when nothing is said."""
    try:
        uvloop.run(_chat(with_kept_addresses(load_settings()), bot))
    except aiohttp.ClientConnectionError:
        return refused("The gateway does not answer. Is the product running (`make run`)?")
    except MevichatError as refusal:
        return refused(str(refusal))
    return typer.Exit()


async def _chat(settings: Settings, bot: str) -> None:
    demo = read_demo(settings.data_dir)
    chat_url = demo.get("chat_url") or f"http://{settings.host}:{settings.gateway_port}/v1"
    if bot and not bot.startswith(BOT_PREFIX):
        await _chat_by_name(settings, bot, chat_url)
        return
    token = bot or demo.get("bot_token")
    if not token:
        message = f"Say which bot: its token, id or name ({settings.data_dir / DEMO_FILE} names no demo bot)."
        raise RefusedError(message)
    await chat(chat_url, token, Console())


async def _chat_by_name(settings: Settings, bot: str, chat_url: str) -> None:
    """Lend the operator a token of the bot for as long as the conversation lasts: texts of others are not kept."""
    database = Database.connect(database_url(settings), connections=1, application_name="mevichat-cli")
    try:
        found = await _find(database, bot)
        token, text = new_token(found.workspace_id, bot_id=found.bot_id, name="mevichat chat")
        await create_token(database, token, actor=ACTOR)
        try:
            await chat(chat_url, text, Console())
        finally:
            await revoke_token(database, workspace_id=found.workspace_id, token_id=token.token_id, actor=ACTOR)
    except StoreError:
        message = "PostgreSQL does not answer. Is the product running (`make run`)?"
        raise RefusedError(message) from None
    finally:
        await database.close()


async def _find(database: Database, text: str) -> BotRow:
    workspaces = await list_workspaces(database)
    bots = [bot for row in workspaces for bot in await list_bots(database, row.workspace_id)]
    found = [bot for bot in bots if bot.name == text] or [bot for bot in bots if bot.bot_id == id_in(text)]
    if len(found) == 1:
        return found[0]
    shown = f"`mevichat bot list {shlex.quote(workspaces[0].name) if len(workspaces) == 1 else 'WORKSPACE'}` shows them"
    message = f"{len(found)} bots are named {text}; say an id ({shown})."
    raise RefusedError(message if found else f"No bot has the id or name {text}; {shown}.")
