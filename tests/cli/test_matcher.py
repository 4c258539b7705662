# SPDX-License-Identifier: Apache-2.0
"""`havn matcher` from outside: a real server of several processes, what its callers meet, and how the commands end."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from havn.cli.root import group
from havn.kit.known import open_known
from havn.lab import free_port
from tests.support.matcher import digits, lookup_of, random_rows, raw_of, small_index, with_flipped
from tests.support.other_matcher import other_matcher
from tests.support.waiting import wait_until

ROOT = Path(__file__).resolve().parent.parent.parent
pytestmark = pytest.mark.sqlite_only  # no database at all
GIGABYTE = 1 << 30


def environment():
    plain = {k: v for k, v in os.environ.items() if not k.startswith(("HAVN_", "DJANGO_"))}
    return plain | {"PYTHONPATH": str(ROOT / "src")}


def havn(*arguments):
    done = subprocess.run(
        [sys.executable, "-m", "havn", "matcher", *map(str, arguments)], env=environment(),
        capture_output=True, text=True, timeout=90, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    return done


@contextlib.contextmanager
def served(path, *options, workers=2):
    """Run the server; yield its port once the search is loaded."""
    port = free_port()
    temporary = path.parent / "temporary"
    temporary.mkdir(exist_ok=True)
    log = path.parent / "log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "havn", "matcher", "serve", str(path), "--port", str(port), "--workers", str(workers), *options],
            env=environment() | {"TMPDIR": str(temporary)}, stdout=output, stderr=output, start_new_session=True,
        )  # fmt: skip
    try:
        wait_until(lambda: asked(port, "GET", "/status")[0] == 200, seconds=90, what="the server")
        yield port
    finally:
        process.terminate()
        process.wait(20)
    assert list(temporary.iterdir()) == []


def asked(port, method, path, body=None):
    """Return status and body, (0, b"") where nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {} if body is None else {"Content-Type": "application/json"}
    try:
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except OSError:
        return 0, b""
    finally:
        connection.close()


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    return small_index(tmp_path_factory.mktemp("served"))


@pytest.fixture(scope="module")
def port(known):
    with served(known[0], "--own", "LOAD") as found:
        yield found


def values(port):
    lines = asked(port, "GET", "/metrics")[1].decode().splitlines()
    return {
        name: float(value)
        for name, value in (each.rsplit(" ", 1) for each in lines if not each.startswith("#"))
    }


def test_workers_have_the_stack_of_pythons_own_threads(port):
    servers = [each for each in psutil.Process().children() if "serve" in each.cmdline()]
    workers = [each for server in servers for each in server.children()]
    stacks = [each.environ().get("RUST_MIN_STACK") for each in workers]
    assert stacks.count("8388608") >= 2


def test_callers_of_hma_are_answered_as_by_hma(port, known):
    _, rows = known
    assert asked(port, "GET", "/status/live") == (200, b"I-AM-ALIVE")
    assert asked(port, "GET", raw_of(with_flipped(rows[7], 3))) == (200, b'{"matches":[7]}\n')
    assert asked(port, "GET", raw_of(with_flipped(rows[7], 3), include_distance="true")) == (
        200, b'{"matches":[{"bank_content_id":7,"distance":"3"}]}\n',
    )  # fmt: skip
    assert asked(port, "GET", lookup_of(with_flipped(rows[7], 3))) == (
        200, b'{"ALLIANCE":[{"bank_content_id":7,"distance":"3"}]}\n',
    )  # fmt: skip
    for method, path, body, status in [
        ("GET", raw_of("zz"), None, 400), ("GET", "/m/nothing", None, 404), ("DELETE", "/m/lookup", None, 405),
        ("POST", "/m/lookup", {}, 413), ("POST", "/c/bank/LOAD/signal", [], 400), ("GET", "/m/lookup?url=x", None, 403),
    ]:  # fmt: skip
        told = asked(port, method, path, body)
        assert told[0] == status
        assert set(json.loads(told[1])) == {"message", "field", "remedy"}


def test_what_one_worker_adds_or_removes_all_find_with_the_next_look_up(port):
    rows = random_rows(60, 70)
    numbers = []
    for row in rows:
        status, body = asked(port, "POST", "/c/bank/LOAD/signal", {"pdq": digits(row)})
        assert status == 200
        numbers.append(json.loads(body)["id"])
        # Each request is a new connection: the workers take turns.
        for _ in range(4):
            assert json.loads(asked(port, "GET", raw_of(digits(row)))[1]) == {
                "matches": numbers[-1:]
            }
    for row, number in zip(rows[:30], numbers, strict=False):
        assert asked(port, "DELETE", f"/c/bank/LOAD/content/{number}")[1] == b'{"deleted":1}\n'
        for _ in range(4):
            assert asked(port, "GET", raw_of(digits(row)))[1] == b'{"matches":[]}\n'


