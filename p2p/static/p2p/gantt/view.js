// What is in sight: time from the left edge, minutes per pixel, scroll of the rows; and where things are on the canvas.
export const HEAD = 42, MINI = 58, STRIP = 4;
const NEAREST = 0.04, FURTHEST = 480, LANE = 22, LANE_OF_MANY = 17, PAD = 10;

export class View {
  constructor() { Object.assign(this, { from: 0, mpp: 4, top: 0, width: 0, height: 0, left: 148 }); }

  fit(plan) {
    this.heights = Array.from(plan.lanes, lanes => PAD + (lanes === 1 ? LANE : lanes * LANE_OF_MANY));
    this.tops = [0];
    for (const height of this.heights) this.tops.push(this.tops[this.tops.length - 1] + height);
    this.lanes = plan.lanes;
    this.clamp();
  }

  get to() { return this.from + (this.width - this.left) * this.mpp; }
  get floor() { return this.height - MINI; }
  get room() { return Math.max(0, this.floor - HEAD); }
  get total() { return this.tops?.[this.tops.length - 1] || 0; }
  x(minute) { return this.left + (minute - this.from) / this.mpp; }
  minute(x) { return this.from + (x - this.left) * this.mpp; }
  y(row) { return HEAD + this.tops[row] - this.top; }
  laneHeight(row) { return this.lanes[row] === 1 ? LANE : LANE_OF_MANY; }
  barTop(row, lane) { return this.y(row) + 4 + lane * this.laneHeight(row); }
  barHeight(row) { return this.laneHeight(row) - (this.lanes[row] === 1 ? 1 : 2); }

  rowAt(y) {
    const at = y - HEAD + this.top;
    if (y < HEAD || y > this.floor || at >= this.total) return -1;
    let low = 0, high = this.heights.length;
    while (low < high) { const middle = (low + high) >> 1; if (this.tops[middle + 1] > at) high = middle; else low = middle + 1; }
    return low;
  }

  laneAt(row, y) { return Math.max(0, Math.min(this.lanes[row] - 1, Math.floor((y - this.y(row) - 4) / this.laneHeight(row)))); }

  *rows() {
    let row = Math.max(0, this.rowAt(HEAD));
    for (; row < this.heights.length && this.y(row) < this.floor; row++) yield row;
  }

  zoom(factor, x = (this.left + this.width) / 2) {
    const held = this.minute(x);
    this.mpp = Math.max(NEAREST, Math.min(FURTHEST, this.mpp * factor));
    this.from = held - (x - this.left) * this.mpp;
  }

  show(minute) { if (minute < this.from || minute > this.to) this.from = minute - (this.to - this.from) / 3; }
  showRow(row) {
    if (this.tops[row] < this.top) this.top = this.tops[row];
    if (this.tops[row + 1] > this.top + this.room) this.top = this.tops[row + 1] - this.room;
    this.clamp();
  }
  clamp() { this.top = Math.max(0, Math.min(this.top, this.total - this.room)); }
  window(from, to) { this.from = from; this.mpp = Math.max(NEAREST, (to - from) / Math.max(1, this.width - this.left)); }
}
