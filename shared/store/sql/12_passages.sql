-- Passages as they are searched: the language of each, its words, and how often a bot's passages hold a word.

-- Recognise a text's language by its commonest words: those that PostgreSQL's dictionaries stop. 'simple': none is sure.
-- The dictionaries are named as constants: looked up by name for each word they took most of a document's indexing.
DROP FUNCTION IF EXISTS language_of(text);
CREATE OR REPLACE FUNCTION indexed_language_of(said text) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
    words text[] := tsvector_to_array(to_tsvector('simple', left(said, 600)));
    dictionaries regdictionary[] := ARRAY['english_stem', 'german_stem', 'french_stem', 'spanish_stem', 'italian_stem',
        'portuguese_stem', 'dutch_stem', 'danish_stem', 'swedish_stem', 'norwegian_stem', 'finnish_stem',
        'hungarian_stem', 'russian_stem', 'turkish_stem']::regdictionary[];
    names text[] := ARRAY['english', 'german', 'french', 'spanish', 'italian', 'portuguese', 'dutch', 'danish',
        'swedish', 'norwegian', 'finnish', 'hungarian', 'russian', 'turkish'];
    best integer;
BEGIN
    SELECT d.place INTO best FROM unnest(dictionaries) WITH ORDINALITY AS d (dictionary, place)
    CROSS JOIN unnest(words) AS w (word)
    WHERE length(w.word) <= 15 AND ts_lexize(d.dictionary, w.word) = '{}'
    GROUP BY d.place HAVING count(*) >= 2 ORDER BY count(*) DESC, d.place LIMIT 1;
    RETURN coalesce(names[best], 'simple');
END;
$$;

-- The language in which a passage of this bot is indexed; a name that PostgreSQL does not know is 'simple'.
CREATE OR REPLACE FUNCTION language_for(of_bot uuid, said text) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
    chosen text := (SELECT language FROM bots WHERE id = of_bot);
BEGIN
    IF chosen = 'auto' THEN
        RETURN indexed_language_of(said);
    END IF;
    RETURN coalesce((SELECT cfgname FROM pg_ts_config WHERE cfgname = chosen LIMIT 1), 'simple');
END;
$$;

-- A title says what a passage is about: its words weigh more.
CREATE OR REPLACE FUNCTION index_passage() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.language := language_for(NEW.bot_id, NEW.title || E'\n' || NEW.text);
    END IF;
    NEW.words := setweight(to_tsvector(NEW.language::regconfig, NEW.title), 'A')
        || to_tsvector(NEW.language::regconfig, NEW.text);
    RETURN NEW;
END;
$$;
CREATE OR REPLACE TRIGGER index_passage BEFORE INSERT OR UPDATE OF title, text, language ON passages
FOR EACH ROW EXECUTE FUNCTION index_passage();

-- Two writers of one bot's passages take turns. Whoever writes them takes this lock before all others (the triggers
-- below only make sure) and the workspace's counters after all others: indexing may take seconds, and every turn of the
-- workspace waits for the counters. The first number is ours alone; two bots of one hash cost each other time.
CREATE OR REPLACE FUNCTION lock_passages_of(bot uuid) RETURNS void
LANGUAGE sql AS 'SELECT pg_advisory_xact_lock(1868783471, hashtext(bot::text))';

-- The counts follow the passages, whoever writes them; by no other way can they be changed.
CREATE OR REPLACE FUNCTION count_new_passages() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
    PERFORM lock_passages_of(bot_id) FROM (SELECT DISTINCT bot_id FROM new_passages ORDER BY 1) AS b;
    INSERT INTO passage_counts AS c
    SELECT bot_id, language, count(*), sum(length(words)) FROM new_passages GROUP BY 1, 2
    ON CONFLICT (bot_id, language) DO UPDATE SET passages = c.passages + excluded.passages, words = c.words + excluded.words;
    INSERT INTO word_counts AS c
    SELECT bot_id, language, w.lexeme, count(*) FROM new_passages, unnest(words) AS w GROUP BY 1, 2, 3
    ON CONFLICT (bot_id, language, word) DO UPDATE SET passages = c.passages + excluded.passages;
    INSERT INTO passage_embeddings SELECT document_id, ordinal, bot_id FROM new_passages;
    RETURN NULL;
END;
$$;

