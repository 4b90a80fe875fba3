-- What the usage pages read

-- tokens that are estimates, a part of the figures beside them: an estimate is never shown as what a provider said
ALTER TABLE usage_daily
    ADD COLUMN estimated_input_tokens bigint NOT NULL DEFAULT 0,
    ADD COLUMN estimated_output_tokens bigint NOT NULL DEFAULT 0;
ALTER TABLE usage_events
    ADD COLUMN counted_estimated_input_tokens integer NOT NULL DEFAULT 0,
    ADD COLUMN counted_estimated_output_tokens integer NOT NULL DEFAULT 0;
UPDATE usage_events
SET counted_estimated_input_tokens = counted_input_tokens, counted_estimated_output_tokens = counted_output_tokens
WHERE kind = 'estimated' AND counted_revision > 0;
UPDATE usage_daily AS d
SET estimated_input_tokens = e.input_tokens, estimated_output_tokens = e.output_tokens
FROM (
    SELECT workspace_id, day, bot_id, model, counted_provider, counted_key_id,
        sum(counted_estimated_input_tokens) AS input_tokens, sum(counted_estimated_output_tokens) AS output_tokens
    FROM usage_events WHERE counted_revision > 0 AND kind = 'estimated' GROUP BY 1, 2, 3, 4, 5, 6
) AS e
WHERE d.workspace_id = e.workspace_id AND d.day = e.day AND d.bot_id = e.bot_id AND d.model = e.model
    AND d.provider = e.counted_provider AND d.key_id IS NOT DISTINCT FROM e.counted_key_id;

-- one bot's days; the unique index finds all bots of a day
CREATE INDEX usage_daily_of_bot ON usage_daily (bot_id, day);

-- The same figures without the bot: a workspace of thousands of bots has a few rows a day here.
CREATE TABLE usage_daily_all_bots (
    workspace_id uuid NOT NULL REFERENCES workspaces,
    day date NOT NULL,
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
    estimated_input_tokens bigint NOT NULL,
    estimated_output_tokens bigint NOT NULL,
    UNIQUE NULLS NOT DISTINCT (workspace_id, day, model, provider, key_id)
) WITH (fillfactor = 50);
INSERT INTO usage_daily_all_bots
SELECT workspace_id, day, model, provider, key_id, sum(turns), sum(failed_turns), sum(estimated_turns),
    sum(input_tokens), sum(output_tokens), sum(cached_input_tokens), sum(cache_write_input_tokens),
    sum(reasoning_tokens), sum(estimated_input_tokens), sum(estimated_output_tokens)
FROM usage_daily GROUP BY workspace_id, day, model, provider, key_id;

-- The same figures of whole months, for all bots over a long range.
CREATE TABLE usage_monthly (
    workspace_id uuid NOT NULL REFERENCES workspaces,
    month date NOT NULL,
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
    estimated_input_tokens bigint NOT NULL,
    estimated_output_tokens bigint NOT NULL,
    UNIQUE NULLS NOT DISTINCT (workspace_id, month, bot_id, model, provider, key_id)
) WITH (fillfactor = 50);
INSERT INTO usage_monthly
SELECT workspace_id, date_trunc('month', day)::date, bot_id, model, provider, key_id, sum(turns), sum(failed_turns),
    sum(estimated_turns), sum(input_tokens), sum(output_tokens), sum(cached_input_tokens),
    sum(cache_write_input_tokens), sum(reasoning_tokens), sum(estimated_input_tokens), sum(estimated_output_tokens)
FROM usage_daily GROUP BY 1, 2, 3, 4, 5, 6;
