"""One frozen settings object per process, read from `MEVICHAT_...` variables."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.errors import MevichatError
from shared.serving.limits import RequestLimits
from shared.setting_kinds import (
    Addresses,
    Count,
    HttpAddress,
    LogLevel,
    Port,
    PostgresAddress,
    RedisAddress,
    Seconds,
)
from shared.setting_pairs import harms
from shared.setting_problems import sentences_of

PREFIX = "MEVICHAT_"


class SettingsError(MevichatError):
    """Raised when settings are unknown, invalid or harm each other; a sentence for each names it and the fix."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class Settings(BaseSettings):
    """Everything that differs from one installation to the next, with its default."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    # where things are
    data_dir: Path = Path(".mevichat")
    database_url: PostgresAddress | None = Field(default=None, repr=False)
    redis_url: RedisAddress | None = Field(default=None, repr=False)
    host: str = "127.0.0.1"
    gateway_port: Port = 8080
    gateway_health_port: Port | None = None
    """Set it to share `gateway_port` with other gateways of this machine: each has its own health doors there."""
    dashboard_port: Port = 8081
    worker_port: Port = 8090
    background_port: Port = 8091
    simulator_port: Port = 8099
    trusted_proxies: Addresses | None = None
    """Whose `X-Forwarded-For` the admin API believes; of everybody else only the peer address counts."""
    public_chat_url: HttpAddress | None = None
    """Where bots' callers reach the chat API, with `/v1`; the dashboard's snippets name it."""
    openai_base_url: HttpAddress = "https://api.openai.com/v1"
    anthropic_base_url: HttpAddress = "https://api.anthropic.com"
    provider_wire: Literal["direct", "sdk"] = "direct"
    """How requests travel: straight over HTTP, or by the providers' own SDKs, at twice the CPU and 50 MB more."""
    mini_base_url: HttpAddress | None = None
    mini_model: str = "mini"
    mini_api_key: str | None = Field(default=None, repr=False)
    embedding_base_url: HttpAddress | None = None
    """Where `/embeddings` is, with `/v1`: the platform's own account, for every workspace's documents and questions."""
    embedding_model: str = "text-embedding-3-small"
    embedding_api_key: str | None = Field(default=None, repr=False)
    embedding_dimensions: Annotated[int, Field(ge=1, le=4_000)] | None = None
    """Sent with each request; None: as long as the model makes them."""
    embedding_question_seconds: Seconds = 0.3
    """A question whose vector takes longer is looked for by its words alone."""
    catalogue_file: Path | None = None
    """TOML with models of the installation's own, on top of `shared/domain/catalogue.toml`."""
    master_keys: str | None = Field(default=None, repr=False)
    """Comma-separated, newest first; 32 bytes or more each, URL-safe base64."""

    # notices
    smtp_host: str | None = None
    smtp_port: Port = 587
    smtp_username: str | None = None
    smtp_password: str | None = Field(default=None, repr=False)
    smtp_from: str | None = None
    smtp_starttls: bool = True
    webhook_allow_private: bool = False
    """For a test network only: webhooks may then reach this machine and its neighbours, also without TLS."""
    notice_timeout_seconds: Seconds = 10
    notice_first_retry_seconds: Seconds = 5
    notice_longest_retry_seconds: Seconds = 7_200
    notice_give_up_seconds: Seconds = 86_400

    # how much at once
    concurrency: Count = 1000
    database_connections: Count = 8
    body_limit_bytes: Count = 1_048_576
    request_head_bytes: Count = 32_768
    http_connections: Count = 10_000
    """Connections that one process of a port holds; fewer where it may not open so many files."""
    waiting_limit: Count = 10_000
    """Turns of one workspace that may wait for a slot before `too_many_waiting`."""
    kept_answers: Count = 10_000
    """Answers of one workspace that the response cache keeps; the oldest beyond it are deleted."""
    waiting_limit_all: Count = 200_000
    """Turns of all workspaces together that may wait before `backlog_full`."""

    # documents
    document_readers: Count = 2
    """Files that one ingest worker reads at once, each in a process of its own."""
    document_reader_idle_seconds: Seconds = 60
    document_limit_bytes: Count = 20_971_520
    upload_limit_bytes: Count = 67_108_864
    """Of one upload with all its files."""
    document_limit_pages: Count = 300
    document_limit_characters: Count = 2_000_000
    document_cpu_seconds: Count = 30
    document_memory_mb: Count = 512
    """What reading one file may take before it is broken off."""
    bot_limit_passages: Count = 50_000

    # plans
    free_slots: Count = 4
    pro_slots: Count = 64
    scale_slots: Count = 1024
    free_monthly_messages: Count = 100
    pro_monthly_messages: Count = 5_000
    scale_monthly_messages: Count = 25_000

    # time
    lease_seconds: Seconds = 15
    renew_seconds: Seconds = 5
    sweep_seconds: Seconds = 1
    unclaimed_seconds: Seconds = 5
    sweeper_patience_seconds: Seconds = 15
    """No lapsed lease is ended this soon after the sweeper (re)connected to PostgreSQL."""
    database_patience_seconds: Seconds = 10
    """How long the chat API and the dashboard wait for one answer of PostgreSQL before they answer 503."""
    caller_deadline_seconds: Seconds = 120
    async_deadline_seconds: Seconds = 86_400
    provider_timeout_seconds: Seconds = 600
    retry_start_limit_seconds: Seconds = 20
    probe_timeout_seconds: Seconds = 15
    recheck_first_seconds: Seconds = 300
    recheck_longest_seconds: Seconds = 21_600
    grace_seconds: Seconds = 25
    request_head_seconds: Seconds = 20
    request_body_seconds: Seconds = 30
    """What any body may take to come; a large one gets a second more for each 10,000 bytes."""
    reply_unread_seconds: Seconds = 120
    idle_connection_seconds: Seconds = 75
    suspect_patience_seconds: Seconds = 30
    idempotency_hours: Count = 24
    delta_interval_ms: Count = 30
    history_tokens: Count = 8_000
    rotation_days: Count = 90
    """A key whose text is older is shown as due for rotation."""

    log_level: LogLevel = "info"

    @property
    def sends_email(self) -> bool:
        """Tell whether this installation can send e-mail."""
        return self.smtp_host is not None and self.smtp_from is not None

    @property
    def request_limits(self) -> RequestLimits:
        """Return what a process grants to whoever connects to its port."""
        return RequestLimits(
            head_bytes=self.request_head_bytes,
            head_seconds=self.request_head_seconds,
            body_seconds=self.request_body_seconds,
            unread_seconds=self.reply_unread_seconds,
            idle_seconds=self.idle_connection_seconds,
            connections=self.http_connections,
        )

    def slots_of(self, plan: str) -> int:
        """Return how many turns of a workspace on this plan may be ready or running at once."""
        return {"free": self.free_slots, "pro": self.pro_slots, "scale": self.scale_slots}[plan]

    def monthly_messages_of(self, plan: str) -> int:
        """Return the plan's message quota for a calendar month."""
        return {
            "free": self.free_monthly_messages,
            "pro": self.pro_monthly_messages,
            "scale": self.scale_monthly_messages,
        }[plan]


