-- Passages as they are searched: the language of each, its words, and how often a bot's passages hold a word.

-- Recognise each text's language by its commonest words: those that PostgreSQL's dictionaries stop. 'simple': none is sure.
-- Texts of one document share most words, so each word is looked up once for all of them: that is most of the work.
-- The dictionaries are named as constants: looked up by name for each word they took most of a document's indexing.
DROP FUNCTION IF EXISTS language_of(text), indexed_language_of(text), language_for(uuid, text);
CREATE OR REPLACE FUNCTION languages_of(texts text[]) RETURNS text[]
LANGUAGE plpgsql STABLE AS $$
DECLARE
    dictionaries regdictionary[] := ARRAY['english_stem', 'german_stem', 'french_stem', 'spanish_stem', 'italian_stem',
        'portuguese_stem', 'dutch_stem', 'danish_stem', 'swedish_stem', 'norwegian_stem', 'finnish_stem',
        'hungarian_stem', 'russian_stem', 'turkish_stem']::regdictionary[];
    names text[] := ARRAY['english', 'german', 'french', 'spanish', 'italian', 'portuguese', 'dutch', 'danish',
        'swedish', 'norwegian', 'finnish', 'hungarian', 'russian', 'turkish'];
BEGIN
    RETURN ARRAY(
        WITH said AS (
            SELECT w.lexeme AS word, array_agg(t.place) AS places FROM unnest(texts) WITH ORDINALITY AS t (said, place)
            CROSS JOIN LATERAL unnest(to_tsvector('simple', left(t.said, 600))) AS w
            WHERE length(w.lexeme) <= 15 GROUP BY w.lexeme
        ), common AS MATERIALIZED (
            SELECT s.places, d.place AS language FROM said AS s
            CROSS JOIN unnest(dictionaries) WITH ORDINALITY AS d (dictionary, place)
            WHERE ts_lexize(d.dictionary, s.word) = '{}'
        ), best AS (
            SELECT DISTINCT ON (place) place, language FROM common CROSS JOIN LATERAL unnest(places) AS place
            GROUP BY place, language HAVING count(*) >= 2 ORDER BY place, count(*) DESC, language
        )
        SELECT coalesce(names[b.language], 'simple') FROM generate_series(1, cardinality(texts)) AS t (place)
        LEFT JOIN best AS b USING (place) ORDER BY t.place
    );
END;
$$;

-- The languages in which passages of this bot are indexed; a name that PostgreSQL does not know is 'simple'.
CREATE OR REPLACE FUNCTION languages_for(of_bot uuid, titles text[], texts text[]) RETURNS text[]
LANGUAGE plpgsql STABLE AS $$
DECLARE
    chosen text := (SELECT language FROM bots WHERE id = of_bot);
BEGIN
    IF chosen = 'auto' THEN
        RETURN languages_of(ARRAY(
            SELECT title || E'\n' || said FROM unnest(titles, texts) WITH ORDINALITY AS p (title, said, place)
            ORDER BY place
        ));
    END IF;
    chosen := coalesce((SELECT cfgname FROM pg_ts_config WHERE cfgname = chosen LIMIT 1), 'simple');
    RETURN array_fill(chosen, ARRAY[coalesce(cardinality(texts), 0)]);
END;
$$;

-- A title says what a passage is about: its words weigh more. Who writes many passages names the language of each.
CREATE OR REPLACE FUNCTION index_passage() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.language IS NULL THEN
        NEW.language := (languages_for(NEW.bot_id, ARRAY[NEW.title], ARRAY[NEW.text]))[1];
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

-- Passages of a bot in a language came, by the words of each.
CREATE OR REPLACE FUNCTION add_to_counts(of_bot uuid, in_language text, of_passages tsvector[]) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO passage_counts AS c
    SELECT of_bot, in_language, count(*), sum(length(words)) FROM unnest(of_passages) AS p (words)
    ON CONFLICT (bot_id, language) DO UPDATE SET passages = c.passages + excluded.passages, words = c.words + excluded.words;
    INSERT INTO word_counts AS c
    SELECT of_bot, in_language, w.lexeme, count(*) FROM unnest(of_passages) AS p (words), unnest(p.words) AS w GROUP BY 3
    ON CONFLICT (bot_id, language, word) DO UPDATE SET passages = c.passages + excluded.passages;
$$;

