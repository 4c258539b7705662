# SPDX-License-Identifier: Apache-2.0
"""Forms of the desk that read the node's policy."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import override_settings
from django.utils import translation

from havn.web.desk.casework import forms

TYPED = {"scope": "item", "reason": "joint operation"}


def hold(hours, most):
    policy = replace(settings.HAVN_POLICY, hold_at_most=timedelta(hours=most))
    with override_settings(HAVN_POLICY=policy):
        return forms.HoldForm({**TYPED, "hours": hours})


@pytest.mark.parametrize("most", [6, 48, 72])
def test_the_longest_hold_is_that_of_the_policy(most):
    assert hold(str(most), most).is_valid()
    refused = hold(str(most + 1), most)
    assert f"at most {most} hours" in refused.errors["hours"][0]
    assert f"At most {most} at a time" in refused.fields["hours"].help_text
    assert refused.fields["hours"].initial <= most


def test_the_sentences_about_hours_name_the_policys_number_in_danish_too():
    with translation.override("da"):
        assert "48" in hold("x", 48).errors["hours"][0]
        assert "48" in hold("", 48).errors["hours"][0]


def test_a_nul_byte_gets_a_sentence_that_says_how_to_mend_it():
    form = forms.HoldForm({**TYPED, "hours": "3", "reason": "a\0b"})
    assert form.errors["reason"] == [
        "There is an invisible character (NUL) in it. Type it again by hand."
    ]


def test_the_questions_about_a_hold_keep_their_order():
    assert list(hold("1", 72).fields) == ["scope", "hours", "reason"]
