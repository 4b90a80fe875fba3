-- Turns as they are offered, and the place that each of them gets.
DROP TYPE IF EXISTS offered_turn CASCADE;
CREATE TYPE offered_turn AS (
    turn_id uuid, workspace_id uuid, bot_id uuid, epoch bigint, model text, door text, question text,
    deadline_seconds double precision, conversation text, end_user text, messages text, parameters text,
    inbox text, idempotency_key text, body_hash text
);
DROP TYPE IF EXISTS turn_place CASCADE;
CREATE TYPE turn_place AS (place bigint, status text, is_behind boolean);

-- Accept a batch of turns: idempotency, epoch, quota, room, row. Locks first, decides after.
-- The turns are judged one by one and written together: a statement that writes opens every index of the table.
DROP FUNCTION IF EXISTS accept_turns(jsonb, integer, integer);
CREATE FUNCTION accept_turns(batch jsonb, waiting_limit integer, idempotency_hours integer)
RETURNS TABLE (o_ordinal integer, o_code text, o_turn_id uuid, o_status text, o_epoch bigint, o_quota_month date)
LANGUAGE plpgsql AS $$
DECLARE
    offers offered_turn[] := ARRAY(SELECT i FROM jsonb_populate_recordset(NULL::offered_turn, batch) AS i);
    of_workspaces uuid[] := ARRAY(SELECT DISTINCT workspace_id FROM unnest(offers));
    accepted_now timestamptz;
    this_month date;
    months integer;
    r record;
    counters workspace_counters;
    used_messages integer;
    known turns;
    repeats boolean;
    is_behind boolean;
    new_status text;
    -- accepted and not yet written; `marks` are their conversations and keys, which a later turn may have to see
    entrants offered_turn[] := '{}';
    places turn_place[] := '{}';
    marks text[] := '{}';
    own_marks text[];
