"""An installed wheel in an empty folder: engine, claims of the library, report and its assets, pytest plugin."""

from __future__ import annotations

from pathlib import Path

from away import ROOT, call


def test_a_wheel_works_outside_the_checkout(programs: Path, tmp_path: Path) -> None:
    found = call(programs / "python", "-c", "import verify; print(verify.__file__)", cwd=tmp_path).stdout
    assert "site-packages" in found and str(ROOT) not in found

    done = call(programs / "verify", "audit", "layer_gradient", "--report", "-j", "1", cwd=tmp_path)
    assert "taking the installed claims: library" in done.stderr
    assert "linear_networks/layer_gradient" in done.stdout and "0 unexpected" in done.stdout
    html = tmp_path / "reports" / "html"
    page = (html / "claims" / "linear_networks" / "layer_gradient.html").read_text(encoding="utf-8")
    assert "kaduri" in page.lower() and "<math" in page
    assert (html / "assets" / "style.css").is_file() and (html / "assets" / "fonts" / "math.woff2").is_file()
    assert (html / "reference" / "rules.html").is_file()

    assert "Report:" in call(programs / "verify", "report", cwd=tmp_path).stdout
    assert "1 of 1 certificates stand" in call(programs / "verify", "recheck", cwd=tmp_path).stdout
    assert "1." in call(programs / "verify", "explain", "layer_gradient", cwd=tmp_path).stdout
    proved = call(programs / "verify", "check", "1 - x <= exp(-x)", "--where", "x in [0, 1]", cwd=tmp_path)
    assert "PROVED" in proved.stdout
    assert call(programs / "verify", "--version", cwd=tmp_path).stdout.startswith("verify, version ")

    items = call(programs / "python", "-m", "pytest", "-q", "--pyargs", "verify", "-k", "layer_gradient", cwd=tmp_path)
    assert " passed" in items.stdout and "failed" not in items.stdout
    assert not list((programs.parent / "lib").rglob(".verify-cache"))

    code = "from verify.audit import installed; print(installed.folder('library'))"
    folder = Path(call(programs / "python", "-c", code, cwd=tmp_path).stdout.strip())
    wanted = {p.relative_to(ROOT / "claims").as_posix() for p in (ROOT / "claims").rglob("*.py")}
    wanted |= {p.relative_to(ROOT / "claims").as_posix() for p in (ROOT / "claims").rglob("*.json")}
    assert {p.relative_to(folder).as_posix() for p in folder.rglob("*.*") if p.suffix in (".py", ".json")} == wanted
