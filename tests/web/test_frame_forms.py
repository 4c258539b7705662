# SPDX-License-Identifier: Apache-2.0
"""Forms as field groups: label, hint and error are tied to the control by ids."""

import pytest
from django import forms
from django.template import engines
from lxml import html

from havn.web.frame.charts import Bar, bar_chart
from havn.web.frame.forms import FrameForm, HavnRenderer, HintedRadios


class EveryControl(FrameForm):
    page_heading_field = "choice"
    default_renderer = HavnRenderer

    choice = forms.ChoiceField(
        label="Which?",
        choices=[("a", "A"), ("b", "B")],
        widget=HintedRadios(hints={"b": "the second"}),
        help_text="one",
    )
    many = forms.MultipleChoiceField(
        choices=[("a", "A"), ("b", "B")], widget=forms.CheckboxSelectMultiple
    )
    text = forms.CharField(widget=forms.Textarea, help_text="in words")
    line = forms.CharField(widget=forms.TextInput(attrs={"class": "govuk-input--width-20"}))
    listed = forms.ChoiceField(choices=[("", "")])
    box = forms.BooleanField(label="I agree", help_text="to it")
    hidden = forms.CharField(widget=forms.HiddenInput, required=False)


def page(form):
    source = "{% load havn_frame %}<main>{% error_summary form %}<form>{{ form }}</form></main>"
    return html.fromstring(engines["django"].from_string(source).render({"form": form}))


@pytest.mark.parametrize("answers", [None, {}])
def test_every_control_has_a_label_and_every_reference_a_target(answers):
    tree = page(EveryControl(answers))
    ids = [each.get("id") for each in tree.iter() if each.get("id")]
    assert len(ids) == len(set(ids))
    for control in tree.xpath("//input[not(@type='hidden')] | //textarea | //select"):
        assert tree.xpath(f"//label[@for='{control.get('id')}']"), control.get("name")
    for element in tree.xpath("//*[@aria-describedby]"):
        assert set(element.get("aria-describedby").split()) <= set(ids)


def test_each_error_of_the_summary_leads_to_its_control():
    tree = page(EveryControl({}))
    links = tree.xpath("//*[@class='govuk-error-summary']//a/@href")
    assert len(links) == 6
    for link in links:
        assert tree.xpath(f"//*[@id='{link.removeprefix('#')}']")


def test_a_group_in_error_is_marked_and_a_good_one_is_not():
    assert (
        len(page(EveryControl({})).xpath("//*[contains(@class,'govuk-form-group--error')]")) == 6
    )
    assert page(EveryControl()).xpath("//*[contains(@class,'error')]") == []


def test_the_only_question_is_the_heading_of_its_page():
    tree = page(EveryControl())
    assert [" ".join(each.text_content().split()) for each in tree.xpath("//h1")] == ["Which?"]


def test_no_control_uploads_anything():
    assert page(EveryControl()).xpath("//input[@type='file']") == []


def test_a_chart_draws_the_rows_of_its_table_and_leaves_hidden_ones_empty():
    chart = bar_chart(
        "Hours", [Bar("Here", 10, "10 h"), Bar("Abroad", 5, "5 h"), Bar("Hidden", None, "–")]
    )
    here, abroad, hidden = chart.bars
    assert (here.percent, abroad.percent) == (100, 50)
    assert (hidden.is_missing, here.is_missing) == (True, False)
    assert "Abroad 5 h" in chart.description


def test_a_chart_of_nothing_is_still_a_chart():
    assert bar_chart("None", []).bars == ()
    assert bar_chart("Zero", [Bar("a", 0, "0")]).bars[0].percent == 0
