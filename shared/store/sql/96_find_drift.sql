-- What reconciling compares. Each function is one statement, so it sees one instant: whatever commits together is seen
-- together, and a product that runs meanwhile shows no drift. `of_workspaces` NULL: all of them.

-- What the roll-ups should hold: of an event that is counted, what it says; of one that was revised since, its marks.
DROP FUNCTION IF EXISTS counted_usage(uuid[], date, date);
CREATE FUNCTION counted_usage(of_workspaces uuid[], from_day date, to_day date) RETURNS SETOF usage_daily
LANGUAGE plpgsql STABLE SET enable_seqscan = on SET plan_cache_mode = force_custom_plan AS $$
BEGIN
    RETURN QUERY
    SELECT e.workspace_id, e.day, e.bot_id, e.model, m.counted_provider, m.counted_key_id,
        sum(m.counted_turns)::bigint, sum(m.counted_failed)::bigint, sum(m.counted_estimated)::bigint,
        sum(m.counted_input_tokens)::bigint, sum(m.counted_output_tokens)::bigint,
        sum(m.counted_cached_input_tokens)::bigint, sum(m.counted_cache_write_input_tokens)::bigint,
        sum(m.counted_reasoning_tokens)::bigint, sum(m.counted_estimated_input_tokens)::bigint,
        sum(m.counted_estimated_output_tokens)::bigint, sum(m.counted_cancelled)::bigint,
        sum(m.counted_cache_hits)::bigint
    FROM usage_events AS e CROSS JOIN LATERAL marks_of(e) AS m
    WHERE e.day BETWEEN from_day AND to_day AND e.counted_revision > 0
        AND (of_workspaces IS NULL OR e.workspace_id = ANY (of_workspaces))
    GROUP BY 1, 2, 3, 4, 5, 6;
END;
$$;

-- The marks that an event should bear.
DROP FUNCTION IF EXISTS marks_of(usage_events);
CREATE FUNCTION marks_of(e usage_events)
RETURNS TABLE (
    counted_provider text, counted_key_id uuid, counted_turns integer, counted_failed integer,
    counted_estimated integer, counted_input_tokens integer, counted_output_tokens integer,
    counted_cached_input_tokens integer, counted_cache_write_input_tokens integer, counted_reasoning_tokens integer,
    counted_estimated_input_tokens integer, counted_estimated_output_tokens integer, counted_cancelled integer,
    counted_cache_hits integer
)
LANGUAGE sql IMMUTABLE AS $$
    SELECT e.provider, e.key_id, e.ends_turn::integer, (e.ends_turn AND e.failed)::integer,
        (e.ends_turn AND e.kind = 'estimated')::integer, e.input_tokens, e.output_tokens, e.cached_input_tokens,
        e.cache_write_input_tokens, e.reasoning_tokens,
        CASE WHEN e.kind = 'estimated' THEN e.input_tokens ELSE 0 END,
        CASE WHEN e.kind = 'estimated' THEN e.output_tokens ELSE 0 END,
        (e.ends_turn AND e.cancelled)::integer, (e.ends_turn AND e.cache_hit)::integer
    WHERE e.counted_revision >= e.revision
    UNION ALL
    SELECT e.counted_provider, e.counted_key_id, e.counted_turns, e.counted_failed, e.counted_estimated,
        e.counted_input_tokens, e.counted_output_tokens, e.counted_cached_input_tokens,
        e.counted_cache_write_input_tokens, e.counted_reasoning_tokens, e.counted_estimated_input_tokens,
        e.counted_estimated_output_tokens, e.counted_cancelled, e.counted_cache_hits
    WHERE e.counted_revision < e.revision;
$$;

