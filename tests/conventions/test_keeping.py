"""Whatever the house keeps of a person is declared by its room: told in her copy or not, for a reason, and erased."""

import pytest

from app.core.db import Model
from app.core.sealed import Sealed, SealedBytes
from app.patients.keeping import all_kept

NOT_A_PERSONS = {
    "access_request": "a professional who asks to come in",
    "account": "who signs in",
    "attempts": "counts; whose cannot be read",
    "audit_anchor": "the chain of the trail",
    "audit_event": "told in her copy by `copying`; its own term (`relais audit prune`) ends it, and nothing else may",
    "audit_seal": "the chain of the trail",
    "badge": "a nurse's short code",
    "commune": "public",
    "calendar_feed": "the address from which a professional's own calendar reads",
    "draft": "what somebody typed, for twelve hours, sealed and for herself alone",
    "email_change": "a professional's own address",
    "grid_version": "which questions a grid asks",
    "handover": "which nurse took over a tablet",
    "heartbeat": "the house itself",
    "invitation": "a professional who is awaited",
    "invited_practitioner": "the same",
    "letter": "who is written to, erased when it has left (`letters`)",
    "live_topic": "versions of screens",
    "locality": "public",
    "membership": "who works where",
    "name_word": "the words by which a professional is found",
    "organization": "establishments",
    "passkey": "a professional's key",
    "passkey_challenge": "the same",
    "pathway_draft": "how care is to be asked for",
    "pathway_version": "how care is asked for",
    "practitioner": "the national directory",
    "practitioner_role": "the same",
    "push_alert": "what a professional was told, which never names a patient",
    "push_attention": "when she wants to be told",
    "push_message": "the same words on one phone",
    "push_subscription": "a professional's phone",
    "recovery": "lost keys of a professional",
    "recovery_word": "the same",
    "retention_round": "counts",
    "sign_in": "a professional's browser",
    "tablet": "a ward's tablet",
    "tablet_sign_in": "the same",
    "tablet_ticket": "the same",
    "territory_commune": "public",
    "withheld_pathway": "what an establishment does not ask for",
}
"""Why a table is about nobody who is cared for, or ends by a rule of its own."""


@pytest.mark.usefixtures("house")
def test_every_table_is_declared_or_says_why_not() -> None:
    declared = {kept.table for kept in all_kept()}
    assert declared | NOT_A_PERSONS.keys() == Model.metadata.tables.keys()
    assert not declared & NOT_A_PERSONS.keys()


@pytest.mark.usefixtures("house")
def test_every_key_to_a_person_is_a_way_to_her() -> None:
    keys = {
        (table.name, key.parent.name)
        for table in Model.metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name == "patient"
    }
    ways = {(kept.table, kept.way[0].key) for kept in all_kept()}
    # A record that became one with another is found from there (`copying.records_of`).
    assert keys - ways == {("patient", "merged_into_id")}


@pytest.mark.usefixtures("house")
def test_every_sealed_column_is_hers_or_waits_for_its_sender_alone() -> None:
    declared = {kept.table for kept in all_kept()}
    sealed = {
        table.name
        for table in Model.metadata.tables.values()
        if any(isinstance(column.type, Sealed | SealedBytes) for column in table.columns)
    }
    assert sealed - declared == {"draft"}


@pytest.mark.usefixtures("house")
def test_what_is_not_told_says_why_and_what_is_has_a_title() -> None:
    for kept in all_kept():
        assert bool(kept.untold) != bool(kept.title), kept.table
