# SPDX-License-Identifier: Apache-2.0
"""A stranger verifies published figures with one file: what was signed verifies, and nothing that was changed."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest
from django.test import Client

from havn.cli.root import run
from havn.config.audiences import AUDIENCES
from havn.domain.members.clients import Repository
from havn.domain.publication import services
from havn.domain.publication.models import PublishedFigure, ReportProof
from havn.kit import figures
from havn.lib import wire
from havn.lib.encoding import b64u, canonical_json, instant_text
from havn.web.alliance_site import roster
from tests.support import roster as made_up
from tests.support.alliance import MadeUpAlliance
from tests.support.hub import (
    SECRETARIAT,
    WITHOUT_NODE,
    YEAR,
    HubAlliance,
    made_report,
    office_key,
    public_half,
)

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite_only]
QUARTERS = tuple(f"{YEAR}-Q{number}" for number in (1, 2, 3, 4))


def participants_of(hub):
    """Return the files of the roster that the hub of the test goes by."""
    values = [hub._own_file(), *hub.further]
    for code, node in hub.peers.items():
        value = made_up.participant(code)
        for use, public in (("log", node.log_public), ("exchange", node.exchange_public)):
            value["nodes"][0][f"{use}_keys"][0]["public"] = b64u(public)
        values.append(value)
    return values


def series():
    """Return twenty figures and a hidden one: counts, times and shares of a year and its quarters."""
    found = []
    for period in (YEAR, *QUARTERS):
        for number, (measure, code) in enumerate(
            (
                ("median_hours", ""),
                ("median_hours", "here"),
                ("p90_hours", ""),
                ("p90_hours", "abroad"),
            )
        ):
            value = Decimal(1000 + number * 137 + len(found) * 11) / 8
            found.append(
                wire.Figure(
                    period=period, measure=measure, breakdown="hosting" if code else "", code=code,
                    value=value, n_started=40 + number, n_done=30, n_censored=10 + number,
                )
            )  # fmt: skip
    hidden = wire.Figure(
        period=YEAR, measure="median_hours", breakdown="hosting", code="_U", status="Q"
    )
    return [*found, hidden]


@pytest.fixture
def hub(tmp_path, settings):
    settings.HAVN_FOLDER = tmp_path
    settings.ROOT_URLCONF = "havn.config.urls.hub"
    settings.MIDDLEWARE = AUDIENCES["alliance"].middleware
    found = HubAlliance().joined()
    found.roster = MadeUpAlliance(tmp_path / "alliance")
    found.roster.say(*participants_of(found))
    return found


def published(hub, made, *, code="DK"):
    hub.later()
    hub.send(code, made)
    hub.hear(code)
    services.publish_report(report_id=made.id, actor=hub.secretariat, at=hub.at)
    return f"/data/proofs/{made.id}/{made.parts[0].name.partition('/')[2]}.json"


@pytest.fixture
def proof(hub):
    address = published(hub, made_report("DK", indicator="R05", figures=series()))
    answer = Client().get(address)
    assert answer.status_code == 200
    return answer.content


def refused(content, **options):
    with pytest.raises(figures.ProofError) as error:
        figures.verify_proof_file(content, **options)
    return error.value.code


def changed(content, change):
    value = json.loads(content)
    change(value)
    return canonical_json(value)


def test_a_proof_shows_who_signed_in_which_log_and_who_saw_it(hub, proof):  # G4 G5 G6
    found = figures.verify_proof_file(proof)
    assert (found.head.member, found.indicator, len(found.figures)) == ("DK", "R05", 21)
    assert found.origin.endswith(str(hub.node_of("DK")))
    assert [name.rpartition("/")[2] for name in found.witnesses] == [str(hub.own.node_id)]
    assert not found.is_stated
    assert ReportProof.objects.count() == 1


def test_twenty_figures_verify_in_table_json_and_page_and_no_changed_one_does(hub, proof):  # G9
    verified = figures.verify_proof_file(proof)
    client = Client()
    table = b"".join(client.get("/data/indicators/R05.csv"))
    answer = client.get(f"/api/v1/results/R05/{YEAR}.json").content
    page = client.get("/en/results/countries/DK/R05").content
    danish = client.get("/da/results/countries/DK/R05").content
    for content, compare in (
        (table, figures.compare_csv), (answer, figures.compare_json),
        (page, figures.compare_page), (danish, figures.compare_page),
    ):  # fmt: skip
        verdicts = {each.verdict for each in compare(verified, content)}
        assert verdicts == {figures.Verdict.VERIFIED}, content
    assert len(figures.compare_csv(verified, table)) == 21
    chance = Random(7)
    for row in PublishedFigure.objects.filter(value__isnull=False):
        before = row.value
        PublishedFigure.objects.filter(pk=row.pk).update(value=before + chance.choice((1, -1, 2)))
        found = figures.compare_csv(verified, b"".join(client.get("/data/indicators/R05.csv")))
        assert [each.verdict for each in found].count(figures.Verdict.CHANGED) == 1
        shown = figures.compare_page(verified, client.get("/en/results/countries/DK/R05").content)
        marks = {each.place for each in shown if each.verdict is figures.Verdict.CHANGED}
        mark = f"DK/R05/{row.period}/{row.measure}/{row.breakdown}/{row.code}"
        assert marks == ({mark} if mark in {each.place for each in shown} else set())
        PublishedFigure.objects.filter(pk=row.pk).update(value=before)


def test_a_page_whose_text_was_changed_by_hand_does_not_verify(hub, proof):
    verified = figures.verify_proof_file(proof)
    page = Client().get("/en/results/countries/DK/R05").content.decode()
    found = re.search(r'<td[^>]*data-figure="[^"]*median_hours//"[^>]*>([^<]*)</td>', page)
    forged = page.replace(found[0], found[0].replace(found[1], "3 hours"))
    verdicts = [each.verdict for each in figures.compare_page(verified, forged.encode())]
    assert verdicts.count(figures.Verdict.CHANGED) == 1


def test_a_hidden_figure_that_somebody_filled_in_does_not_verify(hub, proof):
    verified = figures.verify_proof_file(proof)
    PublishedFigure.objects.filter(status="Q").update(status="A", value=3)
    found = figures.compare_csv(verified, b"".join(Client().get("/data/indicators/R05.csv")))
    assert [each.says for each in found if each.verdict is figures.Verdict.CHANGED] == ["3"]


def other_head(value):
    head = made_report("DK", indicator="R05", figures=series())
    value["head"] = head.token


ATTACKS = {
    "a figure": ("part_differs", lambda v: v["part"]["content"]["series"][3].update(value="1")),
    "the name of the part": ("report_wrong", lambda v: v["part"].update(name="figures/R06")),
    "another report's head": ("leaf_differs", other_head),
    "no log": ("log_missing", lambda v: v.update(log=None)),
    "no roster": ("roster_missing", lambda v: v.update(roster=None)),
    "the leaf": ("log_wrong", lambda v: v["log"].update(leaf=v["log"]["leaf"][:-4] + "AAAA")),
    "the salt": ("log_wrong", lambda v: v["log"].update(salt="A" * 43)),
    "the payload": ("log_wrong", lambda v: v["log"].update(payload=v["log"]["payload"][:-4])),
    "the place in the log": ("log_wrong", lambda v: v["log"].update(proof=re.sub(r"index \d+", "index 0", v["log"]["proof"]))),
    "a key in a participant's file": (
        "roster_wrong",
        lambda v: v["roster"]["files"].update({"participants/DK.json": v["roster"]["files"]["participants/DK.json"].replace("Denmark", "Denmarc")}),
    ),
    "the targets": ("roster_wrong", lambda v: v["roster"].update(targets=v["roster"]["targets"].replace('"expires":"2099', '"expires":"2098'))),
    "no file of the country": ("node_unknown", lambda v: v["roster"]["files"].pop("participants/DK.json")),
    "no witness": ("witnesses_missing", lambda v: v["roster"]["files"].pop(f"participants/{SECRETARIAT}.json")),
    "a further field": ("not_a_proof", lambda v: v.update(extra=1)),
    "a later version": ("unknown_version", lambda v: v.update(v=2)),
}  # fmt: skip


@pytest.mark.parametrize("what", ATTACKS)
def test_a_proof_in_which_something_was_changed_is_refused(hub, proof, what):  # G1 G2 G3 G4 G5
    code, change = ATTACKS[what]
    assert refused(changed(proof, change)) == code


def test_no_single_byte_of_a_proof_can_be_changed_in_the_figures_the_head_or_the_log(hub, proof):
    chance = Random(11)
    for _ in range(60):
        place = chance.randrange(len(proof))
        forged = proof[:place] + bytes([proof[place] ^ 1]) + proof[place + 1 :]
        try:
            found = figures.verify_proof_file(forged)
        except figures.ProofError:
            continue
        # Words that nothing rests on, like a key in a file of the roster that signs in no name here, are not there.
        assert found.figures == figures.verify_proof_file(proof).figures


def revoked_in(content, use, when, alliance, *, code="DK"):
    """Return the proof beside the roster of a later day, in which a participant's key is revoked from an instant."""
    value = json.loads(content)
    files = {
        name.removeprefix("participants/").removesuffix(".json"): json.loads(text)
        for name, text in value["roster"]["files"].items()
    }
    node = files[code]["nodes"][0]
    fresh = {"public": made_up.public_key(use, code, 7), "since": 1, "revoked": False}
    node[f"{use}_keys"] = [{**node[f"{use}_keys"][0], "revoked": when}, fresh]
    alliance.say(*files.values())
    value["roster"] = roster.evidence(tuple(files))
    return canonical_json(value)


