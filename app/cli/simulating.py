"""`relais simulate`: what if, on an invented territory; it needs no database."""

from pathlib import Path

import click

from app.demo.territory import COMMUNES
from app.organizations.postal_file import read_postal_lines
from app.simulation import report
from app.simulation.invented import scattered


@click.command()
@click.option("--requests", default=10_000, show_default=True, type=click.IntRange(100), help="Searches per policy.")
@click.option("--territory", default="demo", show_default=True, help="demo, or a file: latitude;longitude per line.")
@click.option("--policy", default="alert-all,one-by-one,replacement", show_default=True, help="Ways of asking.")
@click.option("--pathway", default="home-care", show_default=True, help="Whose waits and radii are played.")
@click.option("--usual", default=0.0, type=click.FloatRange(0, 1), help="Share of patients who have a usual one.")
@click.option("--plot", type=click.Path(path_type=Path), help="Draw the frontier into this SVG file.")
def simulate(requests: int, territory: str, policy: str, pathway: str, usual: float, plot: Path | None) -> None:
    """Play many searches on the rules of production: what each way of asking brings, and whom it disturbs."""
    try:
        for line in report.lines(requests, _places(territory), policy.split(","), pathway, plot, usual):
            click.echo(line)
    except report.Unknown as error:
        raise click.ClickException(str(error)) from None


def _places(territory: str) -> list[tuple[float, float]]:
    if territory == "demo":
        with COMMUNES.open(encoding="utf-8") as lines:
            centres = {line.code: line.position for line in read_postal_lines(lines) if line.position}
        return scattered([*centres.values()])
    try:
        rows = [line.split(";") for line in Path(territory).read_text(encoding="utf-8-sig").splitlines() if line]
        return [(float(latitude), float(longitude)) for latitude, longitude in rows]
    except (OSError, ValueError) as error:
        raise click.ClickException(f"{territory}: {error}") from None