-- The marks that it bears.
DROP FUNCTION IF EXISTS bears_wrong_marks(usage_events);
CREATE FUNCTION bears_wrong_marks(e usage_events) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
    SELECT (
        e.counted_provider, e.counted_key_id, e.counted_turns, e.counted_failed, e.counted_estimated,
        e.counted_input_tokens, e.counted_output_tokens, e.counted_cached_input_tokens,
        e.counted_cache_write_input_tokens, e.counted_reasoning_tokens, e.counted_estimated_input_tokens,
        e.counted_estimated_output_tokens, e.counted_cancelled, e.counted_cache_hits
    ) IS DISTINCT FROM (
        m.counted_provider, m.counted_key_id, m.counted_turns, m.counted_failed, m.counted_estimated,
        m.counted_input_tokens, m.counted_output_tokens, m.counted_cached_input_tokens,
        m.counted_cache_write_input_tokens, m.counted_reasoning_tokens, m.counted_estimated_input_tokens,
        m.counted_estimated_output_tokens, m.counted_cancelled, m.counted_cache_hits
    )
    FROM marks_of(e) AS m;
$$;

-- Roll-ups that say something else than the events that were counted, and marks that say something else than their
-- event. `o_differs`: what is there, less what should be, and in how many rows. Whole months.
DROP FUNCTION IF EXISTS find_usage_drift(uuid[], date, date);
CREATE FUNCTION find_usage_drift(of_workspaces uuid[], from_day date, to_day date)
RETURNS TABLE (o_kind text, o_workspace_id uuid, o_day date, o_differs jsonb, o_turn_ids uuid[])
LANGUAGE plpgsql STABLE SET enable_seqscan = on SET plan_cache_mode = force_custom_plan AS $$
BEGIN
    RETURN QUERY
    WITH counted AS MATERIALIZED (
        SELECT * FROM counted_usage(of_workspaces, from_day, to_day)
    ), found AS (
        SELECT 'usage_daily' AS kind, d AS figures FROM usage_daily AS d
        UNION ALL
        SELECT 'usage_daily_all_bots', jsonb_populate_record(NULL::usage_daily, to_jsonb(a)) FROM usage_daily_all_bots AS a
        UNION ALL
        SELECT 'usage_monthly', jsonb_populate_record(NULL::usage_daily, to_jsonb(m) || jsonb_build_object('day', m.month))
        FROM usage_monthly AS m
    ), sides AS (
        SELECT kind, 1 AS sign, f.figures FROM found AS f
        WHERE (f.figures).day BETWEEN from_day AND to_day
            AND (of_workspaces IS NULL OR (f.figures).workspace_id = ANY (of_workspaces))
        UNION ALL
        SELECT 'usage_daily', -1, c::usage_daily FROM counted AS c
        UNION ALL
        SELECT 'usage_daily_all_bots', -1,
            jsonb_populate_record(NULL::usage_daily, to_jsonb(c) || '{"bot_id": null}') FROM counted AS c
        UNION ALL
        SELECT 'usage_monthly', -1, jsonb_populate_record(
            NULL::usage_daily, to_jsonb(c) || jsonb_build_object('day', date_trunc('month', c.day)::date)
        ) FROM counted AS c
    ), places AS (
        SELECT kind, (figures).workspace_id, (figures).day,
            sum(sign * (figures).turns) AS turns, sum(sign * (figures).failed_turns) AS failed_turns,
            sum(sign * (figures).estimated_turns) AS estimated_turns,
            sum(sign * (figures).cancelled_turns) AS cancelled_turns, sum(sign * (figures).cache_hits) AS cache_hits,
            sum(sign * (figures).input_tokens) AS input_tokens, sum(sign * (figures).output_tokens) AS output_tokens,
            sum(sign * (figures).cached_input_tokens) AS cached_input_tokens,
            sum(sign * (figures).cache_write_input_tokens) AS cache_write_input_tokens,
            sum(sign * (figures).reasoning_tokens) AS reasoning_tokens,
            sum(sign * (figures).estimated_input_tokens) AS estimated_input_tokens,
            sum(sign * (figures).estimated_output_tokens) AS estimated_output_tokens
        FROM sides
        GROUP BY kind, (figures).workspace_id, (figures).day, (figures).bot_id, (figures).model, (figures).provider,
            (figures).key_id
    )
    SELECT kind, workspace_id, day, jsonb_build_object(
        'rows', count(*), 'turns', sum(turns), 'failed_turns', sum(failed_turns),
        'estimated_turns', sum(estimated_turns), 'cancelled_turns', sum(cancelled_turns), 'cache_hits', sum(cache_hits),
        'input_tokens', sum(input_tokens), 'output_tokens', sum(output_tokens),
        'cached_input_tokens', sum(cached_input_tokens), 'cache_write_input_tokens', sum(cache_write_input_tokens),
        'reasoning_tokens', sum(reasoning_tokens), 'estimated_input_tokens', sum(estimated_input_tokens),
        'estimated_output_tokens', sum(estimated_output_tokens)
    ), NULL::uuid[]
    FROM places
    WHERE turns <> 0 OR failed_turns <> 0 OR estimated_turns <> 0 OR cancelled_turns <> 0 OR cache_hits <> 0 OR input_tokens <> 0
        OR output_tokens <> 0 OR cached_input_tokens <> 0 OR cache_write_input_tokens <> 0 OR reasoning_tokens <> 0
        OR estimated_input_tokens <> 0 OR estimated_output_tokens <> 0
    GROUP BY kind, workspace_id, day
    UNION ALL
    SELECT 'usage_marks', e.workspace_id, e.day, jsonb_build_object('rows', count(*)), NULL::uuid[]
    FROM usage_events AS e
    WHERE e.day BETWEEN from_day AND to_day AND e.counted_revision = e.revision AND bears_wrong_marks(e)
        AND (of_workspaces IS NULL OR e.workspace_id = ANY (of_workspaces))
    GROUP BY e.workspace_id, e.day
    ORDER BY 1, 3, 2;
