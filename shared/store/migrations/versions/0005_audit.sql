-- An audit that nobody can rewrite, with where a change came from
ALTER TABLE audit
    ADD COLUMN source text NOT NULL DEFAULT 'unknown',
    ADD COLUMN fingerprint_before bytea,
    ADD COLUMN fingerprint_after bytea;
ALTER TABLE audit ALTER COLUMN source DROP DEFAULT;
CREATE INDEX audit_of_target ON audit (workspace_id, target, id);
CREATE INDEX audit_of_action ON audit (workspace_id, action, id);

-- the body stands on one line: a migration runs statement by statement
CREATE FUNCTION refuse_to_rewrite() RETURNS trigger LANGUAGE plpgsql
AS 'BEGIN RAISE EXCEPTION ''% is append-only: % is refused'', TG_TABLE_NAME, TG_OP; END';
-- for each statement: one that would meet no row is refused too
CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_rewrite();
-- also in a session that says it replays another server's changes
ALTER TABLE audit ENABLE ALWAYS TRIGGER audit_is_append_only;

-- What every attempt ran on, and what its provider said: a later attempt writes over the turn's own columns
ALTER TABLE usage_events
    ADD COLUMN wire_model text,
    ADD COLUMN key_version integer,
    ADD COLUMN provider_request_id text,
    ADD COLUMN earlier_request_ids text[],
    ADD COLUMN error text,
    ADD COLUMN first_text_ms integer,
    ADD COLUMN call_ms integer;

-- Failed turns, the latest first, of a workspace and of a bot; a turn that goes well has no entry
CREATE INDEX turns_failed ON turns (workspace_id, status, accepted_at, position) WHERE status IN ('failed', 'expired');
CREATE INDEX turns_failed_of_bot ON turns (bot_id, status, accepted_at, position) WHERE status IN ('failed', 'expired');
