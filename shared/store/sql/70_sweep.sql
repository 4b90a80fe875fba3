-- What the sweeper does; every function finds candidates first, then locks, then looks again. Candidates are found as
-- of the statement's begin: an index is read up to an instant only where the instant cannot change meanwhile. What is
-- known by id is found by id (see claim_turns).

-- Turns that were rung and not claimed: ring them again, each at most once every so often.
DROP FUNCTION IF EXISTS ring_unclaimed(double precision, integer);
CREATE FUNCTION ring_unclaimed(unclaimed_seconds double precision, at_most integer) RETURNS SETOF uuid
LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY
    UPDATE turns SET rung_at = clock_timestamp()
    WHERE id = ANY (ARRAY(
        SELECT id FROM turns
        WHERE status = 'ready' AND rung_at < statement_timestamp() - make_interval(secs => unclaimed_seconds)
        ORDER BY rung_at LIMIT at_most FOR UPDATE SKIP LOCKED
    ))
    RETURNING id;
END;
$$;

-- Leases whose worker fell silent: ready again, or failed at the third crash.
DROP FUNCTION IF EXISTS end_lapsed_leases(integer, text);
CREATE FUNCTION end_lapsed_leases(at_most integer, crash_error text)
RETURNS TABLE (o_to_ring uuid[], o_ended uuid[])
LANGUAGE plpgsql AS $$
DECLARE
    candidates uuid[];
    t turns;
BEGIN
    o_to_ring := '{}';
    o_ended := '{}';
    SELECT array_agg(id) INTO candidates FROM (
        SELECT id FROM turns WHERE status = 'running' AND lease_until < clock_timestamp() LIMIT at_most
    ) AS lapsed;
    PERFORM lock_workspaces_of(candidates);
    FOR t IN
        SELECT * FROM turns
        WHERE id = ANY (candidates) AND status || '' = 'running' AND lease_until < clock_timestamp()
        ORDER BY id FOR UPDATE
    LOOP
        UPDATE turns SET crashes = crashes + 1 WHERE id = t.id;
        IF t.crashes + 1 >= 3 THEN
            PERFORM close_turn(t, 'failed', crash_error, false);
            o_ended := o_ended || t.id;
            CONTINUE;
        END IF;
        UPDATE turns SET status = 'ready', lease_until = NULL, rung_at = clock_timestamp() WHERE id = t.id;
        INSERT INTO usage_events (
            turn_id, attempt, workspace_id, bot_id, day, model, provider, key_id, kind, ends_turn, failed, wire_model,
            key_version
        ) VALUES (
            t.id, t.attempt, t.workspace_id, t.bot_id, (t.accepted_at AT TIME ZONE 'UTC')::date, t.model,
            coalesce(t.provider, ''), t.key_id, 'unknown', false, false, t.wire_model, t.key_version
        ) ON CONFLICT DO NOTHING;
        o_to_ring := o_to_ring || t.id;
    END LOOP;
    o_to_ring := o_to_ring || promote_workspaces_of(o_ended);
    RETURN NEXT;
END;
$$;

-- Turns whose deadline passed before a worker took them.
DROP FUNCTION IF EXISTS expire_overdue(integer, text);
CREATE FUNCTION expire_overdue(at_most integer, expired_error text) RETURNS TABLE (o_to_ring uuid[], o_ended uuid[])
LANGUAGE plpgsql AS $$
DECLARE
    candidates uuid[];
    t turns;
BEGIN
    o_ended := '{}';
    SELECT array_agg(id) INTO candidates FROM (
        SELECT id FROM turns
        WHERE status IN ('waiting', 'ready') AND deadline_at < statement_timestamp() ORDER BY deadline_at LIMIT at_most
    ) AS overdue;
    PERFORM lock_workspaces_of(candidates);
    FOR t IN
        SELECT * FROM turns
        WHERE id = ANY (candidates) AND status || '' IN ('waiting', 'ready') AND deadline_at < clock_timestamp()
        ORDER BY id FOR UPDATE
    LOOP
        PERFORM close_turn(t, 'expired', expired_error, false);
        o_ended := o_ended || t.id;
    END LOOP;
    o_to_ring := promote_workspaces_of(o_ended);
    RETURN NEXT;
END;
$$;

-- Retries that are due, and free slots that somebody left behind. Of the turns that wait for a key's room only the
-- next few are let go, and those whose caller waits: the rest would find none and stand before other turns meanwhile.
DROP FUNCTION IF EXISTS promote_due(integer);
CREATE FUNCTION promote_due(at_most integer) RETURNS uuid[]
LANGUAGE plpgsql AS $$
DECLARE
    candidates uuid[];
    of_workspaces uuid[];
    promoted uuid[] := '{}';
    w uuid;
