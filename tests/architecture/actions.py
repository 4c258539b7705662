# SPDX-License-Identifier: Apache-2.0
"""Checks on services, selectors, facts and models of the domain."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping, Sequence

from tests.architecture.source import Source

ACTION = re.compile(r"[a-z_]+\.[a-z_]+")

# What the machinery under the services is made of: called inside the transaction of a service that
# leaves the entry itself, or by the worker about its own bookkeeping.
MACHINERY = {
    "havn.domain.accounts.services.record_failed_sign_in": "nobody acts yet; an inner service records it",
    "havn.domain.assessment.services.queue.keep_draft": "an unfinished decision says nothing yet",
    "havn.domain.assessment.services.queue.renew_lease": "the take left the entry; a page renews it each minute",
    "havn.domain.assessment.services.exposure.end_exposure": "private to the person; the hand-over left an entry",
    "havn.domain.assessment.services.referred.spare_item": "part of the service that keeps another node's assessment",
    "havn.domain.audit.services.action": "the decorator itself",
    "havn.domain.audit.services.viewed": "the decorator of selectors",
    "havn.domain.audit.services.record": "writes the entry of its caller",
    "havn.domain.audit.services.link_entries": "an entry about linking would have to be linked",
    "havn.domain.audit.services.keep_head": "the head is itself the signed record",
    "havn.domain.exchange.services.arrivals.note_handling_failed": "bookkeeping of the worker; nothing was done",
    "havn.domain.exchange.services.mirroring.note_answer": "bookkeeping of the worker; the signed log is the record",
    "havn.domain.exchange.services.mirroring.note_failure": "bookkeeping of the worker; nothing was done",
    "havn.domain.exchange.services.nonces.take_nonce": "part of the request that it is taken for",
    "havn.domain.intake.services.accept_submission": "an inner service records it; a repeat must leave no second entry",
    "havn.domain.intake.services.order_filing": "bookkeeping of the worker; receiving and filing leave entries",
    "havn.domain.jobs.services.enqueue": "part of the service that orders the work",
    "havn.domain.jobs.services.enqueue_all": "part of the service that orders the work",
    "havn.domain.jobs.services.claim": "bookkeeping of the worker; the work leaves the entry",
    "havn.domain.jobs.services.finish": "bookkeeping of the worker; the work leaves the entry",
    "havn.domain.jobs.services.finish_all": "bookkeeping of the worker; the work leaves the entry",
    "havn.domain.jobs.services.free_leases": "bookkeeping of the worker; nothing was done",
    "havn.domain.jobs.services.hurry": "bookkeeping of the worker; what is done sooner is audited by itself",
    "havn.domain.jobs.services.postpone": "bookkeeping of the worker; the work leaves the entry",
    "havn.domain.jobs.services.bring_forward": "part of the service that need not wait",
    "havn.domain.jobs.services.withdraw": "part of the service that makes the work needless",
    "havn.domain.ledger.services.record_fact": "part of the service whose fact it is",
    "havn.domain.ledger.services.record_facts": "part of the service whose facts they are",
    "havn.domain.ledger.services.append_events": "part of the service whose events they are",
    "havn.domain.ledger.services.append_event": "part of the service whose event it is",
    "havn.domain.ledger.services.say_again": "part of the beat, whose entry counts them",
    "havn.domain.ledger.services.note_left": "part of the service that makes leaves of events",
    "havn.domain.ledger.services.erase_payload": "part of the service that erases what was sent",
    "havn.domain.referral.services.known.begin_rounds": "bookkeeping of the worker; asking leaves an entry",
    "havn.domain.referral.services.known.note_to_ask": "part of the service that files the item",
    "havn.domain.takedown.services.notices.answer_token": "computes the link of a notice, writes nothing",
    "havn.domain.reporting.services.offices.office_token": "computes the link of a question, writes nothing",
    "havn.domain.tracing.services.settle_waiting": "part of the service that settles the item",
    "havn.domain.tracing.services.await_person": "part of the service that found nobody",
    "havn.domain.tracing.services.note_contact_used": "part of the service that used the contact",
    "havn.domain.workflow.services.hub.part_arrived": "hands it to the service that leaves the entry",
    "havn.domain.workflow.services.hub.report_arrived": "hands it to the services that leave the entries",
    "havn.domain.workflow.services.hub.step_arrived": "hands it to the service that leaves the entry",
    "havn.domain.workflow.services.hub.answer_arrived": "hands it to the service that leaves the entry",
    "havn.domain.workflow.services.hub.piece_arrived": "hands it to the service that leaves the entry",
    "havn.domain.workflow.services.hub.update_withdrawn": "hands it to the service that leaves the entry",
    "havn.domain.workflow.services.hub.capability_arrived": "hands it to the service that leaves the entry",
    "havn.domain.workflow.services.known.order_asking": "bookkeeping of the worker; asking leaves an entry",
}

# Who acts or reads follows from something else that is given.
ACTOR_FROM_ELSEWHERE = {
    "havn.domain.accounts.selectors.actor_of": "makes the actor of who signed in",
    "havn.domain.takedown.services.notices.record_answer": "the link says which provider answers",
    "havn.domain.takedown.selectors.notices.notice_for_answer": "the link says which provider reads",
    "havn.domain.reporting.services.offices.answer_ask": "the link says which office answers",
    "havn.domain.reporting.selectors.offices.ask_for_answer": "the link says which office reads",
    "havn.domain.tracing.selectors.sentence_of": "words only; reads no row",
}


def is_file_of(source: Source, kind: str) -> bool:
    """Whether a file is an app's `services.py` (or another of the six), or lies in that package."""
    parts = source.module.split(".")
    if parts[-1].startswith("_"):
        return False  # private to the package
    return parts[:2] == ["havn", "domain"] and len(parts) >= 4 and parts[3] == kind


