-- Notices to a workspace about its keys -----------------------------------------------------------

-- Where a workspace wants to be told; the secret signs its webhooks and is sealed for it alone.
CREATE TABLE notice_settings (
    workspace_id uuid PRIMARY KEY REFERENCES workspaces,
    webhook_url text,
    webhook_secret bytea,
    email text,
    CHECK ((webhook_url IS NULL) = (webhook_secret IS NULL))
);

-- One row a change. A notice keeps what the key was then: it may be renamed, rotated or deleted later.
CREATE TABLE notices (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    workspace_id uuid NOT NULL REFERENCES workspaces,
    kind text NOT NULL CHECK (kind IN ('key_unusable', 'key_recovered', 'test')),
    key_id uuid REFERENCES provider_keys,
    key_version integer,
    verdict_seq integer,
    label text,
    provider text,
    mask text,
    state text,
    reason_code text,
    reason text,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (key_id, verdict_seq),
    CHECK ((kind = 'test') = (key_id IS NULL))
);

CREATE INDEX notices_of_workspace ON notices (workspace_id, created_at, id);

-- One row for each way in which a notice goes out. `rung_at` is NULL until it was rung for its present attempt.
CREATE TABLE notice_deliveries (
    notice_id uuid NOT NULL REFERENCES notices,
    channel text NOT NULL CHECK (channel IN ('webhook', 'email')),
    status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'delivered', 'given_up')),
    attempts integer NOT NULL DEFAULT 0,
    next_attempt_at timestamptz DEFAULT clock_timestamp(),
    last_error text,
    delivered_at timestamptz,
    rung_at timestamptz DEFAULT clock_timestamp(),
    PRIMARY KEY (notice_id, channel),
    CHECK ((status = 'pending') = (next_attempt_at IS NOT NULL)),
    CHECK ((status = 'delivered') = (delivered_at IS NOT NULL))
) WITH (fillfactor = 70);

CREATE INDEX notice_deliveries_pending ON notice_deliveries (next_attempt_at) WHERE status = 'pending';
