// The BOM designer: cells edited in place, lines moved by drag or Alt+arrows, rows pasted, the last change undone.
// Each change carries the revision it was made on; when somebody else was quicker the entry stays and the page says so.
import { say, toast } from "./shell.js";
import { listen } from "./bom-drag.js";
import { suggest } from "./find.js";

const card = document.querySelector("[data-designer]");
const body = card?.querySelector("tbody");
const editable = card?.hasAttribute("data-editable");
const read = id => JSON.parse(document.getElementById(id)?.textContent || "{}");
const choices = read("d-choices"), words = read("d-words");
const token = () => JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
const lines = () => [...body.querySelectorAll("tr[data-line]")];
const ORDER = ["component", "quantity", "unit", "kind", "scrap_fraction", "operation_number", "flushing", "valid_from", "valid_to"];
let open = null, sending = false;

// ---- talking to the server
async function send(change) {
  sending = true;
  try {
    const answer = await fetch(card.dataset.edit, { method: "POST", headers: { "Content-Type": "application/json", "X-CSRFToken": token() }, body: JSON.stringify({ ...change, revision: Number(card.dataset.revision) }) });
    const said = await answer.json();
    if (said.stale) stale(said.text);
    return answer.ok ? said : { ...said, refused: true };
  } catch {
    return { refused: true, text: words.lost };
  } finally { sending = false; }
}

async function settle(said, { field = "" } = {}) {
  card.dataset.revision = said.revision;
  if (said.row) {
    const old = body.querySelector(`tr[data-line="${said.line}"]`), box = document.createElement("template");
    box.innerHTML = said.row.trim();
    const fresh = box.content.querySelector("tr");
    if (old.getAttribute("aria-expanded") === "true") { while (Number(old.nextElementSibling?.getAttribute("aria-level")) > 1) old.nextElementSibling.remove(); }
    old.replaceWith(fresh);
    card.querySelector("[data-sums]").innerHTML = said.sums;
    headChanged();
  }
  if (said.renew) await renew();
  if (said.said) toast(said.said, { kind: "info" });
  const row = body.querySelector(`tr[data-line="${said.line}"]`);
  if (row) focus(row);
  return field && row ? row.querySelector(`[data-f="${field}"]`) : row;
}

/** The count in the tab, the facts and what the buttons refuse follow the lines. */
const headChanged = () => document.body.dispatchEvent(new CustomEvent("p2p:head"));

/** Draw all loaded lines again; branches that stand open stay open, an entry under way stays under way. */
export async function renew() {
  const kept = open && !open.fresh ? { line: open.td.closest("tr").dataset.line, field: open.td.dataset.f, value: open.input.value } : null;
  const branches = new Map(lines().filter(row => row.getAttribute("aria-expanded") === "true").map(row => [row.dataset.line, branch(row)]));
  const here = document.activeElement?.closest?.("tr")?.dataset.line;
  const url = new URL(card.dataset.rows, location.href);
  url.searchParams.set("to", Math.max(200, lines().length + 50));
  const answer = await fetch(url, { headers: { "HX-Request": "true" } });
  const box = document.createElement("template");
  box.innerHTML = `<table>${await answer.text()}</table>`; // a foot without its table would be thrown away
  card.dataset.revision = answer.headers.get("P2P-Revision");
  open = null;
  const sums = box.content.querySelector("[data-sums]");
  card.querySelector("[data-sums]").replaceWith(sums);
  card.querySelector("[data-linecount]").textContent = sums.dataset.count;
  card.querySelector("[data-none]")?.toggleAttribute("hidden", sums.dataset.count !== "0");
  body.replaceChildren(...box.content.querySelectorAll("tr[aria-level], tr.d-next"));
  for (const [line, rows] of branches) {
    const row = body.querySelector(`tr[data-line="${line}"][data-children]`);
    if (row) { row.after(...rows); row.setAttribute("aria-expanded", "true"); row.dataset.loaded = "1"; }
  }
  card.querySelector(".d-stale").hidden = true;
  headChanged();
  start();
  if (here) { const row = body.querySelector(`tr[data-line="${here}"]`); if (row) focus(row); }
  if (kept) { const td = body.querySelector(`tr[data-line="${kept.line}"] [data-f="${kept.field}"]`); if (td) { edit(td); open.input.value = kept.value; } }
}

