-- Write a stretch of a made-up history: turns `first` to `last` of `total`, all ended, each with its usage event,
-- counted in the roll-ups and in the quota of its month. The caller holds the workspace's counters.
-- Twenty turns make five conversations; the busiest bots stand first in `bots`; days and weeks have their rhythm.
DROP FUNCTION IF EXISTS seed_history(uuid, jsonb, text[], text[], timestamptz, timestamptz, bigint, bigint, bigint);
CREATE FUNCTION seed_history(
    of_workspace uuid, bots jsonb, exchanges text[], errors text[], from_at timestamptz, to_at timestamptz,
    total bigint, first bigint, last bigint
) RETURNS void
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    figures usage_daily[];
BEGIN
    WITH placed AS (
        SELECT n, n / 20 AS twenty, c.place, c.starts, n / 20 * 5 + c.place AS conversation, n % 20 - c.starts AS behind,
            random() AS fate, random() AS size
        FROM generate_series(first, last) AS n
        JOIN (VALUES (0, 0, 0), (1, 1, 2), (2, 3, 5), (3, 6, 10), (4, 11, 19)) AS c (place, starts, ends)
            ON n % 20 BETWEEN c.starts AND c.ends
    ), chosen AS (
        SELECT p.*, b.*, seed_moment(least((twenty * 20 + starts)::double precision / total, 1), from_at, to_at)
            + behind * make_interval(secs => 40 + abs(hashint8(conversation) % 50)) AS at
        FROM placed AS p
        JOIN ROWS FROM (
            jsonb_to_recordset(bots) AS (
                bot_id uuid, model text, provider text, provider_name text, wire_model text, key_id uuid,
                key_version integer
            )
        ) WITH ORDINALITY AS b (bot_id, model, provider, provider_name, wire_model, key_id, key_version, ordinal)
            ON b.ordinal = 1 + floor(
                jsonb_array_length(bots) * power((hashint8(conversation)::bigint + 2147483648) / 4294967296.0, 2)
            )
    ), ended AS (
        SELECT c.*, (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(drawn, 1, 3)
            || 'a' || substr(drawn, 4, 15))::uuid AS id,
            CASE WHEN fate < 0.003 THEN 'expired' WHEN fate < 0.009 THEN 'cancelled'
                WHEN fate < 0.03 AND key_id IS NOT NULL THEN 'failed' ELSE 'completed' END AS status
        FROM (SELECT *, md5(of_workspace::text || n) AS drawn FROM chosen) AS c
    ), told AS (
        SELECT e.*, status = 'completed' AS is_completed,
            CASE WHEN status = 'expired' THEN errors[1]
                WHEN status = 'failed' THEN errors[2 + floor(fate / 0.03 * (cardinality(errors) - 1))::integer]
            END AS error,
            CASE WHEN status = 'completed' THEN 200 + behind * 140 + floor(size * 500)::integer ELSE 0 END AS sent,
            CASE WHEN status = 'completed' THEN 40 + floor(size * size * 400)::integer ELSE 0 END AS came
        FROM ended AS e
    ), made AS (
        INSERT INTO turns (
            id, workspace_id, bot_id, position, conversation, end_user, door, status, model, question, attempt,
            call_began, quota_month, holds_quota, accepted_at, deadline_at, started_at, ended_at, answer,
            finish_reason, error, provider, wire_model, key_id, key_version, key_verdict_seq, provider_request_id,
            usage_kind, input_tokens, output_tokens, cached_input_tokens, reasoning_tokens, first_text_ms, call_ms
        )
        SELECT id, of_workspace, bot_id, n + 1, 'conversation-' || conversation,
            'visitor-' || abs(hashint8(conversation) % 40000), CASE WHEN size < 0.6 THEN 'stream' ELSE 'whole' END,
            status, model, exchanges[1 + 2 * (n % (cardinality(exchanges) / 2))],
            CASE WHEN status IN ('expired', 'cancelled') THEN 0 ELSE 1 END, is_completed,
            date_trunc('month', at AT TIME ZONE 'UTC')::date, is_completed, at, at + interval '2 minutes',
            CASE WHEN status IN ('completed', 'failed') THEN at + interval '4 milliseconds' END,
            at + make_interval(secs => CASE status WHEN 'expired' THEN 120 ELSE 0.4 + size * 5 END),
            CASE WHEN is_completed THEN exchanges[2 + 2 * (n % (cardinality(exchanges) / 2))] END,
            CASE WHEN is_completed THEN 'stop' END,
            replace(
                replace(error, '{at}', to_char(at AT TIME ZONE 'UTC', 'DD Mon YYYY HH24:MI') || ' UTC'),
                '{provider}', provider_name
            ),
            CASE WHEN status IN ('completed', 'failed') THEN provider END,
            CASE WHEN status IN ('completed', 'failed') THEN wire_model END,
            CASE WHEN status IN ('completed', 'failed') THEN key_id END,
            CASE WHEN status IN ('completed', 'failed') THEN key_version END, 0,
            CASE WHEN status IN ('completed', 'failed') AND key_id IS NOT NULL THEN 'req_' || substr(drawn, 1, 20) END,
            CASE WHEN is_completed AND key_id IS NULL THEN 'estimated' ELSE 'exact' END,
            sent, came, CASE WHEN behind > 1 AND key_id IS NOT NULL THEN sent / 2 ELSE 0 END,
            CASE WHEN model LIKE 'gpt-5%' THEN came / 3 ELSE 0 END,
            CASE WHEN size < 0.6 AND is_completed THEN 150 + floor(size * 900)::integer END,
            CASE WHEN status IN ('completed', 'failed') THEN 400 + floor(size * 5000)::integer END
        FROM told ORDER BY n
        RETURNING *
    ), events AS (
        INSERT INTO usage_events (
            turn_id, attempt, workspace_id, bot_id, day, model, provider, key_id, kind, ends_turn, failed, input_tokens,
            output_tokens, cached_input_tokens, reasoning_tokens, recorded_at, rung_at, wire_model, key_version,
            provider_request_id, error, first_text_ms, call_ms, counted_revision, counted_provider, counted_key_id,
            counted_turns, counted_failed, counted_estimated, counted_input_tokens, counted_output_tokens,
            counted_cached_input_tokens, counted_reasoning_tokens, counted_estimated_input_tokens,
            counted_estimated_output_tokens, cancelled, counted_cancelled
        )
        SELECT id, attempt, workspace_id, bot_id, (accepted_at AT TIME ZONE 'UTC')::date, model, coalesce(provider, ''),
            key_id, usage_kind, true, status IN ('failed', 'expired'), input_tokens, output_tokens, cached_input_tokens,
            reasoning_tokens, ended_at, ended_at, wire_model, key_version, provider_request_id, error, first_text_ms,
            call_ms, 1, coalesce(provider, ''), key_id, 1, (status IN ('failed', 'expired'))::integer,
            (usage_kind = 'estimated')::integer, input_tokens, output_tokens, cached_input_tokens, reasoning_tokens,
            CASE WHEN usage_kind = 'estimated' THEN input_tokens ELSE 0 END,
            CASE WHEN usage_kind = 'estimated' THEN output_tokens ELSE 0 END, status = 'cancelled',
            (status = 'cancelled')::integer
        FROM made
        RETURNING *
    ), months AS (
        INSERT INTO quota AS q (workspace_id, month, used)
        SELECT workspace_id, quota_month, count(*) FILTER (WHERE holds_quota) FROM made GROUP BY 1, 2
        ON CONFLICT (workspace_id, month) DO UPDATE SET used = q.used + excluded.used
    ), sums AS (
        SELECT workspace_id, day, bot_id, model, provider, key_id, sum(counted_turns) AS turns,
            sum(counted_failed) AS failed_turns, sum(counted_estimated) AS estimated_turns,
            sum(counted_input_tokens) AS input_tokens, sum(counted_output_tokens) AS output_tokens,
            sum(counted_cached_input_tokens) AS cached_input_tokens,
            sum(counted_cache_write_input_tokens) AS cache_write_input_tokens,
            sum(counted_reasoning_tokens) AS reasoning_tokens,
            sum(counted_estimated_input_tokens) AS estimated_input_tokens,
            sum(counted_estimated_output_tokens) AS estimated_output_tokens, sum(counted_cancelled) AS cancelled_turns,
            sum(counted_cache_hits) AS cache_hits
        FROM events GROUP BY 1, 2, 3, 4, 5, 6
    )
    SELECT array_agg(ROW(sums.*)::usage_daily ORDER BY workspace_id, day, bot_id, model, provider, key_id)
    INTO figures FROM sums;
    PERFORM add_usage(figures);
    UPDATE workspace_counters SET next_position = last + 2 WHERE workspace_id = of_workspace;