def public_functions(source: Source) -> list[ast.FunctionDef]:
    """Return a module's public functions."""
    return [
        node
        for node in source.tree.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    ]


def careless_services(
    sources: Iterable[Source], machinery: Mapping[str, str] = MACHINERY
) -> list[str]:
    """Return services that are unaudited, positional, or do not say who acts and when."""
    found = []
    for source in sources:
        if not is_file_of(source, "services"):
            continue
        for function in public_functions(source):
            name = f"{source.module}.{function.name}"
            if name in machinery:
                continue
            if not any("action(" in ast.unparse(each) for each in function.decorator_list):
                found.append(f"{name} leaves no audit entry: mark it with @audit.action")
            wanted = ("at",) if name in ACTOR_FROM_ELSEWHERE else ("actor", "at")
            found += _careless_arguments(name, function, wanted=wanted)
    return found


def careless_selectors(sources: Iterable[Source]) -> list[str]:
    """Return selectors that are positional or do not say who reads."""
    found = []
    for source in sources:
        if not is_file_of(source, "selectors") or source.module.startswith("havn.domain.audit"):
            continue
        for function in public_functions(source):
            name = f"{source.module}.{function.name}"
            if name not in ACTOR_FROM_ELSEWHERE:
                found += _careless_arguments(name, function, wanted=("actor",))
    return found


def _careless_arguments(
    name: str, function: ast.FunctionDef, *, wanted: Sequence[str]
) -> list[str]:
    found = []
    if function.args.args or function.args.posonlyargs or function.args.vararg:
        found.append(f"{name} takes arguments by position: put a * first")
    given = {argument.arg for argument in function.args.kwonlyargs}
    found += [f"{name} does not take `{each}`" for each in wanted if each not in given]
    return found


def recorded_names(sources: Iterable[Source]) -> dict[str, str]:
    """Return the actions that code records (`audit.record(action="a.b", ...)`, `_record("a.b", ...)`), and where."""
    found: dict[str, str] = {}
    for source in sources:
        for node in ast.walk(source.tree):
            if (
                isinstance(node, ast.Call)
                and "record" in ast.unparse(node.func).rpartition(".")[2]
            ):
                given = [each.value for each in node.keywords if each.arg == "action"]
                for text in [*given, *node.args[:1]]:
                    if isinstance(text, ast.Constant) and ACTION.fullmatch(str(text.value)):
                        found[str(text.value)] = f"{source.path}:{node.lineno}"
    return found


def unregistered_names(sources: Iterable[Source], registered: Iterable[str]) -> list[str]:
    """Return the actions that code records and that no service or selector is registered for."""
    known = set(registered)
    return [
        f"{place} records {name}: mark what records it with @audit.action"
        for name, place in sorted(recorded_names(sources).items())
        if name not in known
    ]


def unwritten(names: Iterable[str], sources: Iterable[Source], *, kind: str) -> list[str]:
    """Return the members of an enumeration (`FactName`) that no service outside the ledger writes."""
    text = "\n".join(
        source.text for source in sources if not source.module.startswith("havn.domain.ledger")
    )
    return [name for name in names if f"{kind}.{name}" not in text]


def foreign_imports_of_models(
    importers: Mapping[str, Iterable[str]],
) -> list[str]:
    """Return imports of an app's models (`havn.domain.x.models`: its importers) from outside the app."""
    return [
        f"{importer} imports {models}"
        for models, each in sorted(importers.items())
        for importer in sorted(each)
        if not importer.startswith(models.removesuffix("models"))
    ]


def upward_keys(keys: Iterable[tuple[str, str, str]], order: Sequence[Sequence[str]]) -> list[str]:
    """Return foreign keys (from app, field, to app) that point up, or to a neighbour.

    `order` is the list of the import contract: uppermost first, strangers in one row.
    """
    rank = {app: row for row, apps in enumerate(order) for app in apps}
    return [
        f"{field} points from {source} to {target}"
        for source, field, target in keys
        if source in rank and target in rank and source != target and rank[source] >= rank[target]
    ]