def load_settings() -> Settings:
    """Read the settings of this process.

    Raises:
        SettingsError: variables are invalid or harm each other, or no settings of their names exist; it names all.

    """
    settings, problems = _read()
    problems = [*_unknown(), *problems]
    if problems:
        raise SettingsError(problems)
    return settings


def _read() -> tuple[Settings, list[str]]:
    """Return the settings, with a default in the place of each wrong one, and all that is wrong with them."""
    try:
        settings, wrong, problems = Settings(), frozenset[str](), []
    except ValidationError as invalid:
        wrong = frozenset(str(problem["loc"][0]) for problem in invalid.errors(include_input=False))
        settings = Settings(**{name: Settings.model_fields[name].default for name in wrong})
        problems = sentences_of(invalid, prefix=PREFIX)
    return settings, [*problems, *harms(dict(settings), wrong=wrong, prefix=PREFIX)]


def _unknown() -> Iterator[str]:
    for name in sorted(os.environ):
        if name.startswith(PREFIX) and not _is_known(name):
            yield f"{name} is not a setting; remove it or correct its name (see docs/settings.md)."


def _is_known(name: str) -> bool:
    return name.removeprefix(PREFIX).lower() in Settings.model_fields or name in DEMO_NAMES


DEMO_NAMES = frozenset(
    f"{PREFIX}{name}" for name in ("CHAT_URL", "DASHBOARD_URL", "BOT_ID", "BOT_TOKEN", "ADMIN_TOKEN")
)
"""What `.mevichat/demo.env` exports for scripts; a shell that sourced it can still start processes."""
