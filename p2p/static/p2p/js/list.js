// Lists: J/K move, X selects, Enter opens, F filters; the bulk bar adds up; coming back finds the same place.
const place = () => document.querySelector(".p-list");
const rows = () => [...document.querySelectorAll("#list tbody tr[data-id]")];
const boxes = () => [...document.querySelectorAll("#list input[name='row']")];
const language = document.documentElement.dataset.numbers || document.documentElement.lang;
let at = -1;

function move(to) {
  const all = rows();
  if (!all.length) return;
  at = Math.max(0, Math.min(all.length - 1, to));
  all.forEach((row, index) => row.classList.toggle("here", index === at));
  all[at].scrollIntoView({ block: "nearest" });
  const link = all[at].querySelector("td a");
  (link || all[at].querySelector("input"))?.focus({ preventScroll: true });
}

// ---- selection
function add(values) {
  // Decimal strings are added as integers of the longest fraction, so that the total is exact.
  const places = Math.max(...values.map(value => (value.split(".")[1] || "").length));
  const whole = values.reduce((sum, value) => {
    const [head, tail = ""] = value.split(".");
    return sum + BigInt(head + tail.padEnd(places, "0"));
  }, 0n);
  const text = whole.toString().replace("-", "").padStart(places + 1, "0"), cut = text.length - places;
  const number = Number(`${whole < 0n ? "-" : ""}${text.slice(0, cut)}.${text.slice(cut) || "0"}`);
  return number.toLocaleString(language, { maximumFractionDigits: Math.min(places, 6) }).replace("-", "−");
}

// Kilograms and pieces have no sum: each unit of a column has its own.
function totals(chosen) {
  const heads = [...document.querySelectorAll("#list thead th")];
  const columns = new Map();
  for (const row of chosen) {
    [...row.cells].forEach((cell, index) => {
      if (!/^-?\d+(\.\d+)?$/.test(cell.dataset.v || "")) return;
      if (!columns.has(index)) columns.set(index, new Map());
      const units = columns.get(index), unit = cell.querySelector(".u")?.textContent.trim() || "";
      units.set(unit, [...(units.get(unit) || []), cell.dataset.v]);
    });
  }
  const sums = units => [...units].map(([unit, values]) => `${add(values)} ${unit}`.trim()).join(", ");
  return [...columns].map(([index, units]) => `${heads[index].textContent.trim()} ${sums(units)}`).join(" · ");
}

function showBulk() {
  const bar = document.getElementById("bulk");
  if (!bar) return;
  const ticked = boxes().filter(box => box.checked);
  boxes().forEach(box => box.closest("tr").setAttribute("aria-selected", box.checked));
  const all = bar.elements.all.value === "1";
  bar.hidden = !ticked.length;
  const head = document.querySelector("#list [data-all]");
  if (!head) return;
  head.checked = ticked.length > 0 && ticked.length === boxes().length;
  head.indeterminate = ticked.length > 0 && !head.checked;
  const count = all ? Number(document.getElementById("list").dataset.rows) : ticked.length;
  const words = bar.querySelector("[data-bulkcount]");
  words.textContent = `${count.toLocaleString(language)} ${words.dataset.one}`;
  bar.querySelector("[data-bulktotals]").textContent = all ? "" : totals(ticked.map(box => box.closest("tr")));
  bar.querySelectorAll("[data-bulklink]").forEach(link => { link.dataset.dialog = ""; link.href = `${link.getAttribute("href").split("?")[0]}?ids=${ticked.map(box => box.value).join(",")}&next=${encodeURIComponent(location.pathname + location.search)}${all ? `&all=${encodeURIComponent(location.search)}` : ""}`; });
}

function tick(box, on) {
  box.checked = on;
  const bar = document.getElementById("bulk");
  if (bar) bar.elements.all.value = "";
}

