-- Erasing what was said. A turn's row stays with all that it cost and how it ended, so that no figure changes; its
-- texts, its end user, its conversation and the answer that was kept of it go.

-- Erase these turns, those that have ended; returns which of them were not erased before.
DROP FUNCTION IF EXISTS erase_turns(uuid[]);
CREATE FUNCTION erase_turns(ids uuid[]) RETURNS uuid[]
LANGUAGE plpgsql AS $$
DECLARE
    erased uuid[];
BEGIN
    PERFORM 1 FROM turns WHERE id = ANY (ids) ORDER BY id FOR UPDATE;
    WITH blanked AS (
        UPDATE turns
        SET question = '', messages = NULL, parameters = NULL, ignored_parameters = NULL, answer = NULL, sources = NULL,
            conversation = NULL, end_user = NULL, erased_at = clock_timestamp(),
            -- the key stays, so that a client that sends the message again runs no second turn; the hash of it goes
            body_hash = CASE WHEN body_hash IS NOT NULL THEN '\x00'::bytea END
        WHERE id = ANY (ids) AND ended_at IS NOT NULL AND erased_at IS NULL
        RETURNING id
    )
    SELECT coalesce(array_agg(id), '{}') INTO erased FROM blanked;
    DELETE FROM kept_answers WHERE (workspace_id, bot_id, cache_key) IN (
        SELECT workspace_id, bot_id, cache_key FROM kept_answers WHERE turn_id = ANY (erased)
        ORDER BY workspace_id, bot_id, cache_key FOR UPDATE
    );
    RETURN erased;
END;
$$;

-- Cancel the turns that have not ended of an end user, and those that stand in a conversation with theirs.
DROP FUNCTION IF EXISTS cancel_turns_of_user(uuid, text, integer);
CREATE FUNCTION cancel_turns_of_user(
    of_workspace uuid, of_user text, at_most integer, OUT o_cancelled integer, OUT o_promoted uuid[]
)
LANGUAGE plpgsql AS $$
DECLARE
    a record;
BEGIN
    o_cancelled := 0;
    o_promoted := '{}';
    FOR a IN
        SELECT t.bot_id, t.id FROM turns AS t
        WHERE t.workspace_id = of_workspace AND t.status IN ('waiting', 'ready', 'running') AND (
            t.end_user = of_user OR t.conversation IS NOT NULL AND EXISTS (
                SELECT 1 FROM turns AS c
                WHERE c.bot_id = t.bot_id AND c.conversation = t.conversation AND c.end_user = of_user
            )
        )
        ORDER BY t.id LIMIT at_most
    LOOP
        o_cancelled := o_cancelled + 1;
        o_promoted := o_promoted || coalesce((SELECT c.o_promoted FROM cancel_turn(a.bot_id, a.id) AS c), '{}');
    END LOOP;
END;
$$;

-- The next turns of an erasure: those of the conversation that it is at, else the user's turns without one. Empty: look
-- again, at the conversation that is named now; NULL: no turn of the user's is left with this bot, or with any. The
-- order's row remembers the conversation, because the turns forget it.
DROP FUNCTION IF EXISTS next_turns_to_erase(erasures, integer);
CREATE FUNCTION next_turns_to_erase(
    e erasures, at_most integer, OUT o_ids uuid[], OUT o_bot_id uuid, OUT o_conversation text
)
LANGUAGE plpgsql AS $$
BEGIN
    o_bot_id := e.bot_id;
    o_conversation := e.conversation;
    IF o_conversation IS NOT NULL THEN
        o_ids := ARRAY(
            SELECT id FROM turns
            WHERE bot_id = o_bot_id AND conversation = o_conversation AND ended_at IS NOT NULL LIMIT at_most
        );
        IF o_ids <> '{}' THEN
            RETURN;
        END IF;
    END IF;
    SELECT t.bot_id, t.conversation INTO o_bot_id, o_conversation FROM bots AS b CROSS JOIN LATERAL (
        SELECT bot_id, conversation FROM turns
        WHERE bot_id = b.id AND end_user = e.end_user AND ended_at IS NOT NULL LIMIT 1
    ) AS t
    WHERE b.workspace_id = e.workspace_id AND (e.bot_id IS NULL OR b.id = e.bot_id) LIMIT 1;
    o_ids := CASE
        WHEN o_bot_id IS NULL THEN NULL
        WHEN o_conversation IS NOT NULL THEN '{}'
        ELSE ARRAY(
            SELECT id FROM turns
            WHERE bot_id = o_bot_id AND end_user = e.end_user AND ended_at IS NOT NULL AND conversation IS NULL
            LIMIT at_most
        )
    END;
END;
$$;

-- Take an erasure some turns further: first whatever runs is cancelled, then conversation after conversation goes.
-- `o_is_over`: nothing was left; the order is gone, and the audit says how many turns it took.
DROP FUNCTION IF EXISTS erase_user(uuid, text, integer);
CREATE FUNCTION erase_user(of_workspace uuid, of_user text, at_most integer)
RETURNS TABLE (o_erased uuid[], o_promoted uuid[], o_is_over boolean)
LANGUAGE plpgsql AS $$
DECLARE
    e erasures;
    ids uuid[];
    cancelled integer := 0;
    looked_at_all boolean;
