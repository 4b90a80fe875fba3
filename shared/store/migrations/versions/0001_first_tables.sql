-- Workspaces and what decides their turns ---------------------------------------------------------

CREATE TABLE workspaces (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    plan text NOT NULL CHECK (plan IN ('free', 'pro', 'scale')),
    created_at timestamptz NOT NULL DEFAULT now()
);

-- One row a workspace; whoever changes a turn, a key, a bot or a token locks it first.
CREATE TABLE workspace_counters (
    workspace_id uuid PRIMARY KEY REFERENCES workspaces,
    epoch bigint NOT NULL DEFAULT 1,
    next_position bigint NOT NULL DEFAULT 1,
    in_flight integer NOT NULL DEFAULT 0 CHECK (in_flight >= 0),
    waiting integer NOT NULL DEFAULT 0 CHECK (waiting >= 0),
    slots integer NOT NULL CHECK (slots >= 1),
    message_limit integer NOT NULL CHECK (message_limit >= 0)
) WITH (fillfactor = 50);

CREATE TABLE quota (
    workspace_id uuid NOT NULL REFERENCES workspaces,
    month date NOT NULL,
    used integer NOT NULL DEFAULT 0 CHECK (used >= 0),
    PRIMARY KEY (workspace_id, month)
) WITH (fillfactor = 50);

CREATE TABLE provider_keys (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    provider text NOT NULL,
    label text NOT NULL,
    mask text NOT NULL,
    sealed bytea,
    fingerprint bytea,
    version integer NOT NULL DEFAULT 1,
    verdict_seq integer NOT NULL DEFAULT 0,
    state text NOT NULL,
    reason_code text,
    reason text,
    provider_status integer,
    provider_code text,
    provider_request_id text,
    models text[],
    region text,
    organization text,
    project text,
    anthropic_workspace_id text,
    is_default boolean NOT NULL DEFAULT false,
    checked_at timestamptz,
    last_used_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    rotated_at timestamptz NOT NULL DEFAULT now(),
    suspect_since timestamptz,
    rung_at timestamptz,
    live_probe_at timestamptz,
    calm_until timestamptz,
    calm_seconds integer NOT NULL DEFAULT 0,
    deleted_at timestamptz,
    -- deleting a key destroys its text
    CHECK ((sealed IS NULL) = (deleted_at IS NOT NULL))
) WITH (fillfactor = 70);

