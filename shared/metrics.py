"""What every process counts, as Prometheus reads it."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

from shared.domain.documents import ReadingFault
from shared.domain.embedding_failure import EmbeddingFailure
from shared.domain.error_types import ErrorType
from shared.domain.key_format import DISPLAY_NAMES
from shared.domain.key_states import KeyState
from shared.domain.notices import Channel, DeliveryError
from shared.domain.refusal_code import RefusalCode
from shared.domain.turn_status import Door, TurnStatus
from shared.series import counter, histogram

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600)
PROVIDERS = tuple(DISPLAY_NAMES)
SWEPT = (
    "answers",
    "documents",
    "due",
    "erased",
    "expired",
    "lapsed",
    "notices",
    "readings_failed",
    "readings_waiting",
    "rechecks",
    "reindexed",
    "suspects",
    "unannounced",
    "unclaimed",
)
"""What a sweep finds, or clears away."""

turns_accepted = counter("mevichat_turns_accepted_total", "Turns accepted", door=Door)
turns_refused = counter("mevichat_turns_refused_total", "Turns refused at the door", code=RefusalCode)
backlog_waiting = Gauge("mevichat_backlog_waiting", "Turns that wait in all workspaces, as read last")
backlog_unknown = Gauge("mevichat_backlog_unknown", "1 while that figure is too old and the door is open to everybody")
turns_ended = counter("mevichat_turns_ended_total", "Attempts that ended, by status", status=TurnStatus)
turns_running = Gauge("mevichat_turns_running", "Turns that this process runs now")
call_seconds = histogram("mevichat_call_seconds", "Seconds of a provider call", SECONDS, provider=PROVIDERS)
calls_failed = counter(
    "mevichat_call_failures_total", "Provider calls that failed", provider=PROVIDERS, error=ErrorType
)
calls_repeated = counter(
    "mevichat_retries_total",
    "Failed provider calls that are made again, by why: rate_limited is no outage",
    provider=PROVIDERS,
    error=ErrorType,
)
events_counted = Counter("mevichat_usage_events_counted_total", "Usage events added to the roll-ups")
verdicts = counter("mevichat_key_verdicts_total", "Verdicts on keys", state=KeyState)
notices_sent = counter(
    "mevichat_notices_sent_total",
    "Attempts to deliver a notice",
    channel=Channel,
    result=("delivered", *DeliveryError),
)
documents_read = counter(
    "mevichat_documents_read_total", "Files read into passages, or not", result=("ready", "lost", *ReadingFault)
)
document_seconds = Histogram("mevichat_document_seconds", "Seconds of reading a file", buckets=SECONDS)
sweep_seconds = Gauge("mevichat_sweeper_last_sweep_timestamp_seconds", "Unix time of the last whole sweep")
swept = counter("mevichat_swept_total", "What the sweeper found", what=SWEPT)
turns_without_room = Counter("mevichat_turns_without_room_total", "Attempts that found no room under their key's limit")
limits_open = Counter("mevichat_limits_open_total", "Calls made without asking for room, because Redis was away")
rate_limits_open = Counter(
    "mevichat_rate_limits_open_total", "Requests whose rate was not looked at, because Redis was away"
)
embedding_failures = counter(
    "mevichat_embedding_failures_total",
    "Times that no vectors came",
    of=("question", "passages"),
    reason=(*EmbeddingFailure, "no_vectors", "vectors_refused"),
)
passages_embedded = Counter("mevichat_passages_embedded_total", "Passages that got their vector")
cache_lookups = counter("mevichat_cache_lookups_total", "Turns of bots with a response cache", found=("hit", "miss"))
sealed_unopened = Gauge("mevichat_sealed_unopened", "Sealed texts that no master key opened when the validator started")
