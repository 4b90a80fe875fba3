-- Tell a workspace that a key became unusable or recovered, once a change. Whoever changes the key calls this in the
-- same transaction, after the change, holding the workspace's counters row.
--
-- What the workspace was told last decides, not the state before: a key that failed, was switched off and on by a
-- person and works again has recovered; one that a person switches off and on has not.
DROP FUNCTION IF EXISTS note_key_change(uuid);
CREATE FUNCTION note_key_change(of_key uuid) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    k provider_keys;
    is_usable boolean;
    told text;
    noted uuid;
BEGIN
    SELECT * INTO STRICT k FROM provider_keys WHERE id = of_key;
    is_usable := k.state IN ('active', 'suspect');
    SELECT kind INTO told FROM notices WHERE key_id = of_key ORDER BY verdict_seq DESC LIMIT 1;
    IF k.state IN ('suspect', 'disabled') OR is_usable = (told IS DISTINCT FROM 'key_unusable') THEN
        RETURN;
    END IF;
    INSERT INTO notices (
        workspace_id, kind, key_id, key_version, verdict_seq, label, provider, mask, state, reason_code, reason
    ) VALUES (
        k.workspace_id, CASE WHEN is_usable THEN 'key_recovered' ELSE 'key_unusable' END, k.id, k.version,
        k.verdict_seq, k.label, k.provider, k.mask, k.state, k.reason_code, k.reason
    ) RETURNING id INTO noted;
    PERFORM queue_deliveries(noted, k.workspace_id);
END;
$$;

-- A notice goes out through every channel that the workspace has set at this moment.
DROP FUNCTION IF EXISTS queue_deliveries(uuid, uuid);
CREATE FUNCTION queue_deliveries(of_notice uuid, of_workspace uuid) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO notice_deliveries (notice_id, channel)
    SELECT of_notice, channel
    FROM notice_settings, LATERAL (VALUES ('webhook', webhook_url), ('email', email)) AS c (channel, address)
    WHERE workspace_id = of_workspace AND address IS NOT NULL;
$$;

-- Take the notice's due deliveries for one attempt each; who falls silent leaves them due again after the lease.
DROP FUNCTION IF EXISTS claim_deliveries(uuid, double precision);
CREATE FUNCTION claim_deliveries(of_notice uuid, lease_seconds double precision)
RETURNS TABLE (o_channel text, o_attempts integer)
LANGUAGE sql AS $$
    UPDATE notice_deliveries
    SET attempts = attempts + 1, next_attempt_at = clock_timestamp() + make_interval(secs => lease_seconds),
        rung_at = NULL
    WHERE (notice_id, channel) IN (
        SELECT notice_id, channel FROM notice_deliveries
        WHERE notice_id = of_notice AND status = 'pending' AND next_attempt_at <= clock_timestamp()
        ORDER BY channel FOR UPDATE SKIP LOCKED
    )
    RETURNING channel, attempts;
$$;

-- Notices with a delivery that is due and was not rung for a while, each at most once in that time.
DROP FUNCTION IF EXISTS due_notices(double precision, integer);
CREATE FUNCTION due_notices(rung_before_seconds double precision, at_most integer) RETURNS SETOF uuid
LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY
    WITH rung AS (
        UPDATE notice_deliveries SET rung_at = clock_timestamp()
        WHERE (notice_id, channel) IN (
            SELECT notice_id, channel FROM notice_deliveries
            WHERE status = 'pending' AND next_attempt_at <= clock_timestamp()
                AND (rung_at IS NULL OR rung_at < clock_timestamp() - make_interval(secs => rung_before_seconds))
            ORDER BY next_attempt_at LIMIT at_most FOR UPDATE SKIP LOCKED
        )
        RETURNING notice_id
    )
    SELECT DISTINCT notice_id FROM rung;
END;
$$;