function branch(row) {
  const found = [];
  for (let next = row.nextElementSibling; next && Number(next.getAttribute("aria-level")) > 1; next = next.nextElementSibling) found.push(next);
  return found;
}

function stale(text) {
  const bar = card.querySelector(".d-stale");
  bar.querySelector("[data-text]").textContent = text;
  bar.hidden = false;
}

function refuse(said, td) {
  if (!td) { toast(said.text, { kind: "error" }); return; }
  td.querySelector(".d-err")?.remove();
  const box = Object.assign(document.createElement("div"), { className: "d-err", textContent: said.text });
  box.setAttribute("role", "alert");
  box.id = "d-error";
  const input = td.querySelector("input, select");
  input?.setAttribute("aria-invalid", "true");
  input?.setAttribute("aria-describedby", "d-error");
  td.append(box);
  input?.focus();
}

// ---- one cell
function focus(row) {
  body.querySelectorAll("tr[tabindex='0']").forEach(each => { each.tabIndex = -1; });
  row.tabIndex = 0;
  row.focus({ preventScroll: false });
}

function edit(td) {
  if (!editable || !td?.dataset.f || td.classList.contains("d-editing") || !td.closest("tr[data-line]")) return;
  if (open && !close()) return;
  const field = td.dataset.f, given = choices[field];
  const input = document.createElement(given ? "select" : "input");
  if (given) for (const [value, text] of given) input.add(new Option(text, value, false, value === td.dataset.v));
  else {
    input.type = field.startsWith("valid") ? "date" : "text";
    input.value = td.dataset.v;
    input.autocomplete = "off";
    if (td.classList.contains("n")) input.inputMode = "decimal";
  }
  input.setAttribute("aria-label", card.querySelectorAll("thead th")[td.cellIndex].textContent.trim());
  td.classList.add("d-editing");
  td.append(input);
  open = { td, input, was: input.value };
  if (field === "component") suggest(input, card.dataset.find, words.none);
  input.focus();
  input.select?.();
  input.addEventListener("blur", () => setTimeout(() => { if (open?.input === input && !sending && document.activeElement !== input && !td.querySelector(".d-err")) keep(); }, 0));
}

function close() {
  if (!open || sending) return !open;
  const { td, input, fresh } = open;
  open = null;
  if (fresh) { td.closest("tr").remove(); return true; }
  input.remove();
  td.querySelector(".d-err")?.remove();
  td.querySelector(".d-list")?.remove();
  td.classList.remove("d-editing");
  return true;
}

/** Save what is typed; `then` is the step to take after: 1 next cell, -1 the one before, "down" the next line. */
async function keep(then = 0) {
  if (!open || sending) return;
  const { td, input, was, fresh } = open, row = td.closest("tr"), field = td.dataset.f;
  if (fresh) { await keepNew(row); return; }
  if (input.value === was) { close(); step(row, field, then); return; }
  const said = await send({ do: "change", line: Number(row.dataset.line), field, value: input.value });
  if (said.refused) { refuse(said, td); return; }
  open = null;
  await settle(said);
  say(words.saved);
  step(body.querySelector(`tr[data-line="${said.line}"]`), field, then);
}

function step(row, field, then) {
  if (!row) return;
  if (then === "down") { let next = row.nextElementSibling; while (next && !next.dataset.line) next = next.nextElementSibling; if (next) { focus(next); edit(next.querySelector(`[data-f="${field}"]`)); } else focus(row); return; }
  const cell = name => row.querySelector(`[data-f="${name}"]`);
  let at = then ? ORDER.indexOf(field) + then : -1;
  while (then && ORDER[at] && getComputedStyle(cell(ORDER[at])).visibility === "hidden") at += then; // folded on a narrow page
  if (ORDER[at]) edit(cell(ORDER[at])); else focus(row);
}

