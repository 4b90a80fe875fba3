-- Keys that recover by themselves, and models that one key may not use

ALTER TABLE provider_keys
    -- product id of the model -> the error type that its provider answers
    ADD COLUMN blocked_models jsonb NOT NULL DEFAULT '{}',
    -- what made the key suspect, so that the probe asks the same again
    ADD COLUMN suspect_model text,
    ADD COLUMN suspect_error text,
    -- which refusal a probe has just cleared; any other still suspects
    ADD COLUMN calm_error text,
    ADD COLUMN recheck_at timestamptz,
    ADD COLUMN recheck_seconds double precision;

CREATE INDEX provider_keys_recheck ON provider_keys (recheck_at) WHERE recheck_at IS NOT NULL AND deleted_at IS NULL;
