// The Gantt: finds its element, loads the payload, puts the parts together. See README.md for the payload.
import { paintGrid, paintHead, paintNames, paintNow } from "./axes.js";
import { Clock } from "./clock.js";
import { colours } from "./colours.js";
import { listen } from "./input.js";
import { Mini } from "./mini.js";
import { paintBreaks, paintRows, paintSelection } from "./paint.js";
import { Plan } from "./plan.js";
import { facts, Side, Tip } from "./side.js";
import { Twin } from "./twin.js";
import { HEAD, View } from "./view.js";

const SCALES = { hours: 480, day: 1440, week: 10080, month: 43200 };

export class Gantt {
  constructor(root) {
    this.root = root;
    this.stage = root.querySelector(".g-stage");
    this.canvas = this.stage.querySelector("canvas");
    this.pen = this.canvas.getContext("2d");
    this.words = JSON.parse(root.querySelector("script[type='application/json']").textContent);
    this.view = new View();
    this.mini = new Mini();
    this.ui = { bar: -1, order: null, joins: [], lateOnly: false };
    this.tip = new Tip(this.stage);
    this.side = new Side(root.querySelector(".g-side"), root.dataset.side);
    this.twin = new Twin(root.querySelector(".g-twin"));
    this.live = root.querySelector("[aria-live]");
    root.gantt = this;
    listen(this);
    this.buttons();
    new ResizeObserver(() => this.resize()).observe(this.stage);
    addEventListener("p2p:theme", () => this.recolour());
    document.fonts?.load("500 11px Inter").then(() => this.draw());
    this.load();
  }

  async load(from, to) {
    const url = new URL(this.root.dataset.gantt, location.href);
    if (from !== undefined) { url.searchParams.set("from", Math.floor(from)); url.searchParams.set("to", Math.ceil(to)); }
    this.stage.setAttribute("aria-busy", "true");
    const answer = await fetch(url, { headers: { Accept: "application/json" } }).catch(() => null);
    this.stage.removeAttribute("aria-busy");
    if (!answer?.ok) { this.fail(this.words.failed); return; }
    const first = !this.plan, kept = this.ui.bar >= 0 ? this.plan.id[this.ui.bar] : null;
    this.plan = new Plan(await answer.json());
    this.clock = new Clock(this.plan.origin, this.plan.zone, document.documentElement.lang || "en");
    this.root.querySelector(".g-nothing").hidden = this.plan.size > 0;
    this.view.fit(this.plan);
    if (first) this.begin();
    const place = kept === null ? undefined : this.plan.place.get(kept);
    this.ui.bar = place ?? -1;
    this.ui.joins = this.ui.order === null ? [] : this.plan.joins(this.ui.order);
    this.resize();
    this.root.dispatchEvent(new CustomEvent("gantt:ready", { bubbles: true }));
  }

  reload() { return this.load(this.plan?.from, this.plan?.to); }
  fail(words) { const note = this.root.querySelector(".g-failed"); note.hidden = false; note.querySelector("span").textContent = words; }

  begin() {
    const { plan, view } = this, inside = plan.now >= plan.from && plan.now <= plan.to;
    view.width = this.stage.clientWidth;
    view.window((inside ? plan.now : plan.span[0]) - 720, (inside ? plan.now : plan.span[0]) + 2880);
    const late = plan.late.reduce((sum, each) => sum + each, 0), count = this.root.querySelector("[data-late] b");
    if (count) count.textContent = late.toLocaleString(document.documentElement.dataset.numbers || document.documentElement.lang);
    const shown = new Set(Array.from(plan.state, state => plan.states[state]));
    this.root.querySelectorAll(".p-legend [data-s]").forEach(each => { each.hidden = !shown.has(each.dataset.s); });
    const wanted = this.root.dataset.order;
    if (wanted) this.find(wanted);
  }

  resize() {
    const ratio = devicePixelRatio || 1, { canvas, view, stage } = this;
    view.width = stage.clientWidth;
    view.height = stage.clientHeight;
    view.left = view.width < 620 ? 92 : 148;
    if (!view.width || !view.height) return;
    canvas.width = Math.round(view.width * ratio);
    canvas.height = Math.round(view.height * ratio);
    canvas.style.width = `${view.width}px`;
    canvas.style.height = `${view.height}px`;
    this.ratio = ratio;
    if (this.plan) { view.clamp(); if (this.ui.bar >= 0) view.showRow(this.plan.row[this.ui.bar]); }
    this.recolour();
  }

  recolour() { this.c = colours(this.pen); this.mini.stamp = ""; this.draw(); }
  draw() { if (!this.frame) this.frame = requestAnimationFrame(() => { this.frame = 0; this.paint(); }); }

  paint() {
    if (!this.plan || !this.c || !this.view.height) return;
    const g = this.pen, { view } = this;
    g.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    g.fillStyle = this.c.surface;
    g.fillRect(0, 0, view.width, view.height);
    paintBreaks(g, this);
    const marks = paintGrid(g, this);
    paintRows(g, this);
    paintNow(g, this);
    paintSelection(g, this);
    paintNames(g, this);
    paintHead(g, this, marks);
    paintNow(g, this);
    this.mini.paint(g, this);
    if (this.twin.open) this.twin.draw(this);
  }

