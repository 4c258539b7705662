# SPDX-License-Identifier: Apache-2.0
"""Tables of logs and their tiles, of payloads given out and taken in, of peers and of alarms."""

from __future__ import annotations

from django.db import models

from havn.domain.exchange import rules


def _choices(states: type[rules.InboxState | rules.AlarmCode]) -> list[tuple[str, str]]:
    return [(state.value, state.value) for state in states]


class Log(models.Model):
    """The own log, or the mirror of a peer's: how far it is known and proved."""

    origin = models.CharField(primary_key=True, max_length=120)
    node = models.UUIDField(unique=True)
    is_own = models.BooleanField(default=False)
    size = models.PositiveBigIntegerField(default=0)
    root = models.BinaryField()
    frontier = models.BinaryField(default=b"")
    note = models.TextField(default="")  # the last checkpoint that was accepted, or signed
    served = models.TextField(default="")  # the same with the cosignature of this node
    noted_at = models.DateTimeField(null=True)
    pending_note = models.TextField(default="")  # a checkpoint whose entries are still coming in
    pending_size = models.PositiveBigIntegerField(default=0)
    pending_frontier = models.BinaryField(default=b"")
    ahead_note = models.TextField(default="")  # a larger one that another mirror holds
    rate = models.PositiveIntegerField(default=1)  # leaves a beat; of the own log only
    calm_beats = models.PositiveIntegerField(default=0)
    recovering_since = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["is_own"], condition=models.Q(is_own=True), name="exchange_one_own_log"
            )
        ]

    def __str__(self) -> str:
        return self.origin


class Tile(models.Model):
    """Up to 256 hashes of one level of a log's tree; a row grows until it is full."""

    log = models.ForeignKey(Log, on_delete=models.PROTECT, related_name="tiles")
    level = models.PositiveSmallIntegerField()
    number = models.PositiveBigIntegerField()
    hashes = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["log", "level", "number"], name="exchange_one_tile_each"
            )
        ]

    def __str__(self) -> str:
        return f"tile {self.level}/{self.number}"


class Bundle(models.Model):
    """Up to 256 leaves of a log, packed as they are served; a row grows until it is full."""

    log = models.ForeignKey(Log, on_delete=models.PROTECT, related_name="bundles")
    number = models.PositiveBigIntegerField()
    width = models.PositiveSmallIntegerField()
    entries = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["log", "number"], name="exchange_one_bundle_each")
        ]

    def __str__(self) -> str:
        return f"bundle {self.number}"


class Cosigned(models.Model):
    """A checkpoint of the own log with the cosignatures that peers gave it."""

    size = models.PositiveBigIntegerField(primary_key=True)
    note = models.TextField()
    cosignatures = models.PositiveSmallIntegerField(default=0)
    signed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"checkpoint of {self.size}"


class Anchored(models.Model):
    """A signed head of the audit chain that a leaf of the own log commits to."""

    position = models.PositiveBigIntegerField(primary_key=True)
    sequence = models.PositiveBigIntegerField()  # of the entry that the head covers
    salt = models.BinaryField()
    head = models.TextField()

    def __str__(self) -> str:
        return f"head {self.sequence} at {self.position}"


class Given(models.Model):
    """A payload of the own log: where its leaf stands, and who may fetch it."""

    commit = models.CharField(primary_key=True, max_length=64)
    event = models.UUIDField(unique=True)
    position = models.PositiveBigIntegerField(unique=True)
    kind = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    audience = models.JSONField(default=list)
    counter = models.PositiveBigIntegerField()
    recorded_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["subject_id"])]

    def __str__(self) -> str:
        return f"{self.kind} at {self.position}"


class GivenCopy(models.Model):
    """Salt and payload sealed to one node's exchange key: the process that hands it out cannot read it."""

    given = models.ForeignKey(Given, on_delete=models.PROTECT, related_name="copies")
    node = models.UUIDField()
    sealed = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["given", "node"], name="exchange_one_copy_each")
        ]

    def __str__(self) -> str:
        return f"copy for {self.node}"


