# SPDX-License-Identifier: Apache-2.0
"""The way through a report holds whatever is sent: no page without a form, nothing unchecked at its end."""

from types import SimpleNamespace

from hypothesis import example, given
from hypothesis import strategies as st

from havn.lib import clock
from havn.web.public_site import pages, state
from tests.web.test_public_site_report import ANSWERS

posts = st.dictionaries(
    st.sampled_from(
        [
            "page",
            "move",
            "state",
            *{f for form in pages.QUESTIONS.values() for f in form.base_fields},
        ]
    ),
    st.one_of(
        st.text(max_size=40),
        st.sampled_from([*pages.QUESTIONS, "check", "back", "stay", "next", "yes", "several"]),
    ),
)


@example(post={"page": pages.CHECK, "move": "reach"}, answers={}, trouble="")
@given(post=posts, answers=posts, trouble=st.sampled_from(["", "old", "lost"]))
def test_whatever_is_sent_leads_to_a_page_of_the_way(post, answers, trouble):
    opened = SimpleNamespace(
        state=state.new_state(at=clock.now(), answers=answers), trouble=trouble
    )
    page = pages.after(post, opened)
    assert page.name in {*pages.QUESTIONS, pages.CHECK}
    assert page.name == pages.CHECK or page.form is not None
    assert str(page.form or "") is not None
    assert page.number == pages.way(page.state.answers).index(page.name) + 1
    assert_well_answered(page)


@given(first=posts, then=posts)
def test_answers_once_checked_are_looked_at_again_when_one_changes(first, then):
    checked = pages.next_page(state.new_state(at=clock.now(), answers=ANSWERS))
    assert checked.name == pages.CHECK
    assert checked.state.is_checked
    page = pages.after(first, state.Opened(checked.state))
    assert_well_answered(page)
    assert_well_answered(pages.after(then, state.Opened(page.state)))


def assert_well_answered(page):
    """A page of all answers, and a state that says it was checked, hold nothing that a form refuses."""
    if page.name == pages.CHECK or page.state.is_checked:
        ways = pages.way(page.state.answers)[:-1]
        assert all(pages.QUESTIONS[name](data=page.state.answers).is_valid() for name in ways)


@given(answers=st.dictionaries(st.text(max_size=10), st.text(max_size=200), max_size=8))
def test_the_sealed_state_comes_back_as_it_went(answers):
    at = clock.now()
    before = state.new_state(at=at, answers=answers)
    assert state.open_state(state.seal_state(before, at=at), at=at) == state.Opened(before)
