-- What operators look at

-- Every index here stands on an expression that only the operator's pages ask for: no statement of a turn's way
-- can be planned over it by mistake.

-- workspaces by name, whatever its capitals, in one order for browsing and for searching
CREATE INDEX workspaces_by_name ON workspaces ((lower(name) COLLATE "C"), id);
CREATE INDEX provider_keys_in_trouble ON provider_keys (workspace_id)
    WHERE deleted_at IS NULL AND state NOT IN ('active', 'disabled');
-- how many turns wait for what, and since when; a turn that finds its slot has no entry
CREATE INDEX turns_waiting_by_hold ON turns ((coalesce(hold, 'slot')), accepted_at) WHERE status = 'waiting';
-- failed turns of all workspaces by what failed; a turn that goes well has no entry
CREATE INDEX turns_failed_by_error ON turns ((coalesce(error::json ->> 'type', 'unknown')), accepted_at, id)
    WHERE status IN ('failed', 'expired');
