"""What the demo shows while it works and when it is done."""

from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Line:
    """One row of the last table: the step, its figure, and the page that shows it."""

    step: str
    figure: str
    page: str


class Report:
    """Collects lines and says what is going on."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.lines: list[Line] = []

    def add(self, step: str, figure: str, page: str) -> None:
        """Add a row to the last table and show that the step is done."""
        self.lines.append(Line(step, figure, page))
        self.console.print(f"  [green]✓[/green] {step}: {figure}")

    def table(self, site: str) -> Table:
        """Return the last table."""
        table = Table(title="千场 · the main job", show_lines=False, title_justify="left")
        table.add_column("step", no_wrap=True)
        table.add_column("figure", overflow="fold")
        table.add_column("page", overflow="fold")
        for line in self.lines:
            table.add_row(line.step, line.figure, site + line.page)
        return table

    def accounts(self, rows: list[tuple[str, str, str]]) -> Table:
        """Return the table of demo accounts: role, user name, password."""
        table = Table(title="demo accounts (this machine only)", title_justify="left")
        for column in ("role", "user name", "password"):
            table.add_column(column, no_wrap=True)
        for row in rows:
            table.add_row(*row)
        return table

    def as_json(self) -> list[dict[str, Any]]:
        """Return the rows for a program to read."""
        return [{"step": line.step, "figure": line.figure, "page": line.page} for line in self.lines]
