-- Record how attempts ended: outcome, usage event, quota, slot, conversation, promotion, suspicion.
DROP FUNCTION IF EXISTS record_attempts(jsonb);
CREATE FUNCTION record_attempts(batch jsonb)
RETURNS TABLE (
    o_turn_id uuid, o_attempt integer, o_applied boolean, o_status text, o_suspected boolean, o_promoted uuid[]
)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    ids uuid[];
    key_ids uuid[];
    has_room boolean;
    applied uuid[];
    late uuid[];
    suspected uuid[] := '{}';
    promoted uuid[] := '{}';
    recorded_now timestamptz;
    c record;
BEGIN
    SELECT array_agg((item ->> 'turn_id')::uuid), array_agg((item ->> 'key_id')::uuid), bool_or(item ? 'makes_room')
    INTO ids, key_ids, has_room FROM jsonb_array_elements(batch) AS item;
    PERFORM 1 FROM workspace_counters
    WHERE workspace_id IN (SELECT workspace_id FROM turns WHERE id = ANY (ids))
    ORDER BY workspace_id FOR UPDATE;
    PERFORM 1 FROM quota
    WHERE (workspace_id, month) IN (SELECT workspace_id, quota_month FROM turns WHERE id = ANY (ids))
    ORDER BY workspace_id, month FOR UPDATE;
    SELECT array_agg(id) INTO suspected FROM lock_used_keys(key_ids, batch) AS id;
    PERFORM 1 FROM turns WHERE id = ANY (ids) ORDER BY id FOR UPDATE;
    recorded_now := clock_timestamp();

    WITH changed AS (
        UPDATE turns AS t
        SET status = i.status,
            hold = CASE WHEN i.status = 'waiting' THEN CASE WHEN i.waits_for_room THEN 'room' ELSE 'due' END END,
            waits_for_key = CASE WHEN i.status = 'waiting' THEN i.waits_for_key END,
            next_attempt_at = CASE WHEN i.status = 'waiting' THEN i.next_attempt_at END,
            rung_at = CASE WHEN i.status = 'ready' THEN recorded_now END,
            ended_at = CASE WHEN i.status NOT IN ('waiting', 'ready') THEN recorded_now END,
            holds_quota = i.status IN ('waiting', 'ready') OR i.keeps_quota,
            retries = i.retries, lease_until = NULL, call_began = i.call_began,
            answer = i.answer, partial = i.partial, finish_reason = i.finish_reason,
            -- a turn that only waits for its next attempt has not failed; the attempt keeps why it ended
            error = CASE WHEN i.status NOT IN ('waiting', 'ready') THEN i.error END,
            ignored_parameters = i.ignored_parameters, provider = i.provider, wire_model = i.wire_model,
            key_id = i.key_id, key_version = i.key_version, key_verdict_seq = i.verdict_seq,
            provider_request_id = i.provider_request_id, usage_kind = i.usage_kind,
            input_tokens = i.input_tokens, output_tokens = i.output_tokens,
            cached_input_tokens = i.cached_input_tokens, cache_write_input_tokens = i.cache_write_input_tokens,
            reasoning_tokens = i.reasoning_tokens, first_text_ms = i.first_text_ms, call_ms = i.call_ms
        FROM attempt_ends(batch) AS i
        WHERE t.id = ANY (ids) AND t.id = i.turn_id AND t.attempt = i.attempt AND t.status || '' = 'running'
        RETURNING t.id
    )
    SELECT coalesce(array_agg(id), '{}') INTO applied FROM changed;

    IF cardinality(applied) < cardinality(ids) THEN
        -- a cancel gave the message back before it knew that the provider call had begun
        WITH changed AS (
            UPDATE turns AS t SET holds_quota = true, call_began = true
            FROM attempt_ends(batch) AS i
            WHERE t.id = ANY (ids) AND t.id = i.turn_id AND t.attempt = i.attempt AND t.status = 'cancelled'
                AND i.call_began AND NOT t.holds_quota
            RETURNING t.id
        )
        SELECT coalesce(array_agg(id), '{}') INTO late FROM changed;
        UPDATE quota AS q SET used = q.used + g.messages
        FROM (SELECT workspace_id, quota_month, count(*) AS messages FROM turns WHERE id = ANY (late) GROUP BY 1, 2) AS g
        WHERE q.workspace_id = g.workspace_id AND q.month = g.quota_month;
        -- what a cancelled turn cost and said is shown with it
        UPDATE turns AS t
        SET answer = coalesce(t.answer, i.answer), partial = i.answer IS NOT NULL, usage_kind = i.usage_kind,
            input_tokens = i.input_tokens, output_tokens = i.output_tokens,
            cached_input_tokens = i.cached_input_tokens, cache_write_input_tokens = i.cache_write_input_tokens,
            reasoning_tokens = i.reasoning_tokens, provider = i.provider, wire_model = i.wire_model,
            key_id = i.key_id, key_version = i.key_version, provider_request_id = i.provider_request_id,
            first_text_ms = i.first_text_ms, call_ms = i.call_ms
        FROM attempt_ends(batch) AS i
        WHERE t.id = ANY (ids) AND t.id = i.turn_id AND t.attempt = i.attempt AND t.status = 'cancelled';
    END IF;

    UPDATE quota AS q SET used = q.used - g.messages
    FROM (
        SELECT workspace_id, quota_month, count(*) AS messages FROM turns
        WHERE id = ANY (applied) AND NOT holds_quota GROUP BY 1, 2
    ) AS g
    WHERE q.workspace_id = g.workspace_id AND q.month = g.quota_month;
    UPDATE workspace_counters AS w SET in_flight = w.in_flight - g.left_slots, waiting = w.waiting + g.went_waiting
    FROM (
        SELECT workspace_id, count(*) FILTER (WHERE status <> 'ready') AS left_slots,
            count(*) FILTER (WHERE status = 'waiting') AS went_waiting
        FROM turns WHERE id = ANY (applied) GROUP BY 1
    ) AS g
    WHERE w.workspace_id = g.workspace_id AND g.left_slots > 0;

    INSERT INTO usage_events AS e (
        turn_id, attempt, workspace_id, bot_id, day, model, provider, key_id, kind, ends_turn, failed, input_tokens,
        output_tokens, cached_input_tokens, cache_write_input_tokens, reasoning_tokens, recorded_at, rung_at,
        wire_model, key_version, provider_request_id, earlier_request_ids, error, first_text_ms, call_ms
    )
    SELECT t.id, i.attempt, t.workspace_id, t.bot_id, (t.accepted_at AT TIME ZONE 'UTC')::date, t.model,
        coalesce(i.provider, ''), i.key_id, i.usage_kind,
        t.attempt = i.attempt AND t.id = ANY (applied) AND i.status NOT IN ('waiting', 'ready'),
        t.attempt = i.attempt AND t.id = ANY (applied) AND i.status IN ('failed', 'expired'), i.input_tokens, i.output_tokens,
        i.cached_input_tokens, i.cache_write_input_tokens, i.reasoning_tokens, recorded_now, recorded_now,
        i.wire_model, i.key_version, i.provider_request_id, i.earlier_request_ids, i.error, i.first_text_ms, i.call_ms
    FROM attempt_ends(batch) AS i JOIN turns AS t ON t.id = i.turn_id
    WHERE t.id = ANY (ids) AND (
        -- an attempt that made no call and sends its turn back used nothing and ended nothing
        i.call_began OR i.status NOT IN ('waiting', 'ready')
        -- but who ended this attempt from outside did not know that
        OR EXISTS (SELECT 1 FROM usage_events AS e WHERE e.turn_id = i.turn_id AND e.attempt = i.attempt)
    )
    ON CONFLICT (turn_id, attempt) DO UPDATE
    SET kind = excluded.kind, provider = excluded.provider, key_id = excluded.key_id,
        input_tokens = excluded.input_tokens, output_tokens = excluded.output_tokens,
        cached_input_tokens = excluded.cached_input_tokens,
        cache_write_input_tokens = excluded.cache_write_input_tokens, reasoning_tokens = excluded.reasoning_tokens,
        wire_model = excluded.wire_model, key_version = excluded.key_version,
        provider_request_id = excluded.provider_request_id, earlier_request_ids = excluded.earlier_request_ids,
        error = excluded.error,
        first_text_ms = excluded.first_text_ms, call_ms = excluded.call_ms,
        revision = e.revision + 1, rung_at = recorded_now, revised_at = revised_now(e)
    WHERE e.kind = 'unknown' AND excluded.kind <> 'unknown';

    FOR c IN
        SELECT DISTINCT bot_id, conversation FROM turns
        WHERE id = ANY (applied) AND conversation IS NOT NULL AND status NOT IN ('waiting', 'ready')
    LOOP
        PERFORM release_conversation(c.bot_id, c.conversation);
    END LOOP;
    IF has_room THEN  -- of keys whose workspaces are locked above
        FOR c IN
            SELECT key_id, sum(makes_room) AS calls FROM attempt_ends(batch) WHERE makes_room > 0 GROUP BY 1 ORDER BY 1
        LOOP
            PERFORM release_for_room(c.key_id, c.calls);
        END LOOP;
    END IF;
    FOR c IN
        SELECT workspace_id FROM workspace_counters
        WHERE waiting > 0 AND in_flight < slots
            AND workspace_id IN (SELECT workspace_id FROM turns WHERE id = ANY (applied))
        ORDER BY workspace_id
    LOOP
        promoted := promoted || promote(c.workspace_id);
    END LOOP;

    RETURN QUERY
    SELECT i.turn_id, i.attempt,
        t.attempt = i.attempt AND (t.id = ANY (applied) OR t.status = i.status), t.status,
        i.refused AND EXISTS (
            SELECT 1 FROM provider_keys AS p
            WHERE p.id = i.key_id AND p.id = ANY (suspected)
                AND p.version = i.key_version AND p.verdict_seq = i.verdict_seq
        ),
        CASE WHEN i.ordinal = 1 THEN promoted ELSE '{}' END
    FROM attempt_ends(batch) AS i JOIN turns AS t ON t.id = i.turn_id
    WHERE t.id = ANY (ids);
