// The minimap: the loaded plan drawn once per theme and size, with the window over it.
import { MINI } from "./view.js";
import { box, write } from "./paint.js";

export class Mini {
  constructor() { this.picture = document.createElement("canvas"); this.stamp = ""; }

  x(plan, view, minute) { const [from, to] = plan.span; return 12 + (minute - from) / Math.max(1, to - from) * (view.width - 24); }
  minute(plan, view, x) { const [from, to] = plan.span; return from + (x - 12) / Math.max(1, view.width - 24) * (to - from); }

  paint(g, scene) {
    const { plan, view, c, clock } = scene, y = view.floor, height = MINI - 18;
    const stamp = `${view.width}/${c.surface}/${plan.size}/${plan.from}/${devicePixelRatio}`;
    if (stamp !== this.stamp) { this.stamp = stamp; this.redraw(scene, height); }
    g.fillStyle = c.bg;
    g.fillRect(0, y, view.width, MINI);
    g.fillStyle = c["line-strong"];
    g.fillRect(0, y, view.width, 1);
    g.drawImage(this.picture, 0, y + 4, view.width, height);
    const [from, to] = plan.span, marks = clock.marks(from, to, (to - from) / view.width);
    let free = 0;
    for (const [minute, words] of marks.step < 1440 ? marks.major : marks.minor) {
      const x = this.x(plan, view, minute);
      if (x < free || x > view.width - 40) continue;
      write(g, words, x + 2, y + MINI - 4, c["text-3"], "400 10px");
      free = x + 64;
    }
    const x0 = Math.max(4, this.x(plan, view, view.from)), x1 = Math.min(view.width - 4, this.x(plan, view, view.to));
    g.fillStyle = c.primary;
    g.globalAlpha = 0.1;
    g.fillRect(x0, y + 3, Math.max(4, x1 - x0), height);
    g.globalAlpha = 1;
    g.strokeStyle = c.primary;
    g.lineWidth = 1.5;
    box(g, x0, y + 3, Math.max(4, x1 - x0), height, 3);
    g.stroke();
    g.fillStyle = c.text;
    g.fillRect(this.x(plan, view, plan.now), y + 3, 1, height);
  }

  redraw({ plan, view, c }, height) {
    const ratio = devicePixelRatio || 1, g = this.picture.getContext("2d");
    this.picture.width = view.width * ratio;
    this.picture.height = height * ratio;
    g.scale(ratio, ratio);
    const thick = Math.max(0.8, Math.min(3, height / plan.rows.length * 0.7));
    for (const late of [0, 1]) {
      g.globalAlpha = late ? 1 : 0.6;
      for (let bar = 0; bar < plan.size; bar++) {
        if (plan.late[bar] !== late) continue;
        const x = this.x(plan, view, plan.start[bar]);
        g.fillStyle = late ? c.late : c[plan.states[plan.state[bar]]] || c.proposed;
        g.fillRect(x, 2 + plan.row[bar] / plan.rows.length * (height - 4), Math.max(0.8, this.x(plan, view, plan.end[bar]) - x), thick);
      }
    }
  }
}
