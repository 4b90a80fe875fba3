-- Count usage events into the roll-ups: what they say now, less what was counted of them before.
DROP FUNCTION IF EXISTS count_usage(uuid[], integer[]);
CREATE FUNCTION count_usage(turn_ids uuid[], attempts integer[]) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    changed usage_events[];
    figures usage_daily[];
BEGIN
    SELECT array_agg(e) INTO changed FROM (
        SELECT * FROM usage_events
        -- IS TRUE keeps the pairs a set to look into, never a join: while the table was not analysed yet, PostgreSQL
        -- takes each turn to have many events, and joins by sorting all the ids anew for each of them
        WHERE turn_id = ANY (turn_ids) AND ((turn_id, attempt) IN (SELECT * FROM unnest(turn_ids, attempts))) IS TRUE
            -- said so that the index of what is not counted is not read instead: there may be much of it
            AND revision - counted_revision > 0
        ORDER BY turn_id, attempt FOR UPDATE
    ) AS e;
    IF changed IS NULL THEN
        RETURN 0;
    END IF;
    WITH parts AS (
        SELECT workspace_id, day, bot_id, model, provider, key_id, ends_turn::integer AS turns,
            (ends_turn AND failed)::integer AS failed_turns,
            (ends_turn AND kind = 'estimated')::integer AS estimated_turns, input_tokens, output_tokens,
            cached_input_tokens, cache_write_input_tokens, reasoning_tokens,
            CASE WHEN kind = 'estimated' THEN input_tokens ELSE 0 END AS estimated_input_tokens,
            CASE WHEN kind = 'estimated' THEN output_tokens ELSE 0 END AS estimated_output_tokens,
            (ends_turn AND cancelled)::integer AS cancelled_turns, (ends_turn AND cache_hit)::integer AS cache_hits
        FROM unnest(changed)
        UNION ALL
        SELECT workspace_id, day, bot_id, model, counted_provider, counted_key_id, -counted_turns, -counted_failed,
            -counted_estimated, -counted_input_tokens, -counted_output_tokens, -counted_cached_input_tokens,
            -counted_cache_write_input_tokens, -counted_reasoning_tokens, -counted_estimated_input_tokens,
            -counted_estimated_output_tokens, -counted_cancelled, -counted_cache_hits
        FROM unnest(changed) WHERE counted_revision > 0
    ), sums AS (
        SELECT workspace_id, day, bot_id, model, provider, key_id, sum(turns) AS turns,
            sum(failed_turns) AS failed_turns, sum(estimated_turns) AS estimated_turns,
            sum(input_tokens) AS input_tokens, sum(output_tokens) AS output_tokens,
            sum(cached_input_tokens) AS cached_input_tokens, sum(cache_write_input_tokens) AS cache_write_input_tokens,
            sum(reasoning_tokens) AS reasoning_tokens, sum(estimated_input_tokens) AS estimated_input_tokens,
            sum(estimated_output_tokens) AS estimated_output_tokens, sum(cancelled_turns) AS cancelled_turns,
            sum(cache_hits) AS cache_hits
        FROM parts GROUP BY workspace_id, day, bot_id, model, provider, key_id
    )
    SELECT array_agg(ROW(sums.*)::usage_daily ORDER BY workspace_id, day, bot_id, model, provider, key_id)
    INTO figures FROM sums;
    PERFORM add_usage(figures);
    -- the mark commits with the effect: counting twice changes nothing
    PERFORM mark_counted(changed);
    RETURN cardinality(changed);
END;
$$;

