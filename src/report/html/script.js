
"use strict";
(() => {
  const form = document.getElementById("controls");
  const list = document.getElementById("list");
  const shown = document.getElementById("shown");

  // Paper cannot be clicked.
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    for (const details of opened) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of opened) details.open = false;
  });
  if (!list) return;

  const control = (name) => document.getElementById(name);
  const texts = (item, selector) => [...new Set([...item.querySelectorAll(selector)].map((node) => node.textContent))];
  const rows = [...list.children].map((item, index) => ({
    item,
    index,
    date: item.dataset.date,
    severity: [item.dataset.severity],
    kind: [item.dataset.kind],
    host: texts(item, ".facts .host"),
    verdict: [item.dataset.verdict],
    standing: [item.dataset.standing],
    repository: texts(item, ".places .repository"),
    path: texts(item, ".places .path"),
    has: (text) => item.textContent.toLowerCase().includes(text),
  }));
  const filters = ["severity", "kind", "host", "verdict", "standing", "repository"];
  const ranks = {
    severity: ["critical", "high", "medium", "low", "info"],
    verdict: ["active", "unknown", "not checked", "rejected"],
  };
  const rank = (name, value) => ranks[name]?.indexOf(value) ?? 0;
  const compare = (one, other) => (one < other ? -1 : Number(one > other));
  // What has none comes last, whichever way the rest is sorted.
  const last = (one, other, order) => (one && other ? order(one, other) : !one - !other);

  for (const name of filters) {
    const values = [...new Set(rows.flatMap((row) => row[name]))];
    values.sort((one, other) => rank(name, one) - rank(name, other) || compare(one, other));
    control(name).append(...values.map((value) => new Option(value, value)));
    // A choice that makes no difference is none.
    control(name).parentElement.hidden = rows.every((row) => row[name].length === values.length);
  }

  const orders = {
    host: (one, other) => last(one.host[0], other.host[0], compare),
    path: (one, other) => last(one.path[0], other.path[0], compare),
    verdict: (one, other) => rank("verdict", one.verdict[0]) - rank("verdict", other.verdict[0]),
    newest: (one, other) => last(one.date, other.date, (date, later) => compare(later, date)),
    oldest: (one, other) => last(one.date, other.date, compare),
  };
  const sort = () => {
    const order = orders[control("sort").value] ?? (() => 0);
    rows.sort((one, other) => order(one, other) || one.index - other.index);
    list.append(...rows.map((row) => row.item));
  };
  const filter = () => {
    const wanted = filters.map((name) => [name, control(name).value]).filter(([, value]) => value);
    const [path, text] = ["path", "text"].map((name) => control(name).value.trim().toLowerCase());
    let number = 0;
    for (const row of rows) {
      const fits =
        wanted.every(([name, value]) => row[name].includes(value)) &&
        (!path || row.path.some((own) => own.toLowerCase().includes(path))) &&
        (!text || row.has(text));
      row.item.hidden = !fits;
      number += fits;
    }
    const [some, all] = [number, rows.length].map((count) => count.toLocaleString("en"));
    shown.textContent = `${some} of ${all} shown.`;
  };
  const update = () => {
    sort();
    filter();
  };
  const toggle = (open) => {
    for (const row of rows) if (!row.item.hidden) row.item.querySelector("details").open = open;
  };
  // The address of a credential shows it, whatever is filtered.
  const reveal = () => {
    const item = document.getElementById(location.hash.slice(1));
    if (item?.parentElement !== list) return;
    if (item.hidden) {
      form.reset();
      update();
    }
    item.querySelector("details").open = true;
    item.scrollIntoView();
  };

  let wait;
  form.addEventListener("input", (event) => {
    clearTimeout(wait);
    if (event.target.id === "sort") sort();
    else wait = setTimeout(filter, event.target.type === "search" ? 150 : 0);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  // The fields are empty only after the event.
  form.addEventListener("reset", () => setTimeout(update));
  control("open").addEventListener("click", () => toggle(true));
  control("close").addEventListener("click", () => toggle(false));
  addEventListener("hashchange", reveal);
  form.hidden = false;
  // A browser may have kept what was chosen before the page was loaded again.
  if (control("sort").value) sort();
  filter();
  reveal();
})();
