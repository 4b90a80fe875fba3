-- Answers that are kept, and the flights of those that are being asked for. Their rows come last in the lock order.

DROP FUNCTION IF EXISTS is_kept(kept_answers);
CREATE FUNCTION is_kept(k kept_answers) RETURNS boolean
LANGUAGE sql AS $$
    SELECT coalesce(k.answer IS NOT NULL AND k.kept_until > clock_timestamp(), false);
$$;

-- A flight lasts as long as its attempt: a worker's death ends it by the lease, a failure by its record.
DROP FUNCTION IF EXISTS still_flies(kept_answers);
CREATE FUNCTION still_flies(k kept_answers) RETURNS boolean
LANGUAGE sql AS $$
    SELECT k.answer IS NULL AND EXISTS (
        SELECT 1 FROM turns WHERE id = k.turn_id AND attempt = k.attempt AND status || '' = 'running'
    );
$$;

-- Look for answers: a hit; else the asker flies, and equal questions meanwhile wait for it.
DROP FUNCTION IF EXISTS look_up_answers(jsonb);
CREATE FUNCTION look_up_answers(batch jsonb)
RETURNS TABLE (o_turn_id uuid, o_found text, o_answer text, o_ignored_parameters text, o_sources text)
LANGUAGE plpgsql AS $$
DECLARE
    r record;
    known kept_answers;
BEGIN
    FOR r IN
        SELECT workspace_id, bot_id, decode(cache_key, 'hex') AS cache_key, turn_id, attempt
        FROM jsonb_to_recordset(batch) AS item (
            workspace_id uuid, bot_id uuid, cache_key text, turn_id uuid, attempt integer
        )
        ORDER BY 1, 2, 3, 4
    LOOP
        o_turn_id := r.turn_id;
        SELECT * INTO known FROM kept_answers AS k
        WHERE k.workspace_id = r.workspace_id AND k.bot_id = r.bot_id AND k.cache_key = r.cache_key;
        IF NOT (FOUND AND (is_kept(known) OR still_flies(known))) THEN
            -- who comes first flies; whoever waited here for the row sees what the other made of it
            INSERT INTO kept_answers AS k (workspace_id, bot_id, cache_key, turn_id, attempt, kept_at, kept_until)
            VALUES (
                r.workspace_id, r.bot_id, r.cache_key, r.turn_id, r.attempt, clock_timestamp(),
                clock_timestamp() + interval '1 hour'
            )
            ON CONFLICT (workspace_id, bot_id, cache_key) DO UPDATE
            SET turn_id = excluded.turn_id, attempt = excluded.attempt, kept_at = excluded.kept_at,
                kept_until = excluded.kept_until, answer = NULL, ignored_parameters = NULL, sources = NULL
            WHERE NOT is_kept(k) AND NOT still_flies(k)
            RETURNING * INTO known;
            IF NOT FOUND THEN
                SELECT * INTO known FROM kept_answers AS k
                WHERE k.workspace_id = r.workspace_id AND k.bot_id = r.bot_id AND k.cache_key = r.cache_key;
            END IF;
        END IF;
        o_found := CASE
            WHEN is_kept(known) THEN 'hit' WHEN known.turn_id = r.turn_id THEN 'fly' ELSE 'wait'
        END;
        o_answer := known.answer;
        o_ignored_parameters := known.ignored_parameters;
        o_sources := known.sources;
        RETURN NEXT;
    END LOOP;
END;
$$;

-- What became of flights that turns wait for: landed, still flying, or gone.
DROP FUNCTION IF EXISTS look_for_landings(jsonb);
CREATE FUNCTION look_for_landings(batch jsonb)
RETURNS TABLE (o_turn_id uuid, o_found text, o_answer text, o_ignored_parameters text, o_sources text)
LANGUAGE sql AS $$
    SELECT item.turn_id,
        CASE WHEN is_kept(k) THEN 'hit' WHEN still_flies(k) THEN 'wait' ELSE 'gone' END, k.answer, k.ignored_parameters,
        k.sources
    FROM jsonb_to_recordset(batch) AS item (workspace_id uuid, bot_id uuid, cache_key text, turn_id uuid)
    LEFT JOIN kept_answers AS k ON k.workspace_id = item.workspace_id AND k.bot_id = item.bot_id
        AND k.cache_key = decode(item.cache_key, 'hex');