let lastTicked = null;
document.addEventListener("change", event => {
  if (event.target.matches("#list [data-all]")) boxes().forEach(box => tick(box, event.target.checked));
  else if (!event.target.matches("#list input[name='row']")) return;
  else document.getElementById("bulk").elements.all.value = "";
  showBulk();
});
document.addEventListener("click", event => {
  const box = event.target.closest("#list input[name='row']");
  if (box) {
    const all = boxes(), from = all.indexOf(lastTicked), to = all.indexOf(box);
    if (event.shiftKey && from >= 0) { all.slice(Math.min(from, to), Math.max(from, to) + 1).forEach(each => tick(each, box.checked)); showBulk(); }
    lastTicked = box;
    at = rows().indexOf(box.closest("tr"));
  }
  if (event.target.closest("[data-bulkclear]")) { boxes().forEach(each => tick(each, false)); showBulk(); }
  if (event.target.closest("[data-bulkall]")) { boxes().forEach(each => tick(each, true)); document.getElementById("bulk").elements.all.value = "1"; showBulk(); }
  const row = event.target.closest("#list tr[data-id]");
  if (row && !event.target.closest("a, input, button")) move(rows().indexOf(row));
});
document.addEventListener("dblclick", event => {
  const row = event.target.closest("#list tr[data-href]");
  if (row && !event.target.closest("a, input, button")) location.href = row.dataset.href;
});

// ---- keys
document.addEventListener("keydown", event => {
  if (event.target.closest?.("input:not([type=checkbox]), textarea, select") || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const key = event.key.toLowerCase();
  if (key === "j") move(at + 1);
  else if (key === "k") move(at - 1);
  else if (key === "x" && rows()[at]) { const box = rows()[at].querySelector("input[name='row']"); if (box) { tick(box, !box.checked); showBulk(); } }
  else if (key === "enter" && rows()[at]?.dataset.href && !event.target.closest("a, button, summary, input")) location.href = rows()[at].dataset.href;
  else if (key === "f") { const box = document.getElementById("filterbox"), find = document.getElementById("list-q"); if (box) { box.open = true; box.querySelector("input, select")?.focus(); } else find?.focus(); }
  else return;
  event.preventDefault();
});

// ---- the list answers: dim what is old, then set up what is new
document.body.addEventListener("htmx:beforeRequest", event => { if (event.detail.target?.id === "list") event.detail.target.classList.add("p-stale"); });
document.body.addEventListener("htmx:afterSettle", event => {
  if (event.detail.target?.id !== "list" && event.detail.elt?.id !== "list") return;
  at = -1;
  document.querySelectorAll("details.p-menu[open]").forEach(menu => { menu.open = false; });
  document.getElementById("list")?.classList.remove("p-stale");
  widen();
  showBulk();
  countTabs();
});

// ---- places: where the list was scrolled, and which row, per address
const memory = () => `p2p-list-${location.pathname}${location.search}`;
addEventListener("pagehide", () => {
  const scroll = document.querySelector("#list .p-scroll");
  if (scroll) sessionStorage.setItem(memory(), JSON.stringify({ top: scroll.scrollTop, at }));
  if (place()) sessionStorage.setItem("p2p-list-last", location.pathname + location.search);
});
function restore() {
  const known = JSON.parse(sessionStorage.getItem(memory()) || "null");
  const scroll = document.querySelector("#list .p-scroll");
  const came = performance.getEntriesByType("navigation")[0]?.type === "back_forward" || document.referrer.startsWith(location.origin);
  if (!known || !scroll || !came) return;
  if (known.at >= 0) move(known.at);
  scroll.scrollTop = known.top;
}

// ---- never so narrow that a number or a date is cut: then it scrolls sideways
function widen() { document.querySelectorAll("#list table[data-min]").forEach(table => { table.style.minWidth = `${table.dataset.min}px`; }); }

// ---- how many are behind each tab
async function countTabs() {
  const nav = document.getElementById("tabs");
  if (!nav?.querySelector("[data-tab]")) return;
  const answer = await fetch(`${location.pathname}?counts=1`).catch(() => null);
  if (!answer?.ok) return;
  const counts = await answer.json();
  nav.querySelectorAll("[data-tab]").forEach(each => { each.textContent = counts[each.dataset.tab] ?? ""; if (each.textContent === "0") each.classList.remove("hot"); });
}
widen();
restore();
showBulk();
countTabs();