END;
$$;

-- The instant at this share of the history: ever more turns, fewer at night and on Sundays.
DROP FUNCTION IF EXISTS seed_moment(double precision, timestamptz, timestamptz);
CREATE FUNCTION seed_moment(share double precision, from_at timestamptz, to_at timestamptz) RETURNS timestamptz
LANGUAGE sql IMMUTABLE AS $$
    WITH bounds AS (
        SELECT extract(epoch FROM to_at - from_at)::double precision / 86400 AS days,
            7.5 - extract(isodow FROM from_at AT TIME ZONE 'UTC')::double precision AS sunday
    ), even AS (
        SELECT days, days * power(share, 0.85) AS day, sunday FROM bounds
    ), weekly AS (
        -- a step is longest on a Sunday, so fewest turns fall there; scaled so that the whole ends where it should
        SELECT days, (day + 0.35 * (sin(2 * pi() * (day - sunday) / 7) + sin(2 * pi() * sunday / 7))) * days
            / (days + 0.35 * (sin(2 * pi() * (days - sunday) / 7) + sin(2 * pi() * sunday / 7))) AS day
        FROM even
    ), daily AS (
        SELECT days, day, day + 0.11 * sin(2 * pi() * day) AS warped FROM weekly
    )
    SELECT from_at + make_interval(secs => 86400 * CASE WHEN warped < days THEN warped ELSE least(day, days) END)
    FROM daily
$$;
