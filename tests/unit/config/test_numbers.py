# SPDX-License-Identifier: Apache-2.0
"""The telephone numbers that a node tells people in danger, as its environment gives them."""

import pytest

from havn.config.environment import Environment, EnvironmentRefusedError


@pytest.mark.parametrize("number", ["112", "116 111", "+45 116-111", "0800 1111"])
def test_a_number_is_taken_as_people_write_it(number):
    found = Environment.read({"HAVN_EMERGENCY_NUMBER": number, "HAVN_HELPLINE": f" {number} "})
    assert (found.emergency_number, found.helpline) == (number, number)


@pytest.mark.parametrize("text", ["police", "1", "112;113", "+", "1" * 30, "11 2 ext. 4", "١١٢"])
@pytest.mark.parametrize("name", ["HAVN_EMERGENCY_NUMBER", "HAVN_HELPLINE"])
def test_what_nobody_can_dial_is_refused_with_a_sentence(name, text):
    with pytest.raises(EnvironmentRefusedError, match=f"{name} is .* telephone number"):
        Environment.read({name: text})
