# SPDX-License-Identifier: Apache-2.0
"""Open data as strangers' programs read it: pandas, sdmx1, an OpenAPI validator, a feed reader."""

import io
import json
import zipfile
from decimal import Decimal

import pandas
import pytest
import sdmx
from django.test import Client
from jsonschema import Draft202012Validator
from lxml import etree
from openapi_spec_validator import validate

from havn.config.audiences import AUDIENCES
from havn.domain.indicators.rules import DEFINITIONS
from havn.domain.publication.models import PublishedFigure, PublishedReport
from havn.domain.publication.rules import tidy
from tests.support.published import figure_row, fill, report_row

pytestmark = [pytest.mark.django_db]
SOME = {"V01", "P09", "R01", "R05", "R06", "R10"}
MEMBERS = ["DK", "SE", "NO", "MT"]
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module")
def filled(standing):
    """Two years of four countries, with their quarters."""
    some = [each for each in DEFINITIONS if each.id in SOME]
    fill(MEMBERS, ["2024", "2025"], definitions=some, stated=frozenset({"MT"}), quarters=True)
    report = PublishedReport.objects.get(member="DK", year="2025")
    hidden = {"status": "Q", "low": 1, "high": 2, "breakdown": "sex;age", "code": "F;Y0T2"}
    figure_row(report, "V01", "identified", **hidden).save()
    figure_row(report, "V01", "identified", breakdown="setting", code="_N", status="Q").save()


@pytest.fixture
def site(filled, db, settings):
    settings.ROOT_URLCONF = "havn.config.urls.hub"
    settings.MIDDLEWARE = AUDIENCES["alliance"].middleware
    return Client()


