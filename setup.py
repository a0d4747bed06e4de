"""Everything is declared in pyproject.toml, but for two things that a wheel carries and a checkout has in their place:
the reference pages of the report, and the claims of the library."""

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent


class BuildWithData(build_py):
    """Copies `docs/reference/*.md` to `verify/report/reference`, and `claims` to `verify/claims`."""

    def run(self) -> None:
        super().run()
        if not self.editable_mode:
            home = Path(self.build_lib, "verify")
            pages = ROOT / "docs" / "reference"
            for page in sorted(pages.glob("*.md")):
                self.put(page, home / "report" / "reference" / page.name)
            for kind in ("*.py", "*.json"):
                for file in sorted((ROOT / "claims").rglob(kind)):
                    self.put(file, home / "claims" / file.relative_to(ROOT / "claims"))

    def put(self, source: Path, target: Path) -> None:
        self.mkpath(str(target.parent))
        self.copy_file(str(source), str(target))


setup(cmdclass={"build_py": BuildWithData})
