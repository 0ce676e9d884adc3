"""The command line: `relais --help`."""

import click

from app.cli import audit, demonstration, directory, doctor, keys, pathways, people, processes, retention, simulating


@click.group()
def main() -> None:
    """Relais finds the right professional for a patient, fast."""


COMMANDS = (
    *(processes.web, processes.worker, processes.migrate, doctor.doctor),
    *(directory.directory, people.invite, people.vouch, people.patients),
    *(audit.audit, retention.retention, keys.secrets, keys.vapid),
    *(pathways.pathway, pathways.replay, simulating.simulate),
    demonstration.demo,
)

for command in COMMANDS:
    main.add_command(command)
