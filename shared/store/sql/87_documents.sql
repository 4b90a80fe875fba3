-- Take the next waiting file to read it. The workspace that was served longest ago comes first, so that a thousand
-- files of one keep nobody's single file waiting; within a workspace the oldest first.
DROP FUNCTION IF EXISTS claim_upload(double precision);
CREATE FUNCTION claim_upload(lease_seconds double precision)
RETURNS TABLE (
    o_document_id uuid, o_workspace_id uuid, o_bot_id uuid, o_title text, o_version integer, o_attempt integer,
    o_file_name text, o_content bytea
)
LANGUAGE sql AS $$
    WITH RECURSIVE waiting AS (
        (SELECT workspace_id FROM document_uploads WHERE status = 'waiting' ORDER BY workspace_id LIMIT 1)
        UNION ALL
        SELECT (
            SELECT u.workspace_id FROM document_uploads AS u
            WHERE u.status = 'waiting' AND u.workspace_id > waiting.workspace_id ORDER BY u.workspace_id LIMIT 1
        )
        FROM waiting WHERE waiting.workspace_id IS NOT NULL
    ), candidates AS (
        SELECT first.*, (
            SELECT max(u.claimed_at) FROM document_uploads AS u WHERE u.workspace_id = waiting.workspace_id
        ) AS served_at
        FROM waiting
        CROSS JOIN LATERAL (
            SELECT u.document_id, u.uploaded_at, row_number() OVER (ORDER BY u.uploaded_at) AS place
            FROM document_uploads AS u
            WHERE u.workspace_id = waiting.workspace_id AND u.status = 'waiting' ORDER BY u.uploaded_at LIMIT 16
        ) AS first
    ), next AS (
        -- ranked first, then one row is locked: a reader that locked every workspace's first file left others none
        SELECT u.document_id FROM candidates AS c JOIN document_uploads AS u USING (document_id)
        WHERE u.status = 'waiting'
        ORDER BY c.place, c.served_at NULLS FIRST, c.uploaded_at LIMIT 1 FOR UPDATE OF u SKIP LOCKED
    )
    UPDATE document_uploads AS u
    SET status = 'reading', attempts = u.attempts + 1, claimed_at = clock_timestamp(), pages = NULL, pages_read = NULL,
        lease_until = clock_timestamp() + make_interval(secs => lease_seconds)
    FROM documents AS d
    WHERE u.document_id = (SELECT document_id FROM next) AND d.id = u.document_id
    RETURNING u.document_id, u.workspace_id, d.bot_id, d.title, u.version, u.attempts, u.file_name, u.content;
$$;
