-- People who sign in to the dashboard, and their sessions

-- an operator belongs to no workspace
CREATE TABLE members (
    id uuid PRIMARY KEY,
    workspace_id uuid REFERENCES workspaces,
    email text NOT NULL,
    password_hash text NOT NULL,
    role text NOT NULL CHECK (role IN ('owner', 'admin', 'viewer', 'operator')),
    created_at timestamptz NOT NULL DEFAULT now(),
    removed_at timestamptz,
    CHECK ((role = 'operator') = (workspace_id IS NULL))
);

CREATE UNIQUE INDEX members_email ON members (email) WHERE removed_at IS NULL;
CREATE INDEX members_of_workspace ON members (workspace_id) WHERE removed_at IS NULL;

-- a session is known by the hash of its cookie; it belongs to a member or to an admin token
CREATE TABLE sessions (
    cookie_hash bytea PRIMARY KEY,
    member_id uuid REFERENCES members,
    token_id uuid REFERENCES tokens,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_seen_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz,
    CHECK ((member_id IS NULL) <> (token_id IS NULL))
);

CREATE INDEX sessions_of_member ON sessions (member_id) WHERE ended_at IS NULL;
CREATE INDEX sessions_age ON sessions (created_at);

-- failed logins by account and by address, in windows of time
CREATE TABLE login_failures (
    subject bytea NOT NULL,
    window_start timestamptz NOT NULL,
    failures integer NOT NULL DEFAULT 1,
    PRIMARY KEY (subject, window_start)
);