def seen_at(content):
    """Return when the witness of the proof saw the log."""
    return figures.verify_proof_file(content).logged_at


@pytest.mark.parametrize("use", ["signing", "log"])
def test_what_others_saw_in_the_log_before_the_key_was_revoked_verifies_for_ever(
    hub, proof, use
):  # G10
    after = instant_text(seen_at(proof) + timedelta(days=1))
    found = figures.verify_proof_file(revoked_in(proof, use, after, hub.roster))
    assert instant_text(found.revoked_from) == after
    assert len(found.figures) == 21


@pytest.mark.parametrize("use", ["signing", "log"])
@pytest.mark.parametrize("when", ["before", True])
def test_what_nobody_saw_before_the_key_was_revoked_does_not_verify(hub, proof, use, when):  # G10
    before = instant_text(seen_at(proof) - timedelta(days=1)) if when == "before" else when
    content = revoked_in(proof, use, before, hub.roster)
    assert refused(content) == "key_revoked"
    assert refused(content, needed_witnesses=0) == "key_revoked"  # its own word is not enough


def test_a_witness_whose_key_was_revoked_says_nothing_of_the_past(hub, proof):  # G6 F30
    after = instant_text(seen_at(proof) + timedelta(days=1))
    content = revoked_in(proof, "log", after, hub.roster, code=SECRETARIAT)
    assert refused(content) == "witnesses_missing"


