# SPDX-License-Identifier: Apache-2.0
"""Renders Django's forms as GOV.UK field groups: label, hint, error and control, tied together by ids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.core.validators import ProhibitNullCharactersValidator
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Mapping

_CLASSES: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.Textarea, "govuk-textarea"),
    (forms.CheckboxSelectMultiple, "govuk-checkboxes__input"),
    (forms.RadioSelect, "govuk-radios__input"),
    (forms.CheckboxInput, "govuk-checkboxes__input"),
    (forms.Select, "govuk-select"),
    (forms.widgets.Input, "govuk-input"),
)
_TEMPLATES: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.CheckboxSelectMultiple, "frame/forms/choices.html"),
    (forms.RadioSelect, "frame/forms/choices.html"),
)


class FieldGroup(BoundField):
    """A field with what its group's template needs beyond Django's own."""

    def __init__(self, form: forms.BaseForm, field: forms.Field, name: str) -> None:
        super().__init__(form, field, name)
        for kind, template in _TEMPLATES:
            if isinstance(field.widget, kind):
                field.widget.template_name = template

    def build_widget_attrs(
        self, attrs: dict[str, Any], widget: forms.Widget | None = None
    ) -> dict[str, Any]:
        """Add GOV.UK's class of the control, keeping classes that the form gave (widths, for one)."""
        widget = widget or self.field.widget
        built = super().build_widget_attrs(attrs, widget)
        own = next((name for kind, name in _CLASSES if isinstance(widget, kind)), "")
        if own and not widget.is_hidden:
            has_error = own in {"govuk-input", "govuk-textarea", "govuk-select"} and self.errors
            parts = [own, f"{own}--error" if has_error else "", str(widget.attrs.get("class", ""))]
            if not has_error:
                built.pop(
                    "aria-invalid", None
                )  # a button of a group may not carry it; the group's error says it
            built["class"] = " ".join(part for part in parts if part)
        return built

    @property
    def is_page_heading(self) -> bool:
        """Whether the page asks nothing else, so that the label is its heading."""
        return getattr(self.form, "page_heading_field", None) == self.name

    @property
    def is_single_box(self) -> bool:
        """Whether the control is one box to tick, whose label stands behind it."""
        return isinstance(self.field.widget, forms.CheckboxInput)

    @property
    def error_target(self) -> str:
        """Return the id that a link of the error summary leads to: the first control of the group."""
        if isinstance(self.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
            return f"{self.auto_id}_0"
        return str(self.id_for_label or self.auto_id)


class HintedRadios(forms.RadioSelect):
    """Radio buttons of which some carry a hint below their label."""

    def __init__(
        self, *args: Any, hints: Mapping[str, object] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.hints = dict(hints or {})

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Tie the hint to its button by id."""
        option = super().create_option(name, value, *args, **kwargs)
        hint = self.hints.get(str(value))
        if hint:
            option["hint"] = hint
            option["attrs"]["aria-describedby"] = f"{option['attrs']['id']}_hint"
        return option


class HavnRenderer(TemplatesSetting):
    """Django's form renderer with our templates; name it in FORM_RENDERER."""

    form_template_name = "frame/forms/form.html"
    field_template_name = "frame/forms/field.html"
    bound_field_class = FieldGroup


def _with_our_sentence(validator: Any) -> Any:
    """Django says of a NUL byte that it is not allowed; we say how to mend it."""
    if not isinstance(validator, ProhibitNullCharactersValidator):
        return validator
    return ProhibitNullCharactersValidator(
        message=_("There is an invisible character (NUL) in it. Type it again by hand.")
    )


class FrameForm(forms.Form):
    """A form of ours: our errors, no browser's own validation, and optionally one question a page."""

    page_heading_field: ClassVar[str | None] = None
    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.validators = [_with_our_sentence(each) for each in field.validators]
