// The designer of a route: operations linked and moved by drag (route-drag.js) and by keys, their properties in the
// panel. Every change is posted; the server draws the picture anew and says why if it refuses.
import { say, toast } from "./shell.js";
import { justDragged, listen, spot } from "./route-drag.js";

let mode = null;                        // {kind: "link" | "beside", number}: a target is being chosen by keys
let back = null;                        // what gets the focus after the next drawing

const root = () => document.getElementById("route-design");
const op = number => root()?.querySelector(`.op[data-number="${number}"]`);
const mains = () => [...(root()?.querySelectorAll(".op:not(.alternate)") ?? [])];
const editable = () => Boolean(root() && "editable" in root().dataset);

// What is asked goes one after the other: each carries the revision that the one before it has made.
const asked = [];
let busy = false;
function next() {
  if (busy || !asked.length || !root()) return;
  const [verb, given] = asked.shift(), values = typeof given === "function" ? given() : given;
  const { url, revision, quantity, open } = root().dataset;
  const whole = verb === "POST" ? { revision, quantity, open, ...values } : { quantity, ...values };
  busy = true;
  Promise.resolve(window.htmx.ajax(verb, url, { target: "#route-design", swap: "outerHTML", values: whole })).catch(() => {}).finally(() => setTimeout(() => {
    busy = false;
    sent = null;
    next();
  }, 60));                              // by then the answer has settled
}
function post(values) { asked.push(["POST", values]); next(); }
function show(number) {
  back = number ? `.op[data-number="${number}"]` : back;
  setTimeout(() => { asked.push(["GET", { open: number ?? "" }]); next(); }, 0); // behind the field that was left
}
function act(button) {
  const { act: name, after, beside, alternate_of, number } = button.dataset;
  const values = { act: name };
  Object.entries({ after, beside, alternate_of, number }).forEach(([key, value]) => { if (value) values[key] = value; });
  if (name === "add" && !after && !beside && !alternate_of && root().dataset.open) values.after = root().dataset.open;
  setTimeout(() => post(values), 0);    // behind the field that was left for the button
}

// ---- dragging
listen({
  editable,
  tap: show,
  drop(number, change) {
    back = `.op[data-number="${number}"]`;
    post(change);
  },
});

// ---- clicks
document.addEventListener("click", event => {
  if (!root()?.contains(event.target)) return;
  const node = event.target.closest(".op"), button = event.target.closest("[data-act]");
  if (button) { if (button.getAttribute("aria-disabled") !== "true") act(button); return; }
  if (event.target.closest("[data-shut]")) { back = `.op[data-number="${root().dataset.open}"]`; show(""); return; }
  if (node && !justDragged()) choose(node);
});
function choose(node) {
  if (mode && node.dataset.number !== mode.number && !node.classList.contains("alternate")) {
    const { kind, number } = mode;
    leave();
    back = `.op[data-number="${number}"]`;
    post(kind === "link" ? { act: "connect", before: number, after: node.dataset.number } : { act: "beside", number, beside: node.dataset.number });
    return;
  }
  show(node.dataset.number);
}