class Counter(models.Model):
    """How many leaves a log has for exactly one audience, as far as this node wrote or saw them."""

    log = models.ForeignKey(Log, on_delete=models.PROTECT, related_name="counters")
    audience = models.CharField(max_length=64)  # digest of the nodes
    number = models.PositiveBigIntegerField()
    missing = models.JSONField(default=list)  # first and last of each range that was passed over

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["log", "audience"], name="exchange_one_counter_each")
        ]

    def __str__(self) -> str:
        return f"counter {self.number}"


class Arrival(models.Model):
    """One leaf of a peer's log that is for this node, from found to done."""

    id = models.UUIDField(primary_key=True)
    log = models.ForeignKey(Log, on_delete=models.PROTECT, related_name="arrivals")
    position = models.PositiveBigIntegerField()
    commit = models.CharField(max_length=64)
    epoch = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=_choices(rules.InboxState))
    event = models.UUIDField(null=True)
    kind = models.CharField(max_length=40, default="")
    version = models.PositiveIntegerField(default=0)
    subject_id = models.UUIDField(null=True)
    sealed = models.BinaryField(default=b"")  # as the peer gave it; empty once it is done
    code = models.CharField(max_length=40, default="")  # why it was refused, or tried in vain
    tries = models.PositiveIntegerField(default=0)
    found_at = models.DateTimeField()
    fetched_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["log", "position"], name="exchange_one_arrival_each"),
            models.UniqueConstraint(
                fields=["log", "event"],
                condition=models.Q(event__isnull=False),
                name="exchange_one_arrival_per_event",
            ),
        ]
        indexes = [
            models.Index(
                fields=["log", "position"],
                condition=models.Q(state__in=["found", "waiting"]),
                name="exchange_arrival_open",
            ),
            models.Index(fields=["log", "commit"], name="exchange_arrival_commit"),
            # What failed before about the same subject is looked for at every arrival that waits; a peer may
            # say thousands of things about one subject.
            models.Index(
                fields=["subject_id", "log", "state", "tries", "position"],
                name="exchange_arrival_about",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind or 'leaf'} at {self.position}"


class Peer(models.Model):
    """How the exchange with one other node stands."""

    node = models.UUIDField(primary_key=True)
    asked_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    head_size = models.PositiveBigIntegerField(default=0)  # as their newest checkpoint says
    scanned = models.PositiveBigIntegerField(default=0)  # leaves looked through for our tags
    seen_own_size = models.PositiveBigIntegerField(null=True)  # of our log, as they mirror it
    seen_own_at = models.DateTimeField(null=True)
    told_until = models.PositiveBigIntegerField(
        default=0
    )  # leaves of ours, by which it was told all that is open
    failures = models.PositiveIntegerField(default=0)  # since the last answer
    last_error = models.CharField(max_length=40, default="")
    last_error_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"peer {self.node}"


class Alarm(models.Model):
    """Something that should not be: what, about which node, and the evidence that a third party can check."""

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    code = models.CharField(max_length=40, choices=_choices(rules.AlarmCode))
    about = models.CharField(max_length=120, default="")  # a node's UUID, else what it concerns
    evidence = models.TextField(default="")
    detail = models.JSONField(default=dict)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    times = models.PositiveIntegerField(default=1)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.UUIDField(null=True)
    sealed_reason = models.BinaryField(default=b"")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "code", "about"],
                condition=models.Q(settled_at__isnull=True),
                name="exchange_one_open_alarm_each",
            )
        ]
        indexes = [models.Index(fields=["organisation", "settled_at", "last_at"])]

    def __str__(self) -> str:
        return self.code


class SeenNonce(models.Model):
    """A nonce that a signed request was taken with; kept as long as the request could be sent again."""

    key_id = models.CharField(max_length=64)
    nonce = models.CharField(max_length=64)
    until = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key_id", "nonce"], name="exchange_nonce_once")
        ]
        indexes = [models.Index(fields=["until"])]

    def __str__(self) -> str:
        return "nonce"
