-- Who is connected to this database, for operators: PostgreSQL shows a role nobody's connections but its own.
DROP FUNCTION IF EXISTS running_processes();
CREATE FUNCTION running_processes() RETURNS TABLE (name text, connections bigint, spoke_at timestamptz, at timestamptz)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT application_name, count(*), max(state_change), now() FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' AND application_name <> ''
    GROUP BY application_name ORDER BY application_name;
$$;