def test_many_that_add_at_once_each_have_an_entry_of_their_own(port):
    rows = [digits(row) for row in random_rows(64, 71)]

    def add(signal):
        return json.loads(asked(port, "POST", "/c/bank/LOAD/signal", {"pdq": signal})[1])["id"]

    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(add, rows))
    assert len(set(numbers)) == len(rows)
    for each, number in zip(rows, numbers, strict=True):
        assert json.loads(asked(port, "GET", raw_of(each))[1]) == {"matches": [number]}


def test_what_the_command_suppresses_counts_in_the_running_server(port, known):
    path, rows = known
    done = havn("suppress", path, 9, "--reason", "a blank page", "--until", "2999-12-31", "--json")
    assert (done.returncode, json.loads(done.stdout)["list"]) == (0, "ALLIANCE")
    assert asked(port, "GET", lookup_of(digits(rows[9]))) == (200, b"{}\n")
    assert (
        json.loads(havn("suppressions", path, "--json").stdout)["suppressions"][0]["reason"]
        == "a blank page"
    )
    assert "until 3000-01-01 00:00 UTC  a blank page" in havn("suppressions", path).stdout
    assert havn("suppress", path, 9, "--lift").returncode == 0
    assert asked(port, "GET", lookup_of(digits(rows[9])))[1] != b"{}\n"
    assert havn("suppressions", path).stdout == "nothing is suppressed\n"


def test_numbers_are_summed_over_workers(port, known):
    before = values(port)
    for _ in range(40):
        asked(port, "GET", raw_of(digits(known[1][7])))
    after = values(port)
    counted = 'havn_matcher_lookups_total{route="raw_lookup",verdict="match"}'
    assert after[counted] - before[counted] == 40


def sent(port, head, body=b""):
    """Send raw bytes; return all that comes until the server closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall("\r\n".join([*head, "Host: localhost", "", ""]).encode() + body)
        pieces = []
        with contextlib.suppress(ConnectionResetError):
            while piece := connection.recv(65536):
                pieces.append(piece)
        return b"".join(pieces)


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/m/lookup", ("Content-Type: multipart/form-data; boundary=x", f"Content-Length: {GIGABYTE}"), 413),
        ("/h/hash", ("Content-Type: image/png", f"Content-Length: {GIGABYTE}"), 413),
        ("/m/raw_lookup", ("Content-Type: image/jpeg", f"Content-Length: {GIGABYTE}"), 415),
        ("/m/raw_lookup", ("Content-Type: application/octet-stream", f"Content-Length: {GIGABYTE}"), 415),
        ("/m/raw_lookup", ("Content-Type: application/json", f"Content-Length: {GIGABYTE}"), 413),
        ("/api/v1/lookups", ("Content-Type: application/json", "Transfer-Encoding: chunked"), 413),
        ("/c/bank/LOAD/content", ("Content-Type: image/png", f"Content-Length: {GIGABYTE}"), 413),
    ],
)  # fmt: skip
def test_a_body_that_is_not_taken_is_refused_before_it_comes_and_the_connection_closed(
    port, path, headers, status
):
    told = sent(port, [f"POST {path} HTTP/1.1", *headers])  # not one byte of it is sent
    head, _, body = told.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d" % status)
    assert "havn watch" in json.loads(body)["remedy"]


def test_a_worker_that_is_killed_is_replaced_and_nothing_added_is_lost(tmp_path):
    path, _ = small_index(tmp_path)
    with served(path, "--own", "LOAD") as port:
        added = digits(random_rows(1, 72)[0])
        number = json.loads(asked(port, "POST", "/c/bank/LOAD/signal", {"pdq": added})[1])["id"]
        before = values(port)["havn_matcher_entries_added_total"]
        (server,) = processes_of(path)
        for worker in children(server):
            os.kill(worker, signal.SIGKILL)
        wait_until(lambda: asked(port, "GET", "/status")[0] == 200, seconds=60, what="new workers")
        assert json.loads(asked(port, "GET", raw_of(added))[1]) == {"matches": [number]}
        # One that replaces another goes on from its numbers.
        assert values(port)["havn_matcher_entries_added_total"] == before == 1


def processes_of(path):
    """Return the servers of this index: the processes whose command names it and whose parent does not."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (place / "cmdline").read_bytes().split(b"\0")
            if str(path).encode() in words and b"serve" in words:
                found.append(int(place.name))
    return found


def children(process):
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            status = (place / "stat").read_text().rpartition(")")[2].split()
            if int(status[1]) == process and b"spawn_main" in (place / "cmdline").read_bytes():
                found.append(int(place.name))
    return found


