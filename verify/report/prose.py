"""The part of Markdown that the reference pages use, as HTML.

Headings, paragraphs, lists of one level, tables, code blocks (fenced or indented), and inside of a line code, bold,
emphasis and links. Everything else is text, and all text is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from markupsafe import Markup, escape

Link = Callable[[str], str | None]  # the address in a page of the site, or None for a target that is not on it

_INLINE = re.compile(
    r"`(?P<code>[^`]+)`|\*\*(?P<bold>.+?)\*\*|(?<![\w*])\*(?P<em>[^*\s](?:[^*]*[^*\s])?)\*(?![\w*])"
    r"|\[(?P<text>[^\]]+)\]\((?P<href>[^)\s]+)\)"
)
_HEADING = re.compile(r"(#{1,6})\s+(.*)")
_ITEM = re.compile(r"(?:[-*]|\d+\.)\s+(.*)")
_CELL = re.compile(r"(?:[^|`\\]|\\.|`[^`]*`)*")


def nowhere(_: str) -> None:
    """No link for any target."""
    return None


def inline(text: str, link: Link = nowhere) -> Markup:
    """One paragraph's text with code, bold, emphasis and links."""
    out, at = [], 0
    for m in _INLINE.finditer(text):
        out.append(escape(text[at : m.start()]))
        at = m.end()
        if m["code"] is not None:
            out.append(Markup("<code>{}</code>").format(m["code"].replace("\\|", "|")))
        elif m["bold"] is not None:
            out.append(Markup("<b>{}</b>").format(inline(m["bold"], link)))
        elif m["em"] is not None:
            out.append(Markup("<em>{}</em>").format(inline(m["em"], link)))
        else:
            href, inner = link(m["href"]), inline(m["text"], link)
            out.append(Markup('<a href="{}">{}</a>').format(href, inner) if href is not None else inner)
    return Markup("").join([*out, escape(text[at:])])


def slug(text: str) -> str:
    """The id of a heading."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "section"


def html(text: str, link: Link = nowhere, skip_title: bool = False) -> Markup:
    """A page of Markdown, without its first heading if `skip_title`."""
    out: list[Markup] = []
    lines = text.expandtabs(4).splitlines()
    seen: dict[str, int] = {}
    k = 0
    while k < len(lines):
        line = lines[k]
        if not line.strip():
            k += 1
        elif line.startswith("```"):
            end = next((n for n in range(k + 1, len(lines)) if lines[n].startswith("```")), len(lines))
            out.append(_code(lines[k + 1 : end]))
            k = end + 1
        elif line.startswith("    "):
            end = _until(lines, k, lambda x: not x.startswith("    ") and bool(x.strip()))
            out.append(_code([x[4:] for x in lines[k:end]]))
            k = end
        elif found := _HEADING.match(line):
            if not (skip_title and len(found[1]) == 1):
                name = slug(found[2])
                seen[name] = seen.get(name, 0) + 1
                unique = name if seen[name] == 1 else f"{name}-{seen[name]}"
                level = len(found[1])
                out.append(Markup('<h{} id="{}">{}</h{}>').format(level, unique, inline(found[2], link), level))
            k += 1
        elif line.startswith("|"):
            end = _until(lines, k, lambda x: not x.startswith("|"))
            out.append(_table(lines[k:end], link))
            k = end
        elif _ITEM.match(line):
            end = _until(lines, k, lambda x: not x.strip() or bool(_HEADING.match(x)))
            out.append(_list(lines[k:end], link))
            k = end
        else:
            end = _until(lines, k, lambda x: not x.strip() or bool(_HEADING.match(x)) or x[:1] == "|" or x[:3] == "```"
                         or bool(_ITEM.match(x)))  # fmt: skip
            out.append(Markup("<p>{}</p>").format(inline(" ".join(x.strip() for x in lines[k:end]), link)))
            k = end
    return Markup("\n").join(out)


def _until(lines: Sequence[str], start: int, stop: Callable[[str], bool]) -> int:
    return next((n for n in range(start + 1, len(lines)) if stop(lines[n])), len(lines))


def _code(lines: Sequence[str]) -> Markup:
    return Markup('<pre tabindex="0"><code>{}</code></pre>').format("\n".join(lines).rstrip())


def _list(lines: Sequence[str], link: Link) -> Markup:
    items: list[list[str]] = []
    for line in lines:
        found = _ITEM.match(line)
        if found:
            items.append([found[1]])
        else:
            items[-1].append(line.strip())
    tag = "ol" if lines[0][0].isdigit() else "ul"
    rows = [Markup("<li>{}</li>").format(inline(" ".join(item), link)) for item in items]
    return Markup("<{}>{}</{}>").format(tag, Markup("").join(rows), tag)


def cells(line: str) -> list[str]:
    """The cells of a row; a bar inside of code or after a backslash is text."""
    out, at = [], 1
    while at < len(line.rstrip()):
        found = _CELL.match(line, at)
        assert found is not None
        out.append(found[0].strip().replace("\\|", "|") if "`" not in found[0] else found[0].strip())
        at = found.end() + 1
    return out


def _table(lines: Sequence[str], link: Link) -> Markup:
    rows = [cells(line) for line in lines]
    ruled = len(rows) > 1 and all(re.fullmatch(r":?-+:?", c) for c in rows[1])
    head, body = (rows[0], rows[2:]) if ruled else ([], rows)
    top = Markup("")
    if head:
        names = Markup("").join(Markup('<th scope="col">{}</th>').format(inline(c, link)) for c in head)
        top = Markup("<thead><tr>{}</tr></thead>").format(names)
    made = [
        Markup("<tr>{}</tr>").format(Markup("").join(Markup("<td>{}</td>").format(inline(c, link)) for c in row))
        for row in body
    ]
    return Markup(
        '<div class="scroll" role="group" aria-label="table" tabindex="0">'
        '<table class="tight">{}<tbody>{}</tbody></table></div>'
    ).format(top, Markup("").join(made))
