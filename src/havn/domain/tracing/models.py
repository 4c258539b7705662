# SPDX-License-Identifier: Apache-2.0
"""Tables of hosting evidence and of contacts."""

from __future__ import annotations

from django.db import models


class HostingEvidence(models.Model):
    """What one trace found: names, addresses, network, countries, methods and dates."""

    id = models.UUIDField(primary_key=True)
    item = models.ForeignKey("cases.ContentItem", on_delete=models.PROTECT, related_name="+")
    organisation = models.UUIDField()
    observed_at = models.DateTimeField()
    outcome = models.CharField(max_length=20)  # traced, no_such_name, unresolved, partial
    resolved_addresses = models.JSONField(default=list)
    canonical_names = models.JSONField(default=list)
    name_servers = models.JSONField(default=list)
    network = models.CharField(max_length=120, default="")
    network_name = models.CharField(max_length=200, default="")
    registry_country = models.CharField(max_length=2, default="")
    network_country = models.CharField(max_length=2, default="")
    abuse_email = models.EmailField(max_length=254, default="")
    abuse_name = models.CharField(max_length=200, default="")
    behind_proxy = models.CharField(max_length=60, default="")  # CDN: origin unknown behind it
    methods = models.JSONField(default=list)  # dns, rdap, registry_file
    dataset = models.CharField(max_length=60, default="")  # name and version of the registry files
    dataset_date = models.DateField(null=True)
    failures = models.JSONField(default=list)
    waits_for = models.CharField(max_length=12, default="")  # contact, no_contact, country, retry

    class Meta:
        indexes = [
            models.Index(fields=["item", "observed_at"]),
            models.Index(
                fields=["organisation", "id"],
                condition=~models.Q(waits_for=""),
                name="tracing_evidence_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"evidence {self.id}"


class Contact(models.Model):
    """Whom to notify for a network or host; used only after a person confirmed it."""

    id = models.UUIDField(primary_key=True)
    organisation = models.UUIDField()
    name = models.CharField(max_length=200)
    email = models.EmailField(max_length=254)
    country = models.CharField(max_length=2, default="")
    network = models.CharField(max_length=120, default="")
    host = models.CharField(max_length=255, default="")
    channel = models.CharField(max_length=10, default="mail")
    source = models.CharField(max_length=12)  # rdap, rule, person
    languages = models.JSONField(default=list)
    found_at = models.DateTimeField()
    confirmed_by = models.UUIDField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    declined_at = models.DateTimeField(null=True)
    last_success_at = models.DateTimeField(null=True)
    last_failure_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "email", "network", "host"],
                name="tracing_one_contact_per_place",
            )
        ]

    def __str__(self) -> str:
        return self.name


class ItemContact(models.Model):
    """The contact that a trace proposes for an item."""

    item = models.OneToOneField(
        "cases.ContentItem", primary_key=True, on_delete=models.PROTECT, related_name="+"
    )
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"contact of {self.item_id}"