BEGIN
    PERFORM 1 FROM workspace_counters WHERE workspace_id = ANY (of_workspaces) ORDER BY workspace_id FOR UPDATE;
    accepted_now := clock_timestamp();
    this_month := date_trunc('month', accepted_now AT TIME ZONE 'UTC')::date;
    PERFORM 1 FROM quota
    WHERE workspace_id = ANY (of_workspaces) AND month = this_month ORDER BY workspace_id FOR UPDATE;
    GET DIAGNOSTICS months = ROW_COUNT;
    IF months < cardinality(of_workspaces) THEN  -- the first turns of a month; under the counters' lock nobody else
        INSERT INTO quota (workspace_id, month) SELECT unnest(of_workspaces), this_month ON CONFLICT DO NOTHING;
    END IF;
    repeats := EXISTS (SELECT 1 FROM turns WHERE id = ANY (ARRAY(SELECT turn_id FROM unnest(offers))));

    FOR r IN SELECT * FROM unnest(offers) WITH ORDINALITY ORDER BY workspace_id, ordinality LOOP
        -- counters live in variables while one workspace's turns pass, and are written once
        IF counters.workspace_id IS DISTINCT FROM r.workspace_id THEN
            PERFORM keep_counters(counters, this_month, used_messages);
            SELECT * INTO counters FROM workspace_counters WHERE workspace_id = r.workspace_id;
            SELECT used INTO used_messages FROM quota WHERE workspace_id = r.workspace_id AND month = this_month;
        END IF;
        o_ordinal := r.ordinality;
        o_turn_id := r.turn_id;
        o_status := NULL;
        o_epoch := counters.epoch;
        o_quota_month := this_month;

        IF repeats THEN
            SELECT * INTO known FROM turns WHERE id = r.turn_id;
            IF FOUND THEN
                o_code := 'accepted';
                o_status := known.status;
                RETURN NEXT;
                CONTINUE;
            END IF;
        END IF;
        own_marks := ARRAY[r.bot_id || ' key ' || r.idempotency_key, r.bot_id || ' conversation ' || r.conversation];
        IF marks && own_marks THEN
            PERFORM enter_turns(entrants, places, accepted_now, this_month);
            entrants := '{}';
            places := '{}';
            marks := '{}';
        END IF;
        IF r.idempotency_key IS NOT NULL THEN
            SELECT * INTO known FROM turns WHERE bot_id = r.bot_id AND idempotency_key = r.idempotency_key;
            IF FOUND AND known.accepted_at > accepted_now - make_interval(hours => idempotency_hours) THEN
                o_code := CASE WHEN known.body_hash = decode(r.body_hash, 'hex') THEN 'replayed' ELSE 'idempotency_conflict' END;
                o_turn_id := known.id;
                o_status := known.status;
                RETURN NEXT;
                CONTINUE;
            ELSIF FOUND THEN
                UPDATE turns SET idempotency_key = NULL WHERE id = known.id;
            END IF;
        END IF;
        IF counters.epoch <> r.epoch THEN
            o_code := 'stale_epoch';
            RETURN NEXT;
            CONTINUE;
        END IF;
        IF used_messages >= counters.message_limit THEN
            o_code := 'quota_exceeded';
            RETURN NEXT;
            CONTINUE;
        END IF;

        is_behind := r.conversation IS NOT NULL AND EXISTS (
            SELECT 1 FROM turns
            WHERE bot_id = r.bot_id AND conversation = r.conversation AND status IN ('waiting', 'ready', 'running')
        );
        new_status := CASE WHEN is_behind OR counters.in_flight >= counters.slots THEN 'waiting' ELSE 'ready' END;
        IF new_status = 'waiting' AND counters.waiting >= waiting_limit THEN
            o_code := 'too_many_waiting';
            RETURN NEXT;
            CONTINUE;
        END IF;

        entrants := entrants || offers[r.ordinality];
        places := places || ROW(counters.next_position, new_status, is_behind)::turn_place;
        marks := marks || own_marks;
        used_messages := used_messages + 1;
        counters.next_position := counters.next_position + 1;
        counters.in_flight := counters.in_flight + (new_status = 'ready')::integer;
        counters.waiting := counters.waiting + (new_status = 'waiting')::integer;
        o_code := 'accepted';
        o_status := new_status;
        RETURN NEXT;
    END LOOP;
    PERFORM enter_turns(entrants, places, accepted_now, this_month);
    PERFORM keep_counters(counters, this_month, used_messages);
END;
$$;

-- Write accepted turns, each at its place.
DROP FUNCTION IF EXISTS enter_turns(offered_turn[], turn_place[], timestamptz, date);
CREATE FUNCTION enter_turns(entrants offered_turn[], places turn_place[], accepted_now timestamptz, of_month date)
RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO turns (
        id, workspace_id, bot_id, position, conversation, end_user, door, status, hold, model, question, messages,
        parameters, inbox, idempotency_key, body_hash, rung_at, quota_month, accepted_at, deadline_at
    )
    SELECT i.turn_id, i.workspace_id, i.bot_id, i.place, i.conversation, i.end_user, i.door, i.status,
        CASE WHEN i.is_behind THEN 'conversation' END, i.model, i.question, i.messages, i.parameters, i.inbox,
        i.idempotency_key, decode(i.body_hash, 'hex'), CASE WHEN i.status = 'ready' THEN accepted_now END,
        of_month, accepted_now, accepted_now + make_interval(secs => i.deadline_seconds)
    FROM ROWS FROM (unnest(entrants), unnest(places)) AS i;
END;
$$;

DROP FUNCTION IF EXISTS keep_counters(workspace_counters, date, integer);
CREATE FUNCTION keep_counters(counters workspace_counters, of_month date, used_messages integer) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF counters.workspace_id IS NULL THEN
        RETURN;
    END IF;
    UPDATE workspace_counters
    SET next_position = counters.next_position, in_flight = counters.in_flight, waiting = counters.waiting
    WHERE workspace_id = counters.workspace_id AND next_position <> counters.next_position;
    IF FOUND THEN
        UPDATE quota SET used = used_messages WHERE workspace_id = counters.workspace_id AND month = of_month;
    END IF;
END;
$$;
