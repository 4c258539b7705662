# SPDX-License-Identifier: Apache-2.0
"""Made-up stories between four nodes: what goes abroad, comes home, waits, is refused or caught."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from havn.cli.demo_loop import Outcome
from havn.lab import Page
from havn.lab.pages import PageError
from havn.lab.people import DeskPerson, Login, Notice, ProviderDesk, Reporter, item_of

if TYPE_CHECKING:
    from havn.cli.demo_alliance import DemoAlliance
    from havn.cli.demo_loop import Teller

ITEMS = {
    "referral": "http://item-1.provider-c.example/page",
    "moved": "http://item-2.provider-c.example/page",
    "orphan": "http://item-3.provider-e.example/page",
    "down": "http://item-4.provider-c.example/page",
    "suspended": "http://item-5.provider-d.example/page",
    "vantage": "http://item-7.provider-a.example/page",
}
MOVED_HOST = "item-2.provider-c.example"
CLOAKED_HOST = "item-7.provider-a.example"
REMOVED = "Availability removed"
KNOWN = "That assessment counts here. Nobody needs to look again."


class Stories:
    """Runs the stories with people at each node's desk, and keeps how each ended."""

    def __init__(self, alliance: DemoAlliance, teller: Teller) -> None:
        self.outcomes: list[Outcome] = []
        self._alliance = alliance
        self._teller = teller
        self._people: dict[str, DeskPerson] = {}
        self._items: dict[str, UUID] = {}

    def run(self) -> None:
        """Play everything, then note how it ended."""
        self._prepare_the_world()
        for code in self._alliance.nodes:
            self._people[code] = self._sign_in(code)
        self._report_and_assess()
        self._know_the_same_address()
        self._send_what_is_hosted_abroad()
        self._move_to_a_third_country()
        self._bring_home_the_first()
        self._take_the_orphan()
        self._go_down_and_come_back()
        self._suspend_and_resume()
        self._see_from_elsewhere()
        self._tamper_with_a_log()

    # The world, its people, and what they report.

    def _prepare_the_world(self) -> None:
        lab = self._alliance.lab
        lab.put(CLOAKED_HOST, Page.gone(), to="XD")
        lab.desk.habits[MOVED_HOST] = self._removes_where_it_moved

    def _removes_where_it_moved(self, desk: ProviderDesk, notice: Notice, before: int) -> None:
        del before
        self._alliance.lab.move(MOVED_HOST, "d", Page.gone())
        desk.answer(notice, "removed")

    def _sign_in(self, code: str) -> DeskPerson:
        node = self._alliance.nodes[code]
        found = next(each for each in node.logins() if each["email"].startswith("sara"))
        login = Login(found["email"], found["password"], found["totp_secret"])
        return DeskPerson(node.address, login)

    def _report_and_assess(self) -> None:
        reporter = Reporter(self._alliance.nodes["XD"].address)
        desk = self._people["XD"]
        for story, address in ITEMS.items():
            reporter.report_address(address)
            page = self._until(desk.take_next, f"the item of “{story}” is in the queue")
            item_id = item_of(page)
            if item_id is None:
                raise PageError("the queue handed out no item")
            self._items[story] = item_id
            desk.assess(page, "baseline")
        self._tell("XD", f"takes {len(ITEMS)} reports and confirms them")

    def _send_what_is_hosted_abroad(self) -> None:
        for story, code in (("referral", "XE"), ("moved", "XE"), ("orphan", "XG")):
            self._send("XD", self._items[story], code)
            self._tell("XD", f"refers the item of “{story}” to {code}")

    # One story each.

    def _know_the_same_address(self) -> None:
        """Somebody reports to XE what XD assessed already: nobody looks at it there."""
        desk = self._people["XE"]
        Reporter(self._alliance.nodes["XE"].address).report_address(ITEMS["vantage"])
        item_id = self._until(lambda: desk.find(ITEMS["vantage"]), "XE filed the report")
        self._until(lambda: KNOWN in desk.item(item_id).words, "XE heard that XD knows it")
        self._tell("XE", "gets a report of what XD assessed, and nobody there looks again")
        words = desk.item(item_id).words
        self._note_found(
            "known elsewhere",
            {
                "XE:baseline-of-XD": "Baseline" in words and "(XD)" in words,
                "nobody-looks": desk.take_next() is None,
            },
        )

    def _move_to_a_third_country(self) -> None:
        there = self._people["XE"]
        taken = self._accept("XE", 2)
        self._tell("XE", "accepts two referrals; a person says so, not a machine")
        by_host = {self._host_of(there, each): each for each in taken}
        moved = by_host[MOVED_HOST]
        self._until(lambda: there.is_to_confirm(MOVED_HOST), "XE traced the item")
        self._alliance.lab.move(MOVED_HOST, "d", Page.up())
        self._tell("provider", "moves one site from XE to XF, before anybody was notified")
        self._until(there.confirm_contacts, "XE's contacts wait for a person")
        self._until(lambda: self._nodes_for("XE", moved), "XE sees that it moved", most=60)
        self._send("XE", moved, "XF")
        self._tell("XE", "found it moved just before the notice, and passes it to XF")
        third = self._people["XF"]
        got = self._until(third.accept_referrals, "XF has it")
        self._until(third.confirm_contacts, "XF's contact waits for a person")
        self._until(lambda: REMOVED in third.item(got[0]).words, "XF has it removed", most=60)
        home = self._people["XD"]
        self._until(
            lambda: "third node" in home.referral_of(self._items["moved"]),
            "XD learns who has it now",
        )
        found = home.referral_of(self._items["moved"])
        self._note_found(
            "moved to a third country",
            {
                "XF:removed": REMOVED in third.item(got[0]).words,
                "XD:told-of-XF": "Fictonia" in found,
            },
        )

    def _bring_home_the_first(self) -> None:
        desk, item_id = self._people["XD"], self._items["referral"]
        self._until(
            lambda: REMOVED in desk.item(item_id).words, "the outcome is mirrored", most=40
        )
        self._until(lambda: "tlog-proof" in desk.referral_of(item_id), "the receipt has its proof")
        self._until(lambda: "outcome known" in desk.referral_of(item_id), "XE told the outcome")
        self._tell("XD", "sees on the item's page what XE did, with a proof of the receipt")
        found = desk.referral_of(item_id)
        self._note_found(
            "a referral comes home",
            {
                "XE:removed": "outcome known" in found and "removed" in found,
                "XD:proof": "c2sp.org/tlog-proof@v1" in found,
            },
        )

    def _take_the_orphan(self) -> None:
        there, desk = self._people["XG"], self._people["XD"]
        self._until(there.accept_referrals, "XG has the orphan")
        self._tell("XG", "takes an item hosted where no node is: it holds the mandate")
        self._until(there.confirm_contacts, "the orphan's contact waits for a person")
        item_id = self._items["orphan"]
        self._until(lambda: REMOVED in desk.item(item_id).words, "the orphan is removed", most=60)
        found = desk.referral_of(item_id)
        self._note_found(
            "an orphan finds a home",
            {"by:XG": "Guessland" in found, "removed": REMOVED in desk.item(item_id).words},
        )

    def _go_down_and_come_back(self) -> None:
        there = self._alliance.nodes["XE"]
        there.stop()
        self._tell("XE", "is down")
        self._send("XD", self._items["down"], "XE")
        self._until(lambda: self._peer("XD", "XE").get("is_red"), "XD shows XE as silent", most=60)
        self._tell("XD", "refers an item to it all the same, and shows it as silent")
        there.start()
        self._tell("XE", "is back")
        self._people["XE"] = self._sign_in("XE")
        got = self._until(self._people["XE"].accept_referrals, "XE gets what waited", most=60)
        self._until(lambda: not self._peer("XD", "XE")["is_red"], "XD is in touch again", most=60)
        self._note("a node down and back", "arrived:1", f"arrived:{len(got)}")

    def _suspend_and_resume(self) -> None:
        item_id, node = self._items["suspended"], self._node_id("XF")
        self._alliance.suspend("XF")
        self._tell("key holders", "suspend XF: two of three sign")
        self._until(
            lambda: node not in self._people["XD"].may_refer_to(item_id), "XD learns it", most=30
        )
        self._until(lambda: not self._peer("XD", "XF"), "XD asks XF no more")
        found = [] if self._nodes_for("XD", item_id, "XF") else ["refused"]
        self._alliance.resume("XF")
        self._tell("key holders", "let XF take part again")
        self._until(lambda: self._nodes_for("XD", item_id, "XF"), "XD may send there", most=30)
        self._send("XD", item_id, "XF")
        got = self._accept("XF", 1)
        found += ["taken-again"] if len(got) == 1 else []
        self._note("a suspended member", "refused taken-again", " ".join(found))

    def _see_from_elsewhere(self) -> None:
        desk, item_id = self._people["XD"], self._items["vantage"]
        self._until(
            lambda: "Seen from other countries" in desk.item(item_id).words,
            "other countries looked",
            most=60,
        )
        self._until(
            lambda: "Availability unclear" in desk.item(item_id).words, "XD does not believe it"
        )
        self._tell("XD", "sees a page gone that others still see: it is not removed")
        words = desk.item(item_id).words
        self._note("a vantage sees more", "not-removed", "" if REMOVED in words else "not-removed")

    def _tamper_with_a_log(self) -> None:
        self._alliance.rewrite_log("XG")
        self._tell("intruder", "rewrites XG's log with XG's own keys")
        alarm = self._until(lambda: self._alarm("XD", "forked"), "XD raises an alarm", most=60)
        evidence = self._alliance.folder / "evidence.json"
        self._alliance.nodes["XD"].run("feed", "save", alarm["id"], str(evidence))
        said = self._alliance.nodes["XF"].run("feed", "evidence", str(evidence))
        self._tell("XD", "raises an alarm, whose evidence anybody can verify")
        self._note(
            "a tampered log",
            "alarm proved",
            "alarm proved" if "two histories" in said else "alarm",
        )

    # What the stories know.

    def _accept(self, code: str, count: int) -> list[UUID]:
        """Accept referrals at a node until there were so many, and return their items."""
        taken: list[UUID] = []

        def accept() -> bool:
            taken.extend(self._people[code].accept_referrals())
            return len(taken) >= count

        self._until(accept, f"{code} has {count} referrals", most=60)
        return taken

    def _send(self, code: str, item_id: UUID, to: str) -> None:
        node = self._until(
            lambda: self._nodes_for(code, item_id, to), f"{code} may send to {to}", most=40
        )
        self._people[code].refer(item_id, node[0])

    def _nodes_for(self, code: str, item_id: UUID, to: str = "") -> list[str]:
        """Return the nodes to which an item may go now; none as long as its page offers no way."""
        page = self._people[code].item(item_id)
        if not any(href.endswith("/refer/") for href, _ in page.links):
            return []
        found = self._people[code].may_refer_to(item_id)
        return [each for each in found if not to or each == self._node_id(to)]

    def _host_of(self, desk: DeskPerson, item_id: UUID) -> str:
        words = desk.item(item_id).words
        return MOVED_HOST if MOVED_HOST in words else "another"

    def _node_id(self, code: str) -> str:
        return self._alliance.node_id(code)

    def _peer(self, code: str, other: str) -> dict[str, Any]:
        peers = self._alliance.status(code)["peers"]
        return next((each for each in peers if each["participant"] == other), {})

    def _alarm(self, code: str, alarm: str) -> dict[str, Any] | None:
        found = [each for each in self._alliance.alarms(code) if each["code"] == alarm]
        return found[0] if found else None

    def _note(self, story: str, expected: str, found: str) -> None:
        self.outcomes.append(Outcome(str(len(self.outcomes) + 1), story, expected, found))

    def _note_found(self, story: str, found: dict[str, bool]) -> None:
        """Note what a story was to show, and what of it was really found."""
        self._note(
            story, " ".join(found), " ".join(word for word, is_so in found.items() if is_so)
        )

    def _tell(self, who: str, what: str) -> None:
        self._teller.tell(who, what)

    def _until(self, found: Callable[[], Any], what: str, *, most: float = 30.0) -> Any:
        return self._alliance.nodes["XD"].until(found, what=what, most=most)
