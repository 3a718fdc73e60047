// The sheet of a count at one place: rows grow as one types, take a paste from a spreadsheet, and a scan fills the next
// free one. What is typed stays in this tab until it is saved.
import { hear } from "../floor/scan.js";
import { say, toast } from "./shell.js";

const form = document.querySelector("form[data-count]"), body = form.querySelector("tbody"), told = form.dataset;
const NAMES = [...form.querySelectorAll("[data-column]")].map(head => head.dataset.column), MOST = Number(told.most);
const rows = () => [...body.rows];
const field = (row, name) => row.querySelector(`[name="${name}"]`);
const values = row => NAMES.map(name => field(row, name).value);
const empty = row => values(row).every(text => !text.trim());
const said = (word, text) => told[`w${word}`].replace("#", () => text);

// ---- rows
function grow() {
  const row = document.getElementById("count-row").content.firstElementChild.cloneNode(true), number = body.rows.length + 1;
  row.cells[0].textContent = number;
  row.querySelectorAll("input").forEach(input => input.setAttribute("aria-label", `${input.getAttribute("aria-label").trim()} ${number}`));
  body.append(row);
  return row;
}
const rowAt = place => { while (body.rows.length <= place) grow(); return body.rows[place]; };
function grown() {
  if (body.rows.length < MOST && !empty(body.rows[body.rows.length - 1] ?? grow())) grow();
  keep();
}
// Name and expected quantity are of what stood in the row when the page came.
function changed(row, name) {
  if (["quantity", "pieces"].includes(name)) return;
  row.querySelectorAll("[data-name], [data-expected]").forEach(cell => { cell.textContent = cell.matches("td") ? "–" : ""; });
}
function write(row, name, text) {
  if (field(row, name).value !== text) changed(row, name);
  field(row, name).value = text;
}
const free = () => rows().find(empty) ?? grow();

// ---- keys: Enter goes on, arrows up and down stay in their column, Ctrl and Enter saves
function step(input, rows, fields) {
  const row = input.closest("tr"), at = NAMES.indexOf(input.name) + fields, next = at >= NAMES.length;
  const place = row.sectionRowIndex + rows + (next ? 1 : 0);
  if (place < 0 || place >= MOST) return;
  const to = field(rowAt(place), NAMES[next ? 0 : at]);
  to.focus();
  to.select();
}
body.addEventListener("input", event => { changed(event.target.closest("tr"), event.target.name); grown(); });
body.addEventListener("keydown", event => {
  if (!event.target.matches("input") || event.altKey || event.shiftKey) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); form.requestSubmit(); return; }
  const way = { Enter: [0, 1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[event.key];
  if (!way) return;
  event.preventDefault();
  step(event.target, ...way);
});
form.querySelector("[name='more']").addEventListener("click", event => {
  event.preventDefault();
  const first = body.rows.length;
  while (body.rows.length < Math.min(MOST, first + 10)) grow();
  (body.rows[first] && field(body.rows[first], NAMES[0])).focus();
});

// ---- a paste of more than one cell is laid over the rows from here on; a first line of our own column heads says what is what
const heads = () => [...form.querySelectorAll("[data-column]")].map(head => head.textContent.trim().toLowerCase());
function columnsOf(cells, first) {
  const known = heads(), places = cells.map(cell => known.indexOf(cell.trim().toLowerCase()));
  const named = places.filter(place => place >= 0).length > 1 && places.includes(known.indexOf(heads()[0]));
  return { named, columns: named ? places.map(place => NAMES[place]) : NAMES.slice(first) };
}
body.addEventListener("paste", event => {
  const text = event.clipboardData.getData("text/plain").replace(/\r\n?/g, "\n").replace(/\n+$/, "");
  if (!event.target.matches("input") || !/[\t\n]/.test(text)) return;
  event.preventDefault();
  const lines = text.split("\n").map(line => line.split("\t")), { named, columns } = columnsOf(lines[0], NAMES.indexOf(event.target.name));
  const cells = lines.slice(named ? 1 : 0).filter(line => line.some(cell => cell.trim())), first = event.target.closest("tr").sectionRowIndex;
  const taken = cells.slice(0, MOST - first);
  taken.forEach((line, down) => line.forEach((cell, right) => { if (columns[right]) write(rowAt(first + down), columns[right], cell.trim()); }));
  grown();
  field(rowAt(Math.min(MOST - 1, first + taken.length)), NAMES[0]).focus();
  if (taken.length < cells.length) toast(said("Full", MOST), { kind: "error" });
  else toast(said("Pasted", taken.length));
});

