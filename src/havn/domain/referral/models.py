# SPDX-License-Identifier: Apache-2.0
"""Tables of referrals and of what was said about them."""

from __future__ import annotations

from django.db import models

from havn.domain.referral import rules


class Referral(models.Model):
    """One item that this node referred to another one, or the other way round; `reference` is known to both."""

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    direction = models.CharField(
        max_length=3, choices=[(each.value, each.value) for each in rules.Direction]
    )
    reference = models.UUIDField()
    item = models.ForeignKey("cases.ContentItem", on_delete=models.PROTECT, related_name="+")
    node_id = models.UUIDField()  # the other node
    country = models.CharField(max_length=16)  # of the other node, as the roster said then
    why = models.CharField(max_length=12)
    chain = models.JSONField(default=list)  # the nodes that it came through, the sender last
    legal_class = models.CharField(max_length=16)
    state = models.CharField(max_length=12)
    code = models.CharField(
        max_length=40, default=""
    )  # of the answer or outcome that it stands at
    moved_to = models.UUIDField(null=True)
    moved_country = models.CharField(max_length=2, default="")
    has_personal = models.BooleanField(default=False)
    words_erased_at = models.DateTimeField(null=True)  # what a reporter wrote was taken back
    words_erased_because = models.CharField(max_length=20, default="")
    sealed_reason = models.BinaryField(
        default=b""
    )  # why personal data travel without a legal basis
    is_linked = models.BooleanField(default=False)  # the item was open here before
    report_id = models.UUIDField(null=True)  # what it became here; of one that arrived
    hosting = models.JSONField(
        default=dict
    )  # what showed the sender where it is, in the last evidence
    clocks = models.JSONField(default=dict)  # the sender's four instants
    first_received_at = models.DateTimeField()  # when the first node of the chain was told
    said = models.PositiveIntegerField(default=0)  # how many things this node has said of it
    opened_at = models.DateTimeField()  # sent, or arrived
    received_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "direction", "reference"],
                name="referral_one_row_per_side",
            )
        ]
        indexes = [
            models.Index(fields=["organisation", "direction", "state", "opened_at"]),
            models.Index(fields=["item"], name="referral_of_item"),
        ]

    def __str__(self) -> str:
        return f"{self.direction} {self.reference}"


class ReferralStep(models.Model):
    """One thing that was said of a referral, by number; rows are only ever added."""

    id = models.UUIDField(primary_key=True)
    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="steps")
    is_ours = models.BooleanField()
    number = models.PositiveIntegerField()
    word = models.CharField(max_length=12)
    code = models.CharField(max_length=40, default="")
    country = models.CharField(max_length=2, default="")
    node_id = models.UUIDField(null=True)  # whose word it is, or to whom it was reassigned
    proof = models.TextField(default="")
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["referral", "is_ours", "number"], name="referral_one_step_per_number"
            )
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.word}"


class KnownQuestion(models.Model):
    """An address that was filed here: other nodes are asked once whether they know it."""

    item = models.OneToOneField(
        "cases.ContentItem", primary_key=True, on_delete=models.PROTECT, related_name="+"
    )
    organisation = models.UUIDField()
    wanted_at = models.DateTimeField()
    round_id = models.UUIDField(null=True)  # what is asked together; nothing yet while it waits

    class Meta:
        indexes = [
            models.Index(
                fields=["wanted_at"],
                condition=models.Q(round_id__isnull=True),
                name="referral_known_to_ask",
            ),
            models.Index(fields=["round_id"], name="referral_known_round"),
        ]

    def __str__(self) -> str:
        return f"question about {self.item_id}"


class KnownElsewhere(models.Model):
    """What another node told of an item here: that its own people assessed this address."""

    id = models.UUIDField(primary_key=True)
    item = models.ForeignKey("cases.ContentItem", on_delete=models.PROTECT, related_name="+")
    organisation = models.UUIDField()
    node_id = models.UUIDField()
    reference = models.UUIDField()  # theirs, made for this node
    jurisdiction = models.CharField(max_length=2)
    scheme = models.CharField(max_length=40)
    scheme_version = models.CharField(max_length=20)
    age_band = models.CharField(max_length=12)
    sex = models.CharField(max_length=12)
    origin = models.CharField(max_length=12)
    assessed_at = models.DateTimeField()
    availability = models.CharField(max_length=12)
    is_kept = models.BooleanField(default=False)  # it is among the item's assessments
    heard_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "node_id", "reference"],
                name="referral_one_known_per_reference",
            )
        ]

    def __str__(self) -> str:
        return f"known at {self.node_id}"


class KnownTold(models.Model):
    """That another node was told of an own assessment, and so has to hear when it is taken back."""

    id = models.UUIDField(primary_key=True)
    item = models.ForeignKey("cases.ContentItem", on_delete=models.PROTECT, related_name="+")
    organisation = models.UUIDField()
    node_id = models.UUIDField()
    reference = models.UUIDField(unique=True)  # the name of the item for this node alone
    told_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["item", "node_id"],
                condition=models.Q(withdrawn_at__isnull=True),
                name="referral_told_once_per_node",
            )
        ]

    def __str__(self) -> str:
        return f"told {self.node_id}"


class KnownRequest(models.Model):
    """A question of another node: about how many digests, and how many were known. Never which."""

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    asker = models.UUIDField()
    ask_id = models.UUIDField()  # the asker's name for it, for both audits
    asked = models.PositiveSmallIntegerField()
    told = models.PositiveSmallIntegerField()
    asked_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["asker", "asked_at"], name="referral_known_asker")]

    def __str__(self) -> str:
        return f"question of {self.asker}"
