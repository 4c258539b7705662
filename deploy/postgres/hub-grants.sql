-- Made by `havn grants`; do not edit. Run as the owner of the database, after `havn init`
-- and after every upgrade. It can be run again: each role ends with exactly these grants.
-- Roles may sign in but have no password yet: set one, or use the socket (pg_hba.conf).
BEGIN;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC;

DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'havn_alliance') THEN CREATE ROLE havn_alliance LOGIN; END IF; END $$;
GRANT USAGE ON SCHEMA public TO havn_alliance;
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM havn_alliance;
GRANT SELECT ON django_migrations TO havn_alliance;
GRANT SELECT ON members_legalbasis TO havn_alliance;
GRANT SELECT ON members_member TO havn_alliance;
GRANT SELECT ON members_node TO havn_alliance;
GRANT SELECT ON members_nodekey TO havn_alliance;
GRANT SELECT ON members_organisation TO havn_alliance;
GRANT SELECT ON members_rosterstate TO havn_alliance;

DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'havn_node') THEN CREATE ROLE havn_node LOGIN; END IF; END $$;
GRANT USAGE ON SCHEMA public TO havn_node;
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM havn_node;
GRANT INSERT ON audit_detail TO havn_node;
GRANT INSERT ON audit_entry TO havn_node;
GRANT SELECT ON django_migrations TO havn_node;
GRANT SELECT, INSERT, UPDATE ON exchange_alarm TO havn_node;
GRANT SELECT ON exchange_bundle TO havn_node;
GRANT SELECT ON exchange_counter TO havn_node;
GRANT SELECT ON exchange_given TO havn_node;
GRANT SELECT ON exchange_givencopy TO havn_node;
GRANT SELECT ON exchange_log TO havn_node;
GRANT SELECT, INSERT, DELETE ON exchange_seennonce TO havn_node;
GRANT SELECT ON exchange_tile TO havn_node;
GRANT SELECT ON members_legalbasis TO havn_node;
GRANT SELECT ON members_member TO havn_node;
GRANT SELECT ON members_node TO havn_node;
GRANT SELECT ON members_nodekey TO havn_node;
GRANT SELECT ON members_organisation TO havn_node;
GRANT SELECT ON members_rosterstate TO havn_node;

DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'havn_worker') THEN CREATE ROLE havn_worker LOGIN; END IF; END $$;
GRANT USAGE ON SCHEMA public TO havn_worker;
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM havn_worker;
GRANT SELECT, INSERT ON audit_detail TO havn_worker;
GRANT SELECT, INSERT, UPDATE ON audit_entry TO havn_worker;
GRANT SELECT, INSERT ON audit_head TO havn_worker;
GRANT SELECT ON django_migrations TO havn_worker;
GRANT SELECT, INSERT, UPDATE ON exchange_alarm TO havn_worker;
GRANT SELECT, INSERT, UPDATE ON exchange_arrival TO havn_worker;
GRANT SELECT, INSERT, UPDATE ON exchange_bundle TO havn_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON exchange_cosigned TO havn_worker;
GRANT SELECT, INSERT, UPDATE ON exchange_counter TO havn_worker;
GRANT SELECT, INSERT, UPDATE ON exchange_given TO havn_worker;
GRANT SELECT, INSERT, DELETE ON exchange_givencopy TO havn_worker;
GRANT SELECT, INSERT, UPDATE ON exchange_log TO havn_worker;
GRANT SELECT, INSERT, UPDATE ON exchange_peer TO havn_worker;
GRANT SELECT, INSERT, UPDATE ON exchange_tile TO havn_worker;
GRANT SELECT, INSERT, UPDATE ON jobs_job TO havn_worker;
GRANT SELECT, INSERT, UPDATE ON ledger_outgoingevent TO havn_worker;
GRANT SELECT, INSERT, DELETE ON members_legalbasis TO havn_worker;
GRANT SELECT, INSERT, UPDATE ON members_member TO havn_worker;
GRANT SELECT, INSERT, UPDATE ON members_node TO havn_worker;
GRANT SELECT, INSERT, UPDATE ON members_nodekey TO havn_worker;
GRANT SELECT, INSERT, UPDATE ON members_organisation TO havn_worker;
GRANT SELECT, INSERT, UPDATE ON members_rosterstate TO havn_worker;

DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'havn_operator') THEN CREATE ROLE havn_operator LOGIN; END IF; END $$;
GRANT USAGE ON SCHEMA public TO havn_operator;
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM havn_operator;
GRANT SELECT ON account_emailaddress TO havn_operator;
GRANT SELECT, INSERT, UPDATE ON accounts_person TO havn_operator;
GRANT SELECT, INSERT, DELETE ON accounts_roleheld TO havn_operator;
GRANT SELECT, INSERT ON audit_detail TO havn_operator;
GRANT SELECT, INSERT ON audit_entry TO havn_operator;
GRANT SELECT ON audit_head TO havn_operator;
GRANT SELECT ON django_migrations TO havn_operator;
GRANT SELECT, UPDATE ON exchange_alarm TO havn_operator;
GRANT SELECT ON exchange_log TO havn_operator;
GRANT SELECT ON exchange_peer TO havn_operator;
GRANT SELECT, UPDATE ON jobs_job TO havn_operator;
GRANT SELECT, INSERT, DELETE ON members_legalbasis TO havn_operator;
GRANT SELECT, INSERT, UPDATE ON members_member TO havn_operator;
GRANT SELECT, INSERT, UPDATE ON members_node TO havn_operator;
GRANT SELECT, INSERT, UPDATE ON members_nodekey TO havn_operator;
GRANT SELECT, INSERT, UPDATE ON members_organisation TO havn_operator;
GRANT SELECT, INSERT, UPDATE ON members_rosterstate TO havn_operator;
GRANT SELECT, DELETE ON mfa_authenticator TO havn_operator;

COMMIT;
