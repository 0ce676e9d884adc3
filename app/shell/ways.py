"""Where the pages are that rooms lead to by name, upward or sideways. A test keeps this table: all of it is used."""

WAYS = {
    "access": "joining.ask",
    "access-requests": "joining.waiting",
    "account": "membership.account",
    "audit": "supervision.audit",
    "board": "supervision.board",
    "communes": "desk.communes",
    "assessments": "assessments.assessments",
    "circle": "circles.circle",
    "devices": "messages.devices",
    "emergency": "emergency.ask",
    "folder": "casework.folder",
    "folders": "casework.folders",
    "new-folder": "casework.new",
    "front-door": "accounts.sign_in",  # the demonstration has its own
    "handover": "desk.handover",
    "home": "shell.home",
    "install": "shell.install",
    "liaison": "liaison.book",
    "liaison-note": "liaison.write",
    "locked-tablet": "tablets.locked",
    "new-request": "desk.new",
    "offer": "inbox.offer",
    "patient-space": "patient_space.space_door",
    "patient-visit": "patient_space.visit",
    "pathways": "protocols.all_pathways",
    "person": "records.person",
    "plan-actions": "planning.own_actions",
    "proof-at-the-state": "joining.proof_at_the_state",
    "relative": "patient_space.relative_door",
    "relaunch": "supervision.relaunch",
    "request": "desk.follow",
    "said-yes": "naming.found_by_phone",
    "search": "supervision.one_search",
    "service-worker": "shell.service_worker",
    "sign-in-at-the-state": "joining.sign_in_at_the_state",
    "somebody": "naming.somebody",
    "stay": "records.stay",
    "whole-identity": "records.ask_identity",
}

PIECES = {
    "ask-to-alert": "push/_ask.html",
    "ask-to-install": "shell/_ask_to_install.html",
    "plan-in-folder": "planning/_in_folder.html",
}
"""What rooms show of a room above them."""
