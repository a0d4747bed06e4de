"""Everything is declared in pyproject.toml, but for one thing: a wheel carries the reference pages for the report."""

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithReference(build_py):
    """Copies `docs/reference/*.md` next to the report, which in a checkout reads them in their place."""

    def run(self) -> None:
        super().run()
        if not self.editable_mode:
            target = Path(self.build_lib, "verify", "report", "reference")
            self.mkpath(str(target))
            for page in sorted(Path(__file__).parent.glob("docs/reference/*.md")):
                self.copy_file(str(page), str(target / page.name))


setup(cmdclass={"build_py": BuildWithReference})
