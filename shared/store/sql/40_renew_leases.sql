-- Renew all leases of a process; note which calls began; tell which turns are no longer its own.
DROP FUNCTION IF EXISTS renew_leases(jsonb, double precision);
CREATE FUNCTION renew_leases(batch jsonb, lease_seconds double precision)
RETURNS TABLE (turn_id uuid, attempt integer, standing text)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    ids uuid[];
BEGIN
    SELECT array_agg((item ->> 'turn_id')::uuid) INTO ids FROM jsonb_array_elements(batch) AS item;
    PERFORM 1 FROM turns WHERE id = ANY (ids) AND status || '' = 'running' ORDER BY id FOR UPDATE;
    UPDATE turns AS t
    SET lease_until = clock_timestamp() + make_interval(secs => lease_seconds),
        call_began = t.call_began OR i.call_began,
        provider = coalesce(i.provider, t.provider), wire_model = coalesce(i.wire_model, t.wire_model),
        key_id = coalesce(i.key_id, t.key_id), key_version = coalesce(i.key_version, t.key_version),
        key_verdict_seq = coalesce(i.verdict_seq, t.key_verdict_seq)
    FROM jsonb_to_recordset(batch) AS i (
        turn_id uuid, attempt integer, call_began boolean, provider text, wire_model text, key_id uuid,
        key_version integer, verdict_seq integer
    )
    WHERE t.id = ANY (ids) AND t.id = i.turn_id AND t.attempt = i.attempt AND t.status || '' = 'running';
    RETURN QUERY
    SELECT t.id, i.attempt,
        CASE
            WHEN t.attempt <> i.attempt THEN 'lost'
            WHEN t.status = 'running' THEN 'held'
            WHEN t.status = 'cancelled' THEN 'cancelled'
            ELSE 'lost'
        END
    FROM jsonb_to_recordset(batch) AS i (turn_id uuid, attempt integer)
    JOIN turns AS t ON t.id = i.turn_id
    WHERE t.id = ANY (ids);
END;
$$;
