// Operations of a route dragged with mouse, pen or finger: from the dot of one to the one that waits for it, onto
// another to stand beside it, onto a line to stand between.
const PIXELS = 5;                       // a press that moves less is a click
let drag = null;
let block = false;                      // the click that ends a drag opens nothing
let dropped = () => {};
export const justDragged = () => block;
const root = () => document.getElementById("route-design");
const svg = () => root()?.querySelector(".s-graph");

// ---- where things are, in the picture's own units
function point(event) {
  const spot = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg().getScreenCTM().inverse());
  return { x: spot.x, y: spot.y };
}
export function spot(node) {
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

// ---- from press to drop
function begin(event) {
  if (event.button) return;
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
  if (drag.grip) drag.ghost = document.createElementNS(space, "path");
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
  if (target.classList.contains("link")) dropped(number, { act: "between", number, before: target.dataset.before, after: target.dataset.after });
  else if (grip) dropped(number, { act: "connect", before: number, after: target.dataset.number });
  else dropped(number, { act: "beside", number, beside: target.dataset.number });
}

/** `drop(number, change)` gets the operation that was dragged and what to post; `tap(number)` one a finger touched. */
export function listen({ editable, drop, tap }) {
  dropped = drop;
  document.addEventListener("pointerdown", event => { if (editable()) begin(event); });
  document.addEventListener("pointermove", move, { passive: false });
  document.addEventListener("pointerup", end);
  document.addEventListener("pointercancel", () => { if (drag) { drag.target = null; end(); } });
  // A finger that starts on an operation drags it; elsewhere it scrolls the picture.
  document.addEventListener("touchstart", event => { if (editable() && event.target.closest?.("#route-design .op:not(.alternate)")) event.preventDefault(); }, { passive: false });
  document.addEventListener("touchend", event => {
    const node = event.target.closest?.("#route-design .op");
    if (node && editable() && !drag?.moved) setTimeout(() => { if (!block) tap(node.dataset.number); }, 0);
  });
}
