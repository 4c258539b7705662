# SPDX-License-Identifier: Apache-2.0
"""The questions of a report, one form a page, and the forms for receipts and provider answers."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from havn.web.frame.forms import FrameForm, HintedRadios
from havn.web.public_site.fields import AddressesField, AddressField, PlainTextField, ReceiptField

MOST_TEXT = 4000
MOST_LINE = 300
KINDS = {
    "address": gettext_lazy("A web page: I have its address"),
    "several": gettext_lazy("Several web pages: I have their addresses"),
    "not_web": gettext_lazy("Something in an app, a chat or a game"),
}
SEEN = {
    "abuse": gettext_lazy(
        "Pictures or films of a child being sexually abused, or shown in a sexual way"
    ),
    "me": gettext_lazy("A picture or film of me; I am under 18, or was then"),
    "contact": gettext_lazy("Somebody talks to a child about sex, or asks for pictures"),
    "threat": gettext_lazy(
        "Somebody threatens to show pictures of a child, or wants money for them"
    ),
    "made": gettext_lazy("Pictures made with a computer or AI that show a child in a sexual way"),
    "other": gettext_lazy("Something else, or I am not sure"),
}
WHEN = {
    "now": gettext_lazy("It is happening now, or a child is in danger now"),
    "week": gettext_lazy("In the last seven days"),
    "longer": gettext_lazy("Longer ago"),
    "unknown": gettext_lazy("I do not know"),
}
CONTACT = {
    "no": gettext_lazy("No, I want to stay anonymous"),
    "yes": gettext_lazy("Yes, you may contact me"),
}
_CHOOSE = {
    "required": gettext_lazy("Choose one of the answers."),
    "invalid_choice": gettext_lazy("Choose one of the answers on this page."),
}


class KindForm(FrameForm):
    """What sort of thing is reported."""

    page_heading_field = "kind"
    kind = forms.ChoiceField(
        label=gettext_lazy("What do you want to report?"),
        choices=list(KINDS.items()),
        widget=HintedRadios(
            hints={"not_web": gettext_lazy("Or anything that has no address of its own")}
        ),
        error_messages=_CHOOSE,
    )


class AddressForm(FrameForm):
    """The address of one page."""

    page_heading_field = "address"
    address = AddressField(
        label=gettext_lazy("What is the address of the page?"),
        help_text=gettext_lazy(
            "Copy it from the top of your browser. Do not open the page again to look."
        ),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "inputmode": "url"}
        ),
    )


class AddressesForm(FrameForm):
    """The addresses of several pages."""

    page_heading_field = "addresses"
    addresses = AddressesField(
        most=20000,
        missing=gettext_lazy("Paste at least one address."),
        label=gettext_lazy("What are the addresses of the pages?"),
        help_text=gettext_lazy("One address on each line. Do not open the pages again to look."),
        widget=forms.Textarea(attrs={"rows": 8, "autocomplete": "off", "spellcheck": "false"}),
    )


class AppForm(FrameForm):
    """Which app, chat or game."""

    page_heading_field = "app"
    app = PlainTextField(
        most=MOST_LINE,
        missing=gettext_lazy(
            "Write the name of the app, chat or game. If you do not know it, describe it."
        ),
        label=gettext_lazy("Which app, chat or game was it?"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class SeenForm(FrameForm):
    """What was seen, and in the reporter's own words."""

    page_heading_field = "seen"
    seen = forms.ChoiceField(
        label=gettext_lazy("What did you see?"),
        choices=list(SEEN.items()),
        widget=HintedRadios(),
        error_messages=_CHOOSE,
    )
    words = PlainTextField(
        most=MOST_TEXT,
        required=False,
        label=gettext_lazy("What else should we know? (you can leave this empty)"),
        help_text=gettext_lazy(
            "In your own words, short is fine. No pictures, and no names of children you know."
        ),
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class WhereForm(FrameForm):
    """How to find it."""

    page_heading_field = "where"
    where = PlainTextField(
        most=MOST_TEXT,
        required=False,
        label=gettext_lazy("Where exactly was it? (you can leave this empty)"),
        help_text=gettext_lazy(
            "For example: how you came across it, the name of the group, channel or user, or what one has to press"
            " to see it. Passwords too, if one is needed."
        ),
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class WhenForm(FrameForm):
    """When it was seen."""

    page_heading_field = "when"
    when = forms.ChoiceField(
        label=gettext_lazy("When was it?"),
        choices=list(WHEN.items()),
        widget=HintedRadios(),
        error_messages=_CHOOSE,
    )


class ContactForm(FrameForm):
    """Whether the reporter may be contacted."""

    page_heading_field = "contact"
    contact = forms.ChoiceField(
        label=gettext_lazy("May we contact you?"),
        help_text=gettext_lazy(
            "You do not have to. We treat your report the same, and nobody will know it was you."
        ),
        choices=list(CONTACT.items()),
        widget=HintedRadios(),
        error_messages=_CHOOSE,
    )


class ReachForm(FrameForm):
    """How to reach the reporter, and who else may."""

    page_heading_field = "reach"
    reach = PlainTextField(
        most=MOST_LINE,
        missing=gettext_lazy(
            "Write an email address or a phone number, or go back and stay anonymous."
        ),
        label=gettext_lazy("How can we reach you?"),
        help_text=gettext_lazy(
            "An email address or a phone number that only you read. Only our hotline sees it, unless you tick the box"
            " below."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    police = forms.BooleanField(
        required=False,
        label=gettext_lazy("The police may have it too"),
        help_text=gettext_lazy("If you do not tick this, we never give it to the police."),
    )


class ReceiptForm(FrameForm):
    """The receipt whose report somebody asks about."""

    page_heading_field = "receipt"
    receipt = ReceiptField(
        label=gettext_lazy("What is your receipt?"),
        help_text=gettext_lazy(
            "Five groups of four letters and digits. Capitals, spaces and hyphens do not matter."
        ),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}
        ),
        error_messages={
            "required": gettext_lazy(
                "Type the receipt that you were given when you sent the report."
            )
        },
    )
