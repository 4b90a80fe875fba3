-- Apply a verdict to a key if it still speaks of this version and this verdict_seq.
DROP FUNCTION IF EXISTS apply_verdict(uuid, uuid, integer, integer, text, text, text, integer, text, text, text[]);
DROP FUNCTION IF EXISTS apply_verdict(uuid, uuid, integer, integer, text, text, text, integer, text, text, text[], jsonb, double precision);
DROP FUNCTION IF EXISTS apply_verdict(
    uuid, uuid, integer, integer, text, text, text, integer, text, text, text[], jsonb, double precision, text, text
);
CREATE FUNCTION apply_verdict(
    of_key uuid, of_workspace uuid, of_version integer, of_verdict_seq integer, new_state text, new_reason_code text,
    new_reason text, new_provider_status integer, new_provider_code text, new_provider_request_id text,
    new_models text[], new_blocked jsonb, new_recheck_seconds double precision, by_actor text, from_source text
) RETURNS TABLE (o_applied boolean, o_promoted uuid[])
LANGUAGE plpgsql AS $$
DECLARE
    k provider_keys;
    calm integer;
BEGIN
    o_promoted := '{}';
    PERFORM 1 FROM workspace_counters WHERE workspace_id = of_workspace FOR UPDATE;
    SELECT * INTO k FROM provider_keys
    WHERE id = of_key AND workspace_id = of_workspace AND deleted_at IS NULL
        AND version = of_version AND verdict_seq = of_verdict_seq
    FOR UPDATE;
    o_applied := FOUND;
    IF NOT FOUND THEN
        RETURN NEXT;
        RETURN;
    END IF;
    calm := calm_after(k, new_state);
    UPDATE provider_keys
    SET state = new_state, reason_code = new_reason_code, reason = new_reason, provider_status = new_provider_status,
        provider_code = new_provider_code, provider_request_id = new_provider_request_id,
        models = coalesce(new_models, models), blocked_models = new_blocked, verdict_seq = verdict_seq + 1,
        checked_at = clock_timestamp(), suspect_since = NULL, suspect_model = NULL, suspect_error = NULL,
        rung_at = NULL, live_probe_at = NULL, calm_seconds = coalesce(calm, calm_seconds),
        calm_error = CASE WHEN calm IS NULL THEN calm_error WHEN calm > 0 THEN k.suspect_error END,
        calm_until = CASE
            WHEN calm IS NULL THEN calm_until WHEN calm > 0 THEN clock_timestamp() + make_interval(secs => calm)
        END,
        recheck_seconds = new_recheck_seconds, recheck_at = clock_timestamp() + make_interval(secs => new_recheck_seconds)
    WHERE id = of_key;
    PERFORM note_key_change(of_key);
    UPDATE workspace_counters SET epoch = epoch + 1 WHERE workspace_id = of_workspace;
    INSERT INTO audit (workspace_id, actor, source, action, target, details, fingerprint_before, fingerprint_after)
    VALUES (
        of_workspace, by_actor, from_source, 'key.' || new_state, of_key::text,
        jsonb_build_object('reason_code', new_reason_code, 'version', k.version), k.fingerprint, k.fingerprint
    );
    o_promoted := release_all_for_key(of_key, of_workspace, new_state = 'active');
    RETURN NEXT;
END;
$$;

-- A probe that clears a suspect buys it calm from the same refusal, twice as long each time in a row: no flapping.
-- NULL: the key was good and stays good, and so does the calm that it has.
DROP FUNCTION IF EXISTS calm_after(provider_keys, text);
CREATE FUNCTION calm_after(k provider_keys, new_state text) RETURNS integer
LANGUAGE sql AS $$
    SELECT CASE
        WHEN k.state = 'active' AND new_state = 'active' THEN NULL
        WHEN NOT (k.state = 'suspect' AND new_state = 'active') THEN 0
        WHEN k.calm_error IS NOT DISTINCT FROM k.suspect_error
            AND k.calm_until > now() - make_interval(secs => k.calm_seconds) THEN k.calm_seconds * 2
        ELSE 60
    END;
$$;