CREATE OR REPLACE FUNCTION count_old_passages() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
    PERFORM lock_passages_of(bot_id) FROM (SELECT DISTINCT bot_id FROM old_passages ORDER BY 1) AS b;
    UPDATE passage_counts AS c SET passages = c.passages - o.passages, words = c.words - o.words
    FROM (
        SELECT bot_id, language, count(*) AS passages, sum(length(words)) AS words FROM old_passages GROUP BY 1, 2
    ) AS o
    WHERE c.bot_id = o.bot_id AND c.language = o.language;
    WITH gone AS (
        SELECT bot_id, language, w.lexeme AS word, count(*) AS passages
        FROM old_passages, unnest(words) AS w GROUP BY 1, 2, 3
    ), last_ones AS (
        DELETE FROM word_counts AS c USING gone AS g
        WHERE (c.bot_id, c.language, c.word) = (g.bot_id, g.language, g.word) AND c.passages <= g.passages
    )
    UPDATE word_counts AS c SET passages = c.passages - g.passages FROM gone AS g
    WHERE (c.bot_id, c.language, c.word) = (g.bot_id, g.language, g.word) AND c.passages > g.passages;
    RETURN NULL;
END;
$$;

CREATE OR REPLACE FUNCTION count_changed_passages() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
    PERFORM lock_passages_of(bot_id) FROM (SELECT DISTINCT bot_id FROM new_passages ORDER BY 1) AS b;
    INSERT INTO passage_counts AS c
    SELECT bot_id, language, sum(n), sum(n * length(words))
    FROM (SELECT *, 1 AS n FROM new_passages UNION ALL SELECT *, -1 FROM old_passages) AS moved GROUP BY 1, 2
    ON CONFLICT (bot_id, language) DO UPDATE SET passages = c.passages + excluded.passages, words = c.words + excluded.words;
    INSERT INTO word_counts AS c
    SELECT bot_id, language, w.lexeme, sum(n)
    FROM (SELECT *, 1 AS n FROM new_passages UNION ALL SELECT *, -1 FROM old_passages) AS moved, unnest(words) AS w
    GROUP BY 1, 2, 3 HAVING sum(n) <> 0
    ON CONFLICT (bot_id, language, word) DO UPDATE SET passages = c.passages + excluded.passages;
    DELETE FROM word_counts AS c
    WHERE c.passages = 0 AND c.bot_id IN (SELECT bot_id FROM old_passages)
        AND c.language IN (SELECT language FROM old_passages);
    RETURN NULL;
END;
$$;
CREATE OR REPLACE TRIGGER count_new_passages AFTER INSERT ON passages
REFERENCING NEW TABLE AS new_passages FOR EACH STATEMENT EXECUTE FUNCTION count_new_passages();
CREATE OR REPLACE TRIGGER count_old_passages AFTER DELETE ON passages
REFERENCING OLD TABLE AS old_passages FOR EACH STATEMENT EXECUTE FUNCTION count_old_passages();
CREATE OR REPLACE TRIGGER count_changed_passages AFTER UPDATE ON passages
REFERENCING OLD TABLE AS old_passages NEW TABLE AS new_passages
FOR EACH STATEMENT EXECUTE FUNCTION count_changed_passages();

-- Index the passages of some documents anew, about so many and of one document at least, of one bot whose language
-- changed; returns how many passages. Who is writing the bot's passages goes first: it may not know the new language,
-- and what it writes must be seen here, so the bot's turn comes later. The search finds what is indexed in either
-- language meanwhile. It may stop anywhere and goes on where it stopped.
DROP FUNCTION IF EXISTS reindex_passages(integer);
CREATE FUNCTION reindex_passages(passages_at_most integer) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    r reindexing;
    ids uuid[];
    changed integer;
BEGIN
    SELECT * INTO r FROM reindexing
    WHERE finished_at IS NULL AND pg_try_advisory_xact_lock(1868783471, hashtext(bot_id::text))
    ORDER BY bot_id LIMIT 1 FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN 0;
    END IF;
    ids := ARRAY(
        SELECT id FROM (
            SELECT id, sum(passage_count) OVER (ORDER BY id) AS so_far, row_number() OVER (ORDER BY id) AS place
            FROM (
                SELECT id, passage_count FROM documents
                WHERE bot_id = r.bot_id AND id > r.after ORDER BY id LIMIT passages_at_most
            ) AS d
        ) AS d
        WHERE so_far <= passages_at_most OR place = 1 ORDER BY id
    );
    UPDATE passages AS p SET language = language_for(p.bot_id, p.title || E'\n' || p.text)
    WHERE p.document_id = ANY (ids);
    GET DIAGNOSTICS changed = ROW_COUNT;
    r.after := coalesce(ids[cardinality(ids)], r.after);
    UPDATE reindexing
    SET after = r.after,
        finished_at = CASE
            WHEN NOT EXISTS (SELECT 1 FROM documents WHERE bot_id = r.bot_id AND id > r.after) THEN now()
        END
    WHERE bot_id = r.bot_id;
    RETURN changed;
END;
$$;