def test_a_root_that_one_was_given_is_followed_and_another_is_not(hub, proof, tmp_path):  # G3
    first = Repository(tmp_path / "alliance").first_root()
    assert figures.verify_proof_file(proof, pinned_root=first).roster.is_pinned
    other = MadeUpAlliance(tmp_path / "other", at=datetime(2098, 2, 1, tzinfo=UTC))
    assert refused(proof, pinned_root=other.root) == "root_differs"


def test_more_witnesses_can_be_asked_for_than_there_were(hub, proof):
    assert refused(proof, needed_witnesses=2) == "witnesses_missing"


def test_a_report_whose_figures_hold_bounds_has_no_proof_and_one_with_bounds_apart_has(
    hub,
):  # G8 N26
    hidden = wire.Figure(
        period=YEAR, measure="received", breakdown="channel", code="web", status="Q", low=1, high=2
    )
    made = made_report(
        "DK", figures=[wire.Figure(period=YEAR, measure="received", value=Decimal(9)), hidden]
    )
    assert Client().get(published(hub, made)).status_code == 404
    parts = wire.figures_and_bounds(
        "R01",
        1,
        [wire.Figure(period=YEAR, measure="received", value=Decimal(9)), hidden],
        salt=bytes(32),
    )
    written = tuple(wire.write_part(name, content) for name, content in parts.items())
    made = made_report("SE")
    head = replace(made.head, parts=tuple(wire.PartLine.of(part) for part in written))
    private = made_up.seed_of("signing", "SE", 1)
    token = wire.sign_head(head, private, key_id=made_up_key_id(private))
    made = replace(made, head=head, token=token, parts=written)
    answer = Client().get(published(hub, made, code="SE"))
    assert answer.status_code == 200
    assert b'"bounds/R01"' not in answer.content
    figures.verify_proof_file(answer.content)
    row = PublishedFigure.objects.get(member="SE", status="Q")
    assert (row.low, row.high) == (1, 2)


