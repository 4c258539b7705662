# SPDX-License-Identifier: Apache-2.0
"""The headers of every answer (peers.md R19, R21): nothing is kept, framed, embedded, told onward or run inline."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponseBase

# The same on every page, without a nonce: no page carries script or style of its own.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

_FEATURES = (
    "accelerometer", "attribution-reporting", "autoplay", "browsing-topics",
    "camera", "clipboard-read", "clipboard-write", "compute-pressure", "display-capture", "encrypted-media",
    "fullscreen", "gamepad", "geolocation", "gyroscope", "hid", "identity-credentials-get", "idle-detection",
    "keyboard-map", "local-fonts", "magnetometer", "microphone", "midi", "otp-credentials", "payment",
    "picture-in-picture", "publickey-credentials-create", "publickey-credentials-get", "screen-wake-lock", "serial",
    "storage-access", "sync-xhr", "usb", "window-management", "xr-spatial-tracking",
)  # fmt: skip
PERMISSIONS_POLICY = ", ".join(f"{feature}=()" for feature in _FEATURES)
# The desk copies an item's address with one key; nothing else may reach the clipboard.
PERMISSIONS_POLICY_WITH_CLIPBOARD = PERMISSIONS_POLICY.replace(
    "clipboard-write=()", "clipboard-write=(self)"
)
DESK = "/desk/"
# Under `no-referrer` a browser sends `Origin: null` with a form (seen in Chromium), which Django's CSRF check of the
# desk refuses; `same-origin` tells other sites no more. The public site has no such check and tells nobody anything.
REFERRER_POLICY = "no-referrer"
REFERRER_POLICY_OF_THE_DESK = "same-origin"

EVERY_ANSWER = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Origin-Agent-Cluster": "?1",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Permitted-Cross-Domain-Policies": "none",
    "X-Robots-Tag": "noarchive",
}
NOT_KEPT = "no-store"
CLEAR_SITE_DATA = '"cache", "cookies", "storage"'


def write_headers(request: HttpRequest, response: HttpResponseBase) -> None:
    """The answer carries the headers above; static files keep their own time in caches."""
    for name, value in EVERY_ANSWER.items():
        response.headers.setdefault(name, value)
    is_desk = request.path_info.startswith(DESK)
    response.headers.setdefault(
        "Referrer-Policy", REFERRER_POLICY_OF_THE_DESK if is_desk else REFERRER_POLICY
    )
    response.headers.setdefault(
        "Permissions-Policy", PERMISSIONS_POLICY_WITH_CLIPBOARD if is_desk else PERMISSIONS_POLICY
    )
    response.headers.setdefault("Cache-Control", NOT_KEPT)
    del response.headers["ETag"]
