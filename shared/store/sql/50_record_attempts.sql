-- How attempts ended, as the worker tells it; and, beside each, how its turn stood when it was locked.
DROP TYPE IF EXISTS attempt_end CASCADE;
CREATE TYPE attempt_end AS (
    turn_id uuid, attempt integer, status text, keeps_quota boolean, call_began boolean, waits_for_key uuid,
    waits_for_room boolean, makes_room integer, next_attempt_at timestamptz, retries integer, answer text,
    partial boolean, finish_reason text, error text, ignored_parameters text, provider text, wire_model text,
    key_id uuid, key_version integer, verdict_seq integer, refused boolean, provider_request_id text, usage_kind text,
    input_tokens integer, output_tokens integer, cached_input_tokens integer, cache_write_input_tokens integer,
    reasoning_tokens integer, first_text_ms integer, call_ms integer, earlier_request_ids text[],
    cache_hit boolean, cache_key text, cache_seconds integer, sources text
);
DROP TYPE IF EXISTS locked_turn CASCADE;
CREATE TYPE locked_turn AS (
    workspace_id uuid, bot_id uuid, conversation text, model text, accepted_at timestamptz, quota_month date,
    held_quota boolean, applies boolean, was_cancelled boolean
);

-- Record how attempts ended: outcome, usage event, quota, slot, conversation, promotion, suspicion.
-- The batch is read once; `ends` and `locked` stand side by side from the lock on, and the decisions are made on them.
-- Turns are found by id alone (see claim_turns).
DROP FUNCTION IF EXISTS record_attempts(jsonb);
CREATE FUNCTION record_attempts(batch jsonb)
RETURNS TABLE (
    o_turn_id uuid, o_attempt integer, o_applied boolean, o_status text, o_suspected boolean, o_promoted uuid[]
)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    ends attempt_end[];
    ids uuid[];
    locked locked_turn[];
    workspace_ids uuid[];
    applied uuid[];
    gives_back boolean;
    frees_conversation boolean;
    has_room boolean;
    has_answers boolean;
    suspected uuid[];
    promoted uuid[] := '{}';
    recorded_now timestamptz;
    c record;