// ---- a new line: component, quantity, unit in a row of its own
function insert() {
  if (!editable || (open && !close())) return;
  const here = document.activeElement?.closest?.("tr[aria-level]"), at = here && here.closest("tbody") === body ? here : body.querySelector("tr[aria-level]:last-of-type");
  const row = document.createElement("tr");
  row.className = "d-new";
  row.dataset.op = at?.dataset.op || "";
  row.dataset.after = at?.dataset.line || "";
  const columns = card.querySelectorAll("thead th").length;
  for (let index = 0; index < columns; index += 1) row.append(document.createElement("td"));
  for (const [index, field, label] of [[2, "component", words.component], [3, "quantity", words.quantity], [4, "unit", ""]]) {
    const td = row.cells[index], input = document.createElement("input");
    td.dataset.f = field;
    td.className = "d-editing";
    input.setAttribute("aria-label", label || card.querySelectorAll("thead th")[index].textContent.trim());
    input.autocomplete = "off";
    if (field === "component") input.placeholder = words.component;
    if (field === "quantity") input.inputMode = "decimal";
    td.append(input);
  }
  const go = Object.assign(document.createElement("button"), { type: "button", className: "d-go", textContent: "✓", title: words.add });
  go.dataset.do = "keep";
  go.setAttribute("aria-label", words.add);
  row.cells[columns - 1].className = "c";
  row.cells[columns - 1].append(go);
  row.cells[1].textContent = words.new;
  if (at) { const rows = branch(at); (rows.at(-1) || at).after(row); } else body.append(row);
  card.querySelector("[data-none]")?.setAttribute("hidden", "");
  const first = row.querySelector("input");
  open = { td: row.cells[2], input: first, was: "", fresh: true };
  suggest(first, card.dataset.find, words.none, item => { row.cells[1].textContent = item.name; row.cells[4].querySelector("input").placeholder = item.unit; row.cells[3].querySelector("input").focus(); });
  first.focus({ preventScroll: true });
  row.scrollIntoView({ block: "center" }); // what is offered needs room below
}

async function keepNew(row) {
  const value = field => row.querySelector(`[data-f="${field}"] input`).value.trim();
  if (!value("component")) { close(); return; }
  if (!value("quantity")) { row.querySelector('[data-f="quantity"] input').focus(); return; }
  row.querySelectorAll(".d-err").forEach(each => each.remove());
  const said = await send({ do: "add", component: value("component"), quantity: value("quantity"), unit: value("unit"), operation: row.dataset.op ? Number(row.dataset.op) : null, after: row.dataset.after ? Number(row.dataset.after) : null });
  if (said.refused) { refuse(said, row.querySelector(`[data-f="${said.field}"]`) || row.cells[2]); return; }
  open = null;
  await settle(said);
}

// ---- lines as a whole
let queue = Promise.resolve();
/** One change after the other: a key pressed while the last one is on its way waits, it is not lost. */
function act(change) {
  card.dataset.busy = "1";
  queue = queue.then(async () => {
    if (open && !close()) return;
    const wanted = typeof change === "function" ? change() : change;
    if (!wanted) return;
    const said = await send(wanted);
    if (said.refused) refuse(said); else await settle(said);
  }).finally(() => { delete card.dataset.busy; });
  return queue;
}

/** Behind `row`: a line, or the head of an operation (then before its first line). */
const moved = (line, row) => ({ do: "move", line, after: row?.dataset.line ? Number(row.dataset.line) : null, operation: row?.dataset.op ? Number(row.dataset.op) : null });

export function place(line, row) { act(moved(line, row)); }

function shift(line, up) {
  act(() => {
    const stops = [...body.querySelectorAll("tr[data-line], tr.group")], at = stops.findIndex(each => each.dataset.line === line);
    if (at < 0) return null;
    if (!up) return stops[at + 1] ? moved(Number(line), stops[at + 1]) : null;
    if (at >= 2) return moved(Number(line), stops[at - 2]);
    return at === 1 && stops[0].dataset.line ? moved(Number(line), { dataset: { op: stops[1].dataset.op } }) : null;
  });
}

function paste(text) {
  const at = document.activeElement?.closest?.("tr[data-line]");
  return send({ do: "paste", text, after: at ? Number(at.dataset.line) : null });
}

