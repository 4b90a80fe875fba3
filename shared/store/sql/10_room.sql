-- Who may go on: slots and conversations. Callers hold the workspace's counters row.
-- What runs often is PL/pgSQL even where it is one statement: a function in SQL is planned anew at every call.

-- Let the next turn of a conversation compete for a slot, unless one is already ahead of it.
DROP FUNCTION IF EXISTS release_conversation(uuid, text);
CREATE FUNCTION release_conversation(of_bot uuid, of_conversation text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE turns SET hold = NULL
    WHERE hold || '' = 'conversation' AND id = (
        SELECT id FROM turns
        WHERE bot_id = of_bot AND conversation = of_conversation AND status IN ('waiting', 'ready', 'running')
        ORDER BY hold IS NOT DISTINCT FROM 'conversation', position
        LIMIT 1
    );
END;
$$;

-- Let the next turns that wait for a key's room compete for slots, by position.
DROP FUNCTION IF EXISTS release_for_room(uuid, bigint);
CREATE FUNCTION release_for_room(of_key uuid, at_most bigint) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    released bigint;
BEGIN
    UPDATE turns SET hold = NULL
    WHERE id = ANY (ARRAY(
        SELECT id FROM turns
        WHERE waits_for_key = of_key AND status = 'waiting' AND hold = 'room'
        ORDER BY position LIMIT at_most
    ));
    GET DIAGNOSTICS released = ROW_COUNT;
    RETURN released;
END;
$$;

-- Let everybody who waits for a key go on: it was judged, replaced, switched off or destroyed. Where it is in service
-- as before, a turn without room has nothing to go on for. Returns the turns to ring.
DROP FUNCTION IF EXISTS release_all_for_key(uuid, uuid);
DROP FUNCTION IF EXISTS release_all_for_key(uuid, uuid, boolean);
CREATE FUNCTION release_all_for_key(of_key uuid, of_workspace uuid, keeps_roomless boolean) RETURNS uuid[]
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE turns SET hold = NULL, waits_for_key = NULL, next_attempt_at = NULL
    WHERE waits_for_key = of_key AND status = 'waiting' AND (hold = 'due' OR hold = 'room' AND NOT keeps_roomless);
    RETURN promote(of_workspace);
END;
$$;

-- Give free slots to the next due turns by position; return the turns to ring.
DROP FUNCTION IF EXISTS promote(uuid);
CREATE FUNCTION promote(of_workspace uuid) RETURNS uuid[]
LANGUAGE plpgsql AS $$
DECLARE
    free integer;
    promoted uuid[];
BEGIN
    SELECT least(slots - in_flight, waiting) INTO free FROM workspace_counters WHERE workspace_id = of_workspace;
    IF free <= 0 THEN
        RETURN '{}';
    END IF;
    WITH changed AS (
        UPDATE turns SET status = 'ready', rung_at = clock_timestamp(), next_attempt_at = NULL, waits_for_key = NULL
        WHERE id = ANY (ARRAY(
            SELECT id FROM turns
            WHERE workspace_id = of_workspace AND status = 'waiting' AND hold IS NULL
            ORDER BY position LIMIT free
        ))
        RETURNING id, position
    )
    SELECT array_agg(id ORDER BY position) INTO promoted FROM changed;
    IF promoted IS NULL THEN
        RETURN '{}';
    END IF;
    UPDATE workspace_counters
    SET in_flight = in_flight + cardinality(promoted), waiting = waiting - cardinality(promoted)
    WHERE workspace_id = of_workspace;
    RETURN promoted;
END;
$$;

-- End a turn from outside its attempt (cancel, deadline, poison): row, slot, quota, usage event, conversation.
DROP FUNCTION IF EXISTS close_turn(turns, text, text, boolean);
CREATE FUNCTION close_turn(t turns, new_status text, new_error text, keeps_quota boolean) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    has_failed boolean := new_status IN ('failed', 'expired');
BEGIN
    UPDATE turns
    SET status = new_status, hold = NULL, waits_for_key = NULL, next_attempt_at = NULL, lease_until = NULL,
        ended_at = clock_timestamp(), error = new_error, holds_quota = keeps_quota
    WHERE id = t.id;
    UPDATE workspace_counters
    SET in_flight = in_flight - (t.status IN ('ready', 'running'))::integer,
        waiting = waiting - (t.status = 'waiting')::integer
    WHERE workspace_id = t.workspace_id;
    IF NOT keeps_quota THEN
        UPDATE quota SET used = used - 1 WHERE workspace_id = t.workspace_id AND month = t.quota_month;
    END IF;
    INSERT INTO usage_events (
        turn_id, attempt, workspace_id, bot_id, day, model, provider, key_id, kind, ends_turn, failed, wire_model,
        key_version, error, cancelled
    ) VALUES (
        t.id, t.attempt, t.workspace_id, t.bot_id, (t.accepted_at AT TIME ZONE 'UTC')::date, t.model,
        coalesce(t.provider, ''), t.key_id,
        CASE WHEN t.status = 'running' THEN 'unknown' ELSE 'exact' END, true, has_failed, t.wire_model,
        t.key_version, new_error, new_status = 'cancelled'
    )
    ON CONFLICT (turn_id, attempt) DO UPDATE
    SET ends_turn = true, failed = has_failed, cancelled = excluded.cancelled, revision = usage_events.revision + 1,
        rung_at = now(), revised_at = revised_now(usage_events);
    IF t.conversation IS NOT NULL THEN
        PERFORM release_conversation(t.bot_id, t.conversation);
    END IF;
END;
$$;

-- Room that no ending call told of: a pause is over, a limit has grown. Keys without a turn that waits are named.
DROP FUNCTION IF EXISTS wake_for_room(uuid[], integer[]);
CREATE FUNCTION wake_for_room(key_ids uuid[], calls integer[]) RETURNS TABLE (o_promoted uuid[], o_idle_keys uuid[])
LANGUAGE plpgsql AS $$
DECLARE
    of_workspaces uuid[];
    k record;
    w uuid;
BEGIN
    o_promoted := '{}';
    o_idle_keys := '{}';
    SELECT array_agg(DISTINCT workspace_id ORDER BY workspace_id) INTO of_workspaces
    FROM provider_keys WHERE id = ANY (key_ids);
    PERFORM 1 FROM workspace_counters WHERE workspace_id = ANY (of_workspaces) ORDER BY workspace_id FOR UPDATE;
    FOR k IN SELECT * FROM unnest(key_ids, calls) AS room (key_id, calls) ORDER BY key_id LOOP
        IF release_for_room(k.key_id, k.calls) = 0 THEN
            o_idle_keys := o_idle_keys || k.key_id;
        END IF;
    END LOOP;
    FOREACH w IN ARRAY coalesce(of_workspaces, '{}') LOOP
        o_promoted := o_promoted || promote(w);
    END LOOP;
    RETURN NEXT;
END;
$$;
