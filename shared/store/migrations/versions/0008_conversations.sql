-- How conversations are found: turns by status, bot and end user, the newest first. An ended turn enters its indexes
-- once, when it ends; the few that have not ended stand in one of their own, by workspace.
CREATE INDEX turns_ended ON turns (workspace_id, status, accepted_at, position) WHERE ended_at IS NOT NULL;
CREATE INDEX turns_ended_of_bot ON turns (bot_id, status, accepted_at, position) WHERE ended_at IS NOT NULL;
CREATE INDEX turns_ended_of_user ON turns (bot_id, end_user, status, accepted_at, position)
    WHERE ended_at IS NOT NULL AND end_user IS NOT NULL;
CREATE INDEX turns_not_ended ON turns (workspace_id, accepted_at, position)
    WHERE status IN ('waiting', 'ready', 'running');

-- deleted bots too: what was said to them is found like all else
CREATE INDEX bots_ever_of_workspace ON bots (workspace_id);
