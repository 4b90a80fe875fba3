-- What the vault sealed says so by its type: `mevichat vault rotate` finds every such column by it.
CREATE DOMAIN sealed_text AS bytea;
ALTER TABLE provider_keys ALTER COLUMN sealed TYPE sealed_text;
ALTER TABLE notice_settings ALTER COLUMN webhook_secret TYPE sealed_text;
