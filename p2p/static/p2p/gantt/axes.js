// Time above, names at the left, the line of this moment.
import { HEAD } from "./view.js";
import { box, write } from "./paint.js";

export function paintGrid(g, { plan, view, c, clock }) {
  const marks = clock.marks(view.from, view.to, view.mpp), bottom = Math.min(view.floor, HEAD + view.total - view.top);
  for (const [list, colour, top] of [[marks.minor, c.grid, HEAD - 14], [marks.major, c["line-strong"], 0]]) {
    g.fillStyle = colour;
    for (const [minute] of list) { const x = Math.round(view.x(minute)); if (x >= view.left) g.fillRect(x, top, 1, bottom - top); }
  }
  return marks;
}

export function paintHead(g, { plan, view, c, clock, words }, marks) {
  g.fillStyle = c.surface;
  g.fillRect(0, 0, view.width, HEAD - 1);
  const now = view.x(plan.now);
  for (const [minute, text] of marks.minor) {
    const x = view.x(minute);
    if (x > view.left + 2 && x < view.width - 16 && Math.abs(x + 10 - now) > 36) { g.fillStyle = c.grid; g.fillRect(Math.round(x), HEAD - 14, 1, 13); write(g, text, x + 4, HEAD - 6, c["text-3"], "400 10.5px"); }
  }
  marks.major.forEach(([minute, text], at) => {
    const x = Math.max(view.left, view.x(minute)), next = marks.major[at + 1] ? view.x(marks.major[at + 1][0]) : view.width;
    g.fillStyle = c["line-strong"];
    if (x > view.left) g.fillRect(Math.round(x), 0, 1, HEAD);
    g.font = "550 12px Inter, sans-serif";
    if (next - x > g.measureText(text).width + 12) write(g, text, x + 8, 16, c.text, "550 12px");
  });
  g.fillStyle = c.surface;
  g.fillRect(0, 0, view.left - 1, HEAD);
  write(g, words.group, 12, HEAD - 6, c["text-3"], "500 11px");
  if (view.left > 110) write(g, words.resource, view.left * 0.58, HEAD - 6, c["text-3"], "500 11px");
  g.fillStyle = c["line-strong"];
  g.fillRect(0, HEAD - 1, view.width, 1);
}

export function paintNow(g, { plan, view, c, clock }) {
  const x = Math.round(view.x(plan.now));
  if (x < view.left || x > view.width) return;
  g.fillStyle = c.text;
  g.fillRect(x, HEAD - 2, 1.5, Math.min(view.room, view.total - view.top) + 2);
  box(g, x - 18, HEAD - 18, 37, 16, 3);
  g.fill();
  write(g, clock.say("hour", plan.now), x + 0.5, HEAD - 6, c.surface, "600 10.5px", "center");
}

export function paintNames(g, { plan, view, c, ui }) {
  g.save();
  g.beginPath();
  g.rect(0, HEAD, view.left, view.room);
  g.clip();
  g.fillStyle = c.surface;
  g.fillRect(0, HEAD, view.left - 1, view.room);
  const wide = view.left > 110;
  let group = null;
  for (const row of view.rows()) {
    const each = plan.rows[row], y = view.y(row), middle = y + view.heights[row] / 2, selected = ui.bar >= 0 && plan.row[ui.bar] === row;
    const last = plan.rows[row + 1]?.group !== each.group;
    g.fillStyle = last ? c["line-strong"] : c.line;
    g.fillRect(last ? 0 : view.left * 0.55, y + view.heights[row] - 1, view.left, 1);
    if (wide && each.group && each.group !== group) { const lines = wrap(g, each.group, view.left * 0.58 - 16), rows = view.heights[row] > 40 || plan.rows[row + 1]?.group === each.group; lines.forEach((line, at) => write(g, line, 12, (rows || lines.length === 1 ? middle + 4 : middle - 2) + at * 13, c["text-2"], "500 11px")); }
    group = each.group;
    const x = wide ? view.left * 0.58 : 10;
    write(g, clip(g, each.code, view.left - x - 6, "500 12px"), x, each.note ? middle - 2 : middle + 4, selected ? c["firm-fg"] : c.text, `${selected ? 650 : 500} 12px`);
    if (each.note) write(g, each.note, x, middle + 10, c["late-fg"], "500 10px");
  }
  g.restore();
  g.fillStyle = c["line-strong"];
  g.fillRect(view.left - 1, 0, 1, Math.min(view.floor, HEAD + view.total - view.top));
}

/** At most two lines that fit the width. */
function wrap(g, words, width) {
  g.font = "500 11px Inter, sans-serif";
  if (g.measureText(words).width <= width) return [words];
  const parts = words.split(" ");
  let line = parts.shift();
  while (parts.length && g.measureText(`${line} ${parts[0]}`).width <= width) line += ` ${parts.shift()}`;
  return [line, parts.join(" ")].filter(Boolean).map(each => clip(g, each, width, "500 11px"));
}

function clip(g, words, width, font) {
  g.font = `${font} Inter, sans-serif`;
  let text = words;
  while (text.length > 2 && g.measureText(text).width > width) text = text.slice(0, -1);
  return text === words ? words : `${text.slice(0, -1)}…`;
}