BEGIN
    SELECT array_agg(id) INTO candidates FROM (
        SELECT id FROM turns
        WHERE status = 'waiting' AND hold = 'due' AND next_attempt_at <= statement_timestamp()
        ORDER BY next_attempt_at LIMIT at_most
    ) AS due;
    candidates := candidates || due_for_room(at_most);
    of_workspaces := ARRAY(SELECT workspace_id FROM turns WHERE id = ANY (candidates)) || workspaces_that_wait();
    PERFORM 1 FROM workspace_counters WHERE workspace_id = ANY (of_workspaces) ORDER BY workspace_id FOR UPDATE;
    UPDATE turns SET hold = NULL
    WHERE id = ANY (candidates) AND status || '' = 'waiting' AND hold IN ('due', 'room')
        AND next_attempt_at <= clock_timestamp();
    FOR w IN
        SELECT workspace_id FROM workspace_counters
        WHERE workspace_id = ANY (of_workspaces) AND waiting > 0 AND in_flight < slots ORDER BY workspace_id
    LOOP
        promoted := promoted || promote(w);
    END LOOP;
    RETURN promoted;
END;
$$;

-- Workspaces that have a slot free and a turn that only waits for one. They are found from turn to turn of the next
-- workspace: reading every workspace's counters would cost the more the more workspaces there are.
DROP FUNCTION IF EXISTS workspaces_that_wait();
CREATE FUNCTION workspaces_that_wait() RETURNS uuid[]
LANGUAGE plpgsql AS $$
BEGIN
    RETURN (WITH RECURSIVE waiting AS (
        (
            SELECT workspace_id FROM turns WHERE status = 'waiting' AND hold IS NULL
            ORDER BY workspace_id, position LIMIT 1
        )
        UNION ALL
        SELECT (
            SELECT t.workspace_id FROM turns AS t
            WHERE t.status = 'waiting' AND t.hold IS NULL AND t.workspace_id > waiting.workspace_id
            ORDER BY t.workspace_id, t.position LIMIT 1
        )
        FROM waiting WHERE waiting.workspace_id IS NOT NULL
    )
    SELECT ARRAY(
        SELECT workspace_id FROM waiting
        WHERE (SELECT in_flight < slots FROM workspace_counters AS w WHERE w.workspace_id = waiting.workspace_id)
    ));
END;
$$;

-- Key by key, so that a long line before one key hides nobody who waits for another.
DROP FUNCTION IF EXISTS due_for_room(integer);
CREATE FUNCTION due_for_room(at_most integer) RETURNS uuid[]
LANGUAGE plpgsql AS $$
BEGIN
    RETURN (WITH RECURSIVE keys AS (
        (
            SELECT waits_for_key FROM turns WHERE status = 'waiting' AND hold = 'room'
            ORDER BY waits_for_key LIMIT 1
        )
        UNION ALL
        SELECT (
            SELECT t.waits_for_key FROM turns AS t
            WHERE t.status = 'waiting' AND t.hold = 'room' AND t.waits_for_key > keys.waits_for_key
            ORDER BY t.waits_for_key LIMIT 1
        )
        FROM keys WHERE keys.waits_for_key IS NOT NULL
    ), callers AS (
        SELECT id FROM turns
        WHERE status = 'waiting' AND hold = 'room' AND door IN ('whole', 'stream')
            AND next_attempt_at <= statement_timestamp()
        ORDER BY next_attempt_at LIMIT at_most
    )
    SELECT coalesce(array_agg(id), '{}') FROM (
        SELECT id FROM callers
        UNION
        SELECT next.id FROM keys CROSS JOIN LATERAL (
            SELECT id FROM turns
            WHERE waits_for_key = keys.waits_for_key AND status = 'waiting' AND hold = 'room'
                AND next_attempt_at <= clock_timestamp()
            ORDER BY position LIMIT 16
        ) AS next
    ) AS chosen);
END;
$$;

DROP FUNCTION IF EXISTS lock_workspaces_of(uuid[]);
CREATE FUNCTION lock_workspaces_of(turn_ids uuid[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM workspace_counters
    WHERE workspace_id IN (SELECT workspace_id FROM turns WHERE id = ANY (turn_ids))
    ORDER BY workspace_id FOR UPDATE;
    PERFORM 1 FROM quota
    WHERE (workspace_id, month) IN (SELECT workspace_id, quota_month FROM turns WHERE id = ANY (turn_ids))
    ORDER BY workspace_id, month FOR UPDATE;
END;
$$;

DROP FUNCTION IF EXISTS promote_workspaces_of(uuid[]);
CREATE FUNCTION promote_workspaces_of(turn_ids uuid[]) RETURNS uuid[]
LANGUAGE plpgsql AS $$
DECLARE
    promoted uuid[] := '{}';
    w uuid;
BEGIN
    FOR w IN SELECT DISTINCT workspace_id FROM turns WHERE id = ANY (turn_ids) ORDER BY 1 LOOP
        promoted := promoted || promote(w);
    END LOOP;
    RETURN promoted;
END;
$$;