-- Mark locked events as counted: what the roll-ups hold of them from now on.
DROP FUNCTION IF EXISTS mark_counted(usage_events[]);
CREATE FUNCTION mark_counted(changed usage_events[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE usage_events
    SET counted_revision = revision, counted_provider = provider, counted_key_id = key_id,
        counted_turns = ends_turn::integer, counted_failed = (ends_turn AND failed)::integer,
        counted_estimated = (ends_turn AND kind = 'estimated')::integer, counted_input_tokens = input_tokens,
        counted_output_tokens = output_tokens, counted_cached_input_tokens = cached_input_tokens,
        counted_cache_write_input_tokens = cache_write_input_tokens, counted_reasoning_tokens = reasoning_tokens,
        counted_estimated_input_tokens = CASE WHEN kind = 'estimated' THEN input_tokens ELSE 0 END,
        counted_estimated_output_tokens = CASE WHEN kind = 'estimated' THEN output_tokens ELSE 0 END,
        counted_cancelled = (ends_turn AND cancelled)::integer, counted_cache_hits = (ends_turn AND cache_hit)::integer
    WHERE turn_id = ANY (ARRAY(SELECT turn_id FROM unnest(changed)))
        AND ((turn_id, attempt) IN (SELECT turn_id, attempt FROM unnest(changed))) IS TRUE;
END;
$$;

-- Add figures to every roll-up, always in one order, so that two who add never wait for each other in a circle.
DROP FUNCTION IF EXISTS add_usage(usage_daily[]);
CREATE FUNCTION add_usage(figures usage_daily[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO usage_daily AS d
    SELECT * FROM unnest(figures) ORDER BY workspace_id, day, bot_id, model, provider, key_id
    ON CONFLICT (workspace_id, day, bot_id, model, provider, key_id) DO UPDATE
    SET turns = d.turns + excluded.turns, failed_turns = d.failed_turns + excluded.failed_turns,
        estimated_turns = d.estimated_turns + excluded.estimated_turns,
        input_tokens = d.input_tokens + excluded.input_tokens,
        output_tokens = d.output_tokens + excluded.output_tokens,
        cached_input_tokens = d.cached_input_tokens + excluded.cached_input_tokens,
        cache_write_input_tokens = d.cache_write_input_tokens + excluded.cache_write_input_tokens,
        reasoning_tokens = d.reasoning_tokens + excluded.reasoning_tokens,
        estimated_input_tokens = d.estimated_input_tokens + excluded.estimated_input_tokens,
        estimated_output_tokens = d.estimated_output_tokens + excluded.estimated_output_tokens,
        cancelled_turns = d.cancelled_turns + excluded.cancelled_turns, cache_hits = d.cache_hits + excluded.cache_hits;
    INSERT INTO usage_daily_all_bots AS d
    SELECT workspace_id, day, model, provider, key_id, sum(turns), sum(failed_turns), sum(estimated_turns),
        sum(input_tokens), sum(output_tokens), sum(cached_input_tokens), sum(cache_write_input_tokens),
        sum(reasoning_tokens), sum(estimated_input_tokens), sum(estimated_output_tokens), sum(cancelled_turns),
        sum(cache_hits)
    FROM unnest(figures)
    GROUP BY workspace_id, day, model, provider, key_id
    ORDER BY workspace_id, day, model, provider, key_id
    ON CONFLICT (workspace_id, day, model, provider, key_id) DO UPDATE
    SET turns = d.turns + excluded.turns, failed_turns = d.failed_turns + excluded.failed_turns,
        estimated_turns = d.estimated_turns + excluded.estimated_turns,
        input_tokens = d.input_tokens + excluded.input_tokens,
        output_tokens = d.output_tokens + excluded.output_tokens,
        cached_input_tokens = d.cached_input_tokens + excluded.cached_input_tokens,
        cache_write_input_tokens = d.cache_write_input_tokens + excluded.cache_write_input_tokens,
        reasoning_tokens = d.reasoning_tokens + excluded.reasoning_tokens,
        estimated_input_tokens = d.estimated_input_tokens + excluded.estimated_input_tokens,
        estimated_output_tokens = d.estimated_output_tokens + excluded.estimated_output_tokens,
        cancelled_turns = d.cancelled_turns + excluded.cancelled_turns, cache_hits = d.cache_hits + excluded.cache_hits;
    INSERT INTO usage_monthly AS d
    SELECT workspace_id, date_trunc('month', day)::date AS month, bot_id, model, provider, key_id, sum(turns),
        sum(failed_turns), sum(estimated_turns), sum(input_tokens), sum(output_tokens), sum(cached_input_tokens),
        sum(cache_write_input_tokens), sum(reasoning_tokens), sum(estimated_input_tokens), sum(estimated_output_tokens),
        sum(cancelled_turns), sum(cache_hits)
    FROM unnest(figures)
    GROUP BY workspace_id, month, bot_id, model, provider, key_id
    ORDER BY workspace_id, month, bot_id, model, provider, key_id
    ON CONFLICT (workspace_id, month, bot_id, model, provider, key_id) DO UPDATE
    SET turns = d.turns + excluded.turns, failed_turns = d.failed_turns + excluded.failed_turns,
        estimated_turns = d.estimated_turns + excluded.estimated_turns,
        input_tokens = d.input_tokens + excluded.input_tokens,
        output_tokens = d.output_tokens + excluded.output_tokens,
        cached_input_tokens = d.cached_input_tokens + excluded.cached_input_tokens,
        cache_write_input_tokens = d.cache_write_input_tokens + excluded.cache_write_input_tokens,
        reasoning_tokens = d.reasoning_tokens + excluded.reasoning_tokens,
        estimated_input_tokens = d.estimated_input_tokens + excluded.estimated_input_tokens,
        estimated_output_tokens = d.estimated_output_tokens + excluded.estimated_output_tokens,
        cancelled_turns = d.cancelled_turns + excluded.cancelled_turns, cache_hits = d.cache_hits + excluded.cache_hits;
END;
$$;

-- Since when an event that is revised now says what the roll-ups do not hold: since its first revision of those that
-- nobody has counted, never since the turn of long ago that it belongs to.
DROP FUNCTION IF EXISTS revised_now(usage_events);
CREATE FUNCTION revised_now(e usage_events) RETURNS timestamptz
LANGUAGE sql AS $$
    SELECT CASE WHEN e.counted_revision < e.revision THEN e.revised_at ELSE clock_timestamp() END;
$$;

-- Events that nobody counted for a while: announce them again, each at most once every so often.
DROP FUNCTION IF EXISTS unannounced_usage(double precision, integer);
CREATE FUNCTION unannounced_usage(older_than_seconds double precision, at_most integer)
RETURNS TABLE (o_turn_id uuid, o_attempt integer)
LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY
    WITH late AS MATERIALIZED (
        SELECT turn_id, attempt FROM usage_events
        WHERE counted_revision < revision AND rung_at < statement_timestamp() - make_interval(secs => older_than_seconds)
        ORDER BY rung_at LIMIT at_most FOR UPDATE SKIP LOCKED
    )
    UPDATE usage_events AS e SET rung_at = clock_timestamp()
    WHERE e.turn_id = ANY (ARRAY(SELECT turn_id FROM late))
        AND ((e.turn_id, e.attempt) IN (SELECT turn_id, attempt FROM late)) IS TRUE
    RETURNING e.turn_id, e.attempt;
END;
$$;