BEGIN
    -- the workspace is locked before its turns, as everywhere, and none of them is retried meanwhile
    PERFORM 1 FROM workspace_counters WHERE workspace_id = of_workspace FOR UPDATE;
    o_erased := '{}';
    o_promoted := '{}';
    SELECT * INTO e FROM erasures WHERE workspace_id = of_workspace AND end_user = of_user FOR UPDATE;
    o_is_over := NOT FOUND;
    IF e.erased_turns = 0 THEN
        SELECT c.o_cancelled, c.o_promoted INTO cancelled, o_promoted
        FROM cancel_turns_of_user(of_workspace, of_user, at_most) AS c;
    END IF;
    WHILE NOT o_is_over AND cancelled < at_most AND cardinality(o_erased) < at_most LOOP
        looked_at_all := e.bot_id IS NULL;
        SELECT n.o_ids, n.o_bot_id, n.o_conversation INTO ids, e.bot_id, e.conversation
        FROM next_turns_to_erase(e, at_most - cardinality(o_erased)) AS n;
        IF ids IS NOT NULL THEN
            o_erased := o_erased || erase_turns(ids);
        ELSIF looked_at_all THEN
            SELECT c.o_cancelled, c.o_promoted INTO cancelled, o_promoted
            FROM cancel_turns_of_user(of_workspace, of_user, at_most) AS c;
            o_is_over := cancelled = 0;
        END IF;
    END LOOP;
    e.erased_turns := e.erased_turns + cardinality(o_erased);
    IF o_is_over THEN
        DELETE FROM erasures WHERE workspace_id = of_workspace AND end_user = of_user;
        INSERT INTO audit (workspace_id, actor, source, action, target, details)
        SELECT of_workspace, 'sweeper', 'sweeper', 'user.erased', e.audited_as,
            jsonb_build_object('turns', e.erased_turns)
        WHERE e.audited_as IS NOT NULL;  -- else another sweeper was first
    ELSE
        UPDATE erasures SET erased_turns = e.erased_turns, bot_id = e.bot_id, conversation = e.conversation
        WHERE workspace_id = of_workspace AND end_user = of_user;
    END IF;
    RETURN NEXT;
END;
$$;

-- Erase the oldest turns of the workspace that is furthest behind what it keeps; returns which. One workspace a call:
-- it is locked, so that no turn below the mark is retried meanwhile, and nobody else's is. `o_is_over`: none is behind.
DROP FUNCTION IF EXISTS erase_old_turns(integer);
CREATE FUNCTION erase_old_turns(at_most integer, OUT o_erased uuid[], OUT o_is_over boolean)
LANGUAGE plpgsql AS $$
DECLARE
    behind uuid;
    old uuid[];
    reached timestamptz;
BEGIN
    o_erased := '{}';
    SELECT id INTO behind FROM workspaces
    -- an hour's worth at a time, not a turn's; whom an unfinished turn holds up is not behind, and keeps nobody waiting
    WHERE retention_days IS NOT NULL
        AND texts_kept_since < now() - make_interval(days => retention_days) - interval '1 hour'
        AND texts_kept_since < erasable_before(id) - interval '1 hour'
    ORDER BY texts_kept_since, id LIMIT 1;
    o_is_over := behind IS NULL;
    IF o_is_over THEN
        RETURN;
    END IF;
    PERFORM 1 FROM workspace_counters WHERE workspace_id = behind FOR UPDATE;
    SELECT array_agg(t.id ORDER BY t.accepted_at),
        CASE WHEN count(*) < at_most THEN max(t.bound) ELSE max(t.accepted_at) END
    INTO old, reached FROM oldest_turns(behind, at_most) AS t;
    IF old IS NULL THEN
        SELECT erasable_before(behind) INTO reached;
    ELSE
        o_erased := erase_turns(old);
    END IF;
    UPDATE workspaces SET texts_kept_since = greatest(texts_kept_since, reached) WHERE id = behind;
END;
$$;

-- Up to when a workspace's turns may be erased: so many days ago, but not past a turn that has not ended.
DROP FUNCTION IF EXISTS erasable_before(uuid);
CREATE FUNCTION erasable_before(of_workspace uuid) RETURNS timestamptz
LANGUAGE sql AS $$
    SELECT least(clock_timestamp() - make_interval(days => w.retention_days), (
        SELECT min(accepted_at) FROM turns
        WHERE workspace_id = of_workspace AND status IN ('waiting', 'ready', 'running')
    ))
    FROM workspaces AS w WHERE w.id = of_workspace;
$$;

-- A workspace's oldest turns that are to be erased, from the mark on: each status is a run of its index.
DROP FUNCTION IF EXISTS oldest_turns(uuid, integer);
CREATE FUNCTION oldest_turns(of_workspace uuid, at_most integer)
RETURNS TABLE (id uuid, accepted_at timestamptz, bound timestamptz)
LANGUAGE sql AS $$
    SELECT run.id, run.accepted_at, b.bound
    FROM (
        SELECT w.texts_kept_since AS since, erasable_before(of_workspace) AS bound
        FROM workspaces AS w WHERE w.id = of_workspace
    ) AS b
    CROSS JOIN unnest(ARRAY['completed', 'failed', 'cancelled', 'expired']) AS s (status)
    CROSS JOIN LATERAL (
        SELECT t.id, t.accepted_at FROM turns AS t
        WHERE t.workspace_id = of_workspace AND t.status = s.status AND t.ended_at IS NOT NULL
            AND t.accepted_at >= b.since AND t.accepted_at < b.bound AND t.erased_at IS NULL
        ORDER BY t.accepted_at LIMIT at_most
    ) AS run
    ORDER BY run.accepted_at LIMIT at_most;
$$;