BEGIN
    SELECT array_agg(i), array_agg(i.turn_id), bool_or(i.makes_room > 0), bool_or(i.cache_key IS NOT NULL)
    INTO ends, ids, has_room, has_answers
    FROM jsonb_populate_recordset(NULL::attempt_end, batch) AS i;
    SELECT array_agg(DISTINCT workspace_id) INTO workspace_ids FROM turns WHERE id = ANY (ids);
    PERFORM 1 FROM workspace_counters WHERE workspace_id = ANY (workspace_ids) ORDER BY workspace_id FOR UPDATE;
    -- read after the lock: a retry by hand takes its turn to another month
    PERFORM 1 FROM quota
    WHERE workspace_id = ANY (workspace_ids) AND month = ANY (ARRAY(SELECT quota_month FROM turns WHERE id = ANY (ids)))
    ORDER BY workspace_id, month FOR UPDATE;
    suspected := lock_used_keys(ends);
    locked := lock_ended_turns(ends, ids);
    SELECT coalesce(array_agg(i.turn_id), '{}'), bool_or(NOT (i.status IN ('waiting', 'ready') OR i.keeps_quota)),
        bool_or(i.conversation IS NOT NULL AND i.status NOT IN ('waiting', 'ready'))
    INTO applied, gives_back, frees_conversation
    FROM ROWS FROM (unnest(ends), unnest(locked)) AS i WHERE i.applies;
    recorded_now := clock_timestamp();

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
        reasoning_tokens = i.reasoning_tokens, first_text_ms = i.first_text_ms, call_ms = i.call_ms,
        cache_hit = coalesce(i.cache_hit, false), sources = i.sources
    FROM ROWS FROM (unnest(ends), unnest(locked)) AS i
    WHERE t.id = ANY (applied) AND t.id = i.turn_id AND i.applies;

    IF cardinality(applied) < cardinality(ids) THEN
        PERFORM record_cancelled(ends, locked);
    END IF;
    IF gives_back THEN
        UPDATE quota AS q SET used = q.used - g.messages
        FROM (
            SELECT workspace_id, quota_month, count(*) AS messages FROM ROWS FROM (unnest(ends), unnest(locked)) AS i
            WHERE i.applies AND NOT (i.status IN ('waiting', 'ready') OR i.keeps_quota) GROUP BY 1, 2
        ) AS g
        WHERE q.workspace_id = g.workspace_id AND q.month = g.quota_month;
    END IF;
    UPDATE workspace_counters AS w SET in_flight = w.in_flight - g.left_slots, waiting = w.waiting + g.went_waiting
    FROM (
        SELECT workspace_id, count(*) AS left_slots, count(*) FILTER (WHERE i.status = 'waiting') AS went_waiting
        FROM ROWS FROM (unnest(ends), unnest(locked)) AS i WHERE i.applies AND i.status <> 'ready' GROUP BY 1
    ) AS g
    WHERE w.workspace_id = g.workspace_id;

    INSERT INTO usage_events AS e (
        turn_id, attempt, workspace_id, bot_id, day, model, provider, key_id, kind, ends_turn, failed, input_tokens,
        output_tokens, cached_input_tokens, cache_write_input_tokens, reasoning_tokens, recorded_at, rung_at,
        wire_model, key_version, provider_request_id, earlier_request_ids, error, first_text_ms, call_ms,
        cache_hit
    )
    SELECT i.turn_id, i.attempt, i.workspace_id, i.bot_id, (i.accepted_at AT TIME ZONE 'UTC')::date, i.model,
        coalesce(i.provider, ''), i.key_id, i.usage_kind,
        i.applies AND i.status NOT IN ('waiting', 'ready'), i.applies AND i.status IN ('failed', 'expired'),
        i.input_tokens, i.output_tokens, i.cached_input_tokens, i.cache_write_input_tokens, i.reasoning_tokens,
        recorded_now, recorded_now, i.wire_model, i.key_version, i.provider_request_id, i.earlier_request_ids, i.error,
        i.first_text_ms, i.call_ms, i.applies AND coalesce(i.cache_hit, false)
    FROM ROWS FROM (unnest(ends), unnest(locked)) AS i
    WHERE i.workspace_id IS NOT NULL
        -- an attempt that made no call and sends its turn back used nothing and ended nothing
        AND (i.call_began OR i.status NOT IN ('waiting', 'ready')
        -- but who ended this attempt from outside did not know that
        OR EXISTS (SELECT 1 FROM usage_events AS e WHERE e.turn_id = i.turn_id AND e.attempt = i.attempt))
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

    IF frees_conversation THEN
        FOR c IN
            SELECT DISTINCT bot_id, conversation FROM ROWS FROM (unnest(ends), unnest(locked)) AS i
            WHERE i.applies AND i.conversation IS NOT NULL AND i.status NOT IN ('waiting', 'ready')
        LOOP
            PERFORM release_conversation(c.bot_id, c.conversation);
        END LOOP;
    END IF;
    IF has_room THEN  -- of keys whose workspaces are locked above
        FOR c IN
            SELECT key_id, sum(makes_room) AS calls FROM unnest(ends) WHERE makes_room > 0 GROUP BY 1 ORDER BY 1
        LOOP
            PERFORM release_for_room(c.key_id, c.calls);
        END LOOP;
    END IF;
    FOR c IN
        SELECT workspace_id FROM workspace_counters
        WHERE workspace_id = ANY (workspace_ids) AND waiting > 0 AND in_flight < slots
        ORDER BY workspace_id
    LOOP
        promoted := promoted || promote(c.workspace_id);
    END LOOP;

    IF has_answers THEN
        PERFORM keep_answers(ends, locked);
    END IF;

    RETURN QUERY
    SELECT i.turn_id, i.attempt, i.applies OR (t.attempt = i.attempt AND t.status = i.status), t.status,
        i.refused AND EXISTS (
            SELECT 1 FROM provider_keys AS p
            WHERE p.id = i.key_id AND p.id = ANY (suspected)
                AND p.version = i.key_version AND p.verdict_seq = i.verdict_seq
        ),
        CASE WHEN i.ordinality = 1 THEN promoted ELSE '{}' END
    FROM ROWS FROM (unnest(ends), unnest(locked)) WITH ORDINALITY AS i
    JOIN turns AS t ON t.id = i.turn_id AND t.id = ANY (ids);
END;
$$;

-- Lock the turns; beside each end, in its order, how its turn stands. NULL: there is no such turn.
DROP FUNCTION IF EXISTS lock_ended_turns(attempt_end[], uuid[]);
CREATE FUNCTION lock_ended_turns(ends attempt_end[], ids uuid[]) RETURNS locked_turn[]
LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    RETURN ARRAY(
        WITH t AS MATERIALIZED (
            SELECT id, workspace_id, bot_id, conversation, model, accepted_at, quota_month, holds_quota, attempt, status
            FROM turns WHERE id = ANY (ids) ORDER BY id FOR UPDATE
        )
        SELECT CASE WHEN t.id IS NOT NULL THEN ROW(
            t.workspace_id, t.bot_id, t.conversation, t.model, t.accepted_at, t.quota_month, t.holds_quota,
            t.attempt = i.attempt AND t.status = 'running', t.attempt = i.attempt AND t.status = 'cancelled'
        )::locked_turn END
        FROM unnest(ends) WITH ORDINALITY AS i LEFT JOIN t ON t.id = i.turn_id
        ORDER BY i.ordinality
    );
END;
$$;

