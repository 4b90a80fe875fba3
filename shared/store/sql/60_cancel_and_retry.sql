-- Cancel a turn at once, wherever it stands.
DROP FUNCTION IF EXISTS cancel_turn(uuid, uuid);
CREATE FUNCTION cancel_turn(of_bot uuid, of_turn uuid) RETURNS TABLE (o_code text, o_promoted uuid[])
LANGUAGE plpgsql AS $$
DECLARE
    t turns;
BEGIN
    o_promoted := '{}';
    PERFORM lock_workspace_of(of_turn);
    SELECT * INTO t FROM turns WHERE id = of_turn AND bot_id = of_bot FOR UPDATE;
    IF NOT FOUND THEN
        o_code := 'not_found';
    ELSIF t.status = 'cancelled' THEN
        o_code := 'already_cancelled';
    ELSIF t.status NOT IN ('waiting', 'ready', 'running') THEN
        o_code := 'ended';
    ELSE
        PERFORM close_turn(t, 'cancelled', NULL, t.call_began AND t.status = 'running');
        o_promoted := promote(t.workspace_id);
        o_code := 'cancelled';
    END IF;
    RETURN NEXT;
END;
$$;

-- Run a failed or expired turn once more: same turn, same place, a new message of this month's quota.
DROP FUNCTION IF EXISTS retry_turn(uuid, uuid, double precision, integer);
CREATE FUNCTION retry_turn(of_bot uuid, of_turn uuid, deadline_seconds double precision, waiting_limit integer)
RETURNS TABLE (o_code text, o_status text)
LANGUAGE plpgsql AS $$
DECLARE
    t turns;
    counters workspace_counters;
    retried_now timestamptz;
    this_month date;
    is_behind boolean;
BEGIN
    PERFORM lock_workspace_of(of_turn);
    retried_now := clock_timestamp();
    this_month := date_trunc('month', retried_now AT TIME ZONE 'UTC')::date;
    INSERT INTO quota (workspace_id, month)
    SELECT workspace_id, this_month FROM turns WHERE id = of_turn AND bot_id = of_bot
    ON CONFLICT DO NOTHING;
    PERFORM 1 FROM quota AS q JOIN turns AS own ON own.workspace_id = q.workspace_id
    WHERE own.id = of_turn AND q.month = this_month FOR UPDATE OF q;
    -- judged under its lock alone: what it was before may have been erased meanwhile
    SELECT * INTO t FROM turns WHERE id = of_turn AND bot_id = of_bot FOR UPDATE;
    IF NOT FOUND THEN
        o_code := 'not_found';
        RETURN NEXT;
        RETURN;
    ELSIF t.status NOT IN ('failed', 'expired') OR t.erased_at IS NOT NULL THEN
        o_code := CASE WHEN t.erased_at IS NOT NULL THEN 'erased' ELSE 'not_retryable' END;
        o_status := t.status;
        RETURN NEXT;
        RETURN;
    END IF;
    SELECT * INTO counters FROM workspace_counters WHERE workspace_id = t.workspace_id;
    is_behind := t.conversation IS NOT NULL AND EXISTS (
        SELECT 1 FROM turns
        WHERE bot_id = t.bot_id AND conversation = t.conversation AND status IN ('waiting', 'ready', 'running')
    );
    o_status := CASE WHEN is_behind OR counters.in_flight >= counters.slots THEN 'waiting' ELSE 'ready' END;
    IF o_status = 'waiting' AND counters.waiting >= waiting_limit THEN
        o_code := 'too_many_waiting';
        o_status := NULL;
        RETURN NEXT;
        RETURN;
    END IF;
    -- partial output kept its message already
    IF NOT t.holds_quota THEN
        UPDATE quota SET used = used + 1
        WHERE workspace_id = t.workspace_id AND month = this_month AND used < counters.message_limit;
        IF NOT FOUND THEN
            o_code := 'quota_exceeded';
            o_status := NULL;
            RETURN NEXT;
            RETURN;
        END IF;
        t.quota_month := this_month;
    END IF;
    UPDATE turns
    SET status = o_status, hold = CASE WHEN is_behind THEN 'conversation' END, retries = 0, crashes = 0,
        -- a producer hears the new end too, where it heard the first; a caller that waited is gone
        door = CASE WHEN t.door = 'producer' THEN 'producer' ELSE 'async' END,
        inbox = CASE WHEN t.door = 'producer' THEN t.inbox END,
        handed_to = NULL, handed_until = NULL, acknowledged_at = NULL,
        rung_at = CASE WHEN o_status = 'ready' THEN retried_now END, next_attempt_at = NULL, call_began = false,
        quota_month = t.quota_month, holds_quota = true, ended_at = NULL, answer = NULL, sources = NULL, partial = false,
        finish_reason = NULL, error = NULL, deadline_at = retried_now + make_interval(secs => deadline_seconds)
    WHERE id = of_turn;
    UPDATE workspace_counters
    SET in_flight = in_flight + (o_status = 'ready')::integer, waiting = waiting + (o_status = 'waiting')::integer
    WHERE workspace_id = t.workspace_id;
    -- the attempt that ended the turn ends it no more: the ledger takes its turn back
    UPDATE usage_events AS e
    SET ends_turn = false, failed = false, revision = revision + 1, rung_at = retried_now, revised_at = revised_now(e)
    WHERE turn_id = of_turn AND ends_turn;
    o_code := 'accepted';
    RETURN NEXT;
END;
$$;

DROP FUNCTION IF EXISTS lock_workspace_of(uuid);
CREATE FUNCTION lock_workspace_of(of_turn uuid) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM workspace_counters
    WHERE workspace_id = (SELECT workspace_id FROM turns WHERE id = of_turn) FOR UPDATE;
    PERFORM 1 FROM quota AS q JOIN turns AS t ON t.workspace_id = q.workspace_id AND t.quota_month = q.month
    WHERE t.id = of_turn FOR UPDATE OF q;
END;
$$;