-- They went. A word that stands nowhere any more is not kept.
CREATE OR REPLACE FUNCTION take_from_counts(of_bot uuid, in_language text, of_passages tsvector[]) RETURNS void
LANGUAGE sql AS $$
    UPDATE passage_counts AS c
    SET passages = c.passages - cardinality(of_passages),
        words = c.words - (SELECT sum(length(words)) FROM unnest(of_passages) AS p (words))
    WHERE (c.bot_id, c.language) = (of_bot, in_language);
    WITH gone AS (
        SELECT w.lexeme AS word, count(*) AS passages FROM unnest(of_passages) AS p (words), unnest(p.words) AS w GROUP BY 1
    ), last_ones AS (
        DELETE FROM word_counts AS c USING gone AS g
        WHERE (c.bot_id, c.language, c.word) = (of_bot, in_language, g.word) AND c.passages <= g.passages
    )
    UPDATE word_counts AS c SET passages = c.passages - g.passages FROM gone AS g
    WHERE (c.bot_id, c.language, c.word) = (of_bot, in_language, g.word) AND c.passages > g.passages;
$$;

-- The counts follow the passages, whoever writes them; by no other way can they be changed. One function for all three
-- triggers: each has the tables of its kind of change, and only statements that are reached look for them.
CREATE OR REPLACE FUNCTION count_passages() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM lock_passages_of(bot_id) FROM (SELECT DISTINCT bot_id FROM old_passages ORDER BY 1) AS b;
        PERFORM take_from_counts(bot_id, language, array_agg(words)) FROM old_passages GROUP BY bot_id, language;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        PERFORM lock_passages_of(bot_id) FROM (SELECT DISTINCT bot_id FROM new_passages ORDER BY 1) AS b;
        PERFORM add_to_counts(bot_id, language, array_agg(words)) FROM new_passages GROUP BY bot_id, language;
    END IF;
    IF TG_OP = 'INSERT' THEN
        INSERT INTO passage_embeddings SELECT document_id, ordinal, bot_id FROM new_passages;
    END IF;
    RETURN NULL;
END;
$$;
CREATE OR REPLACE TRIGGER count_new_passages AFTER INSERT ON passages
REFERENCING NEW TABLE AS new_passages FOR EACH STATEMENT EXECUTE FUNCTION count_passages();
CREATE OR REPLACE TRIGGER count_old_passages AFTER DELETE ON passages
REFERENCING OLD TABLE AS old_passages FOR EACH STATEMENT EXECUTE FUNCTION count_passages();
CREATE OR REPLACE TRIGGER count_changed_passages AFTER UPDATE ON passages
REFERENCING OLD TABLE AS old_passages NEW TABLE AS new_passages
FOR EACH STATEMENT EXECUTE FUNCTION count_passages();
DROP FUNCTION IF EXISTS count_new_passages(), count_old_passages(), count_changed_passages();

-- Index the passages of some documents anew, about so many and of one document at least, of one bot whose language
-- changed; returns how many passages were looked at: those whose language stays stay as they are. Who is writing the bot's passages goes first: it may not know the new language,
-- and what it writes must be seen here, so the bot's turn comes later. The search finds what is indexed in either
-- language meanwhile. It may stop anywhere and goes on where it stopped.
DROP FUNCTION IF EXISTS reindex_passages(integer);
CREATE FUNCTION reindex_passages(passages_at_most integer) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    r reindexing;
    ids uuid[];
    p record;
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
    SELECT array_agg(document_id) AS document_ids, array_agg(ordinal) AS ordinals, array_agg(title) AS titles,
        array_agg(text) AS texts
    INTO p FROM passages WHERE document_id = ANY (ids);
    UPDATE passages AS of_bot SET language = l.language
    FROM unnest(p.document_ids, p.ordinals, languages_for(r.bot_id, p.titles, p.texts)) AS l (document_id, ordinal, language)
    WHERE of_bot.document_id = ANY (ids) AND (of_bot.document_id, of_bot.ordinal) = (l.document_id, l.ordinal)
        AND of_bot.language <> l.language;
    r.after := coalesce(ids[cardinality(ids)], r.after);
    UPDATE reindexing
    SET after = r.after,
        finished_at = CASE
            WHEN NOT EXISTS (SELECT 1 FROM documents WHERE bot_id = r.bot_id AND id > r.after) THEN now()
        END
    WHERE bot_id = r.bot_id;
    RETURN coalesce(cardinality(p.ordinals), 0);
END;
$$;
