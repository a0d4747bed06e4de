// Search and filters on the index, kept in the address after "#". Everything else works without this file.
"use strict";

(function () {
  const form = document.getElementById("filters");
  const table = document.getElementById("claim-table");

  if (form && table) {
    const rows = Array.from(table.tBodies[0].rows);
    const texts = rows.map((row) => row.textContent.toLowerCase().replace(/\s+/g, " "));
    const facets = ["verdict", "topic", "source", "rule", "sharpness"];
    const names = ["q", ...facets];
    const values = rows.map((row) => Object.fromEntries(facets.map((f) => [f, row.dataset[f].split("|")])));
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
          facets.every((f) => !wanted[f] || values[k][f].includes(wanted[f]));
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

  // The graph: a card for the file in focus, and its neighbours lit.
  const graph = document.querySelector("svg.graph");
  if (graph) {
    const box = document.querySelector(".graph-box");
    const panel = box.querySelector(".panel");
    const nodes = Array.from(graph.querySelectorAll(".node"));
    const edges = Array.from(graph.querySelectorAll(".edge"));
    let picked = null;
    let quiet = false;

    const light = (node) => {
      const id = node && node.dataset.id;
      const near = new Set(id ? [id] : []);
      for (const edge of edges) {
        const on = Boolean(id) && (edge.dataset.from === id || edge.dataset.to === id);
        edge.classList.toggle("lit", on);
        if (on) near.add(edge.dataset.from).add(edge.dataset.to);
      }
      for (const other of nodes) {
        other.classList.toggle("lit", near.has(other.dataset.id));
        other.classList.toggle("picked", other === node);
      }
      graph.classList.toggle("picked", Boolean(node));
    };

    const close = () => {
      panel.hidden = true;
      picked = null;
      light(null);
    };

    // Back to the file without opening its card again.
    const leave = () => {
      const head = picked && picked.querySelector(".head");
      close();
      quiet = true;
      if (head) head.focus({ preventScroll: true });
      quiet = false;
    };

    const pick = (node) => {
      const card = document.querySelector(`.card[data-id="${CSS.escape(node.dataset.id)}"]`);
      if (!card) return close();
      picked = node;
      light(node);
      panel.replaceChildren(...Array.from(card.cloneNode(true).childNodes));
      for (const part of panel.querySelectorAll("[id]")) part.removeAttribute("id");
      const button = document.createElement("button");
      button.type = "button";
      button.className = "close";
      button.textContent = "×";
      button.setAttribute("aria-label", "Close");
      button.addEventListener("click", leave);
      panel.append(button);
      panel.hidden = false;
      const outer = box.getBoundingClientRect();
      const inner = node.getBoundingClientRect();
      const room = outer.width - panel.offsetWidth;
      const right = inner.right - outer.left + 12;
      const left = inner.left - outer.left - panel.offsetWidth - 12;
      panel.style.left = `${right <= room ? right : left >= 0 ? left : Math.max(0, Math.min(room, inner.left - outer.left))}px`;
      panel.style.top = `${(right <= room || left >= 0 ? inner.top : inner.bottom + 8) - outer.top}px`;
    };

    for (const node of nodes) {
      const head = node.querySelector(".head");
      if (!head.getAttribute("href").startsWith("#")) continue;
      head.addEventListener("focus", () => quiet || pick(node));
      head.addEventListener("click", (event) => {
        event.preventDefault();
        pick(node);
      });
    }
    // Arrow keys follow the arrows; up and down go through the drawing in its order.
    graph.addEventListener("keydown", (event) => {
      const node = event.target.closest && event.target.closest(".node");
      if (!node || !event.target.matches(".head")) return;
      const id = node.dataset.id;
      const found = {
        ArrowLeft: () => edges.filter((e) => e.dataset.to === id).map((e) => e.dataset.from),
        ArrowRight: () => edges.filter((e) => e.dataset.from === id).map((e) => e.dataset.to),
        ArrowUp: () => nodes.slice(0, nodes.indexOf(node)).reverse().map((n) => n.dataset.id),
        ArrowDown: () => nodes.slice(nodes.indexOf(node) + 1).map((n) => n.dataset.id),
      }[event.key];
      if (!found) return;
      event.preventDefault();
      const next = found()[0];
      const target = nodes.find((n) => n.dataset.id === next);
      if (target) target.querySelector(".head").focus();
    });
    addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !panel.hidden) leave();
    });
    document.addEventListener("click", (event) => {
      if (!panel.hidden && !event.target.closest(".node, .panel")) close();
    });
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