def content_of(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, address
    return b"".join(answer)


def test_the_tidy_table_loads_in_pandas_with_the_right_types(site):
    content = content_of(site, "/data/periods/2025/figures.csv")
    table = pandas.read_csv(io.BytesIO(content), keep_default_na=True, na_values=[""])
    assert list(table.columns) == list(tidy.COLUMNS)
    for name, (kind, _told) in tidy.COLUMNS.items():
        if kind in {"decimal", "integer"}:
            assert pandas.api.types.is_numeric_dtype(table[name]), name
    whole = table[["numerator", "denominator", "n_censored", "version"]].stack().dropna()
    assert (whole == whole.round()).all()
    assert set(table["time_period"].astype(str)) == {"2025"}
    assert set(table["ref_area"]) == {"DK", "SE", "NO"}
    assert pandas.to_datetime(table["as_of"]).notna().all()
    hidden = table[(table["obs_status"] == "Q") & (table["conf_status"] == "C")]
    assert len(hidden) == 1
    assert hidden[["obs_value", "lower_bound", "numerator", "denominator"]].isna().all(axis=None)
    assert hidden.iloc[0][["sex", "age", "conf_status"]].tolist() == ["F", "Y0T2", "C"]


def test_files_say_in_words_that_a_breakdown_is_not_shown(site):
    content = content_of(site, "/data/periods/2025/figures.csv")
    table = pandas.read_csv(io.BytesIO(content), dtype=str).fillna("")
    (row,) = table[table["conf_status"] == "N"].to_dict("records")
    assert (row["other_dim"], row["other_code"]) == ("measure;setting", "identified;_N")
    assert (row["obs_status"], row["obs_value"]) == ("Q", "")
    assert row["note"] == (
        "breakdown not shown: small numbers could be worked out from it; "
        "the figure for all together is given instead"
    )
    described = json.loads(content_of(site, "/data/periods/2025/figures.csv-metadata.json"))
    told = {each["name"]: each["dc:description"] for each in described["tableSchema"]["columns"]}
    assert row["note"] in told["conf_status"]
    assert "_N not shown" in told["other_code"]
    answer = json.loads(content_of(site, "/api/v1/results/V01/2025.json"))
    assert [each["value"] for each in answer["computed"] if each["code"] == "_N"] == [None]
    described = json.loads(content_of(site, "/api/v1/results/openapi.json"))
    assert "_N stands for a whole breakdown that is not shown" in described["info"]["description"]


def test_computed_and_stated_figures_are_files_of_their_own(site):
    stated = pandas.read_csv(io.BytesIO(content_of(site, "/data/periods/2025/stated.csv")))
    assert set(stated["ref_area"]) == {"MT"}
    assert stated["node"].isna().all()
    assert stated["note"].str.startswith("stated, not computed; source: a yearbook").all()


def test_bounds_of_hidden_figures_are_in_no_public_answer(site):
    report = PublishedReport.objects.get(member="SE", year="2025")
    figure_row(
        report, "V01", "identified", status="Q", low=31337, high=41337, breakdown="sex", code="M"
    ).save()
    addresses = ["/data/periods/2025.zip", "/data/periods/2025/figures.csv", "/data/periods/2025/sdmx.csv",
        "/data/indicators/V01.csv", "/api/v1/results/V01/2025.json", "/en/results/indicators/V01",
        "/en/results/countries/SE/V01"]  # fmt: skip
    for address in addresses:
        content = content_of(site, address)
        if address.endswith(".zip"):
            with zipfile.ZipFile(io.BytesIO(content)) as packed:
                content = b"".join(packed.read(name) for name in packed.namelist())
        assert b"31337" not in content, address
        assert b"41337" not in content, address


def test_the_descriptor_names_every_column_with_the_type_that_it_has(site):
    value = json.loads(content_of(site, "/data/periods/2025/figures.csv-metadata.json"))
    assert value["@context"] == "http://www.w3.org/ns/csvw"
    assert value["url"].endswith("/data/periods/2025/figures.csv")
    columns = value["tableSchema"]["columns"]
    assert [each["name"] for each in columns] == list(tidy.COLUMNS)
    header, *lines = content_of(site, "/data/periods/2025/figures.csv").decode().splitlines()
    assert header.split(",") == [each["name"] for each in columns]
    rows = pandas.read_csv(io.StringIO("\n".join([header, *lines])), dtype=str).fillna("")
    for each in columns:
        cells = [cell for cell in rows[each["name"]] if cell]
        assert not each["required"] or len(cells) == len(rows), each["name"]
        if each["datatype"] in {"decimal", "integer"}:
            numbers = [Decimal(cell) for cell in cells]
            assert each["datatype"] == "decimal" or all(n == int(n) for n in numbers)
    key = rows[value["tableSchema"]["primaryKey"]]
    assert not key.duplicated().any()


def test_sdmx_loads_with_its_structure_and_every_code_is_in_a_list(site, tmp_path):
    structure = sdmx.read_sdmx(io.BytesIO(content_of(site, "/data/sdmx-structure.xml")))
    flow = structure.dataflow["ALLIANCE_RESULTS"]
    file = tmp_path / "results.csv"
    file.write_bytes(content_of(site, "/data/periods/2025-Q2/sdmx.csv"))
    with file.open("rb") as opened:
        message = sdmx.read_sdmx(opened, format="CSV", structure=flow.structure)
    [found] = message.data
    rows = file.read_text().splitlines()[1:]
    assert len(found.obs) == len(rows)
    assert len({tuple(str(each) for each in obs.key.values.values()) for obs in found.obs}) == len(
        rows
    )
    values = sdmx.to_pandas(found)
    assert values.dtype == float
    lists = {
        each.id: each.local_representation.enumerated
        for each in flow.structure.dimensions
        if each.local_representation and each.local_representation.enumerated
    }
    assert set(lists) == {
        "FREQ",
        "REF_AREA",
        "INDICATOR",
        "MEASURE",
        "BREAKDOWN_1",
        "CODE_1",
        "BREAKDOWN_2",
        "CODE_2",
        "BASIS",
    }
    for obs in found.obs:
        for name, codes in lists.items():
            assert obs.key.values[name].value in codes, (name, obs)


def test_json_is_as_the_openapi_document_says(site):
    document = json.loads(content_of(site, "/api/v1/results/openapi.json"))
    validate(document)
    schemas = document["components"]["schemas"]
    for address, name in (
        ("/api/v1/results/periods.json", "Periods"),
        ("/api/v1/results/indicators.json", "Indicators"),
        ("/api/v1/results/R05/2025.json", "Figures"),
        ("/api/v1/results/V01/2025.json", "Figures"),
    ):
        schema = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": schemas}}
        value = json.loads(content_of(site, address))
        assert list(Draft202012Validator(schema).iter_errors(value)) == [], address
    figures = json.loads(content_of(site, "/api/v1/results/R05/2025.json"))
    assert {each["member"] for each in figures["stated_not_computed"]} == {"MT"}
    assert "MT" not in {each["member"] for each in figures["computed"]}


def test_one_bulk_file_holds_a_period_and_is_the_same_bytes_again(site):
    first, second = (content_of(site, "/data/periods/2025.zip") for _ in range(2))
    assert first == second
    with zipfile.ZipFile(io.BytesIO(first)) as packed:
        assert sorted(packed.namelist()) == [
            "figures.csv", "figures.csv-metadata.json", "indicators.json", "sdmx-structure.xml", "sdmx.csv",
            "stated.csv", "stated.csv-metadata.json",
        ]  # fmt: skip
        assert packed.read("figures.csv") == content_of(site, "/data/periods/2025/figures.csv")


@pytest.mark.parametrize(
    "address",
    [
        "/data/periods/1999.zip", "/data/periods/2025/other.csv", "/data/periods/x/figures.csv",
        "/data/periods/2025/other.csv-metadata.json", "/data/indicators/Z99.csv", "/api/v1/results/Z99/2025.json",
        "/api/v1/results/R05/1999.json", "/en/results/indicators/Z99", "/en/results/indicators/R05/1999",
        "/en/results/periods/1999", "/en/results/countries/XX", "/en/results/countries/XX/R05",
        "/en/results/targets/9", "/en/results/cooperation/1999",
        "/data/proofs/00000000-0000-4000-8000-000000000000/R05.json",
    ],
)  # fmt: skip
def test_what_is_not_there_is_not_found(site, address):
    assert site.get(address).status_code == 404


def test_the_feed_tells_releases_corrections_and_withdrawals_and_is_valid_atom(site):
    PublishedReport.objects.filter(member="SE", year="2025").update(is_current=False)
    report_row("SE", "2025", version="1.1", correction_kind="error_in_facts").save()
    PublishedReport.objects.filter(member="NO", year="2024").update(
        state="withdrawn", is_current=False, withdrawn_at=report_row("NO", "2025").published_at
    )
    answer = site.get("/en/updates.atom")
    assert answer["Content-Type"].startswith("application/atom+xml")
    feed = etree.fromstring(answer.content)
    assert feed.tag == f"{ATOM}feed"
    for name in ("id", "title", "updated"):
        assert len(feed.findall(ATOM + name)) == 1
    entries = feed.findall(ATOM + "entry")
    assert len(entries) == 9
    ids = [entry.findtext(ATOM + "id") for entry in entries]
    assert len(set(ids)) == len(ids)
    for entry in entries:
        assert entry.findtext(ATOM + "title")
        assert entry.findtext(ATOM + "updated").endswith(("Z", "+00:00"))
        assert entry.find(ATOM + "link").get("href").startswith("http")
        assert entry.find(f"{ATOM}author/{ATOM}name").text
    titles = [entry.findtext(ATOM + "title") for entry in entries]
    assert "Sweden: report of 2025 corrected, version 1.1" in titles
    assert "Norway: report of 2024, version 1.0, withdrawn" in titles
    newest = max(entry.findtext(ATOM + "updated") for entry in entries)
    assert feed.findtext(ATOM + "updated") == newest


def test_an_empty_hub_has_a_valid_feed_and_files(settings):
    settings.ROOT_URLCONF = "havn.config.urls.hub"
    settings.MIDDLEWARE = AUDIENCES["alliance"].middleware
    PublishedFigure.objects.all().delete()  # those that stand for the others of this module
    PublishedReport.objects.all().delete()
    client = Client()
    feed = etree.fromstring(client.get("/da/updates.atom").content)
    assert feed.findtext(ATOM + "updated") == "2012-12-05T00:00:00+00:00"
    assert json.loads(client.get("/api/v1/results/periods.json").content) == {
        "v": 1,
        "periods": [],
    }
