// Search and filters on the index, kept in the address after "#". Everything else works without this file.
"use strict";

(function () {
  const form = document.getElementById("filters");
  const table = document.getElementById("claim-table");

  if (form && table) {
    const rows = Array.from(table.tBodies[0].rows);
    const texts = rows.map((row) => row.textContent.toLowerCase().replace(/\s+/g, " "));
    const names = ["q", "verdict", "topic", "source"];
    const tally = form.querySelector(".tally");
    const nothing = document.querySelector(".nothing");

    const fromAddress = () => {
      const wanted = new URLSearchParams(location.hash.slice(1));
      for (const name of names) {
        form.elements[name].value = wanted.get(name) || "";
        if (form.elements[name].value !== (wanted.get(name) || "")) form.elements[name].value = "";
      }
    };

    const apply = () => {
      const wanted = Object.fromEntries(names.map((name) => [name, form.elements[name].value.trim()]));
      const needles = wanted.q.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      rows.forEach((row, k) => {
        const fits =
          needles.every((needle) => texts[k].includes(needle)) &&
          (!wanted.verdict || row.dataset.verdicts.split("|").includes(wanted.verdict)) &&
          (!wanted.topic || row.dataset.topic === wanted.topic) &&
          (!wanted.source || row.dataset.sources.split("|").includes(wanted.source));
        row.hidden = !fits;
        if (fits) shown += 1;
      });
      tally.textContent = shown === rows.length ? `All ${rows.length} claims` : `${shown} of ${rows.length} claims`;
      nothing.hidden = shown > 0;
      return wanted;
    };

    const keep = () => {
      const kept = new URLSearchParams();
      for (const [name, value] of Object.entries(apply())) if (value) kept.set(name, value);
      const text = kept.toString();
      history.replaceState(null, "", text ? "#" + text : location.pathname + location.search);
    };

    const clear = () => {
      for (const name of names) form.elements[name].value = "";
      keep();
    };

    const isFilter = () => !location.hash || location.hash.includes("=");
    form.addEventListener("input", keep);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", (event) => {
      event.preventDefault();
      clear();
    });
    document.querySelector(".nothing .clear").addEventListener("click", clear);
    addEventListener("hashchange", () => {
      if (isFilter()) {
        fromAddress();
        apply();
      }
    });
    form.hidden = false;
    if (isFilter()) fromAddress();
    apply();
  }

  // A link into a closed part opens it.
  const reveal = () => {
    const id = decodeURIComponent(location.hash.slice(1));
    const target = id && document.getElementById(id);
    if (!target) return;
    for (let node = target; node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
    const own = target.matches("li") && target.querySelector(":scope > details");
    if (own) own.open = true;
  };
  addEventListener("hashchange", reveal);
  reveal();

  // Boxes that scroll sideways can be reached by keyboard.
  const focusable = () => {
    for (const box of document.querySelectorAll("div.math, li.math")) {
      const wide = box.scrollWidth > box.clientWidth + 1;
      if (wide) {
        box.tabIndex = 0;
        if (box.tagName === "DIV") {
          box.setAttribute("role", "group");
          box.setAttribute("aria-label", "wide formula, scrolls sideways");
        }
      } else if (box.hasAttribute("tabindex")) {
        box.removeAttribute("tabindex");
        box.removeAttribute("role");
        box.removeAttribute("aria-label");
      }
    }
  };
  addEventListener("resize", focusable);
  document.addEventListener("toggle", focusable, true);
  if (document.fonts) document.fonts.ready.then(focusable);
  focusable();

  addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll("details")) details.open = true;
  });
})();
