"""Reads the dependencies of the package from requirements/base.in, where their reasons stand."""

from pathlib import Path

from hatchling.metadata.plugin.interface import MetadataHookInterface


class RequirementsHook(MetadataHookInterface):
    def update(self, metadata: dict) -> None:
        lines = (Path(self.root) / "requirements" / "base.in").read_text(encoding="utf-8").splitlines()
        bare = (line.split("#", 1)[0].strip() for line in lines)
        metadata["dependencies"] = [line for line in bare if line]
