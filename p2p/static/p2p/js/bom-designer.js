// The BOM designer: lines moved by drag or Alt+arrows, rows pasted, the last change undone. Its cells are in
// bom-cells.js, what is drawn and sent in bom-rows.js.
import { listen } from "./bom-drag.js";
import { body, card, editable, focus, isSending, refuse, renew, send, settle, stale, start, words } from "./bom-rows.js";
import { edit, entered, freed, inEntry, insert, keep } from "./bom-cells.js";

// ---- lines as a whole
let queue = Promise.resolve();
/** One change after the other: a key pressed while the last one is on its way waits, it is not lost. */
function act(change) {
  card.dataset.busy = "1";
  queue = queue.then(async () => {
    if (!freed()) return;
    const wanted = typeof change === "function" ? change() : change;
    if (!wanted) return;
    const said = await send(wanted);
    if (said.refused) refuse(said); else await settle(said);
  }).finally(() => { delete card.dataset.busy; });
  return queue;
}

/** Behind `row`: a line, or the head of an operation (then before its first line). */
const moved = (line, row) => ({ do: "move", line, after: row?.dataset.line ? Number(row.dataset.line) : null, operation: row?.dataset.op ? Number(row.dataset.op) : null });

function place(line, row) { act(moved(line, row)); }

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
  if (inCell && entered()) { inEntry(event); return; }
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
  card.dataset.ready = "1";
}
if (card && editable) {
  listen(card, body, place);
  document.addEventListener("keydown", event => { // a bill without lines has no row to stand on
    if (event.key !== "Insert" || event.target !== document.body || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    insert();
  });
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
    if (document.visibilityState !== "visible" || isSending()) return;
    const answer = await fetch(card.dataset.edit, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer?.ok) return;
    const said = await answer.json();
    if (!isSending() && said.text && said.revision > Number(card.dataset.revision)) stale(said.text);
  }, 8000);
}
