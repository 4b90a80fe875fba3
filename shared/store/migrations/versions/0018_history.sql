-- Conversation history: how much of it a bot sends, how long a workspace keeps it, and what erases it

ALTER TABLE bots
    -- null: the platform's setting
    ADD COLUMN history_tokens integer CHECK (history_tokens >= 0),
    ADD COLUMN history_overflow text NOT NULL DEFAULT 'drop' CHECK (history_overflow IN ('drop', 'summarise'));

-- null: for ever. Of everything before `texts_kept_since` the texts are gone.
ALTER TABLE workspaces
    ADD COLUMN retention_days integer CHECK (retention_days > 0),
    ADD COLUMN texts_kept_since timestamptz NOT NULL DEFAULT '-infinity';
CREATE INDEX workspaces_with_retention ON workspaces (texts_kept_since, id) WHERE retention_days IS NOT NULL;

-- An erased turn keeps what it cost and loses what was said, by whom and in which conversation.
ALTER TABLE turns ADD COLUMN erased_at timestamptz;
CREATE INDEX kept_answers_of_turn ON kept_answers (turn_id);

-- End users whose conversations are being erased; a row goes once nothing is left, and the name with it.
CREATE TABLE erasures (
    workspace_id uuid NOT NULL REFERENCES workspaces,
    end_user text NOT NULL,
    -- how the audit names the end user
    audited_as text NOT NULL,
    asked_at timestamptz NOT NULL DEFAULT now(),
    erased_turns integer NOT NULL DEFAULT 0,
    -- the conversation that is being erased now
    bot_id uuid,
    conversation text,
    PRIMARY KEY (workspace_id, end_user)
);
ALTER TABLE erasures ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_all ON erasures TO mevichat_service USING (true);
CREATE POLICY of_one_workspace ON erasures TO mevichat_workspace USING (workspace_id = own_workspace());
