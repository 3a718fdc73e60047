// The designer of a route: drag from an operation's dot to link, an operation onto another or onto a line to move
// it; the same by keys. Every change is posted; the server draws the picture anew and says why if it refuses.
import { say, toast } from "./shell.js";

const PIXELS = 5;                       // a press that moves less is a click
let mode = null;                        // {kind: "link" | "beside", number}: a target is being chosen by keys
let back = null;                        // what gets the focus after the next drawing
let drag = null;

const root = () => document.getElementById("route-design");
const svg = () => root()?.querySelector(".s-graph");
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

// ---- where things are, in the picture's own units
function point(event) {
  const spot = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg().getScreenCTM().inverse());
  return { x: spot.x, y: spot.y };
}
function spot(node) {
  const [x, y] = node.getAttribute("transform").match(/-?[\d.]+/g).map(Number);
  const box = node.querySelector(".s-box");
  return { x, y, w: Number(box.getAttribute("width")), h: Number(box.getAttribute("height")) };
}
function under(event, except) {
  const ghost = svg().querySelector(".ghost");
  if (ghost) ghost.setAttribute("visibility", "hidden");
  const found = document.elementsFromPoint(event.clientX, event.clientY);
  if (ghost) ghost.removeAttribute("visibility");
  for (const each of found) {
    const node = each.closest?.(".op:not(.alternate)");
    if (node && node !== except) return node;
    const link = each.closest?.(".link");
    if (link) return link;
  }
  return null;
}

// ---- dragging
function begin(event) {
  if (!editable() || event.button) return;
  const node = event.target.closest?.(".op");
  if (!node || !svg()?.contains(node) || node.classList.contains("alternate")) return;
  drag = { node, number: node.dataset.number, grip: event.target.classList.contains("grip"), x: event.clientX, y: event.clientY, moved: false };
}
function move(event) {
  if (!drag) return;
  if (!drag.moved && Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < PIXELS) return;
  event.preventDefault();
  if (!drag.moved) start();
  const to = point(event), from = spot(drag.node);
  if (drag.grip) drag.ghost.setAttribute("d", `M${from.x + from.w} ${from.y + from.h / 2}L${to.x} ${to.y}`);
  else drag.ghost.setAttribute("transform", `translate(${to.x - from.w / 2} ${to.y - from.h / 2})`);
  const target = under(event, drag.node);
  const fits = target && (target.classList.contains("op") || (!drag.grip && ![target.dataset.before, target.dataset.after].includes(drag.number)));
  svg().querySelectorAll(".target").forEach(each => { if (each !== target) each.classList.remove("target"); });
  if (fits) target.classList.add("target");
  drag.target = fits ? target : null;
}
function start() {
  drag.moved = true;
  root().classList.add("dragging");
  const space = "http://www.w3.org/2000/svg";
  if (drag.grip) drag.ghost = Object.assign(document.createElementNS(space, "path"));
  else { drag.ghost = drag.node.cloneNode(true); drag.ghost.removeAttribute("tabindex"); }
  drag.ghost.classList.add("ghost");
  svg().append(drag.ghost);
}
function end() {
  if (!drag) return;
  const { moved, target, number, grip, ghost } = drag;
  ghost?.remove();
  root()?.classList.remove("dragging");
  svg()?.querySelectorAll(".target").forEach(each => each.classList.remove("target"));
  drag = null;
  if (!moved) return;
  block = true;
  setTimeout(() => { block = false; }, 0);
  if (!target) return;
  back = `.op[data-number="${number}"]`;
  if (target.classList.contains("link")) post({ act: "between", number, before: target.dataset.before, after: target.dataset.after });
  else if (grip) post({ act: "connect", before: number, after: target.dataset.number });
  else post({ act: "beside", number, beside: target.dataset.number });
}
let block = false;                      // the click that ends a drag opens nothing
document.addEventListener("pointerdown", begin);
document.addEventListener("pointermove", move, { passive: false });
document.addEventListener("pointerup", end);
document.addEventListener("pointercancel", () => { if (drag) { drag.target = null; end(); } });
// A finger that starts on an operation drags it; elsewhere it scrolls the picture.
document.addEventListener("touchstart", event => { if (editable() && event.target.closest?.("#route-design .op:not(.alternate)")) event.preventDefault(); }, { passive: false });
document.addEventListener("touchend", event => {
  const node = event.target.closest?.("#route-design .op");
  if (node && editable() && !drag?.moved) setTimeout(() => { if (!block) show(node.dataset.number); }, 0);
});

// ---- clicks
document.addEventListener("click", event => {
  if (!root()?.contains(event.target)) return;
  const node = event.target.closest(".op"), button = event.target.closest("[data-act]");
  if (button) { if (button.getAttribute("aria-disabled") !== "true") act(button); return; }
  if (event.target.closest("[data-shut]")) { back = `.op[data-number="${root().dataset.open}"]`; show(""); return; }
  if (node && !block) choose(node);
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
  if (event.detail.target?.id === "route-design") kept = { left: event.detail.target.querySelector(".r-canvas")?.scrollLeft ?? 0, top: event.detail.target.querySelector(".r-canvas")?.scrollTop ?? 0, side: event.detail.target.querySelector(".r-side")?.scrollTop ?? 0 };
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
  if (side) side.scrollTop = kept.side;
  kept = null;
  mode = null;
  const wanted = back && root().querySelector(back);
  back = null;
  const wrong = root().querySelector("[aria-invalid='true']");
  if (wrong) wrong.focus();
  else if (wanted) wanted.focus({ preventScroll: false });
  else if (root().dataset.said && root().dataset.open) root().querySelector("#id_name")?.select?.();
  if (root().dataset.said) {
    say(root().dataset.said);
    document.body.dispatchEvent(new CustomEvent("p2p:head")); // counts, facts and what the buttons refuse
  }
  putTyped();
  const stop = root().querySelector(".p-note.stop");
  if (stop) { say(stop.textContent.trim(), true); stop.scrollIntoView({ block: "nearest" }); }
});
