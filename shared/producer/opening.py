"""Opens what a producer needs: the settings' servers, its bot, its inbox."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Final

from shared.admission.admission import Admission
from shared.admission.backlog import watched_backlog
from shared.admission.field_rules import problem_with_id
from shared.admission.holders import Holders
from shared.domain.catalogue import load_catalogue
from shared.domain.token_format import BOT_PREFIX, hash_token
from shared.ids import new_id
from shared.limits.message_rates import MessageRates
from shared.producer.deliveries import Deliveries
from shared.producer.errors import ProducerError
from shared.queue.connection import connect_redis
from shared.queue.inbox import ReplyInbox
from shared.queue.ring import Ringer
from shared.settings import Settings
from shared.store.bots.rows import BotRow
from shared.store.database import Database, DatabaseRole
from shared.store.errors import StoreError
from shared.store.producers.rows import InboxReader
from shared.store.tokens.rows import TokenHolder

LONGEST_NAME: Final = 64


@dataclass(frozen=True, slots=True)
class ProducerContext:
    """The way in and the way out of one bot's producer."""

    admission: Admission
    holders: Holders
    token_hash: bytes
    inbox: str
    deliveries: Deliveries
    database: Database
    bot: BotRow
    settings: Settings


@asynccontextmanager
async def open_context(name: str, token: str, settings: Settings) -> AsyncIterator[ProducerContext]:
    """Connect, find the token's bot and begin to listen, until the block ends.

    Raises:
        ProducerError: the name, the token or an address is no good, or PostgreSQL does not answer.

    """
    _check(name, token, settings)
    async with AsyncExitStack() as stack:
        database = Database.connect(
            settings.database_url or "",
            connections=settings.database_connections,
            application_name="producer",
            role=DatabaseRole.SERVICE,
        )
        stack.push_async_callback(database.close)
        redis = connect_redis(settings.redis_url or "")
        stack.push_async_callback(redis.aclose)
        backlog = await stack.enter_async_context(watched_backlog(database, limit=settings.waiting_limit_all))
        holders, token_hash = Holders(database), hash_token(token)
        holder, bot = await _bot_of(holders, token_hash)
        # what it hears is one workspace's: PostgreSQL itself shows it no other's
        own, inbox = database.of(holder.workspace_id), f"producer:{bot.bot_id}:{name}"
        reader = InboxReader(inbox, new_id(), settings.lease_seconds)
        deliveries = Deliveries(own, reader, renew_seconds=settings.renew_seconds)
        deliveries.start()
        stack.push_async_callback(deliveries.close)
        bell = ReplyInbox(redis, inbox, on_results=deliveries.ring)
        await bell.start()
        stack.push_async_callback(bell.close)
        catalogue = load_catalogue(settings.catalogue_file)
        admission = Admission(database, Ringer(redis), MessageRates(redis), catalogue, settings, backlog)
        stack.push_async_callback(admission.close)
        yield ProducerContext(admission, holders, token_hash, inbox, deliveries, own, bot, settings)


def _check(name: str, token: str, settings: Settings) -> None:
    problem = problem_with_id("A producer's name", name, LONGEST_NAME)
    if problem is not None:
        raise ProducerError(problem)
    if not token.startswith(BOT_PREFIX):
        raise ProducerError(f"This is no bot token; a bot's token begins with {BOT_PREFIX}.")
    for address, variable in ((settings.database_url, "DATABASE"), (settings.redis_url, "REDIS")):
        if address is None:
            raise ProducerError(f"Set MEVICHAT_{variable}_URL: a producer works on the product's own servers.")


async def _bot_of(holders: Holders, token_hash: bytes) -> tuple[TokenHolder, BotRow]:
    try:
        holder = await holders.find(token_hash)
    except StoreError as error:
        raise ProducerError(f"PostgreSQL does not answer ({error}); see MEVICHAT_DATABASE_URL.") from error
    if holder is None or holder.bot is None:
        raise ProducerError("This bot token is unknown or was revoked; ask the bot's owner for a good one.")
    return holder, holder.bot