END;
$$;

-- The batch as rows, in its order.
DROP FUNCTION IF EXISTS attempt_ends(jsonb);
CREATE FUNCTION attempt_ends(batch jsonb)
RETURNS TABLE (
    turn_id uuid, attempt integer, status text, keeps_quota boolean, call_began boolean, waits_for_key uuid,
    waits_for_room boolean, makes_room integer, next_attempt_at timestamptz, retries integer, answer text,
    partial boolean, finish_reason text, error text, ignored_parameters text, provider text, wire_model text,
    key_id uuid, key_version integer, verdict_seq integer, refused boolean, provider_request_id text, usage_kind text,
    input_tokens integer, output_tokens integer, cached_input_tokens integer, cache_write_input_tokens integer,
    reasoning_tokens integer, first_text_ms integer, call_ms integer,
    earlier_request_ids text[], ordinal bigint
)
LANGUAGE sql IMMUTABLE AS $$
    SELECT * FROM ROWS FROM (
        jsonb_to_recordset(batch) AS (
            turn_id uuid, attempt integer, status text, keeps_quota boolean, call_began boolean, waits_for_key uuid,
            waits_for_room boolean, makes_room integer, next_attempt_at timestamptz, retries integer, answer text,
            partial boolean, finish_reason text, error text, ignored_parameters text, provider text, wire_model text,
            key_id uuid, key_version integer, verdict_seq integer, refused boolean, provider_request_id text,
            usage_kind text, input_tokens integer, output_tokens integer, cached_input_tokens integer,
            cache_write_input_tokens integer, reasoning_tokens integer, first_text_ms integer, call_ms integer,
            earlier_request_ids text[]
        )
    ) WITH ORDINALITY;
