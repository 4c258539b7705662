# SPDX-License-Identifier: Apache-2.0
"""On PostgreSQL every process can do what the page of grants says, and no more."""

import re
from pathlib import Path

import pytest
from django.db import connection

from havn.cli import checks
from havn.config import grants

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs/operations/grants.md"


def documented(section):
    """Return {role: {table: privileges}} as the page says it."""
    text = PAGE.read_text().split(f"## {section}\n")[1].split("\n## ")[0]
    lines = [line for line in text.splitlines() if line.startswith("|")]
    roles = [cell.strip() for cell in lines[0].strip("|").split("|")][1:]
    said = {role: {} for role in roles}
    for line in lines[2:]:
        table, *cells = [cell.strip() for cell in line.strip("|").split("|")]
        for role, cell in zip(roles, cells, strict=True):
            said[role][table] = set(re.findall(r"[a-z]+", cell))
    return said


def test_the_page_and_the_scripts_are_those_of_the_table():
    assert PAGE.read_text() == grants.as_page()
    assert (ROOT / "deploy/postgres/grants.sql").read_text() == grants.as_sql("node")
    assert (ROOT / "deploy/postgres/hub-grants.sql").read_text() == grants.as_sql("hub")


@pytest.mark.django_db
def test_every_granted_table_exists():
    tables = set(connection.introspection.table_names())
    named = {table for role in grants.GRANTS.values() for table in role}
    assert named - tables == set()


@pytest.mark.postgres_only
@pytest.mark.django_db(transaction=True)
def test_postgresql_says_what_the_page_says_on_every_table():
    said = documented("A node")
    tables = connection.introspection.table_names()
    with connection.cursor() as cursor:
        cursor.execute(grants.as_sql("node"))
        cursor.execute(grants.as_sql("node"))  # a second run changes nothing
        cursor.execute(
            "SELECT grantee, table_name, privilege_type FROM information_schema.role_table_grants "
            "WHERE table_schema = 'public' AND grantee LIKE 'havn\\_%'"
        )
        found = {}
        for role, table, privilege in cursor.fetchall():
            found.setdefault(role, {}).setdefault(table, set()).add(privilege.lower())
        cursor.execute(
            "SELECT count(*) FROM information_schema.role_table_grants "
            "WHERE table_schema = 'public' AND grantee = 'PUBLIC'"
        )
        assert cursor.fetchone()[0] == 0
    for role, each in said.items():
        for table in tables:
            wanted, has = each.get(table, set()), found.get(role, {}).get(table, set())
            assert wanted == has, f"{role} on {table}: the page says {wanted}, PostgreSQL {has}"


@pytest.mark.postgres_only
@pytest.mark.django_db(transaction=True)
def test_postgresql_says_what_the_page_says_on_single_columns():
    with connection.cursor() as cursor:
        cursor.execute(grants.as_sql("node"))
        cursor.execute(
            # The catalogue itself: information_schema takes twenty seconds to say the same.
            "SELECT role.rolname, class.relname, attribute.attname, granted.privilege_type"
            " FROM pg_attribute attribute JOIN pg_class class ON class.oid = attribute.attrelid,"
            " aclexplode(attribute.attacl) granted JOIN pg_roles role ON role.oid = granted.grantee"
            " WHERE class.relnamespace = 'public'::regnamespace AND role.rolname LIKE 'havn\\_%'"
        )
        found = set(cursor.fetchall())
    assert found == {
        (role, table, column, "SELECT")
        for role, tables in grants.COLUMNS.items()
        for table, columns in tables.items()
        for column in columns
    }
    for role, tables in grants.COLUMNS.items():
        for table, columns in tables.items():
            assert f"- {table}: {', '.join(columns)}\n" in PAGE.read_text()
            assert role in PAGE.read_text()


# The script without its own transaction, so that what the test does to the roles is rolled back with it.
WITHIN_THE_TEST = grants.as_sql("node").replace("\nBEGIN;", "").replace("\nCOMMIT;", "")


def doctor_says(audience):
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE havn_{audience}")
        try:
            (finding,) = checks.check_database_role(audience)
        finally:
            cursor.execute("RESET ROLE")
    return finding


@pytest.mark.postgres_only
@pytest.mark.django_db
@pytest.mark.parametrize("audience", ["public", "desk", "node", "worker", "all"])
def test_doctor_finds_each_process_with_its_grants_sound(audience):
    with connection.cursor() as cursor:
        cursor.execute(WITHIN_THE_TEST)
    assert doctor_says(audience).level == "ok"


@pytest.mark.postgres_only
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("ALTER ROLE havn_public SUPERUSER", "is a superuser"),
        ("ALTER ROLE havn_public CREATEDB", "may make databases"),
        ("ALTER ROLE havn_public BYPASSRLS", "passes row security by"),
        ("GRANT CREATE ON SCHEMA public TO havn_public", "may make tables"),
        ("GRANT havn_desk TO havn_public", "do more than it should"),
        ("GRANT SELECT ON audit_entry TO havn_public", "SELECT on audit_entry"),
        ("GRANT TRUNCATE ON audit_entry TO havn_public", "TRUNCATE on audit_entry"),
        ("GRANT SELECT ON cases_report TO PUBLIC", "SELECT on cases_report"),
        ("REVOKE INSERT ON intake_submission FROM havn_public", "may not do what it should"),
    ],
)
def test_doctor_finds_a_role_that_may_more_or_less_than_its_grants(statement, sentence):
    with connection.cursor() as cursor:
        cursor.execute(WITHIN_THE_TEST)
        cursor.execute(statement)  # rolled back with the test: roles are part of the transaction
    finding = doctor_says("public")
    assert finding.level == "wrong"
    assert sentence in finding.sentence


@pytest.mark.postgres_only
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM cases_report",
        "SELECT * FROM cases_contentitem",
        "SELECT * FROM cases_datakey",
        "SELECT * FROM audit_entry",
        "SELECT * FROM accounts_person",
        "SELECT * FROM mfa_authenticator",
        "SELECT * FROM django_session",
        "UPDATE intake_submission SET sealed = ''",
        "DELETE FROM intake_submission",
        "UPDATE intake_receiptstatus SET state = 'closed'",
        "UPDATE audit_entry SET action = 'x'",
        "DELETE FROM audit_entry",
        "CREATE TABLE mine (id int)",
    ],
)
def test_the_public_role_cannot(statement):
    from django.db.utils import ProgrammingError

    with connection.cursor() as cursor:
        cursor.execute(grants.as_sql("node"))
        cursor.execute("SET ROLE havn_public")
        try:
            with pytest.raises(ProgrammingError, match="permission denied"):
                cursor.execute(statement)
        finally:
            cursor.execute("RESET ROLE")


@pytest.mark.postgres_only
@pytest.mark.django_db(transaction=True)
def test_nobody_but_the_worker_changes_an_audit_entry_and_nobody_removes_one():
    with connection.cursor() as cursor:
        cursor.execute(grants.as_sql("node"))
        able = {}
        for role in grants.GRANTS:
            cursor.execute(
                "SELECT has_table_privilege(%s, 'audit_entry', 'UPDATE'), "
                "has_table_privilege(%s, 'audit_entry', 'DELETE, TRUNCATE')",
                [role, role],
            )
            able[role] = cursor.fetchone()
    assert {role for role, (update, _) in able.items() if update} == {"havn_worker"}
    assert not any(delete for _, delete in able.values())