// ---- a scan fills the next free row, one after the other
function sure(found) {
  const fits = found.filter(one => one.kind === "unit" || one.item), here = fits.filter(one => one.stock.some(lying => lying.location === told.place));
  return fits.length > 1 && here.length ? here : fits;
}
function put(one) {
  const written = { item: one.item, piece: ["lot", "serial"].includes(one.kind) ? one.number : "" };
  const same = rows().find(row => field(row, "item").value.toUpperCase() === written.item.toUpperCase() && field(row, "piece").value.toUpperCase() === written.piece.toUpperCase());
  if (same && one.kind === "serial" && field(same, "quantity").value) { toast(said("Twice", one.number), { kind: "error" }); return; }
  const pallet = rows().find(row => field(row, "unit").value && !field(row, "item").value), row = pallet ?? same ?? free();
  Object.entries(written).forEach(([name, text]) => write(row, name, text));
  if (one.kind === "serial") field(row, "quantity").value = "1";
  grown();
  const next = one.kind === "serial" ? field(free(), "item") : field(row, one.tracking !== "none" && !written.piece ? "piece" : "quantity");
  next.focus();
  next.select();
}
function into(unit) {
  const row = free();
  field(row, "unit").value = unit.number;
  grown();
  field(row, "item").focus();
}
async function look(code) {
  let found;
  try {
    const answer = await fetch(told.look + encodeURIComponent(code), { headers: { Accept: "application/json" } });
    found = answer.ok ? sure((await answer.json()).found) : answer.status === 400 ? [] : null;
  } catch { found = null; }
  if (found === null) toast(said("Lost", code), { kind: "error" });
  else if (!found.length) toast(said("Unknown", code), { kind: "error" });
  else if (found.length > 1) toast(said("Several", code), { kind: "error" });
  else if (found[0].kind === "unit") into(found[0]);
  else put(found[0]);
}
let turn = Promise.resolve();
hear(code => { turn = turn.then(() => look(code)); }, () => toast(told.wTorn, { kind: "error" }));

// ---- what is not saved yet stays in this tab: a log-in that has ended, or a page left by mistake, loses nothing
const KEY = `p2p-count-${told.count}`, SENT = `${KEY}-sent`;
const store = act => { try { return act(sessionStorage); } catch { return null; /* no room: it stays on the page alone */ } };
function keep() { store(room => { room.setItem(KEY, JSON.stringify(rows().filter(row => !empty(row)).map(values))); room.removeItem(SENT); }); }
function forget() { store(room => { room.removeItem(KEY); room.removeItem(SENT); }); }
function bring() {
  const kept = JSON.parse(store(room => room.getItem(KEY)) || "[]"), saved = store(room => room.getItem(SENT)) && told.fresh === "counted";
  if (saved || !kept.length) { forget(); return; }
  kept.forEach((texts, place) => NAMES.forEach((name, at) => { write(rowAt(place), name, texts[at] ?? ""); }));
  rows().slice(kept.length).filter(row => !empty(row)).forEach(row => NAMES.forEach(name => write(row, name, "")));
  form.querySelector("[data-again]").hidden = false;
  say(form.querySelector("[data-again] div").textContent);
  grown();
}
form.addEventListener("submit", () => store(room => room.setItem(SENT, "1")));
form.querySelectorAll("[data-forget]").forEach(one => one.addEventListener("click", () => { forget(); if (one.matches("button")) location.reload(); }));
if (told.fresh) bring(); else keep();
const start = form.querySelector("[aria-invalid]") || rows().map(row => field(row, field(row, "item").value ? "quantity" : "item")).find(input => !input.value);
start?.focus();
