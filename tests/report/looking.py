"""Scripts that look at a page in a browser and say what is wrong with it."""

OPEN_ALL = "for (const d of document.querySelectorAll('details')) d.open = true;"

# Text whose contrast with what is behind it is below 4.5 (WCAG 2.2, 1.4.3).
CONTRAST = """
const parse = (c) => { const p = c.match(/[\\d.]+/g).map(Number); return p.length < 4 ? [...p, 1] : p; };
const light = (c) => { const f = (v) => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
  return 0.2126 * f(c[0]) + 0.7152 * f(c[1]) + 0.0722 * f(c[2]); };
const known = new Map();
const behind = (e) => {
  if (!e) return [255, 255, 255, 1];
  if (!known.has(e)) { const c = parse(getComputedStyle(e).backgroundColor); known.set(e, c[3] > 0.5 ? c : behind(e.parentElement)); }
  return known.get(e);
};
const bad = new Set(), seen = new Map();
const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let n = walk.nextNode(); n; n = walk.nextNode()) {
  const e = n.parentElement;
  if (seen.has(e) || !n.textContent.trim()) continue;
  seen.set(e, true);
  const s = getComputedStyle(e), ink = e.namespaceURI.endsWith("svg") ? s.fill : s.color;
  if (!ink.startsWith("rgb")) continue;
  const a = light(parse(ink)), b = light(behind(e)), r = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  if (r < 4.5 && e.getClientRects().length) bad.add(`contrast ${r.toFixed(2)}: ${e.tagName}.${e.getAttribute("class") || ""} ${n.textContent.trim().slice(0, 40)}`);
}
return [...bad];
"""

# What sticks out of the window to the right and is not inside of something that scrolls.
OVERFLOW = """
const wide = document.documentElement.clientWidth, out = [];
if (document.documentElement.scrollWidth <= wide) return out;
const inScroller = (e) => { for (let p = e.parentElement; p; p = p.parentElement)
  if (/auto|scroll|hidden/.test(getComputedStyle(p).overflowX)) return true; return false; };
for (const e of document.querySelectorAll("main *, footer *, header *"))
  if (e.getBoundingClientRect().right > wide + 1 && !inScroller(e) && !e.closest(".unseen, .claims thead"))
    out.push(`sticks out: ${e.tagName}.${e.getAttribute("class") || ""}`);
return out.length ? out.slice(0, 5) : ["the page is wider than the window"];
"""

# Formulas without a box, landmarks, order of headings, names of controls and figures, ids that occur twice.
STRUCTURE = """
const out = [];
for (const m of document.querySelectorAll("math")) { const r = m.getBoundingClientRect();
  if (!(r.width > 0 && r.height > 0)) out.push(`formula without a box: ${m.textContent.slice(0, 40)}`); }
if (document.querySelector("math merror")) out.push("a formula with an error");
for (const [what, count] of [["main", 1], ["header.bar", 1], ["footer", 1], ["h1", 1], ["title", 1]])
  if (document.querySelectorAll(`${what === "title" ? "head > " : "body "}${what}`).length !== count) out.push(`not ${count} ${what}`);
let level = 0;
for (const h of document.querySelectorAll("h1, h2, h3, h4, h5, h6")) { const l = Number(h.tagName[1]);
  if (l > level + 1) out.push(`heading jumps from ${level} to ${l}: ${h.textContent.slice(0, 40)}`); level = l; }
const text = (id) => (document.getElementById(id) || {textContent: ""}).textContent;
const name = (e) => (e.getAttribute("aria-label") || (e.getAttribute("aria-labelledby") || "").split(" ").map(text).join("") ||
  (e.closest("label") || e).textContent || "").trim();
for (const e of document.querySelectorAll("a[href], nav, section, article, aside:not([hidden]), input, select, button, [role=group], [role=img], [tabindex]"))
  if (!name(e) && !e.closest("[hidden]")) out.push(`no name: ${e.outerHTML.slice(0, 80)}`);
const labels = new Set();
for (const e of document.querySelectorAll("nav, section[aria-label], section[aria-labelledby], [role=region]")) {
  const own = e.tagName + name(e).slice(0, 200); if (e.tagName === "NAV" && labels.has(own)) out.push(`two landmarks ${own}`); labels.add(own); }
const ids = new Set();
for (const e of document.querySelectorAll("[id]")) { if (ids.has(e.id)) out.push(`id twice: ${e.id}`); ids.add(e.id); }
return [...new Set(out)].slice(0, 10);
"""

AXE = """
const done = arguments[arguments.length - 1];
axe.run(document, {resultTypes: ["violations"]}).then((found) => done(found.violations.map((v) =>
  `${v.id} (${v.impact}): ${v.nodes.length} times, as in ${v.nodes[0].html.slice(0, 160)}`)));
"""
