-- Rates of messages, answers that are kept, and hits of the response cache in the usage

-- null: no rate; a burst that is null is as large as a minute's messages
ALTER TABLE workspaces
    ADD COLUMN rate_per_minute integer CHECK (rate_per_minute > 0),
    ADD COLUMN rate_burst integer CHECK (rate_burst > 0);
ALTER TABLE bots
    ADD COLUMN rate_per_minute integer CHECK (rate_per_minute > 0),
    ADD COLUMN rate_burst integer CHECK (rate_burst > 0),
    ADD COLUMN user_rate_per_minute integer CHECK (user_rate_per_minute > 0),
    ADD COLUMN user_rate_burst integer CHECK (user_rate_burst > 0),
    ADD COLUMN cache_seconds integer NOT NULL DEFAULT 0 CHECK (cache_seconds >= 0);

-- An answer by the hash of everything that was asked. Without `answer` it is a flight: the attempt of `turn_id` calls
-- the model now, and equal questions wait for it. The attempt's lease says whether it still flies.
CREATE TABLE kept_answers (
    workspace_id uuid NOT NULL REFERENCES workspaces,
    bot_id uuid NOT NULL,
    cache_key bytea NOT NULL,
    turn_id uuid NOT NULL,
    attempt integer NOT NULL,
    kept_at timestamptz NOT NULL,
    kept_until timestamptz NOT NULL,
    answer text,
    ignored_parameters text,
    PRIMARY KEY (workspace_id, bot_id, cache_key)
);
CREATE INDEX kept_answers_over ON kept_answers (kept_until);
CREATE INDEX kept_answers_newest ON kept_answers (workspace_id, kept_at);
-- one workspace forgets what is kept for a bot of its own
ALTER TABLE kept_answers ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_all ON kept_answers TO mevichat_service USING (true);
CREATE POLICY of_one_workspace ON kept_answers TO mevichat_workspace USING (workspace_id = own_workspace());

ALTER TABLE turns ADD COLUMN cache_hit boolean NOT NULL DEFAULT false;
ALTER TABLE usage_events
    ADD COLUMN cache_hit boolean NOT NULL DEFAULT false,
    ADD COLUMN counted_cache_hits integer NOT NULL DEFAULT 0;
-- the column comes last in every roll-up, as in usage_daily
ALTER TABLE usage_daily ADD COLUMN cache_hits bigint NOT NULL DEFAULT 0;
ALTER TABLE usage_daily_all_bots ADD COLUMN cache_hits bigint NOT NULL DEFAULT 0;
ALTER TABLE usage_monthly ADD COLUMN cache_hits bigint NOT NULL DEFAULT 0;
