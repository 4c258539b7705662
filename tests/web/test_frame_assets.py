# SPDX-License-Identifier: Apache-2.0
"""What of others lies in the tree: digests as listed, and nothing that is not free to use."""

import hashlib
import re
import tomllib

import pytest

from tests.architecture.source import ROOT

MANIFEST = ROOT / "vendor/MANIFEST.toml"
STATIC = ROOT / "src/havn/web/frame/static/havn"
FRAME_TEMPLATES = ROOT / "src/havn/web/frame/templates"
LISTED = [
    (package["name"], file["path"], file["sha256"])
    for package in tomllib.loads(MANIFEST.read_text())["package"]
    for file in package["files"]
]


@pytest.mark.parametrize(("package", "path", "digest"), LISTED)
def test_every_vendored_file_is_as_listed(package, path, digest):
    assert hashlib.sha256((ROOT / path).read_bytes()).hexdigest() == digest, (
        f"{package}: script/build-assets"
    )


def test_every_package_says_its_version_and_licence():
    for package in tomllib.loads(MANIFEST.read_text())["package"]:
        assert package["version"]
        assert package["licence"]
        assert package["changes"]


@pytest.mark.parametrize("name", ["havn.css", "havn.rtl.css"])
def test_the_styles_hold_no_typeface_crest_or_upload_control_and_lead_nowhere(name):
    style = (STATIC / name).read_text()
    assert (
        re.findall(
            r"GDS Transport|crest|@font-face|file-upload|@import|url\(|cookie-banner", style
        )
        == []
    )


def test_right_to_left_styles_mirror():
    plain, mirrored = (STATIC / "havn.css").read_text(), (STATIC / "havn.rtl.css").read_text()
    assert plain.count("text-align:left") == mirrored.count("text-align:right")
    assert plain != mirrored


def pages_and_scripts():
    """Return all that can name a template, a class or an attribute, but the style sheets and others' scripts."""
    return {
        path: path.read_text(encoding="utf-8")
        for path in (ROOT / "src/havn/web").rglob("*")
        if path.suffix in {".html", ".py", ".js"} and ".min." not in path.name
    }


def test_every_part_of_the_frame_style_and_convenience_is_used_on_a_page():
    texts = pages_and_scripts()
    all_of_them = "\n".join(texts.values())
    pages = "\n".join(text for path, text in texts.items() if path.suffix == ".html")
    parts = {f"frame/includes/{path.name}" for path in texts if path.parent.name == "includes"}
    frame_parts = {part for part in parts if (FRAME_TEMPLATES / part).is_file()}
    classes = set(re.findall(r"\.(havn-[\w-]+)", (STATIC / "havn.css").read_text()))
    wanted = set(re.findall(r"\[(data-havn-[\w-]+)\]", texts[STATIC / "havn.js"]))
    assert len(frame_parts) > 5
    assert len(classes) > 20
    assert wanted
    assert {part for part in frame_parts if part not in all_of_them} == set()
    assert {name for name in classes if not re.search(rf"{name}(?![\w-])", all_of_them)} == set()
    assert {name for name in wanted if name not in pages} == set()


def test_our_script_asks_no_other_site_for_anything():
    script = (STATIC / "havn.js").read_text()
    assert re.findall(r"https?://|fetch\(|XMLHttpRequest|innerHTML|eval\(", script) == []
