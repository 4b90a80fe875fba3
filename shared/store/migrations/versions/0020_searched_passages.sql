-- Passages are searched in the language of each, ranked by how rare a word is in its bot's documents; turns keep what
-- they were answered from.

-- 'auto': each passage's language is recognised, else the name of one of PostgreSQL's text search configurations
ALTER TABLE bots ADD COLUMN language text NOT NULL DEFAULT 'auto';
UPDATE bots SET language = 'english';

-- a trigger fills both (sql/12_passages.sql), from the bot's language of that instant
ALTER TABLE passages ALTER COLUMN words DROP EXPRESSION;
ALTER TABLE passages ADD COLUMN language text NOT NULL DEFAULT 'english';
ALTER TABLE passages ALTER COLUMN language DROP DEFAULT;
-- ranking reads `words` of many rows: kept in the row and uncompressed, each is read in a microsecond
ALTER TABLE passages SET (toast_tuple_target = 4080);
ALTER TABLE passages ALTER COLUMN words SET STORAGE EXTERNAL;
UPDATE passages
SET words = setweight(to_tsvector('english', title), 'A') || to_tsvector('english', text);

-- An index of words by bot. Each word bears the end of its bot's id, so that a bot's search reads nothing of another's.
-- Two bots whose ends are equal cost each other time, nothing else.
CREATE FUNCTION words_of_bot(bot uuid, words text[]) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS 'SELECT coalesce(array_agg(right(bot::text, 8) || word), ''{}'') FROM unnest(words) AS word';
DROP INDEX passages_words;
-- without its list of late entries: every search would read that whole list, of all bots
CREATE INDEX passages_words_of_bot ON passages USING gin (words_of_bot(bot_id, tsvector_to_array(words)))
    WITH (fastupdate = off);

-- in how many passages of a bot a word stands
CREATE TABLE word_counts (
    bot_id uuid NOT NULL REFERENCES bots,
    language text NOT NULL,
    word text COLLATE "C" NOT NULL,
    passages integer NOT NULL,
    PRIMARY KEY (bot_id, language, word)
) WITH (fillfactor = 80);
-- how many passages a bot has in a language, and how many different words they have in all
CREATE TABLE passage_counts (
    bot_id uuid NOT NULL REFERENCES bots,
    language text NOT NULL,
    passages bigint NOT NULL,
    words bigint NOT NULL,
    PRIMARY KEY (bot_id, language)
) WITH (fillfactor = 50);
INSERT INTO word_counts
SELECT bot_id, language, w.lexeme, count(*) FROM passages, unnest(words) AS w GROUP BY 1, 2, 3;
INSERT INTO passage_counts SELECT bot_id, language, count(*), sum(length(words)) FROM passages GROUP BY 1, 2;

-- bots whose language changed, and up to which document their passages are indexed anew
CREATE TABLE reindexing (
    bot_id uuid PRIMARY KEY REFERENCES bots,
    after uuid NOT NULL,
    finished_at timestamptz
);
CREATE INDEX reindexing_under_way ON reindexing (bot_id) WHERE finished_at IS NULL;

-- A row for each passage, by the same trigger; `embedded_with` names the model of its vector, null: it has none yet.
-- The vector's own column comes with the extension pgvector, where the server has it (sql/14_embeddings.sql).
CREATE TABLE passage_embeddings (
    document_id uuid NOT NULL,
    ordinal integer NOT NULL,
    bot_id uuid NOT NULL,
    embedded_with text,
    PRIMARY KEY (document_id, ordinal),
    FOREIGN KEY (document_id, ordinal) REFERENCES passages ON DELETE CASCADE
);
CREATE INDEX passage_embeddings_of_bot ON passage_embeddings (bot_id);
CREATE INDEX passage_embeddings_with ON passage_embeddings (embedded_with);
INSERT INTO passage_embeddings SELECT document_id, ordinal, bot_id FROM passages;

ALTER TABLE passage_embeddings ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_all ON passage_embeddings TO mevichat_service USING (true);
CREATE POLICY of_one_workspace ON passage_embeddings TO mevichat_workspace
    USING (EXISTS (SELECT 1 FROM bots AS b WHERE b.id = bot_id));
ALTER TABLE word_counts ENABLE ROW LEVEL SECURITY;
ALTER TABLE passage_counts ENABLE ROW LEVEL SECURITY;
ALTER TABLE reindexing ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_all ON word_counts TO mevichat_service USING (true);
CREATE POLICY of_all ON passage_counts TO mevichat_service USING (true);
CREATE POLICY of_all ON reindexing TO mevichat_service USING (true);
CREATE POLICY of_one_workspace ON word_counts TO mevichat_workspace
    USING (EXISTS (SELECT 1 FROM bots AS b WHERE b.id = bot_id));
CREATE POLICY of_one_workspace ON passage_counts TO mevichat_workspace
    USING (EXISTS (SELECT 1 FROM bots AS b WHERE b.id = bot_id));
CREATE POLICY of_one_workspace ON reindexing TO mevichat_workspace
    USING (EXISTS (SELECT 1 FROM bots AS b WHERE b.id = bot_id));

ALTER TABLE turns ADD COLUMN sources text;
ALTER TABLE kept_answers ADD COLUMN sources text;
