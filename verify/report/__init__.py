"""Static pages, `report.json` and JUnit XML from certificates and verdicts. See docs/explanation/architecture.md."""

from .figures import FigureError
from .formulas import Formulas
from .model import CertificateAndVerdicts, ReportError
from .site import Site, build, render

__all__ = ["CertificateAndVerdicts", "FigureError", "Formulas", "ReportError", "Site", "build", "render"]