# --- commands


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("serve", "{index}", "--host", "0.0.0.0"), "--without-tokens"),
        (("serve", "{folder}/nothing"), "does not exist"),
        (("serve", "{text}"), "line"),
        (("serve", "{list}", "--own", "LOAD"), "havn index build"),
        (("serve", "{index}", "--settings", "{text}"), "TOML"),
        (("serve", "{index}", "--tokens", "{text}"), "line 1"),
        (("serve", "{index}", "--beside", "nonsense"), "no address"),
        (("serve", "{index}", "--port", "{taken}"), "--port"),
        (("compare", "nonsense", "--with", "{index}", "{text}"), "line 1"),
        (("compare", "http://127.0.0.1:1", "{text}"), "--with"),
        (("suppress", "{index}", "7"), "--reason"),
        (("suppress", "{index}", "7", "--reason", "x", "--until", "soon"), "2027-01-31"),
        (("suppress", "{index}", "7", "--reason", "x", "--until", "2001-01-01"), "is over"),
        (("token", "two words"), "one word"),
    ],
)  # fmt: skip
def test_wrong_use_ends_with_a_sentence(tmp_path, arguments, said):
    path, _ = small_index(tmp_path)
    (tmp_path / "text").write_text("this is no file of ours\n")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        (tmp_path / "list").write_text("0" * 64 + "\n")
        words = {
            "list": tmp_path / "list",
            "index": path, "folder": tmp_path, "text": tmp_path / "text", "taken": taken.getsockname()[1],
        }  # fmt: skip
        done = havn(*(each.format(**words) for each in arguments))
    assert done.returncode == 2
    assert said in done.stderr


def test_suppressing_an_entry_that_is_not_there_is_told(known):
    done = havn("suppress", known[0], 999, "--reason", "x")
    assert (done.returncode, "no entry 999" in done.stderr) == (1, True)


def test_comparing_ends_with_what_was_found(port, known, tmp_path):
    path, rows = known
    sample = tmp_path / "sample"
    sample.write_text("\n".join(with_flipped(rows[each], 2) for each in range(5)) + "\n")
    url = f"http://127.0.0.1:{port}"
    same = havn("compare", url, "--with", path, sample)
    assert (same.returncode, same.stdout) == (
        0,
        "5 asked, 5 the same, 0 different, 0 not answered\n",
    )
    with other_matcher([(1, "ALLIANCE", digits(rows[0]))]) as other:
        done = havn("compare", url, "--with", other.address, sample, "--json")
        told = json.loads(done.stdout)
        assert (done.returncode, told["same"], len(told["different"])) == (1, 1, 4)
        assert told["different"][0]["only_here"] == [["ALLIANCE", 2]]
        shown = havn("compare", url, "--with", other.address, sample).stdout
        assert "  only here: ALLIANCE at distance 2\n" in shown
        other.status, other.reply = 500, b"down"
        assert havn("compare", url, "--with", other.address, sample).returncode == 3


def test_the_server_beside_another_counts_what_differs(tmp_path):
    path, rows = small_index(tmp_path)
    with other_matcher([(1, "ALLIANCE", digits(rows[0]))]) as other:
        with served(
            path,
            "--beside",
            other.address,
            "--differences",
            str(tmp_path / "differences"),
            workers=1,
        ) as port:
            for number in (0, 1):
                asked(port, "GET", lookup_of(digits(rows[number])))
            wait_until(
                lambda: values(port)["havn_matcher_beside_different_total"] == 1,
                what="a difference",
            )
            assert values(port)["havn_matcher_beside_same_total"] == 1
        assert digits(rows[1]) in (tmp_path / "differences").read_text()


def test_a_list_is_served_as_it_is_and_its_entries_are_told_by_name(tmp_path):
    rows = random_rows(3, 80)
    listed = tmp_path / "partners.txt"
    listed.write_text("# three\n" + "\n".join(map(digits, rows)) + "\n")
    with served(listed, workers=1) as port:
        (bank,) = json.loads(asked(port, "GET", "/c/banks")[1])
        found = json.loads(asked(port, "GET", lookup_of(with_flipped(rows[1], 2)))[1])
        ((match,),) = found.values()
        assert list(found) == [bank["name"]]
        place = f"/c/bank/{bank['name']}/content/{match['bank_content_id']}?include_metadata=true"
        told = json.loads(asked(port, "GET", place)[1])
        assert told["metadata"] == {"content_id": "3"}  # the third line
        assert havn("suppress", listed, match["bank_content_id"], "--reason", "x").returncode == 0
        assert asked(port, "GET", lookup_of(digits(rows[1])))[1] == b"{}\n"
    assert (tmp_path / "partners.txt.suppressions").exists()


