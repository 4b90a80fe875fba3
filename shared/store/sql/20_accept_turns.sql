-- Accept a batch of turns: idempotency, epoch, quota, room, row. Locks first, decides after.
DROP FUNCTION IF EXISTS accept_turns(jsonb, integer, integer);
CREATE FUNCTION accept_turns(batch jsonb, waiting_limit integer, idempotency_hours integer)
RETURNS TABLE (o_ordinal integer, o_code text, o_turn_id uuid, o_status text, o_epoch bigint, o_quota_month date)
LANGUAGE plpgsql AS $$
DECLARE
    turn_ids uuid[];
    of_workspaces uuid[];
    accepted_now timestamptz;
    this_month date;
    r record;
    counters workspace_counters;
    used_messages integer;
    known turns;
    repeats boolean;
    is_behind boolean;
    new_status text;
BEGIN
    -- rows are looked up by arrays of ids, here and in all that a turn passes: a join with the batch may be planned,
    -- while its table is small, over the whole of an index, and such a plan stays with its connection
    SELECT array_agg((item ->> 'turn_id')::uuid), array_agg(DISTINCT (item ->> 'workspace_id')::uuid)
    INTO turn_ids, of_workspaces FROM jsonb_array_elements(batch) AS item;
    PERFORM 1 FROM workspace_counters WHERE workspace_id = ANY (of_workspaces) ORDER BY workspace_id FOR UPDATE;
    accepted_now := clock_timestamp();
    this_month := date_trunc('month', accepted_now AT TIME ZONE 'UTC')::date;
    INSERT INTO quota (workspace_id, month)
    SELECT workspace_id, this_month FROM unnest(of_workspaces) AS workspace_id
    ON CONFLICT DO NOTHING;
    PERFORM 1 FROM quota
    WHERE month = this_month AND workspace_id = ANY (of_workspaces)
    ORDER BY workspace_id FOR UPDATE;
    repeats := EXISTS (SELECT 1 FROM turns WHERE id = ANY (turn_ids));

    FOR r IN
        SELECT item.* FROM ROWS FROM (
            jsonb_to_recordset(batch) AS (
                turn_id uuid, workspace_id uuid, bot_id uuid, epoch bigint, model text, door text, question text,
                deadline_seconds double precision, conversation text, end_user text, messages text, parameters text,
                inbox text, idempotency_key text, body_hash text
            )
        ) WITH ORDINALITY AS item (
            turn_id, workspace_id, bot_id, epoch, model, door, question, deadline_seconds, conversation, end_user,
            messages, parameters, inbox, idempotency_key, body_hash, ordinal
        )
        ORDER BY workspace_id, ordinal
    LOOP
        -- counters live in variables while one workspace's turns pass, and are written once
        IF counters.workspace_id IS DISTINCT FROM r.workspace_id THEN
            PERFORM keep_counters(counters, this_month, used_messages);
            SELECT * INTO counters FROM workspace_counters WHERE workspace_id = r.workspace_id;
            SELECT used INTO used_messages FROM quota WHERE workspace_id = r.workspace_id AND month = this_month;
        END IF;
        o_ordinal := r.ordinal;
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

        INSERT INTO turns (
            id, workspace_id, bot_id, position, conversation, end_user, door, status, hold, model, question, messages,
            parameters, inbox, idempotency_key, body_hash, rung_at, quota_month, accepted_at, deadline_at
        ) VALUES (
            r.turn_id, r.workspace_id, r.bot_id, counters.next_position, r.conversation, r.end_user, r.door, new_status,
            CASE WHEN is_behind THEN 'conversation' END, r.model, r.question, r.messages, r.parameters, r.inbox,
            r.idempotency_key, decode(r.body_hash, 'hex'), CASE WHEN new_status = 'ready' THEN accepted_now END,
            this_month, accepted_now, accepted_now + make_interval(secs => r.deadline_seconds)
        );
        used_messages := used_messages + 1;
        counters.next_position := counters.next_position + 1;
        counters.in_flight := counters.in_flight + (new_status = 'ready')::integer;
        counters.waiting := counters.waiting + (new_status = 'waiting')::integer;
        o_code := 'accepted';
        o_status := new_status;
        RETURN NEXT;
    END LOOP;
    PERFORM keep_counters(counters, this_month, used_messages);
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
