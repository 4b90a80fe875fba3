"""The demo workspace: what a first start is made of, and the file that says how to reach it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from infra.cli.addresses import write_private
from infra.cli.new_tokens import new_token
from infra.cli.store_access import RefusedError
from shared.domain.actor import Actor
from shared.domain.catalogue import MINI
from shared.domain.plans import Plan
from shared.domain.token_format import hash_token
from shared.ids import new_id
from shared.knowledge.add_document import DocumentAdded, NewDocument, add_document
from shared.settings import Settings
from shared.store.bots.rows import NewBot
from shared.store.bots.write import create_bot
from shared.store.database import Database
from shared.store.tokens.create import create_token
from shared.store.tokens.find import find_token
from shared.store.workspaces.create import create_workspace

DEMO_FILE = "demo.env"
DOCUMENTS = Path(__file__).parent / "demo_documents"
ACTOR = Actor("demo", "command line")
QUESTION = "When is the shop open?"


@dataclass(frozen=True, slots=True)
class Demo:
    """How a person or a script reaches the demo workspace; `repr` shows no token."""

    chat_url: str
    dashboard_url: str
    bot_id: str
    bot_token: str
    admin_token: str

    def __repr__(self) -> str:
        return f"Demo({self.chat_url}, {self.dashboard_url})"


async def prepare_demo(settings: Settings, database: Database) -> None:
    """Make the installation's demo when the data folder holds none; write down how to reach it."""
    file = settings.data_dir / DEMO_FILE
    bot_id, bot_token, admin_token = await (_read_kept(file, database) if file.exists() else _seed(settings, database))
    demo = Demo(
        chat_url=f"http://{_door(settings.host)}:{settings.gateway_port}/v1",
        dashboard_url=f"http://{_door(settings.host)}:{settings.dashboard_port}",
        bot_id=bot_id,
        bot_token=bot_token,
        admin_token=admin_token,
    )
    write_private(file, _lines(demo))


def read_demo(data_dir: Path) -> dict[str, str]:
    """Return the variables that demo.env holds, without their prefix; empty when there is no file."""
    file = data_dir / DEMO_FILE
    if not file.exists():
        return {}
    pairs = (line.partition("=") for line in file.read_text(encoding="utf-8").splitlines() if "=" in line)
    return {name.removeprefix("MEVICHAT_").lower(): value for name, _, value in pairs}


async def _seed(settings: Settings, database: Database) -> tuple[str, str, str]:
    workspace_id = new_id()
    await create_workspace(
        database,
        workspace_id=workspace_id,
        name="Demo",
        plan=Plan.SCALE,
        slots=settings.scale_slots,
        message_limit=settings.scale_monthly_messages,
        actor=ACTOR,
    )
    bot = NewBot(bot_id=new_id(), workspace_id=workspace_id, name="Demo bot", model=MINI)
    await create_bot(database, bot, actor=ACTOR)
    await _add_documents(database, bot)
    bot_token = await _add_token(database, workspace_id, bot.bot_id)
    return str(bot.bot_id), bot_token, await _add_token(database, workspace_id, None)


async def _add_documents(database: Database, bot: NewBot) -> None:
    for file in sorted(DOCUMENTS.glob("*.md")):
        title, _, text = file.read_text(encoding="utf-8").partition("\n")
        document = NewDocument(bot.workspace_id, bot.bot_id, title.removeprefix("# ").strip(), text.strip())
        added = await add_document(database, document, actor=ACTOR)
        if not isinstance(added, DocumentAdded):
            message = f"The text of {file.name} {added.problem}."
            raise RefusedError(message)


async def _add_token(database: Database, workspace_id: UUID, bot_id: UUID | None) -> str:
    token, text = new_token(workspace_id, bot_id=bot_id, name="Demo")
    await create_token(database, token, actor=ACTOR)
    return text


async def _read_kept(file: Path, database: Database) -> tuple[str, str, str]:
    kept = read_demo(file.parent)
    try:
        bot_token, admin_token = kept["bot_token"], kept["admin_token"]
    except KeyError as missing:
        name = f"MEVICHAT_{missing.args[0].upper()}"
        message = f"{file} has no {name}; put it back, or remove the file for a new demo workspace."
        raise RefusedError(message) from None
    return kept.get("bot_id") or await _bot_of(database, bot_token), bot_token, admin_token


async def _bot_of(database: Database, bot_token: str) -> str:
    """Return the id of the token's bot, which files of earlier versions do not name; empty when it is gone."""
    holder = await find_token(database, hash_token(bot_token))
    return str(holder.bot.bot_id) if holder and holder.bot else ""


def _lines(demo: Demo) -> str:
    return (
        f"MEVICHAT_CHAT_URL={demo.chat_url}\n"
        f"MEVICHAT_DASHBOARD_URL={demo.dashboard_url}\n"
        f"MEVICHAT_BOT_ID={demo.bot_id}\n"
        f"MEVICHAT_BOT_TOKEN={demo.bot_token}\n"
        f"MEVICHAT_ADMIN_TOKEN={demo.admin_token}\n"
    )


def _door(host: str) -> str:
    """Name the address that a browser on this machine takes when the servers listen on every interface."""
    # compared, not bound
    return "127.0.0.1" if host in ("0.0.0.0", "::") else host  # nosec B104