END;
$$;

-- Turns and usage events that do not tell the same: an ended turn has one event that ends it, that of its last
-- attempt, and a completed turn shows that event's tokens.
DROP FUNCTION IF EXISTS find_event_drift(uuid[], date, date);
CREATE FUNCTION find_event_drift(of_workspaces uuid[], from_day date, to_day date)
RETURNS TABLE (o_kind text, o_workspace_id uuid, o_day date, o_differs jsonb, o_turn_ids uuid[])
LANGUAGE plpgsql STABLE SET enable_seqscan = on SET plan_cache_mode = force_custom_plan AS $$
BEGIN
    RETURN QUERY
    WITH differing AS (
        SELECT 'turn_without_event' AS kind, t.workspace_id, (t.accepted_at AT TIME ZONE 'UTC')::date AS day, t.id
        FROM turns AS t
        WHERE t.accepted_at >= from_day::timestamp AT TIME ZONE 'UTC'
            AND t.accepted_at < (to_day + 1)::timestamp AT TIME ZONE 'UTC' AND t.ended_at IS NOT NULL
            AND (of_workspaces IS NULL OR t.workspace_id = ANY (of_workspaces))
            AND NOT EXISTS (SELECT 1 FROM usage_events AS e WHERE e.turn_id = t.id AND e.attempt = t.attempt)
        UNION ALL
        SELECT CASE WHEN t.id IS NULL THEN 'event_without_turn' WHEN bears_wrong_end(e, t) THEN 'event_end'
            ELSE 'turn_tokens' END, e.workspace_id, e.day, e.turn_id
        FROM usage_events AS e LEFT JOIN turns AS t ON t.id = e.turn_id
        WHERE e.day BETWEEN from_day AND to_day
            AND (of_workspaces IS NULL OR e.workspace_id = ANY (of_workspaces))
            AND (t.id IS NULL OR bears_wrong_end(e, t) OR shows_wrong_tokens(t, e))
    )
    SELECT kind, workspace_id, day, jsonb_build_object('rows', count(*)), array_agg(id ORDER BY id)
    FROM differing GROUP BY kind, workspace_id, day
    ORDER BY kind, day, workspace_id;
END;
$$;