CREATE INDEX provider_keys_of_workspace ON provider_keys (workspace_id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX provider_keys_one_default ON provider_keys (workspace_id, provider)
    WHERE is_default AND deleted_at IS NULL;
CREATE INDEX provider_keys_suspect ON provider_keys (rung_at) WHERE state = 'suspect' AND deleted_at IS NULL;

CREATE TABLE bots (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    name text NOT NULL,
    model text NOT NULL,
    system_prompt text,
    key_id uuid REFERENCES provider_keys,
    created_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz
);

CREATE INDEX bots_of_workspace ON bots (workspace_id) WHERE deleted_at IS NULL;

CREATE TABLE tokens (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    kind text NOT NULL CHECK (kind IN ('bot', 'admin')),
    bot_id uuid REFERENCES bots,
    name text NOT NULL DEFAULT '',
    token_hash bytea NOT NULL UNIQUE,
    last_four text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz,
    CHECK ((kind = 'bot') = (bot_id IS NOT NULL))
);

CREATE INDEX tokens_of_workspace ON tokens (workspace_id);

CREATE TABLE audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    actor text NOT NULL,
    action text NOT NULL,
    target text NOT NULL,
    details jsonb NOT NULL DEFAULT '{}',
    at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX audit_of_workspace ON audit (workspace_id, id);

-- Turns -------------------------------------------------------------------------------------------

-- No foreign keys on the two tables that every turn writes: workspaces and bots are never removed,
-- and each check would lock the bot's row once a turn.
CREATE TABLE turns (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    bot_id uuid NOT NULL,
    position bigint NOT NULL,
    conversation text,
    end_user text,
    door text NOT NULL,
    status text NOT NULL CHECK (
        status IN ('waiting', 'ready', 'running', 'completed', 'failed', 'cancelled', 'expired')
    ),
    -- why a waiting turn may not be promoted yet; NULL: only a slot is missing
    hold text CHECK (hold IN ('conversation', 'due')),
    waits_for_key uuid,
    model text NOT NULL,
    question text NOT NULL,
    messages text,
    parameters text,
    inbox text,
    idempotency_key text,
    body_hash bytea,
    attempt integer NOT NULL DEFAULT 0,
    retries integer NOT NULL DEFAULT 0,
    crashes integer NOT NULL DEFAULT 0,
    claim_token uuid,
    lease_owner text,
    lease_until timestamptz,
    rung_at timestamptz,
    next_attempt_at timestamptz,
    call_began boolean NOT NULL DEFAULT false,
    quota_month date NOT NULL,
    holds_quota boolean NOT NULL DEFAULT true,
    accepted_at timestamptz NOT NULL,
    deadline_at timestamptz NOT NULL,
    started_at timestamptz,
    ended_at timestamptz,
    answer text,
    partial boolean NOT NULL DEFAULT false,
    finish_reason text,
    error text,
    ignored_parameters text[],
    provider text,
    wire_model text,
    key_id uuid,
    key_version integer,
    key_verdict_seq integer,
    provider_request_id text,
    usage_kind text,
    input_tokens integer NOT NULL DEFAULT 0,
    output_tokens integer NOT NULL DEFAULT 0,
    cached_input_tokens integer NOT NULL DEFAULT 0,
    cache_write_input_tokens integer NOT NULL DEFAULT 0,
    reasoning_tokens integer NOT NULL DEFAULT 0,
    first_text_ms integer,
    call_ms integer,
    CHECK (hold IS NULL OR status = 'waiting')
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);

-- the rule of conversations: one at a time
CREATE UNIQUE INDEX turns_one_at_a_time ON turns (bot_id, conversation)
    WHERE status IN ('ready', 'running') AND conversation IS NOT NULL;
CREATE INDEX turns_active_in_conversation ON turns (bot_id, conversation, position)
    WHERE status IN ('waiting', 'ready', 'running') AND conversation IS NOT NULL;
CREATE INDEX turns_of_conversation ON turns (bot_id, conversation, position) WHERE conversation IS NOT NULL;
CREATE UNIQUE INDEX turns_idempotency ON turns (bot_id, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX turns_promotable ON turns (workspace_id, position) WHERE status = 'waiting' AND hold IS NULL;
CREATE INDEX turns_due ON turns (next_attempt_at) WHERE status = 'waiting' AND hold = 'due';
CREATE INDEX turns_waiting_for_key ON turns (waits_for_key) WHERE status = 'waiting' AND waits_for_key IS NOT NULL;
CREATE INDEX turns_unclaimed ON turns (rung_at) WHERE status = 'ready';
-- holds no lease_until, so that renewing a lease moves no index entry
CREATE INDEX turns_running ON turns (id) WHERE status = 'running';
CREATE INDEX turns_deadline ON turns (deadline_at) WHERE status IN ('waiting', 'ready');

-- Usage -------------------------------------------------------------------------------------------

-- One per ended attempt. The ledger adds the difference between the figures and what it counted before.
CREATE TABLE usage_events (
    turn_id uuid NOT NULL,
    attempt integer NOT NULL,
    workspace_id uuid NOT NULL,
    bot_id uuid NOT NULL,
    day date NOT NULL,
    model text NOT NULL,
    provider text NOT NULL DEFAULT '',
    key_id uuid,
    kind text NOT NULL CHECK (kind IN ('exact', 'estimated', 'unknown')),
    ends_turn boolean NOT NULL,
    failed boolean NOT NULL,
    input_tokens integer NOT NULL DEFAULT 0,
    output_tokens integer NOT NULL DEFAULT 0,
    cached_input_tokens integer NOT NULL DEFAULT 0,
    cache_write_input_tokens integer NOT NULL DEFAULT 0,
    reasoning_tokens integer NOT NULL DEFAULT 0,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    rung_at timestamptz NOT NULL DEFAULT now(),
    revision integer NOT NULL DEFAULT 1,
    counted_revision integer NOT NULL DEFAULT 0,
    counted_provider text NOT NULL DEFAULT '',
    counted_key_id uuid,
    counted_turns integer NOT NULL DEFAULT 0,
    counted_failed integer NOT NULL DEFAULT 0,
    counted_estimated integer NOT NULL DEFAULT 0,
    counted_input_tokens integer NOT NULL DEFAULT 0,
    counted_output_tokens integer NOT NULL DEFAULT 0,
    counted_cached_input_tokens integer NOT NULL DEFAULT 0,
    counted_cache_write_input_tokens integer NOT NULL DEFAULT 0,
    counted_reasoning_tokens integer NOT NULL DEFAULT 0,
    PRIMARY KEY (turn_id, attempt)
) WITH (fillfactor = 80);

CREATE INDEX usage_events_uncounted ON usage_events (rung_at) WHERE counted_revision < revision;

CREATE TABLE usage_daily (
    workspace_id uuid NOT NULL REFERENCES workspaces,
    day date NOT NULL,
    bot_id uuid NOT NULL,
    model text NOT NULL,
    provider text NOT NULL,
    key_id uuid,
    turns bigint NOT NULL,
    failed_turns bigint NOT NULL,
    estimated_turns bigint NOT NULL,
    input_tokens bigint NOT NULL,
    output_tokens bigint NOT NULL,
    cached_input_tokens bigint NOT NULL,
    cache_write_input_tokens bigint NOT NULL,
    reasoning_tokens bigint NOT NULL,
    UNIQUE NULLS NOT DISTINCT (workspace_id, day, bot_id, model, provider, key_id)
) WITH (fillfactor = 50);

-- Knowledge ---------------------------------------------------------------------------------------

CREATE TABLE documents (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    bot_id uuid NOT NULL REFERENCES bots,
    title text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX documents_of_bot ON documents (bot_id);

CREATE TABLE passages (
    document_id uuid NOT NULL REFERENCES documents ON DELETE CASCADE,
    ordinal integer NOT NULL,
    bot_id uuid NOT NULL REFERENCES bots,
    title text NOT NULL,
    text text NOT NULL,
    words tsvector GENERATED ALWAYS AS (to_tsvector('english', title || ' ' || text)) STORED,
    PRIMARY KEY (document_id, ordinal)
);

CREATE INDEX passages_of_bot ON passages (bot_id);
CREATE INDEX passages_words ON passages USING gin (words);
