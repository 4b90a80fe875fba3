-- Vectors of passages, where this server has the extension pgvector: else nothing is made, and words alone are searched.
DO $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_available_extensions WHERE name = 'vector' AND default_version >= '0.7') THEN
        RAISE LOG 'mevichat: this server has no extension "vector" (pgvector 0.7 or later): passages are searched by words alone';
        RETURN;
    END IF;
    BEGIN
        CREATE EXTENSION IF NOT EXISTS vector;
    EXCEPTION WHEN insufficient_privilege THEN
        RAISE LOG 'mevichat: the extension "vector" may not be made by this user: passages are searched by words alone';
        RETURN;
    END;
    ALTER TABLE passage_embeddings ADD COLUMN IF NOT EXISTS embedding halfvec;
    -- a vector stays in its row, so that a bot's are read in one go
    ALTER TABLE passage_embeddings ALTER COLUMN embedding SET STORAGE PLAIN;
END;
$$;
