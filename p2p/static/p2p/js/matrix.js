// A setup matrix: type or paste change-over times; what holds without an entry stands grey; Undo takes back.
import { Past, given, send } from "./board.js";
import { say, toast } from "./shell.js";

const root = document.querySelector("[data-matrix]");
if (root) begin();

/** Seconds of what was typed: minutes by itself, or 1:30 (hours:minutes), 90 s, 2 h; null empty, NaN not a time. */
export function seconds(text) {
  const words = text.trim().toLowerCase().replace(",", ".");
  if (!words) return null;
  const parts = words.match(/^(\d+):([0-5]\d)(?::([0-5]\d))?$/);
  if (parts) return Number(parts[1]) * 3600 + Number(parts[2]) * 60 + Number(parts[3] || 0);
  const amount = words.match(/^(\d+(?:\.\d+)?)\s*(s|sec|m|min|h|d)?$/);
  if (!amount) return NaN;
  return Math.round(Number(amount[1]) * { s: 1, sec: 1, m: 60, min: 60, h: 3600, d: 86400 }[amount[2] || "min"]);
}
export function shown(value) { return value === null ? "" : value % 60 ? `${value} s` : String(value / 60); }

function begin() {
  const board = given(), words = board.words, past = new Past(root, words);
  const rows = [...root.querySelectorAll("tbody tr")].map(row => [...row.querySelectorAll("input")]);
  const values = rows.map(row => row.map(cell => cell.dataset.seconds === "" ? null : Number(cell.dataset.seconds)));
  const place = cell => { const y = rows.findIndex(row => row.includes(cell)); return [y, rows[y].indexOf(cell)]; };

  /** What holds where nothing is entered: the row's any, the column's any, any to any; nothing within a family. */
  function holds(y, x) {
    if (y && y === x) return 0;
    for (const found of [values[y][0], values[0][x], values[0][0]]) if (found !== null) return found;
    return null;
  }
  function paint() {
    rows.forEach((row, y) => row.forEach((cell, x) => {
      cell.value = shown(values[y][x]);
      cell.placeholder = values[y][x] === null ? shown(holds(y, x)) : "";
      cell.classList.remove("wrong");
      const [from, to] = [board.families[y] ?? "*", board.families[x] ?? "*"];
      cell.setAttribute("aria-label", `${from} → ${to}${cell.placeholder ? ` (${cell.placeholder})` : ""}`);
    }));
  }
  async function store(cells) {
    const body = { cells: cells.map(([y, x, value]) => ({ source: board.families[y], target: board.families[x], seconds: value })), revision: board.revision };
    const told = await send("POST", board.url, body, words);
    if (!told) return false;
    board.revision = told.revision;
    cells.forEach(([y, x, value]) => { values[y][x] = value; });
    paint();
    return true;
  }
  const change = cells => past.queue(() => write(cells));
  async function write(cells) {
    const fresh = cells.filter(([y, x, value]) => values[y]?.[x] !== undefined && values[y][x] !== value);
    if (!fresh.length) { paint(); return; }
    const before = fresh.map(([y, x]) => [y, x, values[y][x]]);
    if (!await store(fresh)) { paint(); return; }
    past.add({ back: () => store(before), again: () => store(fresh) });
    say(words.saved.replace("{count}", fresh.length));
  }
  function read(cell) {
    const value = seconds(cell.value);
    if (!Number.isNaN(value)) return value;
    cell.classList.add("wrong");
    toast(words.wrong.replace("{text}", cell.value), { kind: "error" });
    return undefined;
  }
  if (board.may) {
    root.addEventListener("change", event => {
      const cell = event.target.closest("tbody input"), value = cell && read(cell);
      if (cell && value !== undefined) change([[...place(cell), value]]);
    });
    root.addEventListener("paste", event => {
      const cell = event.target.closest("tbody input"), text = event.clipboardData.getData("text/plain");
      if (!cell || !/[\t\n]/.test(text.trimEnd())) return;
      event.preventDefault();
      const [top, left] = place(cell), found = [];
      let outside = 0, wrong = "";
      text.replace(/\r/g, "").replace(/\n$/, "").split("\n").forEach((line, y) => line.split("\t").forEach((each, x) => {
        const value = seconds(each);
        if (Number.isNaN(value)) wrong ||= each;
        else if (values[top + y]?.[left + x] === undefined) outside += 1;
        else found.push([top + y, left + x, value]);
      }));
      if (wrong) { toast(words.wrong.replace("{text}", wrong), { kind: "error" }); return; }
      if (outside) toast(words.outside.replace("{count}", outside), { kind: "warning" });
      change(found);
    });
  }
  root.addEventListener("keydown", event => {
    const cell = event.target.closest("tbody input");
    if (!cell || event.ctrlKey || event.metaKey || event.altKey) return;
    const [y, x] = place(cell), whole = cell.selectionStart === 0 && cell.selectionEnd === cell.value.length;
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], Enter: [event.shiftKey ? -1 : 1, 0], ArrowLeft: whole && [0, -1], ArrowRight: whole && [0, 1] }[event.key];
    if (step) { event.preventDefault(); const next = rows[y + step[0]]?.[x + step[1]]; if (next) { next.focus(); next.select(); } else cell.blur(); }
    else if (event.key === "Delete" && whole && board.may) { event.preventDefault(); change([[y, x, null]]); }
    else if (event.key === "Escape") paint();
  });
  root.addEventListener("focusin", event => event.target.closest("tbody input")?.select());
  paint();
}
