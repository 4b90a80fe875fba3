-- What reconciling reads by day and month, and how many turns wait in all

-- Turns and events stand in the order of their days, so a summary of each few pages is enough: a thousandth of an
-- ordinary index, and nearly free to write.
CREATE INDEX usage_events_by_day ON usage_events USING brin (day) WITH (pages_per_range = 32, autosummarize = on);
CREATE INDEX turns_by_time ON turns USING brin (accepted_at, quota_month)
    WITH (pages_per_range = 32, autosummarize = on);

-- One row, measured by the sweeper: to count at every message would be too dear.
CREATE TABLE backlog (
    is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    waiting bigint NOT NULL DEFAULT 0,
    measured_at timestamptz NOT NULL DEFAULT 'epoch'
) WITH (fillfactor = 10);
INSERT INTO backlog DEFAULT VALUES;
