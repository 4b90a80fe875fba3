-- A wall around each workspace's rows: the role `mevichat_workspace` sees those of the workspace that its connection
-- stands for, and none at all when it stands for none. What each role may do is said in sql/99_grants.sql.

-- roles belong to the whole server: another database of ours may have made them, even at this instant
DO 'BEGIN CREATE ROLE mevichat_service NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END';
DO 'BEGIN CREATE ROLE mevichat_workspace NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END';
GRANT mevichat_service, mevichat_workspace TO CURRENT_USER;

CREATE FUNCTION own_workspace() RETURNS uuid LANGUAGE sql STABLE
AS 'SELECT nullif(current_setting(''mevichat.workspace_id'', true), '''')::uuid';

ALTER TABLE audit ENABLE ROW LEVEL SECURITY;
ALTER TABLE bots ENABLE ROW LEVEL SECURITY;
ALTER TABLE documents ENABLE ROW LEVEL SECURITY;
ALTER TABLE login_failures ENABLE ROW LEVEL SECURITY;
ALTER TABLE members ENABLE ROW LEVEL SECURITY;
ALTER TABLE notice_deliveries ENABLE ROW LEVEL SECURITY;
ALTER TABLE notice_settings ENABLE ROW LEVEL SECURITY;
ALTER TABLE notices ENABLE ROW LEVEL SECURITY;
ALTER TABLE passages ENABLE ROW LEVEL SECURITY;
ALTER TABLE provider_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE quota ENABLE ROW LEVEL SECURITY;
ALTER TABLE sessions ENABLE ROW LEVEL SECURITY;
ALTER TABLE tokens ENABLE ROW LEVEL SECURITY;
ALTER TABLE turns ENABLE ROW LEVEL SECURITY;
ALTER TABLE usage_daily ENABLE ROW LEVEL SECURITY;
ALTER TABLE usage_daily_all_bots ENABLE ROW LEVEL SECURITY;
ALTER TABLE usage_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE usage_monthly ENABLE ROW LEVEL SECURITY;
ALTER TABLE workspace_counters ENABLE ROW LEVEL SECURITY;
ALTER TABLE workspaces ENABLE ROW LEVEL SECURITY;

CREATE POLICY of_all ON audit TO mevichat_service USING (true);
CREATE POLICY of_all ON bots TO mevichat_service USING (true);
CREATE POLICY of_all ON documents TO mevichat_service USING (true);
CREATE POLICY of_all ON login_failures TO mevichat_service USING (true);
CREATE POLICY of_all ON members TO mevichat_service USING (true);
CREATE POLICY of_all ON notice_deliveries TO mevichat_service USING (true);
CREATE POLICY of_all ON notice_settings TO mevichat_service USING (true);
CREATE POLICY of_all ON notices TO mevichat_service USING (true);
CREATE POLICY of_all ON passages TO mevichat_service USING (true);
CREATE POLICY of_all ON provider_keys TO mevichat_service USING (true);
CREATE POLICY of_all ON quota TO mevichat_service USING (true);
CREATE POLICY of_all ON sessions TO mevichat_service USING (true);
CREATE POLICY of_all ON tokens TO mevichat_service USING (true);
CREATE POLICY of_all ON turns TO mevichat_service USING (true);
CREATE POLICY of_all ON usage_daily TO mevichat_service USING (true);
CREATE POLICY of_all ON usage_daily_all_bots TO mevichat_service USING (true);
CREATE POLICY of_all ON usage_events TO mevichat_service USING (true);
CREATE POLICY of_all ON usage_monthly TO mevichat_service USING (true);
CREATE POLICY of_all ON workspace_counters TO mevichat_service USING (true);
CREATE POLICY of_all ON workspaces TO mevichat_service USING (true);

CREATE POLICY of_one_workspace ON workspace_counters TO mevichat_workspace USING (workspace_id = own_workspace());
CREATE POLICY of_one_workspace ON quota TO mevichat_workspace USING (workspace_id = own_workspace());
CREATE POLICY of_one_workspace ON provider_keys TO mevichat_workspace USING (workspace_id = own_workspace());
CREATE POLICY of_one_workspace ON bots TO mevichat_workspace USING (workspace_id = own_workspace());
CREATE POLICY of_one_workspace ON tokens TO mevichat_workspace USING (workspace_id = own_workspace());
CREATE POLICY of_one_workspace ON audit TO mevichat_workspace USING (workspace_id = own_workspace());
CREATE POLICY of_one_workspace ON turns TO mevichat_workspace USING (workspace_id = own_workspace());
CREATE POLICY of_one_workspace ON usage_events TO mevichat_workspace USING (workspace_id = own_workspace());
CREATE POLICY of_one_workspace ON usage_daily TO mevichat_workspace USING (workspace_id = own_workspace());
CREATE POLICY of_one_workspace ON usage_daily_all_bots TO mevichat_workspace USING (workspace_id = own_workspace());
CREATE POLICY of_one_workspace ON usage_monthly TO mevichat_workspace USING (workspace_id = own_workspace());
CREATE POLICY of_one_workspace ON documents TO mevichat_workspace USING (workspace_id = own_workspace());
CREATE POLICY of_one_workspace ON notice_settings TO mevichat_workspace USING (workspace_id = own_workspace());
CREATE POLICY of_one_workspace ON notices TO mevichat_workspace USING (workspace_id = own_workspace());
CREATE POLICY of_one_workspace ON members TO mevichat_workspace USING (workspace_id = own_workspace());
-- what has no workspace of its own belongs where its parent does
CREATE POLICY of_one_workspace ON workspaces TO mevichat_workspace
    USING (id = own_workspace());
CREATE POLICY of_one_workspace ON passages TO mevichat_workspace
    USING (EXISTS (SELECT 1 FROM documents AS d WHERE d.id = document_id));
CREATE POLICY of_one_workspace ON notice_deliveries TO mevichat_workspace
    USING (EXISTS (SELECT 1 FROM notices AS n WHERE n.id = notice_id));
CREATE POLICY of_one_workspace ON sessions TO mevichat_workspace
    USING (EXISTS (SELECT 1 FROM members AS m WHERE m.id = member_id)
        OR EXISTS (SELECT 1 FROM tokens AS t WHERE t.id = token_id));