$$;

-- Lock the keys that the batch changes, note their use (once a minute, the row is hot), suspect the refused.
-- Returns the keys that became suspect just now.
DROP FUNCTION IF EXISTS lock_used_keys(uuid[], jsonb);
CREATE FUNCTION lock_used_keys(key_ids uuid[], batch jsonb) RETURNS SETOF uuid
LANGUAGE plpgsql AS $$
DECLARE
    refused_ids uuid[];
    k record;
BEGIN
    SELECT array_agg(i.key_id) INTO refused_ids FROM attempt_ends(batch) AS i WHERE i.refused;
    FOR k IN
        SELECT id, workspace_id FROM provider_keys
        WHERE id = ANY (refused_ids)
            OR (id = ANY (key_ids) AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute'))
        ORDER BY id FOR UPDATE
    LOOP
        UPDATE provider_keys SET last_used_at = now() WHERE id = k.id;
        UPDATE provider_keys AS p
        SET state = 'suspect', suspect_since = now(), rung_at = now(), live_probe_at = NULL, recheck_at = NULL,
            suspect_model = r.model, suspect_error = r.error_type
        FROM first_refusal(k.id, batch) AS r
        WHERE p.id = k.id;
        IF FOUND THEN
            UPDATE workspace_counters SET epoch = epoch + 1 WHERE workspace_id = k.workspace_id;
            INSERT INTO audit (
                workspace_id, actor, source, action, target, details, fingerprint_before, fingerprint_after
            )
            SELECT workspace_id, 'worker', 'worker', 'key.suspect', id::text,
                jsonb_build_object('reason_code', suspect_error, 'model', suspect_model, 'version', version),
                fingerprint, fingerprint
            FROM provider_keys WHERE id = k.id;
            RETURN NEXT k.id;
        END IF;
    END LOOP;
END;
$$;

-- The first refusal of the batch that may suspect this key: of its present version and verdict, and not one that a
-- probe has just cleared.
DROP FUNCTION IF EXISTS first_refusal(uuid, jsonb);
CREATE FUNCTION first_refusal(of_key uuid, batch jsonb) RETURNS TABLE (model text, error_type text)
LANGUAGE sql AS $$
    SELECT t.model, i.error::jsonb ->> 'type'
    FROM attempt_ends(batch) AS i
    JOIN turns AS t ON t.id = i.turn_id
    JOIN provider_keys AS p ON p.id = of_key
    WHERE i.refused AND i.key_id = p.id AND p.state = 'active' AND p.deleted_at IS NULL
        AND i.key_version = p.version AND i.verdict_seq = p.verdict_seq
        AND (p.calm_until IS NULL OR p.calm_until < now() OR p.calm_error IS DISTINCT FROM i.error::jsonb ->> 'type')
    ORDER BY i.ordinal LIMIT 1;
$$;