$$;

-- Keep the answers of a recorded batch, for as long as their bots say.
DROP FUNCTION IF EXISTS keep_answers(attempt_end[], locked_turn[]);
CREATE FUNCTION keep_answers(ends attempt_end[], locked locked_turn[]) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO kept_answers AS k (
        workspace_id, bot_id, cache_key, turn_id, attempt, kept_at, kept_until, answer, ignored_parameters, sources
    )
    SELECT DISTINCT ON (i.workspace_id, i.bot_id, i.cache_key)
        i.workspace_id, i.bot_id, decode(i.cache_key, 'hex'), i.turn_id, i.attempt, clock_timestamp(),
        clock_timestamp() + make_interval(secs => i.cache_seconds), i.answer, i.ignored_parameters,
        i.sources
    FROM ROWS FROM (unnest(ends), unnest(locked)) AS i
    WHERE i.applies AND i.cache_key IS NOT NULL
    ORDER BY i.workspace_id, i.bot_id, i.cache_key
    ON CONFLICT (workspace_id, bot_id, cache_key) DO UPDATE
    SET turn_id = excluded.turn_id, attempt = excluded.attempt, kept_at = excluded.kept_at,
        kept_until = excluded.kept_until, answer = excluded.answer, ignored_parameters = excluded.ignored_parameters,
        sources = excluded.sources;
$$;

-- Delete answers whose time is over; returns how many.
DROP FUNCTION IF EXISTS drop_answers_that_are_over(integer);
CREATE FUNCTION drop_answers_that_are_over(at_most integer) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    dropped integer;
BEGIN
    DELETE FROM kept_answers WHERE (workspace_id, bot_id, cache_key) IN (
        SELECT workspace_id, bot_id, cache_key FROM kept_answers
        WHERE kept_until < statement_timestamp() ORDER BY kept_until LIMIT at_most FOR UPDATE SKIP LOCKED
    );
    GET DIAGNOSTICS dropped = ROW_COUNT;
    RETURN dropped;
END;
$$;

-- Delete the oldest of the workspaces that keep more answers than they may; returns how many.
DROP FUNCTION IF EXISTS drop_answers_beyond(integer, integer);
CREATE FUNCTION drop_answers_beyond(per_workspace integer, at_most integer) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    dropped integer;
BEGIN
    WITH RECURSIVE keeping AS (
        (SELECT workspace_id FROM kept_answers ORDER BY workspace_id LIMIT 1)
        UNION ALL
        SELECT (
            SELECT k.workspace_id FROM kept_answers AS k
            WHERE k.workspace_id > keeping.workspace_id ORDER BY k.workspace_id LIMIT 1
        )
        FROM keeping WHERE keeping.workspace_id IS NOT NULL
    ), beyond AS (
        -- a share is counted in the index alone: only what is older than its last answer is read
        SELECT each.* FROM keeping CROSS JOIN LATERAL (
            SELECT k.workspace_id, k.bot_id, k.cache_key FROM kept_answers AS k
            WHERE k.workspace_id = keeping.workspace_id AND k.kept_at < (
                SELECT last_one.kept_at FROM kept_answers AS last_one
                WHERE last_one.workspace_id = keeping.workspace_id
                ORDER BY last_one.kept_at DESC OFFSET per_workspace - 1 LIMIT 1
            )
            ORDER BY k.kept_at LIMIT at_most
        ) AS each
    )
    DELETE FROM kept_answers WHERE (workspace_id, bot_id, cache_key) IN (
        SELECT workspace_id, bot_id, cache_key FROM kept_answers
        WHERE (workspace_id, bot_id, cache_key) IN (SELECT * FROM beyond) FOR UPDATE SKIP LOCKED
    );
    GET DIAGNOSTICS dropped = ROW_COUNT;
    RETURN dropped;
END;
$$;
