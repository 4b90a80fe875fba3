-- Lease ready turns to one process. A claim that is run again with its own token finds its lease.
DROP FUNCTION IF EXISTS claim_turns(uuid[], uuid[], text, double precision);
CREATE FUNCTION claim_turns(turn_ids uuid[], claim_tokens uuid[], owner text, lease_seconds double precision)
RETURNS TABLE (
    id uuid, workspace_id uuid, bot_id uuid, epoch bigint, attempt integer, retries integer, crashes integer,
    model text, door text, question text, "position" bigint, accepted_at timestamptz, deadline_at timestamptz,
    conversation text, end_user text, messages text, parameters text, inbox text, claimed_at timestamptz
)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    claimable uuid[];
    deadlines timestamptz[];
BEGIN
    SELECT array_agg(id), array_agg(deadline_at) INTO claimable, deadlines FROM (
        -- `|| ''` keeps the status from choosing the index: one of the turns that wait may be long, and seem short
        SELECT id, deadline_at FROM turns WHERE id = ANY (turn_ids) AND status || '' = 'ready' ORDER BY id FOR UPDATE
    ) AS locked;
    -- when all are locked: a deadline may have passed while one was waited for
    SELECT array_agg(l.id) INTO claimable FROM unnest(claimable, deadlines) AS l (id, deadline)
    WHERE l.deadline > clock_timestamp();
    -- a later statement than the lock: it sees what was committed while we waited. Its condition is of ids alone, and
    -- the next one's IS TRUE hides what else it asks: where PostgreSQL expects one turn, it compares each with each claim
    UPDATE turns AS t
    SET status = 'running', attempt = t.attempt + 1, claim_token = c.token, lease_owner = owner, call_began = false,
        lease_until = clock_timestamp() + make_interval(secs => lease_seconds),
        started_at = coalesce(t.started_at, clock_timestamp())
    FROM unnest(turn_ids, claim_tokens) AS c (turn_id, token)
    WHERE t.id = ANY (claimable) AND t.id = c.turn_id;
    RETURN QUERY
    SELECT t.id, t.workspace_id, t.bot_id,
        (SELECT epoch FROM workspace_counters AS w WHERE w.workspace_id = t.workspace_id),
        t.attempt, t.retries, t.crashes, t.model, t.door, t.question, t.position, t.accepted_at, t.deadline_at,
        t.conversation, t.end_user, t.messages, t.parameters, t.inbox, clock_timestamp()
    FROM unnest(turn_ids, claim_tokens) AS c (turn_id, token)
    JOIN turns AS t ON t.id = c.turn_id
    WHERE t.id = ANY (turn_ids) AND (t.claim_token = c.token AND t.status = 'running') IS TRUE;
END;
$$;