// ---- keys
function onKey(event) {
  const inCell = event.target.closest(".d-editing");
  if (inCell && open) { inEntry(event); return; }
  const row = event.target.closest("tr[aria-level]");
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") { event.preventDefault(); act({ do: "undo" }); return; }
  if (!row || event.target !== row || event.ctrlKey || event.metaKey) return;
  const line = row.dataset.line;
  const acts = event.altKey
    ? { ArrowUp: () => line && shift(line, true), ArrowDown: () => line && shift(line, false) }
    : { Insert: insert, Delete: () => line && act({ do: "remove", line: Number(line) }), e: () => edit(row.querySelector('[data-f="quantity"]')), E: () => edit(row.querySelector('[data-f="quantity"]')), Enter: () => edit(row.querySelector('[data-f="quantity"]')), F2: () => edit(row.querySelector('[data-f="quantity"]')) };
  const chosen = acts[event.key];
  if (!chosen || !editable) return;
  event.preventDefault();
  event.stopPropagation();
  chosen();
}

function inEntry(event) {
  if (event.defaultPrevented) return;
  const row = event.target.closest("tr");
  if (event.key === "Escape") { const fresh = open.fresh, near = fresh ? row.previousElementSibling : row; close(); if (near?.matches("tr[aria-level]")) focus(near); }
  else if (event.key === "Enter") { if (open.fresh && event.target.closest("[data-f='component']") && !row.querySelector("[data-f='quantity'] input").value) row.querySelector("[data-f='quantity'] input").focus(); else keep("down"); }
  else if (event.key === "Tab" && !open.fresh) keep(event.shiftKey ? -1 : 1);
  else return;
  event.preventDefault();
  event.stopPropagation();
}

// ---- long bills come page by page
const watch = new IntersectionObserver(found => found.forEach(async each => {
  if (!each.isIntersecting || each.target.dataset.busy) return;
  each.target.dataset.busy = "1";
  const answer = await fetch(each.target.dataset.next, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (!answer?.ok) { delete each.target.dataset.busy; return; }
  const box = document.createElement("template");
  box.innerHTML = await answer.text();
  each.target.replaceWith(...box.content.querySelectorAll("tr[aria-level], tr.d-next"));
  start();
}), { rootMargin: "600px" });

function start() {
  if (!body.querySelector("tr[tabindex='0']")) { const first = body.querySelector("tr[aria-level]"); if (first) first.tabIndex = 0; }
  const next = body.querySelector("tr.d-next");
  if (next) watch.observe(next);
}

if (card) {
  start();
  card.addEventListener("keydown", onKey);
  card.addEventListener("click", event => {
    const button = event.target.closest("[data-do]");
    if (button) { ({ undo: () => act({ do: "undo" }), insert, renew, keep: () => keep(), paste: () => { const box = card.querySelector(".d-paste"); box.querySelector(".err").textContent = ""; box.showModal(); } })[button.dataset.do]?.(); return; }
    const more = event.target.closest(".d-more");
    if (more && innerWidth <= 1180) more.closest("tr").scrollIntoView({ block: "start" }); // above the sheet that comes
    if (event.target.closest("a, button, .d-handle, .d-editing, dialog")) return;
    const td = event.target.closest("td[data-f]");
    if (td && editable && td.closest("tr[data-line]")) edit(td);
    else { const row = event.target.closest("tbody tr[aria-level]"); if (row) focus(row); }
  });
}
if (card) card.dataset.ready = "1";
if (card && editable) {
  listen(card, body, place);
  document.addEventListener("paste", async event => {
    const text = event.clipboardData?.getData("text/plain") || "";
    if (event.target.closest?.("input, textarea, select, dialog") || !text.trim()) return;
    event.preventDefault();
    const said = await paste(text);
    if (said.refused) refuse(said); else await settle(said);
  });
  card.querySelector(".d-paste form").addEventListener("submit", async event => {
    event.preventDefault();
    const box = card.querySelector(".d-paste"), area = box.querySelector("textarea");
    if (!area.value.trim()) { box.querySelector(".err").textContent = words.empty; return; }
    const said = await paste(area.value);
    if (said.refused) { box.querySelector(".err").textContent = said.text; area.focus(); return; }
    box.close();
    area.value = "";
    await settle(said);
  });
  setInterval(async () => {
    if (document.visibilityState !== "visible" || sending) return;
    const answer = await fetch(card.dataset.edit, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer?.ok) return;
    const said = await answer.json();
    if (!sending && said.text && said.revision > Number(card.dataset.revision)) stale(said.text);
  }, 8000);
}
