-- Documents that come as files: kept as they were uploaded, read by the ingest worker

-- `version` says which text of the document its passages are; 0: none yet. The response cache knows documents by it.
ALTER TABLE documents
    ADD COLUMN version integer NOT NULL DEFAULT 1 CHECK (version >= 0),
    ADD COLUMN passage_count integer NOT NULL DEFAULT 0 CHECK (passage_count >= 0);
UPDATE documents AS d SET passage_count = (SELECT count(*) FROM passages AS p WHERE p.document_id = d.id);

-- The newest file of a document. Its passages are those of the file before until this one is ready.
CREATE TABLE document_uploads (
    document_id uuid PRIMARY KEY REFERENCES documents ON DELETE CASCADE,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    version integer NOT NULL CHECK (version > 0),
    file_name text NOT NULL,
    content bytea NOT NULL,
    status text NOT NULL DEFAULT 'waiting' CHECK (status IN ('waiting', 'reading', 'ready', 'failed')),
    reason_code text,
    reason text,
    attempts integer NOT NULL DEFAULT 0,
    pages integer,
    pages_read integer,
    uploaded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    rung_at timestamptz DEFAULT clock_timestamp(),
    claimed_at timestamptz,
    lease_until timestamptz,
    ended_at timestamptz,
    CHECK ((status = 'reading') = (lease_until IS NOT NULL)),
    CHECK ((status = 'failed') = (reason_code IS NOT NULL AND reason IS NOT NULL))
);
CREATE INDEX document_uploads_waiting ON document_uploads (workspace_id, uploaded_at) WHERE status = 'waiting';
CREATE INDEX document_uploads_reading ON document_uploads (lease_until) WHERE status = 'reading';
-- which workspace was served longest ago
CREATE INDEX document_uploads_claimed ON document_uploads (workspace_id, claimed_at);

ALTER TABLE document_uploads ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_all ON document_uploads TO mevichat_service USING (true);
CREATE POLICY of_one_workspace ON document_uploads TO mevichat_workspace USING (workspace_id = own_workspace());
