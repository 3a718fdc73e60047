// Pointer, wheel, touch and keys.
export function listen(gantt) {
  const { stage } = gantt, pointers = new Map();
  let held = null, pinch = 0;
  const at = event => { const box = stage.getBoundingClientRect(); return [event.clientX - box.left, event.clientY - box.top]; };

  stage.addEventListener("wheel", event => {
    event.preventDefault();
    const { view } = gantt, [x] = at(event), turn = event.deltaMode === 1 ? event.deltaY * 18 : event.deltaY;
    if (event.ctrlKey || event.metaKey) view.zoom(Math.exp(turn * 0.0016), Math.max(view.left, x));
    else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) view.from += (event.deltaX || turn) * view.mpp;
    else { view.top += turn; view.clamp(); }
    gantt.moved();
  }, { passive: false });

  stage.addEventListener("pointerdown", event => {
    if (event.button || event.target.closest("button, a, .g-tip")) return;
    const [x, y] = at(event), { view } = gantt;
    stage.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, [x, y]);
    held = { x, y, from: view.from, top: view.top, mini: y > view.floor, moved: false };
    if (held.mini) toMini(x);
    gantt.tip.hide();
  });

  stage.addEventListener("pointermove", event => {
    const [x, y] = at(event), { view } = gantt;
    if (pointers.has(event.pointerId)) pointers.set(event.pointerId, [x, y]);
    if (pointers.size === 2) { pinched(); return; }
    if (!held) { hover(x, y); return; }
    if (held.mini) { toMini(x); return; }
    if (Math.hypot(x - held.x, y - held.y) > 4) held.moved = true;
    if (!held.moved) return;
    stage.classList.add("g-panning");
    view.from = held.from - (x - held.x) * view.mpp;
    view.top = held.top - (y - held.y);
    view.clamp();
    gantt.moved();
  });

  const release = event => {
    pointers.delete(event.pointerId);
    if (pointers.size < 2) pinch = 0;
    stage.classList.remove("g-panning");
    if (held && !held.moved && !held.mini && event.type === "pointerup") { const bar = gantt.barAt(...at(event)); gantt.select(bar < 0 ? null : gantt.plan.id[bar]); }
    held = null;
  };
  stage.addEventListener("pointerup", release);
  stage.addEventListener("pointercancel", release);
  stage.addEventListener("pointerleave", () => gantt.tip.hide());
  stage.addEventListener("dblclick", event => { const bar = gantt.barAt(...at(event)); if (bar >= 0) gantt.open(bar); });

  function hover(x, y) {
    const bar = gantt.barAt(x, y);
    stage.classList.toggle("g-over", bar >= 0);
    if (bar >= 0) gantt.tip.show(gantt, bar, x, y); else gantt.tip.hide();
  }
  function toMini(x) {
    const { view } = gantt, half = (view.to - view.from) / 2;
    view.from = gantt.mini.minute(gantt.plan, view, x) - half;
    gantt.moved();
  }
  function pinched() {
    const [[x0, y0], [x1, y1]] = [...pointers.values()], apart = Math.hypot(x1 - x0, y1 - y0);
    if (pinch) { gantt.view.zoom(pinch / Math.max(20, apart), Math.max(gantt.view.left, (x0 + x1) / 2)); gantt.moved(); }
    pinch = apart;
    held = null;
  }

  stage.addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = keys(gantt)[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  });
  // T works from anywhere on the page: whoever needs the table may never find the way into the canvas.
  document.addEventListener("keydown", event => {
    if (event.defaultPrevented || event.key.toLowerCase() !== "t" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest?.("input, textarea, select, .g-stage") || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    gantt.toggleTable();
  });
}

function keys(gantt) {
  const { view, plan } = gantt, step = way => gantt.go(neighbour(gantt, way));
  const scroll = rows => { view.top += rows * (view.room - 30); view.clamp(); gantt.moved(); };
  return {
    ArrowRight: () => step("next"), ArrowLeft: () => step("previous"), ArrowDown: () => step("below"), ArrowUp: () => step("above"),
    n: () => gantt.go(late(gantt, 1)), p: () => gantt.go(late(gantt, -1)), N: () => gantt.go(late(gantt, 1)), P: () => gantt.go(late(gantt, -1)),
    "+": () => gantt.zoom(1 / 1.4), "=": () => gantt.zoom(1 / 1.4), "-": () => gantt.zoom(1.4), 0: () => gantt.fit(),
    Home: () => gantt.show(plan.now), PageDown: () => scroll(1), PageUp: () => scroll(-1),
    Enter: () => gantt.ui.bar >= 0 && gantt.open(gantt.ui.bar), Escape: () => gantt.select(null), t: () => gantt.toggleTable(), T: () => gantt.toggleTable(),
  };
}

function firstInSight({ plan, view }) {
  for (const row of view.rows()) for (const bar of plan.inSight(row, view.from, view.to)) return bar;
  return plan.size ? 0 : -1;
}

function neighbour(gantt, way) {
  const { plan, ui } = gantt;
  if (ui.bar < 0) return firstInSight(gantt);
  const row = plan.row[ui.bar], pile = plan.byRow[row], at = pile.indexOf(ui.bar);
  if (way === "next") return pile[at + 1] ?? ui.bar;
  if (way === "previous") return pile[at - 1] ?? ui.bar;
  const middle = (plan.start[ui.bar] + plan.end[ui.bar]) / 2, turn = way === "below" ? 1 : -1;
  for (let next = row + turn; next >= 0 && next < plan.rows.length; next += turn) {
    let best = -1, least = Infinity;
    for (const bar of plan.byRow[next]) { const far = Math.max(plan.start[bar] - middle, middle - plan.end[bar], 0); if (far < least) { least = far; best = bar; } }
    if (best >= 0) return best;
  }
  return ui.bar;
}

function late({ plan, ui }, turn) {
  const all = [];
  for (let bar = 0; bar < plan.size; bar++) if (plan.late[bar]) all.push(bar);
  if (!all.length) return ui.bar;
  all.sort((a, b) => plan.start[a] - plan.start[b] || plan.row[a] - plan.row[b]);
  const at = all.indexOf(ui.bar);
  return all[(at < 0 ? (turn > 0 ? 0 : -1) : at + turn + all.length) % all.length] ?? all[all.length - 1];
}
