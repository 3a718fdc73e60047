// One cell of a bill's line edited in place, and the row in which a new line is typed.
import { say } from "./shell.js";
import { body, branch, card, choices, editable, focus, isSending, keepsEntry, movedOn, refuse, send, settle, words } from "./bom-rows.js";
import { suggest } from "./find.js";

const ORDER = ["component", "quantity", "unit", "kind", "scrap_fraction", "operation_number", "flushing", "valid_from", "valid_to"];
let open = null;
export const entered = () => open;
let next = null; // the cell that was asked for while another one is being saved
/** Whether a value is typed that nobody has seen yet: a tap elsewhere comes before the cell knows that it was left. */
const unsaved = () => open && !open.fresh && open.input.value !== open.was && !open.td.querySelector(".d-err");
/** Whether nothing is typed any more: an entry that is being saved stays open. */
export function freed() {
  if (unsaved() && !isSending()) keep();
  return !open || close();
}

keepsEntry({
  hold() {
    const kept = open && !open.fresh ? { line: open.td.closest("tr").dataset.line, field: open.td.dataset.f, value: open.input.value } : null;
    open = null;
    return kept;
  },
  put(kept) {
    const td = kept && body.querySelector(`tr[data-line="${kept.line}"] [data-f="${kept.field}"]`);
    if (!td) return;
    edit(td);
    open.input.value = kept.value;
  },
});

export function edit(td) {
  if (!editable || !td?.dataset.f || td.classList.contains("d-editing") || !td.closest("tr[data-line]")) return;
  if (unsaved()) next = { line: td.closest("tr").dataset.line, field: td.dataset.f };
  if (!freed()) return;
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
  input.addEventListener("blur", () => setTimeout(() => { if (open?.input === input && !isSending() && document.activeElement !== input && !td.querySelector(".d-err")) keep(); }, 0));
}

export function close() {
  if (!open || isSending()) return !open;
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
export async function keep(then = 0) {
  if (!open || isSending()) return;
  const { td, input, was, fresh } = open, row = td.closest("tr"), field = td.dataset.f;
  if (fresh) { await keepNew(row); return; }
  if (input.value === was) { close(); step(row, field, then); return; }
  const said = await send({ do: "change", line: Number(row.dataset.line), field, value: input.value }), asked = next;
  next = null;
  if (said.refused) { refuse(said, td); return; }
  open = null;
  await settle(said);
  say(words.saved);
  if (asked) edit(body.querySelector(`tr[data-line="${asked.line}"] [data-f="${asked.field}"]`));
  else step(body.querySelector(`tr[data-line="${said.line}"]`), field, then);
}

function step(row, field, then) {
  if (!row) return;
  if (then === "down") { let next = row.nextElementSibling; while (next && !next.dataset.line) next = next.nextElementSibling; if (next) { focus(next); edit(next.querySelector(`[data-f="${field}"]`)); } else focus(row); return; }
  const cell = name => row.querySelector(`[data-f="${name}"]`);
  let at = then ? ORDER.indexOf(field) + then : -1;
  while (then && ORDER[at] && getComputedStyle(cell(ORDER[at])).visibility === "hidden") at += then; // folded on a narrow page
  if (ORDER[at]) edit(cell(ORDER[at])); else if (then || !movedOn(row.dataset.line)) focus(row);
}

// ---- a new line: component, quantity, unit in a row of its own
/** What a new line goes behind: the line one stands on, also below it; else the last; of an empty bill, the head of
    the first operation. */
function standing() {
  let here = document.activeElement?.closest?.("tr[aria-level]");
  if (here?.closest("tbody") !== body) here = null;
  while (here && here.ariaLevel !== "1") here = here.previousElementSibling;
  return here || [...body.querySelectorAll("tr[data-line]")].at(-1) || body.querySelector('tr.group:not([data-op=""])') || body.querySelector("tr.group");
}

export function insert() {
  if (!editable || !freed()) return;
  const at = standing();
  const row = document.createElement("tr");
  row.className = "d-new";
  row.dataset.after = at?.dataset.line || "";
  const columns = card.querySelectorAll("thead th").length;
  for (let index = 0; index < columns; index += 1) row.append(document.createElement("td"));
  for (const [index, field, label] of [[2, "component", words.component], [3, "quantity", words.quantity], [4, "unit", ""], [7, "operation", words.operation]]) {
    const td = row.cells[index], input = document.createElement("input");
    td.dataset.f = field;
    td.className = "d-editing";
    input.setAttribute("aria-label", label || card.querySelectorAll("thead th")[index].textContent.trim());
    input.autocomplete = "off";
    if (field === "component") input.placeholder = words.find;
    if (field === "quantity") input.inputMode = "decimal";
    if (field === "operation") Object.assign(input, { inputMode: "numeric", value: at?.dataset.op || "" }); // of the line it stands behind
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
  const said = await send({ do: "add", component: value("component"), quantity: value("quantity"), unit: value("unit"), operation: value("operation"), after: row.dataset.after ? Number(row.dataset.after) : null });
  if (said.refused) { refuse(said, row.querySelector(`[data-f="${said.field}"]`) || row.cells[2]); return; }
  open = null;
  await settle(said);
}

// ---- keys while typing
export function inEntry(event) {
  if (event.defaultPrevented) return;
  const row = event.target.closest("tr");
  if (event.key === "Escape") { const fresh = open.fresh, near = fresh ? row.previousElementSibling : row; close(); if (near?.matches("tr[aria-level]")) focus(near); }
  else if (event.key === "Enter") { if (open.fresh && event.target.closest("[data-f='component']") && !row.querySelector("[data-f='quantity'] input").value) row.querySelector("[data-f='quantity'] input").focus(); else keep("down"); }
  else if (event.key === "Tab" && !open.fresh) keep(event.shiftKey ? -1 : 1);
  else return;
  event.preventDefault();
  event.stopPropagation();
}
