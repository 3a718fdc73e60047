// The year of a calendar: drag over days, or select them with Shift and arrows, and say what holds on them.
import { Past, enterPressesMarked, field, figuresChanged, given, send } from "./board.js";
import { say } from "./shell.js";

const root = document.querySelector("[data-yearboard]");
if (root) begin();

function begin() {
  const board = given(), words = board.words, names = words.week.split("|");
  const grid = root.querySelector("[data-year]"), past = new Past(root, words);
  const language = document.documentElement.dataset.numbers || document.documentElement.lang;
  const worked = new Set(board.shifts.map(each => each.weekday));
  const own = board.days, inherited = board.inherited, cells = new Map(), order = [];
  let anchor = null, head = null, dragging = false;

  // ---- drawing
  grid.replaceChildren();
  const iso = day => day.toISOString().slice(0, 10);
  for (let month = 0; month < 12; month++) {
    const box = document.createElement("section"), title = document.createElement("h3"), days = document.createElement("div");
    title.textContent = new Intl.DateTimeFormat(language, { month: "long", timeZone: "UTC" }).format(new Date(Date.UTC(board.year, month, 1)));
    days.className = "days";
    names.forEach(name => { const each = document.createElement("span"); each.textContent = name.slice(0, 2); days.append(each); });
    const first = (new Date(Date.UTC(board.year, month, 1)).getUTCDay() + 6) % 7;
    for (let day = 1; day <= 31; day++) {
      const date = new Date(Date.UTC(board.year, month, day));
      if (date.getUTCMonth() !== month) break;
      const cell = document.createElement("button");
      Object.assign(cell, { type: "button", textContent: day, tabIndex: -1 });
      cell.dataset.date = iso(date);
      if (day === 1) cell.classList.add(`from-${first + 1}`);
      cells.set(iso(date), cell);
      order.push(iso(date));
      days.append(cell);
    }
    box.append(title, days);
    grid.append(box);
  }
  function paint(key) {
    const cell = cells.get(key);
    if (!cell) return;
    const rows = own[key] || inherited[key], weekday = (new Date(`${key}T00:00Z`).getUTCDay() + 6) % 7;
    let kind = worked.has(weekday) ? "work" : "free", said = worked.has(weekday) ? words.asWeek : words.closed;
    if (rows?.length) {
      kind = rows[0].working ? "open" : rows[0].source === "holidays" ? "holiday" : "closed";
      said = rows.map(each => [each.working ? `${each.starts}–${each.ends}` : words.closed, Number(each.efficiency) === 1 || !each.working ? "" : `${Math.round(each.efficiency * 100)} %`, each.reason].filter(Boolean).join(" ")).join(", ");
      if (!own[key]) said += ` (${words.inherited})`;
    }
    cell.dataset.day = kind;
    cell.classList.toggle("base", Boolean(rows?.length && !own[key]));
    cell.title = `${key}: ${said}`;
    cell.setAttribute("aria-label", cell.title);
  }
  order.forEach(paint);
  const today = order.includes(board.today) ? board.today : order[0];
  cells.get(today).tabIndex = 0;

  // ---- selecting
  const range = () => { if (!anchor) return []; const [from, to] = [anchor, head].map(each => order.indexOf(each)).sort((a, b) => a - b); return order.slice(from, to + 1); };
  function select(from, to) {
    cells.forEach(cell => { cell.removeAttribute("aria-pressed"); });
    [anchor, head] = [from, to];
    range().forEach(key => cells.get(key).setAttribute("aria-pressed", "true"));
  }
  function go(to, extend) {
    const key = order[Math.min(Math.max(to, 0), order.length - 1)];
    cells.forEach(cell => { cell.tabIndex = -1; });
    cells.get(key).tabIndex = 0;
    cells.get(key).focus();
    select(extend && anchor ? anchor : key, key);
  }
  const under = event => document.elementFromPoint(event.clientX, event.clientY)?.closest?.("[data-date]")?.dataset.date;
  if (board.mayDays) grid.addEventListener("pointerdown", event => {
    const key = event.target.closest("[data-date]")?.dataset.date;
    if (!key || event.button) return;
    dragging = true;
    select(event.shiftKey && anchor ? anchor : key, key);
    if (event.target.hasPointerCapture?.(event.pointerId)) event.target.releasePointerCapture(event.pointerId);
  });
  grid.addEventListener("pointermove", event => { const key = dragging && under(event); if (key && key !== head) select(anchor, key); });
  document.addEventListener("pointercancel", () => { dragging = false; });
  document.addEventListener("pointerup", event => { if (!dragging) return; dragging = false; const key = under(event); if (key) { select(anchor, key); ask(); } });
  grid.addEventListener("keydown", event => {
    const key = event.target.closest?.("[data-date]")?.dataset.date;
    if (!key || event.ctrlKey || event.metaKey || event.altKey) return;
    const place = order.indexOf(key), step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7, PageUp: -30, PageDown: 30 }[event.key];
    if (step) go(place + step, event.shiftKey);
    else if (event.key === "Home" || event.key === "End") go(event.key === "Home" ? 0 : order.length - 1, event.shiftKey);
    else if (!board.mayDays) return;
    else {
      if (!anchor) select(key, key);
      const letter = event.key.toLowerCase();
      if (letter === "c") enter(range(), "closed");
      else if (letter === "w") enter(range(), "week");
      else if (letter === "o" || event.key === "Enter" || event.key === " ") ask();
      else return;
    }
    event.preventDefault();
  });

  // ---- changing: what stood on these days before is what undo puts back
  const copy = keys => Object.fromEntries(keys.map(key => [key, own[key] || []]));
  async function store(state) {
    const days = Object.keys(state), entries = days.flatMap(key => state[key]).map(({ day, working, starts, ends, efficiency, reason }) => ({ day, working, starts, ends, efficiency, reason }));
    const answer = await send("POST", `${board.url}/set-days/`, { days, entries, revision: board.revision }, words);
    if (!answer) return false;
    board.revision = answer.revision;
    days.forEach(key => { if (state[key].length) own[key] = state[key].map(each => ({ ...each, source: "" })); else delete own[key]; paint(key); });
    figuresChanged();
    return true;
  }
  const enter = (keys, kind, hours = {}) => past.queue(() => write(keys, kind, hours));
  async function write(keys, kind, hours) {
    if (!keys.length) return;
    const before = copy(keys);
    const after = Object.fromEntries(keys.map(key => [key, kind === "week" ? [] : [{ day: key, working: kind === "open", starts: null, ends: null, efficiency: "1", reason: "", ...hours }]]));
    if (!await store(after)) return;
    past.add({ back: () => store(before), again: () => store(after) });
    say(words.saved);
    cells.get(head)?.focus();
  }
  const dialog = document.getElementById("day-dialog"), box = dialog.querySelector("[data-fields]");
  enterPressesMarked(dialog);
  function ask() {
    const keys = range(), there = own[keys[0]]?.[0];
    const spoken = language === "en" ? "en-GB" : language; // "10 Feb", as everywhere
    const format = key => new Intl.DateTimeFormat(spoken, { day: "numeric", month: "short", timeZone: "UTC" }).format(new Date(`${key}T00:00Z`));
    dialog.querySelector("h2").textContent = keys.length === 1 ? format(keys[0]) : `${format(keys[0])} – ${format(keys.at(-1))} · ${words.days.replace("{count}", keys.length)}`;
    box.replaceChildren(field(words.reason, "reason", there?.reason, "text", { maxLength: 100 }), field(words.from, "starts", there?.starts || "08:00", "time", { required: true }),
      field(words.to, "ends", there?.ends || "16:00", "time", { required: true }), field(words.efficiency, "efficiency", there?.efficiency || "1", "number", { min: "0.01", step: "0.01", required: true }));
    dialog.showModal();
  }
  dialog.addEventListener("close", () => {
    const kind = dialog.returnValue, read = Object.fromEntries([...box.querySelectorAll("[name]")].map(each => [each.name, each.value]));
    dialog.returnValue = "";
    if (kind === "open") enter(range(), kind, read);
    else if (kind === "closed") enter(range(), kind, { reason: read.reason });
    else if (kind === "week") enter(range(), kind);
    else cells.get(head)?.focus();
  });
}
