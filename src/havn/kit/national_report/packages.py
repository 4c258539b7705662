# SPDX-License-Identifier: Apache-2.0
"""The packages in which office programs save (ZIP): judged by names, sizes and types before anything is parsed."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Final

from havn.kit.national_report.faults import FileFault, FileRefusedError, shown

MOST_FILE_BYTES: Final = 8 * 1024 * 1024
MOST_UNPACKED: Final = 24 * 1024 * 1024
MOST_ENTRIES: Final = 200
MOST_RATIO: Final = 200
SMALL: Final = 256 * 1024  # below this the ratio says nothing
# LibreOffice draws a preview of the first page into each file. It is never unpacked and goes nowhere.
_PREVIEWS = {"ods": {"Thumbnails/thumbnail.png"}}
_MEDIA_FOLDERS = re.compile(
    r"(^|/)(media|pictures|embeddings|objectreplacements|object ?\d+|activex|ctrlprops|charts|"
    r"diagrams|ink|richdata|webextensions|basic|scripts|dialogs)/",
    re.IGNORECASE,
)
_PROGRAMS = re.compile(
    r"(^|/)(vba\w*\.\w+$|basic/|scripts/|macros/)|\.(vbs|js|exe|dll|py)$", re.IGNORECASE
)
_LINKS = re.compile(r"(^|/)(externallinks|querytables|connections\.xml)", re.IGNORECASE)
_PLAIN_NAMES = re.compile(
    r"\.(xml|rels|rdf|vml)$|^mimetype$|/$|^layout-cache$|\.psmdcp$", re.IGNORECASE
)
_SETTINGS_OF_PRINTERS = re.compile(r"(^|/)printerSettings\d*\.bin$")
_MEDIA_TYPES = re.compile(
    rb"(image|audio|video|model|font)/|oleobject|activex|vmldrawing-image|package\.[a-z]+sheet\.binary",
    re.IGNORECASE,
)
_PROGRAM_TYPES = re.compile(rb"vbaproject|macroenabled", re.IGNORECASE)
_TAG = rb"<(?:[A-Za-z_][\w.-]*:)?(%s)[\s/>]"
_MEDIA_TAGS = re.compile(
    _TAG % rb"binary-data|blip|imagedata|oleObjects?|OLEObject|object|object-ole|plugin|applet|"
    rb"floating-frame|audioFile|videoFile|wavAudioFile|movie|embed|pict|drawing|control|image|sound"
)
_PROGRAM_TAGS = re.compile(_TAG % rb"script|event-listener|event-listeners", re.IGNORECASE)
_FETCHING = re.compile(
    rb"(instrText\b[^>]*>|instr\s*=\s*[\"'])\s*(INCLUDEPICTURE|INCLUDETEXT|DDEAUTO|DDE|LINK|EMBED|IMPORT)\b"
    rb"|<(?:[\w.-]+:)?dde-\w+|<(?:[\w.-]+:)?ddeLink",
    re.IGNORECASE,
)
_RELATION = re.compile(rb"<(?:[\w.-]+:)?Relationship\b[^>]*>")
_DOCTYPE = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
_ENCODING = re.compile(rb"^\s*<\?xml[^>]*encoding\s*=\s*[\"']([^\"']*)[\"']", re.IGNORECASE)
_BEGINNINGS = (
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"RIFF",
    b"BM",
    b"II*\0",
    b"MM\0*",
    b"\xd0\xcf\x11\xe0",
    b"%PDF",
    b"MZ",
    b"ID3",
    b"OggS",
    b"\x1aE\xdf\xa3",
    b"PK\x03\x04",
    b"\x01\0\0\0\x6c\0\0\0",
)
_NAMES = {"xlsx": "XLSX", "ods": "ODS", "docx": "DOCX", "csv": "CSV"}


def unpacked(content: bytes, kind: str) -> Mapping[str, bytes]:
    """Return the parts of a package by name; raise FileRefusedError for what is not words and numbers.

    Nothing is parsed here, and no entry is unpacked before names, number and sizes were judged.
    """
    if len(content) > MOST_FILE_BYTES:
        raise FileRefusedError([FileFault("too_large")])
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise FileRefusedError([FileFault("old_format", value=_NAMES[kind])])
    if not content.startswith(b"PK\x03\x04"):
        raise FileRefusedError([FileFault("other_format", value=_NAMES[kind])])
    try:
        with zipfile.ZipFile(BytesIO(content)) as package:
            entries = package.infolist()
            _require_none(_packing_faults(entries))
            _require_none(_name_faults([entry.filename for entry in entries], kind))
            parts = {
                entry.filename: package.read(entry)
                for entry in entries
                if entry.filename not in _PREVIEWS.get(kind, set()) and not entry.is_dir()
            }
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        RuntimeError,
        NotImplementedError,
        ValueError,
        OverflowError,
    ) as error:
        if isinstance(error, FileRefusedError):
            raise
        raise FileRefusedError([FileFault("broken")]) from error
    _require_none(fault for name, part in parts.items() for fault in _part_faults(name, part))
    _require_kind(parts, kind)
    return parts


def repacked(parts: Mapping[str, bytes]) -> bytes:
    """Return a package of the parts that were judged, and of nothing else that lay in the file."""
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as package:
        for name, part in parts.items():
            package.writestr(name, part)
    return content.getvalue()


def _require_none(faults: Iterator[FileFault]) -> None:
    found = list(dict.fromkeys(faults))
    if found:
        raise FileRefusedError(found[:20])


def _packing_faults(entries: list[zipfile.ZipInfo]) -> Iterator[FileFault]:
    if len(entries) > MOST_ENTRIES:
        yield FileFault("unsafe_package", value=f"{len(entries)} entries")
    names = [entry.filename.casefold() for entry in entries]
    if len(set(names)) != len(names):
        yield FileFault("unsafe_package", value="two entries of one name")
    if sum(entry.file_size for entry in entries) > MOST_UNPACKED:
        yield FileFault("too_large")
    for entry in entries:
        steps = entry.filename.split("/")
        if entry.filename.startswith("/") or ".." in steps or "\\" in entry.filename:
            yield FileFault("unsafe_package", value="a name that leads out of it")
        if entry.flag_bits & 1:
            yield FileFault("old_format", value="a file")
        if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            yield FileFault("unsafe_package", value="an unusual compression")
        if entry.file_size > max(SMALL, MOST_RATIO * entry.compress_size):
            yield FileFault("unsafe_package", value="far larger inside than outside")


def _name_faults(names: list[str], kind: str) -> Iterator[FileFault]:
    for name in names:
        if name in _PREVIEWS.get(kind, set()) or (name.endswith("/") and _is_toolbar(name)):
            continue
        if _PROGRAMS.search(name):
            yield FileFault("macro", value=shown(name))
        elif _LINKS.search(name):
            yield FileFault("external", value=shown(name))
        elif _MEDIA_FOLDERS.search(name) or not _is_plain(name):
            yield FileFault("media", value=shown(name))


def _is_plain(name: str) -> bool:
    return bool(_PLAIN_NAMES.search(name) or _SETTINGS_OF_PRINTERS.search(name))


def _is_toolbar(name: str) -> bool:
    return name.startswith("Configurations2/")  # empty folders that LibreOffice writes


def _part_faults(name: str, part: bytes) -> Iterator[FileFault]:
    """Yield what is wrong with a part by looking for words in it."""
    if part.startswith(_BEGINNINGS) or part[4:8] == b"ftyp":
        yield FileFault("media", value=shown(name))
        return
    if not name.lower().endswith((".xml", ".rels", ".rdf", ".vml")):
        return
    encoding = _ENCODING.search(part[:200])
    is_utf8 = encoding is None or encoding[1].lower() in {b"utf-8", b"us-ascii"}
    if not is_utf8 or b"\0" in part or part.startswith((b"\xff\xfe", b"\xfe\xff")):
        yield FileFault("unsafe_package", value="not in UTF-8")
    if _DOCTYPE.search(part):
        yield FileFault("unsafe_package", value="a document type")
    if name == "[Content_Types].xml":
        yield from _type_faults(part)
        return
    found = _MEDIA_TAGS.search(part)
    if found and not _is_of_program(name):
        yield FileFault("media", value=f"{found[1].decode()} in {shown(name)}")
    if _PROGRAM_TAGS.search(part) and name == "content.xml":
        yield FileFault("macro", value=shown(name))
    if _FETCHING.search(part) and not name.startswith(("docProps/", "customXml/")):
        yield FileFault("external", value=shown(name))
    if name.endswith(".rels"):
        yield from _relation_faults(name, part)


def _is_of_program(name: str) -> bool:
    """Whether a part only describes the program's window or the page, and no content."""
    return name.startswith(("Configurations2/", "META-INF/")) or name == "settings.xml"