def test_the_command_says_in_sentences_what_holds_and_ends_with_its_codes(
    hub, proof, tmp_path, capsys
):
    file, table, root = tmp_path / "proof.json", tmp_path / "table.csv", tmp_path / "root.json"
    file.write_bytes(proof)
    table.write_bytes(b"".join(Client().get("/data/indicators/R05.csv")))
    root.write_bytes(Repository(tmp_path / "alliance").first_root())
    assert run(["figure", "verify", str(file), "--root", str(root)]) == 0
    assert "21 figures are as Denmark (made up) signed them" in capsys.readouterr().out
    assert run(["figure", "verify", str(table), "--proof", str(file)]) == 0
    assert "21 verified, 0 changed, 0 unknown, 0 not covered" in capsys.readouterr().out
    table.write_text(table.read_text().replace(",125,", ",12,", 1))
    assert run(["figure", "verify", str(table), "--proof", str(file)]) == 1
    assert (
        "CHANGED  DK/R05/2025/median_hours//: says 12, signed was 125" in capsys.readouterr().out
    )
    file.write_bytes(changed(proof, lambda value: value.update(log=None)))
    assert run(["figure", "verify", str(file)]) == 1
    assert "does not show that the report stands" in capsys.readouterr().err
    assert run(["figure", "verify", str(tmp_path / "nothing.json")]) == 2


def made_up_key_id(private):
    from havn.lib.signing import key_id

    return key_id(public_half(private))


def test_what_an_office_stated_verifies_as_stated_and_never_as_computed(hub):  # G7
    at = hub.at
    key = services.NewOfficeKey(WITHOUT_NODE, "Ministry (made up)", public_half(office_key()))
    services.add_office_key(key=key, actor=hub.secretariat, at=at)
    hub.later()
    made = made_report(WITHOUT_NODE, basis="stated")
    judged = services.take_upload(content=made.upload, actor=hub.system, at=hub.at)
    assert judged.is_accepted, judged.faults
    services.publish_report(report_id=made.id, actor=hub.secretariat, at=hub.at)
    content = Client().get(f"/data/proofs/{made.id}/R01.json").content
    found = figures.verify_proof_file(content)
    assert found.is_stated
    assert found.signer == "Ministry (made up)"
    assert found.witnesses == ()
    key = b64u(public_half(office_key("DK")))
    assert refused(changed(content, lambda v: v["office"].update(public=key))) == "signature_wrong"
