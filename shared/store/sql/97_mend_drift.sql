-- What `mevichat reconcile --repair` does, a batch a transaction, while the product runs. Each function locks first and
-- looks again after, so running it where nothing is wrong changes nothing.

-- Roll-ups of a day, and the marks of its events, as the events say. No ledger writes meanwhile: this waits for those
-- that do, and holds others back. What they hold themselves are events that are not counted, which this never locks.
DROP FUNCTION IF EXISTS mend_usage_of_day(uuid[], date);
CREATE FUNCTION mend_usage_of_day(of_workspaces uuid[], of_day date) RETURNS void
LANGUAGE plpgsql SET enable_seqscan = on SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    wrong usage_events[];
BEGIN
    LOCK TABLE usage_daily IN SHARE ROW EXCLUSIVE MODE;
    SELECT array_agg(e) INTO wrong FROM (
        SELECT * FROM usage_events AS e
        WHERE day = of_day AND workspace_id = ANY (of_workspaces) AND counted_revision = revision
            AND bears_wrong_marks(e)
        ORDER BY turn_id, attempt FOR UPDATE
    ) AS e;
    PERFORM mark_counted(wrong);
    DELETE FROM usage_daily WHERE day = of_day AND workspace_id = ANY (of_workspaces);
    INSERT INTO usage_daily SELECT * FROM counted_usage(of_workspaces, of_day, of_day);
    DELETE FROM usage_daily_all_bots WHERE day = of_day AND workspace_id = ANY (of_workspaces);
    INSERT INTO usage_daily_all_bots
    SELECT workspace_id, day, model, provider, key_id, sum(turns), sum(failed_turns), sum(estimated_turns),
        sum(input_tokens), sum(output_tokens), sum(cached_input_tokens), sum(cache_write_input_tokens),
        sum(reasoning_tokens), sum(estimated_input_tokens), sum(estimated_output_tokens), sum(cancelled_turns),
        sum(cache_hits)
    FROM usage_daily WHERE day = of_day AND workspace_id = ANY (of_workspaces)
    GROUP BY workspace_id, day, model, provider, key_id;
END;
$$;

-- The roll-up of a whole month.
DROP FUNCTION IF EXISTS mend_usage_of_month(uuid[], date);
CREATE FUNCTION mend_usage_of_month(of_workspaces uuid[], of_month date) RETURNS void
LANGUAGE plpgsql SET enable_seqscan = on SET plan_cache_mode = force_custom_plan AS $$
BEGIN
    LOCK TABLE usage_daily IN SHARE ROW EXCLUSIVE MODE;
    DELETE FROM usage_monthly WHERE month = of_month AND workspace_id = ANY (of_workspaces);
    INSERT INTO usage_monthly
    SELECT workspace_id, of_month, bot_id, model, provider, key_id, sum(turns), sum(failed_turns),
        sum(estimated_turns), sum(input_tokens), sum(output_tokens), sum(cached_input_tokens),
        sum(cache_write_input_tokens), sum(reasoning_tokens), sum(estimated_input_tokens), sum(estimated_output_tokens),
        sum(cancelled_turns), sum(cache_hits)
    FROM counted_usage(of_workspaces, of_month, (of_month + interval '1 month' - interval '1 day')::date)
    GROUP BY workspace_id, bot_id, model, provider, key_id;
END;
$$;

