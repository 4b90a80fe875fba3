-- Cancelled turns apart in the usage, and since when an event waits to be counted

-- a cancelled turn has neither failed nor been answered; the column comes last in every roll-up, as in usage_daily
ALTER TABLE usage_daily ADD COLUMN cancelled_turns bigint NOT NULL DEFAULT 0;
ALTER TABLE usage_daily_all_bots ADD COLUMN cancelled_turns bigint NOT NULL DEFAULT 0;
ALTER TABLE usage_monthly ADD COLUMN cancelled_turns bigint NOT NULL DEFAULT 0;

-- `revised_at`: when the event came to say something that the roll-ups do not hold yet
ALTER TABLE usage_events
    ADD COLUMN cancelled boolean NOT NULL DEFAULT false,
    ADD COLUMN counted_cancelled integer NOT NULL DEFAULT 0,
    ADD COLUMN revised_at timestamptz NOT NULL DEFAULT now();
-- not the transaction's beginning: whoever waited for a lock must not seem to have written before
ALTER TABLE usage_events ALTER COLUMN revised_at SET DEFAULT clock_timestamp();
-- the ledger adds the difference, as after any other correction
UPDATE usage_events AS e SET cancelled = true, revision = e.revision + 1, rung_at = now()
FROM turns AS t WHERE t.id = e.turn_id AND t.status = 'cancelled' AND e.ends_turn;