-- What a turn that was cancelled meanwhile cost and said is shown with it; and a cancel gave the message back before
-- it knew that the provider call had begun.
DROP FUNCTION IF EXISTS record_cancelled(attempt_end[], locked_turn[]);
CREATE FUNCTION record_cancelled(ends attempt_end[], locked locked_turn[]) RETURNS void
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    ids uuid[] := ARRAY(SELECT i.turn_id FROM ROWS FROM (unnest(ends), unnest(locked)) AS i WHERE i.was_cancelled);
BEGIN
    UPDATE quota AS q SET used = q.used + g.messages
    FROM (
        SELECT workspace_id, quota_month, count(*) AS messages FROM ROWS FROM (unnest(ends), unnest(locked)) AS i
        WHERE i.was_cancelled AND i.call_began AND NOT i.held_quota GROUP BY 1, 2
    ) AS g
    WHERE q.workspace_id = g.workspace_id AND q.month = g.quota_month;
    UPDATE turns AS t
    SET holds_quota = t.holds_quota OR i.call_began, call_began = t.call_began OR i.call_began,
        -- a turn that was erased meanwhile stays without its text
        answer = CASE WHEN t.erased_at IS NULL THEN coalesce(t.answer, i.answer) END,
        sources = CASE WHEN t.erased_at IS NULL THEN coalesce(t.sources, i.sources) END,
        partial = i.answer IS NOT NULL, usage_kind = i.usage_kind,
        input_tokens = i.input_tokens, output_tokens = i.output_tokens,
        cached_input_tokens = i.cached_input_tokens, cache_write_input_tokens = i.cache_write_input_tokens,
        reasoning_tokens = i.reasoning_tokens, provider = i.provider, wire_model = i.wire_model,
        key_id = i.key_id, key_version = i.key_version, provider_request_id = i.provider_request_id,
        first_text_ms = i.first_text_ms, call_ms = i.call_ms
    FROM ROWS FROM (unnest(ends), unnest(locked)) AS i
    WHERE t.id = ANY (ids) AND t.id = i.turn_id AND i.was_cancelled;
END;
$$;

-- Lock the keys that the batch changes, note their use (once a minute, the row is hot), suspect the refused.
-- Returns the keys that became suspect just now.
DROP FUNCTION IF EXISTS lock_used_keys(attempt_end[]);
CREATE FUNCTION lock_used_keys(ends attempt_end[]) RETURNS uuid[]
LANGUAGE plpgsql AS $$
DECLARE
    key_ids uuid[];
    refused_ids uuid[];
    suspected uuid[] := '{}';
    k record;
BEGIN
    SELECT array_agg(DISTINCT key_id), array_agg(key_id) FILTER (WHERE refused) INTO key_ids, refused_ids
    FROM unnest(ends) WHERE key_id IS NOT NULL;
    FOR k IN
        SELECT id, workspace_id FROM provider_keys
        WHERE id = ANY (key_ids)
            AND (id = ANY (refused_ids) OR last_used_at IS NULL OR last_used_at < now() - interval '1 minute')
        ORDER BY id FOR UPDATE
    LOOP
        UPDATE provider_keys SET last_used_at = now() WHERE id = k.id;
        UPDATE provider_keys AS p
        SET state = 'suspect', suspect_since = now(), rung_at = now(), live_probe_at = NULL, recheck_at = NULL,
            suspect_model = r.model, suspect_error = r.error_type
        FROM first_refusal(k.id, ends) AS r
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
            suspected := suspected || k.id;
        END IF;
    END LOOP;
    RETURN suspected;
END;
$$;

-- The first refusal of the batch that may suspect this key: of its present version and verdict, and not one that a
-- probe has just cleared.
DROP FUNCTION IF EXISTS first_refusal(uuid, attempt_end[]);
CREATE FUNCTION first_refusal(of_key uuid, ends attempt_end[]) RETURNS TABLE (model text, error_type text)
LANGUAGE sql AS $$
    SELECT t.model, i.error::jsonb ->> 'type'
    FROM unnest(ends) WITH ORDINALITY AS i
    JOIN turns AS t ON t.id = i.turn_id
    JOIN provider_keys AS p ON p.id = of_key
    WHERE i.refused AND i.key_id = p.id AND p.state = 'active' AND p.deleted_at IS NULL
        AND i.key_version = p.version AND i.verdict_seq = p.verdict_seq
        AND (p.calm_until IS NULL OR p.calm_until < now() OR p.calm_error IS DISTINCT FROM i.error::jsonb ->> 'type')
    ORDER BY i.ordinality LIMIT 1;
$$;

-- of before
DROP FUNCTION IF EXISTS attempt_ends(jsonb);
DROP FUNCTION IF EXISTS lock_used_keys(uuid[], jsonb);
DROP FUNCTION IF EXISTS first_refusal(uuid, jsonb);
