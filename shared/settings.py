"""One frozen settings object per process, read from `MEVICHAT_...` variables."""

from __future__ import annotations

import os
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.errors import MevichatError
from shared.serving.limits import RequestLimits

PREFIX = "MEVICHAT_"


class SettingsError(MevichatError):
    """Raised when a setting is unknown or invalid; the message names it and the fix."""


def _http_address(value: str) -> str:
    if not value.startswith(("http://", "https://")):
        message = "must start with http:// or https://"
        raise ValueError(message)
    return value.rstrip("/")


def _addresses(value: str) -> str:
    for item in value.split(","):
        try:
            ip_network(item.strip())
        except ValueError:
            message = "must be addresses or networks like 10.0.0.7 or 10.0.0.0/8, joined by commas"
            raise ValueError(message) from None
    return value


HttpAddress = Annotated[str, AfterValidator(_http_address)]
Addresses = Annotated[str, AfterValidator(_addresses)]
Port = Annotated[int, Field(ge=0, le=65535)]
Seconds = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=1)]


class Settings(BaseSettings):
    """Everything that differs from one installation to the next, with its default."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    # where things are
    data_dir: Path = Path(".mevichat")
    database_url: str | None = None
    redis_url: str | None = None
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

    log_level: str = "info"

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
        SettingsError: a variable is invalid, or no setting of that name exists.

    """
    unknown = sorted(name for name in os.environ if name.startswith(PREFIX) and not _is_known(name))
    if unknown:
        message = f"{unknown[0]} is not a setting; remove it or correct its name (see docs/settings.md)."
        raise SettingsError(message)
    try:
        return Settings()
    except ValidationError as invalid:
        raise SettingsError(_first_problem(invalid)) from None


def _is_known(name: str) -> bool:
    return name.removeprefix(PREFIX).lower() in Settings.model_fields or name in DEMO_NAMES


IN_OUR_WORDS = {
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_parsing": "must be a number",
    "bool_parsing": "must be true or false",
    "greater_than_equal": "must be {ge} or more",
    "greater_than": "must be more than {gt}",
    "less_than_equal": "must be at most {le}",
    "literal_error": "must be {expected}",
}
"""What is wrong with a setting, by the kind of error that the library names."""

DEMO_NAMES = frozenset(
    f"{PREFIX}{name}" for name in ("CHAT_URL", "DASHBOARD_URL", "BOT_ID", "BOT_TOKEN", "ADMIN_TOKEN")
)
"""What `.mevichat/demo.env` exports for scripts; a shell that sourced it can still start processes."""


def _first_problem(invalid: ValidationError) -> str:
    problem = invalid.errors(include_input=False, include_url=False)[0]
    name = PREFIX + str(problem["loc"][0]).upper()
    said = IN_OUR_WORDS.get(problem["type"], problem["msg"].removeprefix("Value error, "))
    return f"{name} {said.format(**problem.get('ctx', {}))}. Correct it or remove it to use the default."