  /** After panning or zooming: draw, and fetch what lies beyond the loaded window once the hand rests. */
  moved() {
    this.tip.hide();
    this.draw();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.fetchIfNeeded(), 250);
  }

  fetchIfNeeded() {
    const { plan, view } = this, [first, last] = plan.span, wide = view.to - view.from;
    const missing = (view.from < plan.from && plan.from > first) || (view.to > plan.to && plan.to < last);
    if (missing) this.load(Math.max(first, view.from - wide), Math.min(last, view.to + wide));
  }

  zoom(factor) { this.view.zoom(factor); this.moved(); }
  fit() { const [from, to] = this.plan.span, pad = (to - from) * 0.02; this.view.window(from - pad, to + pad); this.moved(); }
  show(minute) { this.view.from = minute - (this.view.to - this.view.from) / 4; this.moved(); }

  barAt(x, y) {
    const { view, plan } = this;
    if (!plan || x < view.left || y < HEAD) return -1;
    const row = view.rowAt(y);
    return row < 0 ? -1 : plan.hit(row, view.laneAt(row, y), Math.floor(view.minute(x)), Math.ceil(3 * view.mpp));
  }

  /** Select a bar by its id, null for none. */
  select(id, { reveal = false } = {}) {
    const bar = id === null ? -1 : this.plan.place.get(id) ?? -1;
    this.ui.bar = bar;
    this.ui.order = bar < 0 ? null : this.plan.order[bar];
    this.ui.joins = bar < 0 ? [] : this.plan.joins(this.ui.order);
    if (reveal && bar >= 0) { this.view.show(this.plan.start[bar]); this.view.showRow(this.plan.row[bar]); }
    this.side.show(this, bar);
    if (bar >= 0) { const said = facts(this.plan, this.clock, bar, this.words); this.live.textContent = `${said.order}, ${said.op} ${said.name}, ${said.row}, ${said.when}, ${said.stateWords}${said.late ? `, ${said.late}` : ""}`; }
    this.root.dispatchEvent(new CustomEvent("gantt:select", { bubbles: true, detail: { id, order: this.ui.order } }));
    this.moved();
  }

  go(bar) { if (bar >= 0) this.select(this.plan.id[bar], { reveal: true }); }
  open(bar) { const url = this.plan.orders[this.plan.order[bar]]?.url; if (url) location.href = url; }

  find(text) {
    const wanted = text.trim().toLowerCase(), keys = Object.keys(this.plan.orders);
    const key = keys.find(each => each.toLowerCase() === wanted || this.plan.orders[each].number.toLowerCase() === wanted) || keys.find(each => this.plan.orders[each].number.toLowerCase().includes(wanted) || (this.plan.orders[each].item || "").toLowerCase().includes(wanted));
    if (key !== undefined) this.go(this.plan.ofOrder(key)[0] ?? -1);
    else this.live.textContent = this.words.notFound;
    return key !== undefined;
  }

  toggleTable() {
    const open = this.twin.element.hidden;
    this.twin.element.hidden = !open;
    this.stage.hidden = open;
    this.root.querySelector("[data-twin]").setAttribute("aria-pressed", open);
    if (open) { this.twin.limit = 200; this.twin.draw(this); this.twin.element.focus(); } else { this.resize(); this.stage.focus(); }
  }

  buttons() {
    this.root.addEventListener("click", event => {
      const button = event.target.closest("[data-scale], [data-zoom], [data-now], [data-fit], [data-late], [data-twin], [data-retry]");
      if (!button || !this.plan) { if (button?.dataset.retry !== undefined) location.reload(); return; }
      const { view } = this;
      if (button.dataset.scale) { const middle = (view.from + view.to) / 2, wide = SCALES[button.dataset.scale]; view.window(middle - wide / 2, middle + wide / 2); this.press("scale", button); this.moved(); }
      if (button.dataset.zoom) this.zoom(Number(button.dataset.zoom));
      if ("now" in button.dataset) this.show(this.plan.now);
      if ("fit" in button.dataset) this.fit();
      if ("twin" in button.dataset) this.toggleTable();
      if ("late" in button.dataset) { this.ui.lateOnly = !this.ui.lateOnly; button.setAttribute("aria-pressed", this.ui.lateOnly); button.classList.toggle("on", this.ui.lateOnly); this.draw(); }
    });
    this.twin.element.addEventListener("keydown", event => { if (event.key.toLowerCase() === "t" && !event.ctrlKey) { event.preventDefault(); this.toggleTable(); } });
    this.root.querySelector("[data-find]")?.addEventListener("submit", event => {
      event.preventDefault();
      const input = event.target.querySelector("input");
      input.setAttribute("aria-invalid", !this.find(input.value));
    });
  }

  press(kind, button) { this.root.querySelectorAll(`[data-${kind}]`).forEach(each => each.setAttribute("aria-pressed", each === button)); }
}

document.querySelectorAll("[data-gantt]").forEach(root => new Gantt(root));
