"""Make the small web fonts of the report from TeX Gyre Pagella (needs fonttools and brotli).

    python tools/subset_fonts.py PAGELLA_MATH.otf PAGELLA_REGULAR.otf PAGELLA_ITALIC.otf PAGELLA_BOLD.otf

The result is bundled in `verify/report/assets/fonts`; nothing at run time needs this file. As the font licence asks,
the subsets carry names of their own.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

OUT = Path(__file__).parent.parent / "verify" / "report" / "assets" / "fonts"

TEXT = "20-7E A0-17F 2013 2014 2018-201E 2022 2026 2032 2190-2193 2212 2248 2264 2265 3B1-3C9"
MATH = (
    "20-7E A0-FF 131 237 2C6 2DC 300-308 30C 332 338 391-3A9 3B1-3C9 3D1 3D5 3F5 2016 2020 2026 2032-2034 2061-2064"
    " 20D7 2102 210B 2110-2113 2115 2119-211D 2124 2135 2190-2199 21A6 21D0 21D2 21D4 2200-220D 220F-2213 2215-2223"
    " 2225-222B 2234 223C 2243 2245 2248 2254 2260-2262 2264-226B 227A-227D 2282-2287 2293-2297 22A4 22A5 22B2-22B5"
    " 22C5 22C6 22EE-22F1 2308-230B 239B-23AE 25A0 25A1 25CB 25CF 27E8 27E9 2A7D 2A7E 2AAF 2AB0"
    " 1D400-1D433 1D434-1D467 1D49C-1D4B5 1D538-1D56B 1D6A4 1D6A5 1D6A8-1D6E1 1D6E2-1D71B 1D7CE-1D7D7 1D7D8-1D7E1"
)


def unicodes(ranges: str) -> list[int]:
    found: list[int] = []
    for part in ranges.split():
        low, _, high = part.partition("-")
        found += range(int(low, 16), int(high or low, 16) + 1)
    return found


def make(source: Path, name: str, family: str, ranges: str, features: list[str]) -> None:
    font = TTFont(source, recalcTimestamp=False)
    options = subset.Options()
    options.flavor = "woff2"
    options.hinting = False
    options.layout_features = features
    options.drop_tables += ["FFTM"]
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    worker = subset.Subsetter(options)
    worker.populate(unicodes=unicodes(ranges))
    worker.subset(font)
    for record in font["name"].names:
        if record.nameID in (1, 3, 4, 6):
            record.string = family.replace(" ", "") if record.nameID == 6 else family
    if "CFF " in font:
        font["CFF "].cff.fontNames = [family.replace(" ", "")]
    subset.save_font(font, OUT / name, options)
    print(name, (OUT / name).stat().st_size)


def main(math: str, regular: str, italic: str, bold: str) -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    make(Path(math), "math.woff2", "Audit Math", MATH, ["ssty", "dtls", "flac", "ccmp", "mark", "mkmk", "kern"])
    for source, style in ((regular, "regular"), (italic, "italic"), (bold, "bold")):
        make(
            Path(source),
            f"text-{style}.woff2",
            f"Audit Text {style}",
            TEXT,
            ["kern", "liga", "onum", "lnum", "tnum", "pnum", "smcp", "ccmp", "locl", "mark"],
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