-- Events as their turns' ends say; a turn's own tokens as its event says. The ledger counts what was revised.
DROP FUNCTION IF EXISTS mend_events(uuid[]);
CREATE FUNCTION mend_events(turn_ids uuid[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM lock_workspaces_of(turn_ids);
    PERFORM 1 FROM turns WHERE id = ANY (turn_ids) ORDER BY id FOR UPDATE;
    PERFORM 1 FROM usage_events WHERE turn_id = ANY (turn_ids) ORDER BY turn_id, attempt FOR UPDATE;
    -- a turn keeps the figures of its last attempt that had an end; whose end is lost, is not known to be that one
    INSERT INTO usage_events (
        turn_id, attempt, workspace_id, bot_id, day, model, provider, key_id, kind, ends_turn, failed, cancelled,
        cache_hit, input_tokens, output_tokens, cached_input_tokens, cache_write_input_tokens, reasoning_tokens, wire_model,
        key_version, provider_request_id, error, first_text_ms, call_ms
    )
    SELECT id, attempt, workspace_id, bot_id, (accepted_at AT TIME ZONE 'UTC')::date, model, coalesce(provider, ''),
        key_id, CASE WHEN status = 'completed' THEN coalesce(usage_kind, 'unknown') ELSE 'unknown' END, true,
        status IN ('failed', 'expired'), status = 'cancelled', cache_hit,
        CASE WHEN status = 'completed' THEN input_tokens ELSE 0 END,
        CASE WHEN status = 'completed' THEN output_tokens ELSE 0 END,
        CASE WHEN status = 'completed' THEN cached_input_tokens ELSE 0 END,
        CASE WHEN status = 'completed' THEN cache_write_input_tokens ELSE 0 END,
        CASE WHEN status = 'completed' THEN reasoning_tokens ELSE 0 END, wire_model, key_version, provider_request_id,
        error, first_text_ms, call_ms
    FROM turns WHERE id = ANY (turn_ids) AND ended_at IS NOT NULL
    ON CONFLICT DO NOTHING;
    UPDATE usage_events AS e
    SET ends_turn = t.ended_at IS NOT NULL AND e.attempt = t.attempt,
        failed = t.ended_at IS NOT NULL AND e.attempt = t.attempt AND t.status IN ('failed', 'expired'),
        cancelled = t.ended_at IS NOT NULL AND e.attempt = t.attempt AND t.status = 'cancelled',
        revision = e.revision + 1, rung_at = clock_timestamp(), revised_at = revised_now(e)
    FROM turns AS t
    WHERE t.id = ANY (turn_ids) AND e.turn_id = t.id AND bears_wrong_end(e, t);
    UPDATE turns AS t
    SET input_tokens = e.input_tokens, output_tokens = e.output_tokens, cached_input_tokens = e.cached_input_tokens,
        cache_write_input_tokens = e.cache_write_input_tokens, reasoning_tokens = e.reasoning_tokens
    FROM usage_events AS e
    WHERE t.id = ANY (turn_ids) AND e.turn_id = t.id AND shows_wrong_tokens(t, e);
END;
$$;

-- The messages of a month as the turns keep them. The workspace's traffic waits for the count.
DROP FUNCTION IF EXISTS mend_quota(uuid, date);
CREATE FUNCTION mend_quota(of_workspace uuid, of_month date) RETURNS void
LANGUAGE plpgsql SET enable_seqscan = on SET plan_cache_mode = force_custom_plan AS $$
BEGIN
    PERFORM 1 FROM workspace_counters WHERE workspace_id = of_workspace FOR UPDATE;
    INSERT INTO quota (workspace_id, month) VALUES (of_workspace, of_month) ON CONFLICT DO NOTHING;
    PERFORM 1 FROM quota WHERE workspace_id = of_workspace AND month = of_month FOR UPDATE;
    UPDATE quota
    SET used = (
        SELECT count(*) FROM turns WHERE quota_month = of_month AND holds_quota AND workspace_id = of_workspace
    )
    WHERE workspace_id = of_workspace AND month = of_month;
END;
$$;

-- Slots and places in the line as the turns have them; the sweeper gives slots that this frees to whoever waits.
DROP FUNCTION IF EXISTS mend_counters(uuid);
CREATE FUNCTION mend_counters(of_workspace uuid) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM workspace_counters WHERE workspace_id = of_workspace FOR UPDATE;
    UPDATE workspace_counters AS w SET in_flight = open.in_flight, waiting = open.waiting
    FROM (
        SELECT count(*) FILTER (WHERE status <> 'waiting') AS in_flight,
            count(*) FILTER (WHERE status = 'waiting') AS waiting
        FROM turns WHERE workspace_id = of_workspace AND status IN ('waiting', 'ready', 'running')
    ) AS open
    WHERE w.workspace_id = of_workspace;
END;
$$;
