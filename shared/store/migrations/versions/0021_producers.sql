-- A producer's replies: to which of its processes an ended turn is handed out and until when, and whether it was heard
ALTER TABLE turns ADD COLUMN handed_to uuid, ADD COLUMN handed_until timestamptz, ADD COLUMN acknowledged_at timestamptz;
-- holds neither of the first two, so that handing out moves no index entry
CREATE INDEX turns_unheard ON turns (inbox, ended_at)
    WHERE door = 'producer' AND ended_at IS NOT NULL AND acknowledged_at IS NULL;