DROP FUNCTION IF EXISTS bears_wrong_end(usage_events, turns);
CREATE FUNCTION bears_wrong_end(e usage_events, t turns) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
    SELECT (e.ends_turn, e.failed, e.cancelled) <> (
        t.ended_at IS NOT NULL AND e.attempt = t.attempt,
        t.ended_at IS NOT NULL AND e.attempt = t.attempt AND t.status IN ('failed', 'expired'),
        t.ended_at IS NOT NULL AND e.attempt = t.attempt AND t.status = 'cancelled'
    );
$$;

DROP FUNCTION IF EXISTS shows_wrong_tokens(turns, usage_events);
CREATE FUNCTION shows_wrong_tokens(t turns, e usage_events) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
    SELECT t.status = 'completed' AND e.attempt = t.attempt AND e.kind = t.usage_kind AND (
        t.input_tokens, t.output_tokens, t.cached_input_tokens, t.cache_write_input_tokens, t.reasoning_tokens
    ) <> (e.input_tokens, e.output_tokens, e.cached_input_tokens, e.cache_write_input_tokens, e.reasoning_tokens);
$$;

-- Messages of a month that are kept, against the turns that keep them.
DROP FUNCTION IF EXISTS find_quota_drift(uuid[], date);
CREATE FUNCTION find_quota_drift(of_workspaces uuid[], of_month date)
RETURNS TABLE (o_kind text, o_workspace_id uuid, o_day date, o_differs jsonb, o_turn_ids uuid[])
LANGUAGE plpgsql STABLE SET enable_seqscan = on SET plan_cache_mode = force_custom_plan AS $$
BEGIN
    RETURN QUERY
    WITH sides AS (
        SELECT q.workspace_id, q.used::bigint AS messages FROM quota AS q WHERE q.month = of_month
        UNION ALL
        SELECT t.workspace_id, -count(*) FROM turns AS t
        WHERE t.quota_month = of_month AND t.holds_quota
            AND (of_workspaces IS NULL OR t.workspace_id = ANY (of_workspaces))
        GROUP BY t.workspace_id
    )
    SELECT 'quota', s.workspace_id, of_month, jsonb_build_object('messages', sum(s.messages)), NULL::uuid[]
    FROM sides AS s WHERE of_workspaces IS NULL OR s.workspace_id = ANY (of_workspaces)
    GROUP BY s.workspace_id HAVING sum(s.messages) <> 0
    ORDER BY s.workspace_id;
END;
$$;

-- Slots and places in the line, against the turns that have them.
DROP FUNCTION IF EXISTS find_counter_drift(uuid[]);
CREATE FUNCTION find_counter_drift(of_workspaces uuid[])
RETURNS TABLE (o_kind text, o_workspace_id uuid, o_day date, o_differs jsonb, o_turn_ids uuid[])
LANGUAGE plpgsql STABLE SET enable_seqscan = on SET plan_cache_mode = force_custom_plan AS $$
BEGIN
    RETURN QUERY
    WITH open AS (
        SELECT t.workspace_id, count(*) FILTER (WHERE t.status <> 'waiting') AS in_flight,
            count(*) FILTER (WHERE t.status = 'waiting') AS waiting
        FROM turns AS t WHERE t.status IN ('waiting', 'ready', 'running') GROUP BY t.workspace_id
    )
    SELECT 'counters', w.workspace_id, NULL::date, jsonb_build_object(
        'in_flight', w.in_flight - coalesce(o.in_flight, 0), 'waiting', w.waiting - coalesce(o.waiting, 0)
    ), NULL::uuid[]
    FROM workspace_counters AS w LEFT JOIN open AS o ON o.workspace_id = w.workspace_id
    WHERE (w.in_flight, w.waiting) <> (coalesce(o.in_flight, 0), coalesce(o.waiting, 0))
        AND (of_workspaces IS NULL OR w.workspace_id = ANY (of_workspaces))
    ORDER BY w.workspace_id;
END;
$$;
