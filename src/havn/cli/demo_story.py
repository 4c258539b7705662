# SPDX-License-Identifier: Apache-2.0
"""Twelve made-up reports, and one pasted list, through every move that one node alone can make."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from havn.cli.demo_world import says_not_ours
from havn.lab import Page
from havn.lab.pages import PageError
from havn.lab.people import DeskPerson, Login, Reporter, item_of

if TYPE_CHECKING:
    from havn.cli.demo_loop import Outcome, Teller
    from havn.cli.demo_node import DemoNode
    from havn.cli.demo_world import InhabitedLab

_ONION = "http://havnexamplehavnexamplehavnexamplehavnexamplehavnexamplehav.onion/item-11"
_RESELLER = "abuse@reseller.example"


@dataclass(frozen=True, slots=True)
class Reported:
    """One report of the story, what the analyst decides, and where its item should end."""

    number: int
    address: str
    story: str
    legal_class: str
    expected: str


def _at(number: int, provider: str) -> str:
    return f"http://item-{number}.provider-{provider}.example/page"


REPORTS = (
    Reported(
        1,
        _at(1, "a"),
        "removed at once by A",
        "baseline",
        "closed removed police:told notice:answered availability:removed",
    ),
    Reported(
        2,
        _at(2, "b"),
        "removed by B after a reminder",
        "baseline",
        "closed removed notice:answered rung:2 availability:removed told:2",
    ),
    Reported(3, _at(3, "a"), "not illegal", "not_illegal", "closed not_illegal notice:none"),
    Reported(4, _at(4, "b"), "undetermined", "undetermined", "closed undetermined notice:none"),
    Reported(5, _at(2, "b"), "duplicate of item 2", "", "closed removed told:2"),
    Reported(
        6,
        "",
        "in an app: police, then a supervisor's check",
        "baseline",
        "closed removed police:taken notice:no_provider",
    ),
    Reported(
        7,
        _at(7, "c"),
        "hosted abroad, passed on by hand",
        "baseline",
        "working assignment:passed_on police:told notice:none country:XE",
    ),
    Reported(
        8,
        _at(8, "a"),
        "held by police, then removed",
        "national",
        "closed removed police:known notice:answered availability:removed",
    ),
    Reported(
        9,
        _at(9, "b"),
        "not B's: another contact",
        "baseline",
        "closed removed notice:answered availability:removed",
    ),
    Reported(
        10,
        _at(10, "a"),
        "came back, and was removed again",
        "baseline",
        "closed removed notice:answered availability:removed reappeared:1",
    ),
    Reported(
        11,
        _ONION,
        "hidden service: nobody to notify",
        "baseline",
        "working police:told notice:no_provider",
    ),
    Reported(
        12,
        _at(12, "b"),
        "leads to a private address",
        "baseline",
        "working police:told availability:unclear",
    ),
)
_PASTED = (_at(13, "a"), _at(14, "a"), _at(15, "a"), _at(16, "a"))
_PASTED_STORIES = (
    (13, "pasted, undone, decided again: removed", "closed removed availability:removed"),
    (14, "pasted: a wall that asks for a person", "working availability:unclear"),
    (15, "pasted: other content at its address", "working availability:changed"),
    (16, "pasted: the name is gone at once", "closed removed notice:none availability:removed"),
)


class Story:
    """Lets people act on the node's real pages, and watches what becomes of each item."""

    def __init__(self, *, node: DemoNode, lab: InhabitedLab, teller: Teller) -> None:
        self._node, self._lab = node, lab
        self._tell = teller.tell
        self._reporter = Reporter(node.address)
        self._items: dict[int, UUID] = {}
        self._people: dict[str, DeskPerson] = {}
        self._actor: Any = None
        self._has_come_back = False

    def run(self) -> None:
        """Tell the whole story."""
        self._prepare_world()
        self._sign_in()
        try:
            self._report_all()
            self._assess_all()
            self._police_act()
            self._paste_a_list()
            self._confirm_and_pass_on()
            self._after_the_hold()
            self._another_contact()
            self._came_back()
            self._wait_for_the_end()
        finally:
            for person in self._people.values():
                person.leave()

    def _prepare_world(self) -> None:
        lab = self._lab
        lab.put("item-12.provider-b.example", Page.moved("http://10.0.0.1/"))
        lab.put("item-14.provider-a.example", Page.challenge())
        lab.unregister("item-16.provider-a.example")
        lab.desk.habits["item-9.provider-b.example"] = partial(says_not_ours, lab)
        for number, provider in ((14, "a"), (15, "a"), (12, "b")):
            lab.desk.habits[f"item-{number}.provider-{provider}.example"] = _ignores

    def _sign_in(self) -> None:
        from havn.domain.accounts import selectors as accounts

        logins = {login["email"].partition("@")[0]: login for login in self._node.logins()}
        for name, role in (("ana", "analyst"), ("sara", "supervisor"), ("ivo", "investigator")):
            found = logins[name]
            login = Login(found["email"], found["password"], found["totp_secret"])
            self._people[role] = DeskPerson(self._node.address, login)
            self._tell(role, "signs in with password and one-time code")
        self._actor = accounts.actor_of(person_id=UUID(logins["sara"]["person_id"]))

    def _report_all(self) -> None:
        for each in REPORTS:
            if each.address:
                receipt = self._reporter.report_address(each.address)
            else:
                receipt = self._reporter.report_app("A made-up game", words="Confirmed item 6.")
            self._tell("reporter", f"reports item {each.number}, receipt {receipt[:4]}-…")
            if each.number == 2:
                self._until(lambda: self._find(2), "item 2 is filed")
        for each in REPORTS:
            self._until(partial(self._find, each.number), f"item {each.number} is filed")
        self._tell("worker", "opened every sealed report and filed it")

    def _assess_all(self) -> None:
        decisions = {self._items[each.number]: each for each in REPORTS if each.legal_class}
        analyst = self._people["analyst"]
        page = analyst.take_next()
        while page is not None:
            item_id = item_of(page)
            each = decisions.get(item_id) if item_id else None
            if each is None:
                raise PageError(f"the queue handed out an item of nobody's report: {item_id}")
            self._tell("analyst", f"decides on item {each.number}: {each.legal_class}")
            page = analyst.assess(page, each.legal_class)

    def _police_act(self) -> None:
        police = self._people["investigator"]
        for number in (6, 8):
            self._until(partial(self._is, number, police="told"), f"police are told of {number}")
        police.place_hold(self._items[8], reason="Made-up operation: warn nobody yet.")
        self._tell("investigator", "holds item 8: no notice and no check meanwhile")
        police.open_package(self._items[6])
        police.answer_lead(self._items[6], "taken", reference="MADE-UP-6")
        police.answer_lead(self._items[8], "known")
        self._tell("investigator", "takes item 6, knows item 8 already")

    def _paste_a_list(self) -> None:
        analyst, report_id = self._people["analyst"], self._view(1).report_id
        lines = [*_PASTED, _PASTED[0], _at(1, "a"), "javascript:alert(1)"]
        analyst.paste(report_id, lines)
        for number in (13, 14, 15, 16):
            self._until(partial(self._find, number), f"pasted item {number} is there")
        self._tell("analyst", f"pastes {len(lines)} lines found there: 4 new items")
        page = analyst.decide_many(analyst.rows(report_id), "baseline")
        analyst.undo(page)
        self._until(partial(self._is, 13, stage="received"), "the decision is undone")
        self._tell("analyst", "decides on all rows at once, and undoes it")
        analyst.decide_many(analyst.rows(report_id), "baseline")
        self._tell("analyst", "decides again: baseline")

    def _confirm_and_pass_on(self) -> None:
        analyst = self._people["analyst"]
        self._until(analyst.confirm_contacts, "a contact waits for a person")
        self._until(partial(self._is, 7, assignment="orphan"), "item 7 is an orphan")
        analyst.pass_on(self._items[7], to="Hotline of Elseland, by telephone")
        self._tell("analyst", "passes item 7 on by hand: no node there")
        self._until(lambda: analyst.confirm_contacts() or self._was_sent(2), "B's contact waits")
        self._tell("analyst", "confirms the contacts that the registry named")
        self._people["supervisor"].declare_removed(self._items[6])
        self._tell("supervisor", "looked in the isolated viewer: item 6 is gone")
        self._until(partial(self._was_sent, 15), "the notice about item 15 is sent")
        self._until(partial(self._is, 15, availability="up"), "item 15 was seen up")
        self._lab.put("item-15.provider-a.example", Page.up("two"))
        self._tell("provider A", "puts something else at item 15")

    def _after_the_hold(self) -> None:
        host = "item-8.provider-a.example"
        asked = self._lab.provider_of(host).asked_for(host)
        self._until(partial(self._is, 1, availability="removed"), "item 1 is removed")
        self._tell("worker", "found item 1 gone twice: removed")
        letters = [letter for letter in self._lab.mail.letters if host in letter.text]
        if letters or self._lab.provider_of(host).asked_for(host) != asked:
            raise PageError("item 8 was notified or checked during the hold")
        self._tell("worker", "left item 8 alone all the while")
        self._people["investigator"].lift_holds()
        self._tell("investigator", "lifts the hold on item 8")
        self._until(partial(self._was_sent, 8), "the notice about item 8 is sent")
        self._tell("worker", "sends the notice about item 8")

    def _another_contact(self) -> None:
        self._until(partial(self._is, 9, notice="refused"), "B says that item 9 is not theirs")
        self._tell("provider B", "answers: item 9 is not ours")
        self._people["analyst"].name_contact(self._items[9], name="Reseller", email=_RESELLER)
        self._tell("analyst", f"names another contact for item 9: {_RESELLER}")
        self._until(lambda: self._lab.mail.letters_to(_RESELLER), "the reseller is told")
        self._tell("worker", "sends the notice about item 9 there")

    def _came_back(self) -> None:
        self._until(lambda: self._returns(10), "item 10 is seen again", most=25)
        self._tell("worker", "found item 10 again: open once more")

    def _bring_back(self) -> None:
        """Put item 10's page back as soon as it counts as removed: looks grow rare after that."""
        if self._has_come_back or 10 not in self._items:
            return
        if self._is(10, availability="removed"):
            self._has_come_back = True
            self._lab.put("item-10.provider-a.example", Page.up())
            self._tell("provider A", "lets item 10 come back after it was removed")

    def _wait_for_the_end(self) -> None:
        self._people["analyst"].see_answers()
        for outcome in self._expected():
            self._until(
                partial(self._is_right, outcome), f"item {outcome[0]} ends as it should", most=40
            )
        self._tell("havn", "every item is where it should be")

    # What the story knows of its items.

    def outcomes(self) -> list[Outcome]:
        """Return where each item should be and is."""
        from havn.cli.demo_loop import Outcome

        return [
            Outcome(str(number), story, expected, self._found(number))
            for number, story, expected in self._expected()
        ]

    def _expected(self) -> list[tuple[int, str, str]]:
        reported = [(each.number, each.story, each.expected) for each in REPORTS]
        return [*reported, *_PASTED_STORIES]

    def _is_right(self, outcome: tuple[int, str, str]) -> bool:
        return set(outcome[2].split()) <= set(self._found(outcome[0]).split())

    def _found(self, number: int) -> str:
        if number not in self._items:
            return "not filed"
        item = self._view(number)
        words = [
            item.stage,
            item.closed_reason,
            f"assignment:{item.assignment}" if item.assignment != "here" else "",
            f"police:{item.police}",
            f"notice:{item.notice}",
            f"rung:{item.notice_rung}" if item.notice_rung else "",
            f"availability:{item.availability}",
            f"told:{item.told_times}" if item.told_times > 1 else "",
            f"country:{item.hosting_country}" if item.hosting_country else "",
            f"reappeared:{self._returns(number)}" if self._returns(number) else "",
        ]
        return " ".join(word for word in words if word)

    def _returns(self, number: int) -> int:
        from havn.domain.cases import selectors as cases

        lines = cases.history(item_id=self._items[number], actor=self._actor)
        return sum(line.kind == "move" and line.target == "reappeared" for line in lines)

    def _view(self, number: int) -> Any:
        from havn.domain.cases import selectors as cases

        return cases.item(item_id=self._items[number], actor=self._actor)

    def _is(self, number: int, **wanted: str) -> bool:
        item = self._view(number)
        return all(getattr(item, name) == value for name, value in wanted.items())

    def _was_sent(self, number: int) -> bool:
        return self._view(number).notice in {"sent", "answered", "refused"}

    def _find(self, number: int) -> bool:
        """Look the item up by its address, once it is filed."""
        from havn.domain.cases import selectors as cases

        if number in self._items:
            return True
        addresses = {each.number: each.address for each in REPORTS}
        address = addresses.get(number, _PASTED[number - 13] if number > 12 else "")
        filters = cases.ItemFilters(search=address)
        for line in cases.items_list(actor=self._actor, filters=filters).items:
            if bool(line.href) == bool(address):
                self._items[number] = line.id
        if number == 5 and number in self._items:
            return bool(self._view(5).told_times > 1)
        return number in self._items

    def _until(self, found: Callable[[], Any], what: str, *, most: float = 30.0) -> None:
        def look() -> Any:
            self._bring_back()
            return found()

        self._node.until(look, what=what, most=most)


def _ignores(*_arguments: object) -> None:
    """Read the notice and do nothing."""
