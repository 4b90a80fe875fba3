-- Turns that wait for room under their key's limit: hold 'room', woken by position when a call of the key ends.
ALTER TABLE turns DROP CONSTRAINT turns_hold_check;
ALTER TABLE turns ADD CONSTRAINT turns_hold_check CHECK (hold IN ('conversation', 'due', 'room'));
CREATE INDEX turns_without_room ON turns (waits_for_key, position) WHERE status = 'waiting' AND hold = 'room';
CREATE INDEX turns_callers_without_room ON turns (next_attempt_at)
    WHERE status = 'waiting' AND hold = 'room' AND door IN ('whole', 'stream');
