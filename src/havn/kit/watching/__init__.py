# SPDX-License-Identifier: Apache-2.0
"""Watching folders: each upload is matched as it comes, told until it was taken, and answered on a local socket."""

from havn.kit.watching._delivering import append_line, run_command
from havn.kit.watching._lists import FollowedLists
from havn.kit.watching._socket import PathSocket, SocketError
from havn.kit.watching._watch import Watch

__all__ = ["FollowedLists", "PathSocket", "SocketError", "Watch", "append_line", "run_command"]
