# SPDX-License-Identifier: Apache-2.0
"""What of others lies in the tree: digests as listed, and nothing that is not free to use."""

import hashlib
import re
import tomllib

import pytest

from tests.architecture.source import ROOT

MANIFEST = ROOT / "vendor/MANIFEST.toml"
STATIC = ROOT / "src/havn/web/frame/static/havn"
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


def test_our_script_asks_no_other_site_for_anything():
    script = (STATIC / "havn.js").read_text()
    assert re.findall(r"https?://|fetch\(|XMLHttpRequest|innerHTML|eval\(", script) == []