def _type_faults(part: bytes) -> Iterator[FileFault]:
    # A type for an ending (`Default`) is a possibility that programs write ahead; an `Override` is a part.
    for override in re.findall(rb"<(?:[\w.-]+:)?Override\b[^>]*>", part):
        if _MEDIA_TYPES.search(override):
            yield FileFault("media", value="[Content_Types].xml")
    if _PROGRAM_TYPES.search(part):
        yield FileFault("macro", value="[Content_Types].xml")


def _relation_faults(name: str, part: bytes) -> Iterator[FileFault]:
    for relation in _RELATION.findall(part):
        is_hyperlink = re.search(rb"Type\s*=\s*[\"'][^\"']*/hyperlink[\"']", relation)
        if re.search(rb"TargetMode\s*=\s*[\"']External", relation) and not is_hyperlink:
            yield FileFault("external", value=shown(name))
        if re.search(rb"/(image|oleObject|package|audio|video|media)[\"']", relation):
            yield FileFault("media", value=shown(name))


def _require_kind(parts: Mapping[str, bytes], kind: str) -> None:
    needed = {"xlsx": "xl/workbook.xml", "docx": "word/document.xml", "ods": "content.xml"}[kind]
    mimetype = parts.get("mimetype", b"").strip()
    is_right = needed in parts and (
        kind != "ods" or mimetype == b"application/vnd.oasis.opendocument.spreadsheet"
    )
    if not is_right:
        raise FileRefusedError([FileFault("other_format", value=_NAMES[kind])])
