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
        SET question = '', messages = NULL, parameters = NULL, ignored_parameters = NULL, answer = NULL,
            conversation = NULL, end_user = NULL, erased_at = clock_timestamp(),
            -- the key stays, so that a client that sends the message again runs no second turn; the hash of it goes
            body_hash = CASE WHEN body_hash IS NOT NULL THEN '\x00'::bytea END
        WHERE id = ANY (ids) AND ended_at IS NOT NULL AND erased_at IS NULL
        RETURNING id
    )
    SELECT coalesce(array_agg(id), '{}') INTO erased FROM blanked;
    DELETE FROM kept_answers WHERE (workspace_id, bot_id, cache_key) IN (
        SELECT workspace_id, bot_id, cache_key FROM kept_answers WHERE turn_id = ANY (erased) FOR UPDATE
    );
    RETURN erased;
END;
$$;

-- Cancel the turns that have not ended of an end user, and those that stand in a conversation with them.
DROP FUNCTION IF EXISTS cancel_turns_of_user(uuid, text, integer);
CREATE FUNCTION cancel_turns_of_user(of_workspace uuid, of_user text, at_most integer) RETURNS uuid[]
LANGUAGE plpgsql AS $$
DECLARE
    a record;
    promoted uuid[] := '{}';
BEGIN
    FOR a IN
        SELECT t.bot_id, t.id FROM turns AS t
        WHERE t.workspace_id = of_workspace AND t.status IN ('waiting', 'ready', 'running') AND (
            t.end_user = of_user OR t.conversation IS NOT NULL AND EXISTS (
                SELECT 1 FROM turns AS c
                WHERE c.bot_id = t.bot_id AND c.conversation = t.conversation AND c.end_user = of_user
            )
        )
        LIMIT at_most
    LOOP
        promoted := promoted || coalesce((SELECT o_promoted FROM cancel_turn(a.bot_id, a.id)), '{}');
    END LOOP;
    RETURN promoted;
END;
$$;

-- Take an erasure some turns further: what others wrote into the user's conversations first, since only the user's own
-- turns lead to it. `o_is_over`: nothing was left; the order is gone, and the audit says how many turns it took.
DROP FUNCTION IF EXISTS erase_user(uuid, text, integer);
CREATE FUNCTION erase_user(of_workspace uuid, of_user text, at_most integer)
RETURNS TABLE (o_erased uuid[], o_promoted uuid[], o_is_over boolean)
LANGUAGE plpgsql AS $$
DECLARE
    own uuid[];
    others uuid[];
    done erasures;
BEGIN
    o_promoted := cancel_turns_of_user(of_workspace, of_user, at_most);
    o_erased := '{}';
    SELECT array_agg(f.id) INTO own FROM (
        SELECT t.id FROM bots AS b CROSS JOIN LATERAL (
            SELECT id FROM turns WHERE bot_id = b.id AND end_user = of_user AND ended_at IS NOT NULL LIMIT at_most
        ) AS t
        WHERE b.workspace_id = of_workspace LIMIT at_most
    ) AS f;
    IF own IS NOT NULL THEN
        SELECT array_agg(f.id) INTO others FROM (
            SELECT t.id FROM (
                SELECT DISTINCT bot_id, conversation FROM turns WHERE id = ANY (own) AND conversation IS NOT NULL
            ) AS c
            JOIN turns AS t ON t.bot_id = c.bot_id AND t.conversation = c.conversation
            WHERE t.end_user IS DISTINCT FROM of_user AND t.ended_at IS NOT NULL LIMIT at_most
        ) AS f;
        o_erased := erase_turns(coalesce(others, own));
    END IF;
    UPDATE erasures SET erased_turns = erased_turns + cardinality(o_erased)
    WHERE workspace_id = of_workspace AND end_user = of_user;
    o_is_over := own IS NULL;
    IF o_is_over THEN
        DELETE FROM erasures WHERE workspace_id = of_workspace AND end_user = of_user RETURNING * INTO done;
        INSERT INTO audit (workspace_id, actor, source, action, target, details)
        SELECT of_workspace, 'sweeper', 'sweeper', 'user.erased', done.audited_as,
            jsonb_build_object('turns', done.erased_turns)
        WHERE done.audited_as IS NOT NULL;  -- else another sweeper was first
    END IF;
    RETURN NEXT;
END;
$$;

-- Erase the oldest turns of workspaces that keep texts for so many days only; returns which.
-- The workspace is locked, so that no turn below the mark is retried meanwhile.
DROP FUNCTION IF EXISTS erase_old_turns(integer);
CREATE FUNCTION erase_old_turns(at_most integer) RETURNS uuid[]
LANGUAGE plpgsql AS $$
DECLARE
    w record;
    old uuid[];
    erased uuid[] := '{}';
    reached timestamptz;
BEGIN
    FOR w IN
        SELECT id FROM workspaces
        -- an hour's worth at a time, not a turn's
        WHERE retention_days IS NOT NULL
            AND texts_kept_since < now() - make_interval(days => retention_days) - interval '1 hour'
    LOOP
        EXIT WHEN cardinality(erased) >= at_most;
        PERFORM 1 FROM workspace_counters WHERE workspace_id = w.id FOR UPDATE;
        SELECT array_agg(t.id ORDER BY t.accepted_at),
            CASE WHEN count(*) < at_most THEN max(t.bound) ELSE max(t.accepted_at) END
        INTO old, reached FROM oldest_turns(w.id, at_most) AS t;
        IF old IS NULL THEN
            SELECT erasable_before(w.id) INTO reached;
        ELSE
            erased := erased || erase_turns(old);
        END IF;
        UPDATE workspaces SET texts_kept_since = greatest(texts_kept_since, reached) WHERE id = w.id;
    END LOOP;
    RETURN erased;
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
