# SPDX-License-Identifier: Apache-2.0
"""Name servers and web servers on loopback that behave as badly as a test wants."""

import contextlib
import socket
import threading

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from havn.lib.http import DnsAnswer

PUBLIC = "8.8.8.8"
OTHER = "9.9.9.9"
# Seconds: a busy machine is forgiven; without a deadline each of these takes ten and more.
LATE = 4
OK = 'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 7\r\nETag: "1"\r\nX-Other: y\r\n\r\n'


class PretendResolver:
    """A second implementation of Resolver: answers from a table, one answer after the other, the last for ever."""

    def __init__(self, **answers):
        self._answers = {
            name.replace("_", "."): [
                (given,) if isinstance(given, str) else given for given in listed
            ]
            for name, listed in answers.items()
        }
        self.asked = []

    def find_addresses(self, name, *, timeout_seconds=None):
        self.asked.append(name)
        listed = self._answers.get(name)
        if listed is None:
            return DnsAnswer(failure="no_such_name")
        given = listed.pop(0) if len(listed) > 1 else listed[0]
        return DnsAnswer(
            addresses_v4=tuple(address for address in given if ":" not in address),
            addresses_v6=tuple(address for address in given if ":" in address),
            failure=None if given else "no_address",
        )

    def look_up(self, name, *, timeout_seconds=None):
        return self.find_addresses(name, timeout_seconds=timeout_seconds)


class PretendNameServer:
    """A name server on UDP; `records` maps (name, kind) to values, and a value may be a return code."""

    def __init__(self, records):
        self.records = records
        self.questions = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.endpoint = self._socket.getsockname()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self):
        # A datagram wakes the thread, which then finds out.
        self.records = None
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as waker:
            waker.sendto(b"", self.endpoint)
        self._thread.join(5)
        self._socket.close()

    def _serve(self):
        while self.records is not None:
            wire, peer = self._socket.recvfrom(4096)
            if wire and self.records is not None:
                reply = self._reply(wire)
                if reply is not None:
                    self._socket.sendto(reply, peer)

    def _reply(self, wire):
        query = dns.message.from_wire(wire)
        question = query.question[0]
        name, kind = (
            question.name.to_text(omit_final_dot=True),
            dns.rdatatype.to_text(question.rdtype),
        )
        self.questions.append((name, kind))
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.AA | dns.flags.RA
        found = self._found(reply, name, kind)
        if found == "silent":
            return None
        if found == "garbage":
            return wire[:2] + b"\xff" * 30
        return reply.to_wire()

    def _found(self, reply, name, kind):
        names = {known for known, _ in self.records}
        while (name, "CNAME") in self.records and kind != "CNAME":
            target = self.records[name, "CNAME"][0]
            reply.answer.append(dns.rrset.from_text(name + ".", 60, "IN", "CNAME", target + "."))
            name = target
        found = self.records.get((name, kind), [])
        if isinstance(found, str):
            if found in {"SERVFAIL", "REFUSED", "NXDOMAIN"}:
                reply.set_rcode(dns.rcode.from_text(found))
            return found
        if found:
            reply.answer.append(dns.rrset.from_text(name + ".", 60, "IN", kind, *found))
        elif name not in names:
            reply.set_rcode(dns.rcode.NXDOMAIN)
        return None


class PretendServer:
    """A server on TCP that gives each connection to `behave(connection, head)` after it read a request's head."""

    def __init__(self, behave, *, context=None, reads_head=True):
        self._behave = behave
        self._context = context
        self._reads_head = reads_head
        self.heads = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._is_open = True
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self):
        self._is_open = False
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        self._thread.join(5)
        self._listener.close()

    def _serve(self):
        while self._is_open:
            connection, _ = self._listener.accept()
            threading.Thread(target=self._one, args=(connection,), daemon=True).start()

    def _one(self, connection):
        with contextlib.suppress(OSError, ValueError), connection:
            connection.settimeout(20)
            if self._context is None:
                self._answer(connection)
                return
            with self._context.wrap_socket(connection, server_side=True) as wrapped:
                self._answer(wrapped)

    def _answer(self, connection):
        head = b""
        while self._reads_head and b"\r\n\r\n" not in head:
            piece = connection.recv(4096)
            if not piece:
                return
            head += piece
        self.heads.append(head.decode("latin-1"))
        self._behave(connection, self.heads[-1])


def answering(text, *, encoding="latin-1"):
    """Return a behaviour that sends this text and closes."""
    return lambda connection, _head: connection.sendall(text.encode(encoding))


def redirect(location, status=302):
    return f"HTTP/1.1 {status} Moved\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"


def drip(text, pause):
    """Send one byte at a time until the other side has had enough."""

    def behave(connection, _head):
        stop = threading.Event()
        for byte in text:
            connection.sendall(bytes([byte]))
            stop.wait(pause)

    return behave


def endless(prefix, piece):
    def behave(connection, _head):
        connection.sendall(prefix)
        while True:
            connection.sendall(piece)

    return behave


def closing_after(text):
    def behave(connection, _head):
        connection.sendall(text)

    return behave


def mute(connection, _head):
    while connection.recv(4096):
        pass