// ---- keys
function enter(kind, number) {
  mode = { kind, number };
  root().classList.add("choosing");
  op(number).classList.add("source");
  say(root().dataset[kind === "link" ? "wLink" : "wBeside"], true);
  toast(root().dataset[kind === "link" ? "wLink" : "wBeside"]);
}
function leave() {
  root()?.classList.remove("choosing");
  root()?.querySelectorAll(".source").forEach(each => each.classList.remove("source"));
  mode = null;
}
const WAYS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
function neighbour(node, key) {
  const [dx, dy] = WAYS[key], here = spot(node);
  let best = null, least = Infinity;
  for (const other of root().querySelectorAll(".op")) {
    if (other === node) continue;
    const there = spot(other), along = (there.x - here.x) * dx + (there.y - here.y) * dy;
    if (along <= 0) continue;
    const across = Math.abs((there.x - here.x) * dy) + Math.abs((there.y - here.y) * dx);
    if (along + 2 * across < least) { least = along + 2 * across; best = other; }
  }
  return best;
}
function onOperation(event, node) {
  const { number } = node.dataset, key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (WAYS[key]) { neighbour(node, key)?.focus(); return true; }
  if (key === "Enter" || key === " ") { choose(node); return true; }
  if (!editable()) return false;
  const alternate = node.classList.contains("alternate");
  if (key === "l" && !alternate) enter("link", number);
  else if (key === "b" && !alternate) enter("beside", number);
  else if (key === "n" && !alternate) { back = null; post({ act: "add", after: number }); }
  else if (key === "p" && !alternate) { back = null; post({ act: "add", beside: number }); }
  else if (key === "a" && !alternate) { back = null; post({ act: "add", alternate_of: number }); }
  else if (key === "Delete" || key === "Backspace") { const next = neighbour(node, "ArrowLeft") || neighbour(node, "ArrowRight"); back = next ? `.op[data-number="${next.dataset.number}"]` : null; post({ act: "remove", number }); }
  else return false;
  return true;
}
function onLink(event, link) {
  const { before, after } = link.dataset;
  back = `.op[data-number="${before}"]`;
  if (event.key === "Delete" || event.key === "Backspace") post({ act: "disconnect", before, after });
  else if (event.key.toLowerCase() === "h") { back = `.link[data-before="${before}"][data-after="${after}"]`; post({ act: "connect", before, after, hard: link.classList.contains("hard") ? "" : "1" }); }
  else return false;
  return true;
}
document.addEventListener("keydown", event => {
  if (!root() || document.querySelector("dialog[open]")) return;
  if (event.key === "Escape" && mode) { leave(); event.preventDefault(); return; }
  const typing = event.target.closest?.("input, textarea, select");
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && !typing && editable()) {
    event.preventDefault();
    post({ act: "undo" });
    return;
  }
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const node = event.target.closest?.("#route-design .op"), link = event.target.closest?.("#route-design .link");
  if ((node && onOperation(event, node)) || (link && editable() && onLink(event, link))) { event.preventDefault(); event.stopPropagation(); }
}, true);

// ---- the panel: saved when a field is left, or by its button
// One save after the other; what is typed while one is on its way stays and is saved behind it.
let leaving = null, sent = null, late = null;
const form = () => root()?.querySelector("[data-save]");
const typed = () => (form() ? Object.fromEntries(new FormData(form())) : {});
function save() {
  post(() => {
    sent = typed();
    if (leaving) back = leaving;
    return { ...sent, act: "save" };
  });
}
function keepTyped() {
  late = null;
  if (!sent || !form()) return;
  const now = typed(), names = new Set([...Object.keys(now), ...Object.keys(sent)]);
  const fresh = [...names].filter(name => now[name] !== sent[name]);
  const here = form().contains(document.activeElement) ? document.activeElement : null;
  if (fresh.length || here) late = { values: fresh.map(name => [name, now[name] ?? ""]), field: here?.name, from: here?.selectionStart };
}
function putTyped() {
  if (!late || !form()) { late = null; return; }
  const wrong = root().querySelector("[aria-invalid='true'], .r-side .p-note.stop");
  const { values, field, from } = late, here = field && form().elements[field];
  late = null;
  for (const [name, value] of values) {
    const input = form().elements[name];
    if (!input) continue;
    if (input.type === "checkbox") input.checked = Boolean(value); else input.value = value;
  }
  if (wrong) return;
  if (here) { here.focus(); if (from !== null && from !== undefined && here.setSelectionRange) try { here.setSelectionRange(from, from); } catch { /* not a field of text */ } }
  const waiting = here && values.some(([name]) => name === field);
  if (waiting) here.addEventListener("blur", () => setTimeout(save, 0), { once: true });
  if (values.some(([name]) => name !== field)) setTimeout(save, 0);
}
document.addEventListener("submit", event => {
  const wanted = event.target.closest?.("#route-design [data-save]");
  if (wanted) { event.preventDefault(); event.stopImmediatePropagation(); leaving = null; save(); }
}, true);
document.addEventListener("change", event => {
  if (!event.target.closest?.("#route-design [data-save]")) return;
  // The field that is gone to next has the focus a moment later: it gets it back after the drawing.
  setTimeout(() => { const next = document.activeElement; leaving = next?.id && root()?.contains(next) ? `#${next.id}` : null; save(); }, 0);
});
// What was asked behind a refused one was meant for another draft; what is asked from now on is for the new drawing.
document.body.addEventListener("htmx:beforeSwap", event => { if (event.detail.target?.id === "route-design") { if (event.detail.xhr.status >= 400) asked.length = 0; keepTyped(); } });

