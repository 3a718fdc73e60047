// The week of a calendar drawn by hand: drag to draw, move and resize; every change is saved and can be taken back.
import { Past, clock, enterPressesMarked, field, figuresChanged, given, length, minutes, send } from "./board.js";
import { say } from "./shell.js";

const root = document.querySelector("[data-weekboard]");
if (root) begin();

function begin() {
  const board = given(), words = board.words, names = words.week.split("|");
  const grid = root.querySelector("[data-week]"), past = new Past(root, words);
  const DAY = 1440, STEP = 15;
  let shifts = board.shifts, drag = null, chosen = -1;
  const shades = ["scheduled", "released", "firm", "started"];

  // ---- drawing
  grid.replaceChildren();
  const scale = document.createElement("div");
  scale.className = "scale";
  for (let hour = 0; hour <= 24; hour += 2) { const mark = document.createElement("span"); mark.textContent = String(hour).padStart(2, "0"); mark.style.left = `${hour / 24 * 100}%`; scale.append(mark); }
  grid.append(scale);
  const tracks = names.map((name, day) => {
    const row = document.createElement("div"), head = document.createElement("span"), track = document.createElement("div");
    row.className = "row"; head.className = "day"; head.textContent = name; track.className = "track"; track.dataset.day = day;
    row.append(head, track); grid.append(row);
    return track;
  });

  function part(shift, index, day, from, to, tail) {
    const bar = document.createElement(tail ? "div" : "button");
    bar.className = "bar"; bar.dataset.index = index;
    bar.dataset.s = shades[[...new Set(shifts.map(each => each.name))].indexOf(shift.name) % shades.length];
    bar.style.left = `${from / DAY * 100}%`; bar.style.width = `${(to - from) / DAY * 100}%`;
    const rate = Number(shift.efficiency) === 1 ? "" : ` · ${Math.round(shift.efficiency * 100)} %`;
    const label = document.createElement("span");
    label.textContent = `${shift.name} ${shift.starts}–${shift.ends}${rate}${shift.property ? ` · ${shift.property}` : ""}`;
    bar.title = `${names[shift.weekday]} ${label.textContent}${shift.valid_from || shift.valid_to ? ` (${shift.valid_from || "…"} – ${shift.valid_to || "…"})` : ""}`;
    bar.append(label);
    if (tail) { bar.classList.add("tail"); bar.setAttribute("aria-hidden", "true"); }
    else { bar.type = "button"; bar.setAttribute("aria-label", bar.title); }
    if (shift.valid_from || shift.valid_to) bar.classList.add("dated");
    if (board.mayWeek) {
      if (!tail) { const grip = document.createElement("i"); grip.className = "grip start"; bar.append(grip); }
      if (tail || to < DAY || minutes(shift.ends) === 0) { const grip = document.createElement("i"); grip.className = "grip end"; bar.append(grip); }
    }
    tracks[day].append(bar);
  }
  function draw() {
    tracks.forEach(track => track.replaceChildren());
    shifts.forEach((shift, index) => {
      const start = minutes(shift.starts), end = start + length(shift);
      part(shift, index, shift.weekday, start, Math.min(end, DAY), false);
      if (end > DAY) part(shift, index, (shift.weekday + 1) % 7, 0, end - DAY, true);
    });
    const total = shifts.reduce((sum, shift) => sum + length(shift), 0) / 60;
    root.querySelector("[data-sum]").textContent = words.hours.replace("{hours}", total.toLocaleString(document.documentElement.dataset.numbers, { maximumFractionDigits: 2 }));
  }
  const focus = index => grid.querySelector(`button.bar[data-index="${index}"]`)?.focus();

  // ---- saving: the whole week at once, with the revision it was drawn on
  async function store(next) {
    const answer = await send("POST", `${board.url}/set-week/`, { shifts: next, revision: board.revision }, words);
    if (!answer) { draw(); return false; }
    board.revision = answer.revision;
    shifts = answer.shifts.map(each => ({ ...each, starts: each.starts.slice(0, 5), ends: each.ends.slice(0, 5) }));
    draw();
    figuresChanged();
    return true;
  }
  function change(next, index) {
    if (!next.length) { say(words.lastShift, true); draw(); return; }
    const marked = index >= 0 ? next[index] : null;
    past.queue(async () => {
      const before = shifts;
      if (!await store(next)) return;
      const after = shifts;
      past.add({ back: () => store(before), again: () => store(after) });
      if (marked) focus(shifts.findIndex(each => each.weekday === marked.weekday && each.starts === marked.starts && each.name === marked.name));
      say(words.saved);
    });
  }
  const put = (index, shift) => change(shifts.map((each, place) => place === index ? shift : each), index);
  const at = (weekday, start, span, shift) => {
    const days = Math.floor(start / DAY);
    return { ...shift, weekday: (weekday + days + 7) % 7, starts: clock(start), ends: clock(start + Math.min(Math.max(span, STEP), DAY)) };
  };
  const fresh = (weekday, start, span) => at(weekday, start, span, { name: shifts[0]?.name || words.shift, efficiency: "1", property: "", valid_from: null, valid_to: null });

  // ---- the pointer
  const where = event => {
    const track = tracks.find(each => { const box = each.getBoundingClientRect(); return event.clientY >= box.top - 3 && event.clientY <= box.bottom + 3; });
    const box = tracks[0].getBoundingClientRect();
    const exact = Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1) * DAY, step = event.altKey ? 5 : STEP;
    return { day: track ? Number(track.dataset.day) : null, minute: Math.round(exact / step) * step };
  };
  const ghost = document.createElement("div");
  ghost.className = "bar ghost";
  function showGhost(shift) {
    const start = minutes(shift.starts), end = start + length(shift);
    ghost.style.left = `${start / DAY * 100}%`; ghost.style.width = `${(Math.min(end, DAY) - start) / DAY * 100}%`;
    ghost.textContent = `${shift.starts}–${shift.ends}`;
    tracks[shift.weekday].append(ghost);
  }
  if (board.mayWeek) grid.addEventListener("pointerdown", event => {
    const bar = event.target.closest(".bar"), track = event.target.closest(".track"), point = where(event);
    if (event.button || !track || point.day === null) return;
    if (bar) {
      const shift = shifts[Number(bar.dataset.index)], start = minutes(shift.starts) + (bar.classList.contains("tail") ? -DAY : 0);
      const kind = event.target.classList.contains("grip") ? (event.target.classList.contains("start") ? "start" : "end") : "move";
      drag = { kind, index: Number(bar.dataset.index), shift, grab: point.minute - start, day: point.day, base: start, moved: false };
    } else drag = { kind: "draw", day: point.day, from: point.minute, moved: false };
    grid.setPointerCapture(event.pointerId);
    if (!bar) event.preventDefault();
  });
  grid.addEventListener("pointermove", event => {
    if (!drag) return;
    const point = where(event);
    if (drag.kind === "draw") {
      const from = Math.min(drag.from, point.minute), to = Math.max(drag.from, point.minute);
      if (to - from < STEP) return;
      drag.next = fresh(drag.day, from, to - from);
    } else {
      const { shift } = drag, span = length(shift), start = minutes(shift.starts);
      if (drag.kind === "move") {
        const day = point.day ?? drag.day;
        drag.next = at(day, Math.min(Math.max(point.minute - drag.grab, drag.base < 0 ? -DAY : 0), DAY - STEP), span, shift);
      }
      if (drag.kind === "start") drag.next = at(shift.weekday, Math.min(point.minute, start + span - STEP), start + span - Math.min(point.minute, start + span - STEP), shift);
      if (drag.kind === "end") {
        let end = point.minute + (((point.day ?? drag.day) - shift.weekday + 7) % 7) * DAY;
        if (end - start > DAY || end <= start) end = Math.max(point.minute, start + STEP);
        drag.next = at(shift.weekday, start, end - start, shift);
      }
      const same = ["weekday", "starts", "ends"].every(name => drag.next[name] === shift[name]);
      if (same && !drag.moved) { drag.next = null; return; }
    }
    drag.moved = true;
    showGhost(drag.next);
  });
  const drop = () => { ghost.remove(); const held = drag; drag = null; return held; };
  grid.addEventListener("pointerup", () => {
    const held = drop();
    if (!held) return;
    if (held.moved && held.next) held.kind === "draw" ? change([...shifts, held.next], shifts.length) : put(held.index, held.next);
    else if (held.kind !== "draw") { focus(held.index); edit(held.index); }
  });
  grid.addEventListener("pointercancel", drop);

  // ---- the keyboard
  grid.addEventListener("keydown", event => {
    const bar = event.target.closest("button.bar");
    if (event.key === "Escape" && drag) { drop(); return; }
    if (!bar || !board.mayWeek || event.ctrlKey || event.metaKey) return;
    const index = Number(bar.dataset.index), shift = shifts[index], start = minutes(shift.starts), span = length(shift);
    const way = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
    if (way) { event.preventDefault(); put(index, event.shiftKey ? at(shift.weekday, start, span + way, shift) : at(shift.weekday, start + way, span, shift)); }
    else if (event.key === "ArrowUp" || event.key === "ArrowDown") { event.preventDefault(); put(index, { ...shift, weekday: (shift.weekday + (event.key === "ArrowUp" ? 6 : 1)) % 7 }); }
    else if (event.key === "Delete" || event.key === "Backspace") { event.preventDefault(); change(shifts.filter((_each, place) => place !== index), -1); }
  });
  grid.addEventListener("click", event => { const bar = event.target.closest("button.bar"); if (bar && !event.detail) edit(Number(bar.dataset.index)); });
  root.querySelector("[data-add]")?.addEventListener("click", () => edit(-1));
  document.addEventListener("keydown", event => {
    if (event.key.toLowerCase() === "n" && board.mayWeek && !event.ctrlKey && !event.metaKey && !event.target.closest?.("input, textarea, select") && !document.querySelector("dialog[open]")) { event.preventDefault(); edit(-1); }
  });

  // ---- the dialog: every value of one shift
  const dialog = document.getElementById("shift-dialog"), box = dialog.querySelector("[data-fields]");
  enterPressesMarked(dialog);
  function edit(index) {
    chosen = index;
    const shift = index < 0 ? fresh(0, 480, 480) : shifts[index];
    dialog.querySelector("h2").textContent = index < 0 ? words.new : shift.name;
    const days = document.createElement("div"), label = document.createElement("label"), select = document.createElement("select");
    days.className = "p-field"; label.textContent = words.day; label.htmlFor = "f-weekday";
    Object.assign(select, { name: "weekday", id: "f-weekday", className: "form-select" });
    names.forEach((name, day) => select.add(new Option(name, day, false, day === shift.weekday)));
    if (index < 0) select.add(new Option(words.copyToWeekdays, "all"));
    days.append(label, select);
    box.replaceChildren(field(words.name, "name", shift.name, "text", { required: true, maxLength: 40 }), days,
      field(words.from, "starts", shift.starts, "time", { required: true }), field(words.to, "ends", shift.ends, "time", { required: true }),
      field(words.efficiency, "efficiency", shift.efficiency, "number", { required: true, min: "0.01", step: "0.01" }), field(words.property, "property", shift.property, "text", { maxLength: 30 }),
      field(words.validFrom, "valid_from", shift.valid_from, "date"), field(words.validTo, "valid_to", shift.valid_to, "date"));
    dialog.querySelector("[data-remove]").hidden = index < 0;
    if (!board.mayWeek) box.querySelectorAll("input, select").forEach(each => { each.disabled = true; });
    dialog.showModal();
  }
  dialog.addEventListener("close", () => {
    const asked = dialog.returnValue;
    dialog.returnValue = "";
    if (!board.mayWeek) return;
    if (asked === "delete" && chosen >= 0) change(shifts.filter((_each, place) => place !== chosen), -1);
    if (asked !== "save") { focus(chosen); return; }
    const read = Object.fromEntries([...box.querySelectorAll("[name]")].map(each => [each.name, each.value]));
    const shift = { ...read, weekday: Number(read.weekday), valid_from: read.valid_from || null, valid_to: read.valid_to || null };
    if (chosen >= 0) put(chosen, shift);
    else if (read.weekday === "all") change([...shifts, ...[0, 1, 2, 3, 4].map(weekday => ({ ...shift, weekday }))], -1);
    else change([...shifts, shift], shifts.length);
  });
  draw();
}
