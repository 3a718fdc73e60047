// Drawing of rows and bars.
import { HEAD, STRIP } from "./view.js";

export const FONT = "Inter, system-ui, sans-serif";

export function write(g, words, x, y, colour, font = "400 11px", align = "left") {
  g.font = `${font} ${FONT}`;
  g.fillStyle = colour;
  g.textAlign = align;
  g.fillText(words, x, y);
}

export function box(g, x, y, width, height, radius) {
  g.beginPath();
  g.roundRect(x, y, width, height, Math.min(radius, width / 2));
}

/** What lies under everything: the breaks of the rows in sight. */
export function paintBreaks(g, scene) {
  inside(g, scene, () => { for (const row of scene.view.rows()) breaks(g, scene, row); });
}

/** Row lines, outages and load strips of the rows in sight, and the bars. */
export function paintRows(g, scene) {
  inside(g, scene, () => { for (const row of scene.view.rows()) paintRow(g, scene, row); });
}

function inside(g, { view }, paint) {
  g.save();
  g.beginPath();
  g.rect(view.left, HEAD, view.width - view.left, view.room);
  g.clip();
  paint();
  g.restore();
}

function paintRow(g, scene, row) {
  const { plan, view, c, ui } = scene, y = view.y(row), height = view.heights[row], last = plan.rows[row + 1]?.group !== plan.rows[row].group;
  strip(g, scene, row);
  const quiet = ui.order !== null || ui.lateOnly;
  let edge = -Infinity, edgeState = -1;
  for (const bar of plan.inSight(row, view.from, view.to)) {
    // Bars narrower than a pixel melt into their neighbour of the same state: a year of operations stays quick to draw.
    const x1 = view.x(plan.end[bar]);
    if (x1 - view.x(plan.start[bar]) < 1.2 && x1 - edge < 1 && plan.state[bar] === edgeState && !plan.late[bar]) continue;
    edge = x1;
    edgeState = plan.state[bar];
    g.globalAlpha = quiet && !(ui.order !== null ? plan.order[bar] === ui.order : plan.late[bar]) ? 0.28 : 1;
    paintBar(g, scene, bar);
  }
  g.globalAlpha = 1;
  outages(g, scene, row);
  g.fillStyle = last ? c["line-strong"] : c.line;
  g.fillRect(view.left, y + height - 1, view.width, 1);
}

function breaks(g, { plan, view, c }, row) {
  const closed = plan.closed(row), y = view.y(row), height = view.heights[row];
  if (view.mpp > 120) return;
  g.fillStyle = c.break;
  for (let at = 0; at < closed.length && closed[at] < view.to; at += 2) {
    if (closed[at + 1] <= view.from) continue;
    const x = view.x(closed[at]), width = view.x(closed[at + 1]) - x;
    if (width >= 1) g.fillRect(x, y, width, height);
  }
}

function strip(g, { plan, view, c }, row) {
  const bucket = view.mpp > 12 ? 1440 : 240, load = plan.load(row, bucket), y = view.y(row) + view.heights[row] - STRIP - 1;
  if (bucket / view.mpp < 3) return;
  for (let at = Math.max(0, Math.floor((view.from - plan.from) / bucket)); at < load.length; at++) {
    const start = plan.from + at * bucket;
    if (start > view.to) break;
    if (load[at] === null) continue;
    const x = view.x(start), width = bucket / view.mpp - 1, over = load[at] > 1.0005;
    g.fillStyle = c.line;
    g.fillRect(x, y, width, STRIP - 1);
    g.fillStyle = over ? c.late : c.firm;
    g.globalAlpha = over ? 1 : 0.7;
    g.fillRect(x, y, over ? width : width * load[at], STRIP - 1);
    g.globalAlpha = 1;
  }
}

function outages(g, { plan, view, c }, row) {
  for (const [at, start, end, words] of plan.outages) {
    if (at !== row || end < view.from || start > view.to) continue;
    const x = view.x(start), width = Math.max(2, view.x(end) - x), y = view.barTop(row, 0), height = view.heights[row] - 12;
    g.fillStyle = c["late-bg"];
    box(g, x, y, width, height, 3);
    g.fill();
    g.strokeStyle = c.late;
    g.setLineDash([3, 3]);
    g.stroke();
    g.setLineDash([]);
    if (width < 60) continue;
    g.save();
    g.clip();
    write(g, words, Math.max(view.left + 6, x + 6), y + height / 2 + 4, c["late-fg"], "500 10.5px");
    g.restore();
  }
}