def test_a_served_list_that_another_process_indexes_anew_is_followed_and_outlives_its_workers(
    tmp_path,
):
    rows = random_rows(4, 81)
    listed = tmp_path / "partners.txt"
    listed.write_text("\n".join(map(digits, rows[:2])) + "\n")
    with served(listed, workers=2) as port:
        listed.write_text("\n".join(map(digits, rows[1:])) + "\n")
        open_known(listed)

        def is_followed():
            # Several times, so that each worker is asked.
            answers = [asked(port, "GET", raw_of(digits(rows[each])))[1] for each in (0, 3) * 4]
            return all(b"[]" in each for each in answers[::2]) and not any(
                b"[]" in each for each in answers[1::2]
            )

        wait_until(is_followed, seconds=30, what="the new index in all workers")
        assert asked(port, "GET", "/status") == (200, b"I-AM-ALIVE")
        (server,) = processes_of(listed)
        before = set(children(server))
        for worker in before:
            os.kill(worker, signal.SIGKILL)

        def are_new():
            is_ready = asked(port, "GET", "/status")[0] == 200
            return is_ready and not before & set(children(server)) and is_followed()

        wait_until(are_new, seconds=60, what="other workers with the new index")


@pytest.mark.skipif(sys.platform != "linux", reason="NOT RUN: /dev/shm is there on Linux alone")
def test_a_server_that_is_killed_leaves_nothing_in_shared_memory(tmp_path):
    path, _ = small_index(tmp_path)
    before = set(Path("/dev/shm").glob("havn-matcher-*"))
    with served(path, workers=1):
        (server,) = [each for each in psutil.Process().children() if str(path) in each.cmdline()]
        workers = server.children(recursive=True)
        for each in (server, *workers):
            each.kill()
        psutil.wait_procs(workers, timeout=20)
    assert set(Path("/dev/shm").glob("havn-matcher-*")) <= before


def test_a_floor_without_effect_is_said_at_the_start(tmp_path):
    listed, settings = tmp_path / "partners.txt", tmp_path / "settings.toml"
    listed.write_text(digits(random_rows(1, 82)[0]) + "\n")
    settings.write_text("quality_floor = 50\n")
    with served(listed, "--settings", str(settings), workers=1):
        pass
    assert "ask for a quality of 50" in (tmp_path / "log").read_text()


def test_a_token_that_was_made_opens_the_server(tmp_path):
    path, _ = small_index(tmp_path)
    made = json.loads(havn("token", "uploads", "--json").stdout)
    (tmp_path / "tokens").write_text(made["line"] + "\n")
    with served(path, "--tokens", str(tmp_path / "tokens"), workers=1) as port:
        assert asked(port, "GET", raw_of("0" * 64))[0] == 401
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request(
            "GET", raw_of("0" * 64), headers={"Authorization": f"Bearer {made['token']}"}
        )
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == (200, b'{"matches":[]}\n')
        connection.close()


def test_every_command_has_an_example_and_its_exit_codes():
    matcher = group.get_command(None, "matcher")
    for name, each in matcher.commands.items():
        assert f"Example: havn matcher {name}" in each.help
        assert each.epilog.startswith("Exit codes: ")


# --- the unit


def settings_of(path):
    """Return the settings of a unit file, each with all its values."""
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith(("#", "[")):
            key, _, value = line.partition("=")
            found.setdefault(key, []).append(value)
    return found


def test_the_unit_may_do_no_more_than_those_of_a_node():
    ours = settings_of(ROOT / "deploy/matcher/havn-matcher.service")
    theirs = settings_of(ROOT / "deploy/systemd/havn-node.service")
    first = list(theirs).index("NoNewPrivileges")
    for key in [
        *list(theirs)[first : list(theirs).index("SystemCallErrorNumber") + 1],
        "IPAddressDeny",
        "IPAddressAllow",
    ]:
        assert ours[key] == theirs[key]
    assert "EnvironmentFile" not in ours  # no secret of anybody


def test_the_command_of_the_unit_is_one_that_we_have_and_listens_on_loopback(
    tmp_path, monkeypatch
):
    ours = settings_of(ROOT / "deploy/matcher/havn-matcher.service")
    program, command, *rest = ours["ExecStart"][0].split()
    assert program.endswith("/.venv/bin/havn")
    assert rest[rest.index("--host") + 1] == "127.0.0.1"
    monkeypatch.chdir(tmp_path)
    for name in ("known.havn-index", "matcher.toml"):
        (tmp_path / name).touch()
    rest = [Path(each).name if each.startswith("/") else each for each in rest]
    group.get_command(None, command).commands["serve"].make_context("serve", rest[1:])


def test_the_settings_that_are_shipped_are_ones_that_are_taken():
    from havn.kit.matcher import Brake, read_settings

    told = read_settings(ROOT / "deploy/matcher/matcher.toml.example")
    assert told.others.brake == Brake(1000, 10)