// ---- what is looked at: the whole picture at once, or its boxes in their size
document.addEventListener("click", event => {
  const button = event.target.closest?.("[data-fit]");
  if (!button) return;
  const fitted = root().classList.toggle("fit");
  button.setAttribute("aria-pressed", fitted);
  sessionStorage.setItem("p2p-route-fit", fitted ? "1" : "");
});
function look() {
  if (!root()) return;
  const asked = sessionStorage.getItem("p2p-route-fit"), canvas = root().querySelector(".r-canvas");
  root().classList.remove("fit");
  // Before anybody has chosen: a route that is only a little too wide is shown whole.
  const over = canvas ? canvas.scrollWidth / canvas.clientWidth : 1;
  const fitted = asked === null ? over > 1 && over < 1.25 : asked === "1";
  root().classList.toggle("fit", fitted);
  root().querySelector("[data-fit]")?.setAttribute("aria-pressed", fitted);
}
function begins() {
  look();
  const first = root()?.querySelector(".op.chosen") || mains()[0], canvas = root()?.querySelector(".r-canvas");
  if (!first || !canvas) return;
  const box = first.getBoundingClientRect(), frame = canvas.getBoundingClientRect();
  canvas.scrollLeft += first.classList.contains("chosen") ? box.left - frame.left - frame.width / 2 + box.width / 2 : box.left - frame.left - 32;
  canvas.scrollTop += box.top - frame.top - frame.height / 2 + box.height / 2;
}
begins();

// ---- after each drawing
document.body.addEventListener("htmx:beforeSwap", event => {
  if (event.detail.target?.id === "route-design") kept = { left: event.detail.target.querySelector(".r-canvas")?.scrollLeft ?? 0, top: event.detail.target.querySelector(".r-canvas")?.scrollTop ?? 0, side: event.detail.target.querySelector(".r-side")?.scrollTop ?? 0, open: event.detail.target.dataset.open };
});
let kept = null;
document.body.addEventListener("htmx:afterSettle", () => {
  if (!root() || !kept) return;
  const canvas = root().querySelector(".r-canvas"), side = root().querySelector(".r-side");
  look();
  if (canvas) { canvas.scrollLeft = kept.left; canvas.scrollTop = kept.top; }
  const chosen = root().querySelector(".op.chosen");
  if (chosen && canvas) {
    const box = chosen.getBoundingClientRect(), frame = canvas.getBoundingClientRect();
    if (box.right > frame.right) canvas.scrollLeft += box.right - frame.right + 32;
    if (box.left < frame.left) canvas.scrollLeft += box.left - frame.left - 32;
  }
  const other = kept.open !== root().dataset.open; // its properties are read from the top
  if (side && !other) side.scrollTop = kept.side;
  kept = null;
  mode = null;
  const wanted = back && root().querySelector(back);
  back = null;
  const wrong = root().querySelector("[aria-invalid='true']");
  if (wrong) wrong.focus();
  else if (wanted) wanted.focus({ preventScroll: false });
  else if (root().dataset.said && root().dataset.open && other) {
    const name = root().querySelector("#id_name");
    name?.focus();
    name?.select();
  }
  if (root().dataset.said) {
    say(root().dataset.said);
    document.body.dispatchEvent(new CustomEvent("p2p:head")); // counts, facts and what the buttons refuse
  }
  putTyped();
  const stop = root().querySelector(".p-note.stop");
  if (stop) { say(stop.textContent.trim(), true); stop.scrollIntoView({ block: "nearest" }); }
});