function paintBar(g, scene, bar) {
  const { plan, view, c } = scene, row = plan.row[bar], y = view.barTop(row, plan.lane[bar]), height = view.barHeight(row);
  const x0 = view.x(plan.start[bar]), x1 = view.x(plan.end[bar]), state = plan.states[plan.state[bar]] || "proposed", late = plan.late[bar];
  if (x1 - x0 < 5) {
    g.fillStyle = late ? c.late : c[state];
    g.fillRect(x0, y, Math.max(1.2, x1 - x0), height);
    return;
  }
  const pieces = plan.pieces(bar), alpha = g.globalAlpha;
  g.globalAlpha = alpha * 0.5;
  g.fillStyle = c[state];
  for (let at = 1; at < pieces.length; at++) {   // a thin spine joins the pieces across a break
    const from = view.x(pieces[at - 1][1]) - 1;
    g.fillRect(from, Math.round(y + height / 2) - 1, view.x(pieces[at][0]) - from, 1.5);
  }
  g.globalAlpha = alpha;
  let setup = plan.setup[bar], widest = null;
  for (const [from, to] of pieces) {
    const x = view.x(from), width = Math.max(2, view.x(to) - x - 1), hatched = Math.min(setup, to - from);
    piece(g, scene, { x, y, width, height, state, late, setupWidth: Math.min(width, hatched / view.mpp), edge: from === plan.start[bar] || hatched > 0 });
    const room = { x: x + Math.min(width, hatched / view.mpp), width: width - Math.min(width, hatched / view.mpp) };
    if (!widest || room.width > widest.width) widest = room;
    setup -= hatched;
  }
  label(g, scene, bar, widest, y, height, state);
}

function piece(g, { c }, { x, y, width, height, state, late, setupWidth, edge }) {
  const alpha = g.globalAlpha;
  g.fillStyle = c[`${state}-bg`];
  box(g, x, y, width, height, 3);
  g.fill();
  if (setupWidth > 1) {
    g.save();
    g.clip();
    g.fillStyle = c.surface;
    g.fillRect(x, y, setupWidth, height);
    g.translate(x, y);
    g.fillStyle = c.hatch;
    g.fillRect(0, 0, setupWidth, height);
    g.restore();
  }
  g.fillStyle = c[state];
  if (edge && width > 6) g.fillRect(x + setupWidth, y, 3, height);
  g.strokeStyle = late ? c.late : c[state];
  g.lineWidth = late ? 1.75 : 1;
  g.globalAlpha = late ? alpha : alpha * 0.6;
  box(g, x + 0.5, y + 0.5, width - 1, height - 1, 3);
  g.stroke();
  g.globalAlpha = alpha;
}

function label(g, { plan, view, c }, bar, room, y, height, state) {
  const x = Math.max(view.left + 4, room.x + 6), width = room.x + room.width - x - 3;
  if (width < 20) return;
  const number = (plan.orders[plan.order[bar]]?.number || plan.order[bar]).replace(/^[A-Z]+-/, "");
  const words = width > 66 ? `${number} · ${plan.op[bar]}` : width > 42 ? number : number.slice(-3);
  g.save();
  g.beginPath();
  g.rect(x - 2, y, width + 3, height);
  g.clip();
  write(g, words, x, y + height / 2 + 4, c[`${state}-fg`], "500 10.5px");
  g.restore();
}

/** Arrows between the operations of the selected order, and the ring round the selected bar. */
export function paintSelection(g, scene) {
  if (scene.ui.order !== null) inside(g, scene, () => selection(g, scene));
}

function selection(g, { plan, view, c, ui }) {
  g.strokeStyle = g.fillStyle = c["text-2"];
  g.lineWidth = 1.25;
  for (const [from, to] of ui.joins) arrow(g, plan, view, from, to);
  if (ui.bar >= 0) {
    const row = plan.row[ui.bar], x = view.x(plan.start[ui.bar]);
    g.strokeStyle = c.text;
    g.lineWidth = 2;
    box(g, x - 2, view.barTop(row, plan.lane[ui.bar]) - 2, Math.max(4, view.x(plan.end[ui.bar]) - x + 3), view.barHeight(row) + 4, 5);
    g.stroke();
  }
}

function arrow(g, plan, view, from, to) {
  const middle = bar => view.barTop(plan.row[bar], plan.lane[bar]) + view.barHeight(plan.row[bar]) / 2;
  const x0 = view.x(plan.end[from]), y0 = middle(from), x1 = view.x(plan.start[to]), y1 = middle(to);
  const gap = view.barTop(plan.row[to], plan.lane[to]) - 3;
  g.beginPath();
  g.moveTo(x0, y0);
  if (x1 - x0 > 16 || plan.row[from] === plan.row[to]) { const turn = Math.max(x0 + 4, x1 - 8); g.lineTo(turn, y0); g.lineTo(turn, y1); }
  else { g.lineTo(x0 + 8, y0); g.lineTo(x0 + 8, gap); g.lineTo(x1 - 8, gap); g.lineTo(x1 - 8, y1); }
  g.lineTo(x1 - 2, y1);
  g.stroke();
  g.beginPath();
  g.moveTo(x1, y1);
  g.lineTo(x1 - 6, y1 - 3.5);
  g.lineTo(x1 - 6, y1 + 3.5);
  g.fill();
}
