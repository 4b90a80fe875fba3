-- What each role may do: said anew by every migration, because a function that is made anew forgets it.
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM mevichat_service, mevichat_workspace;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC, mevichat_workspace;

-- The services: nothing is dropped, emptied or altered, nothing deleted but what is meant to go, no audit rewritten.
GRANT SELECT, INSERT, UPDATE ON workspaces, workspace_counters, quota, provider_keys, bots, tokens, turns, usage_events,
    usage_daily, usage_daily_all_bots, usage_monthly, documents, passages, notice_settings, notices, notice_deliveries,
    members, sessions, login_failures, kept_answers, erasures, document_uploads, reindexing TO mevichat_service;
GRANT SELECT ON word_counts, passage_counts, passage_embeddings TO mevichat_service;
GRANT UPDATE ON passage_embeddings TO mevichat_service;
GRANT DELETE ON documents, passages, sessions, login_failures, kept_answers, erasures TO mevichat_service;
GRANT SELECT, INSERT ON audit TO mevichat_service;
GRANT SELECT, UPDATE ON backlog TO mevichat_service;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO mevichat_service;
REVOKE EXECUTE ON FUNCTION seed_history, mend_events, mend_usage_of_day, mend_usage_of_month, mend_quota, mend_counters
    FROM mevichat_service;

-- One workspace: what its own people see and change. Its plan, its slots and its quota are not theirs to change, its
-- figures are read only, and its turns are accepted by the services.
GRANT SELECT ON workspaces, workspace_counters, quota, provider_keys, bots, tokens, audit, turns, usage_events,
    usage_daily, usage_daily_all_bots, usage_monthly, documents, passages, notice_settings, notices, notice_deliveries,
    members, sessions, kept_answers, erasures, document_uploads, word_counts, passage_counts, passage_embeddings,
    reindexing TO mevichat_workspace;
GRANT INSERT ON erasures, quota, provider_keys, bots, tokens, audit, usage_events, documents, passages, notice_settings,
    notices, notice_deliveries, members, document_uploads, reindexing TO mevichat_workspace;
GRANT UPDATE (epoch, next_position, in_flight, waiting) ON workspace_counters TO mevichat_workspace;
GRANT UPDATE (used) ON quota TO mevichat_workspace;
GRANT UPDATE (revoked_at) ON tokens TO mevichat_workspace;
GRANT UPDATE (ended_at) ON sessions TO mevichat_workspace;
GRANT UPDATE ON provider_keys, bots, turns, usage_events, notice_settings, notice_deliveries, members, document_uploads,
    reindexing TO mevichat_workspace;
GRANT UPDATE (rate_per_minute, rate_burst, retention_days) ON workspaces TO mevichat_workspace;
-- no document is renamed; PostgreSQL lets only those lock a row who could
GRANT UPDATE (title) ON documents TO mevichat_workspace;
GRANT DELETE ON documents, kept_answers TO mevichat_workspace;
GRANT EXECUTE ON FUNCTION own_workspace, cancel_turn, retry_turn, lock_workspace_of, close_turn, revised_now, promote,
    release_conversation, release_for_room, release_all_for_key, apply_verdict, calm_after, note_key_change,
    queue_deliveries, words_of_bot, languages_of, languages_for,
    lock_passages_of TO mevichat_workspace;
