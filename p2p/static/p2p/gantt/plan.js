// The payload as typed arrays, with bars sorted and stacked into lanes per row, so that a frame looks at what is in sight only.
const LANES = 6;

export class Plan {
  constructor(payload) {
    const { bars } = payload;
    Object.assign(this, {
      origin: payload.origin, zone: payload.zone, now: payload.now, from: payload.from, to: payload.to,
      span: payload.span || [payload.from, payload.to], rows: payload.rows, calendars: payload.calendars || [],
      outages: payload.outages || [], states: payload.states, names: payload.names || [], orders: payload.orders, links: payload.links || null,
    });
    this.size = bars.id.length;
    for (const name of ["id", "row", "start", "end", "setup"]) this[name] = Int32Array.from(bars[name]);
    for (const name of ["state", "late"]) this[name] = Uint8Array.from(bars[name]);
    this.name = bars.name ? Int32Array.from(bars.name) : new Int32Array(this.size);
    this.order = bars.order.map(String);
    this.op = bars.op;
    this.lane = new Uint8Array(this.size);
    this.place = new Map();
    for (let bar = 0; bar < this.size; bar++) this.place.set(this.id[bar], bar);
    this.stack();
    this.loads = new Map();
  }

  stack() {
    const piles = this.rows.map(() => []);
    for (let bar = 0; bar < this.size; bar++) piles[this.row[bar]]?.push(bar);
    this.byRow = piles.map(pile => Int32Array.from(pile.sort((a, b) => this.start[a] - this.start[b] || this.end[a] - this.end[b])));
    this.lanes = new Uint8Array(this.rows.length).fill(1);
    this.reach = this.byRow.map((pile, row) => {
      const ends = [], reach = new Int32Array(pile.length);
      let furthest = -Infinity;
      pile.forEach((bar, at) => {
        let lane = ends.findIndex(end => end <= this.start[bar]);
        if (lane < 0) lane = Math.min(ends.length, LANES - 1);
        ends[lane] = this.end[bar];
        this.lane[bar] = lane;
        furthest = Math.max(furthest, this.end[bar]);
        reach[at] = furthest;
      });
      this.lanes[row] = Math.max(1, ends.length);
      return reach;
    });
  }

  /** Bars of a row that touch [from, to), in order of start. */
  *inSight(row, from, to) {
    const pile = this.byRow[row], reach = this.reach[row];
    for (let at = first(reach, from); at < pile.length && this.start[pile[at]] < to; at++) if (this.end[pile[at]] > from) yield pile[at];
  }

  closed(row) {
    const calendar = this.rows[row].calendar;
    return calendar === null || calendar === undefined ? [] : this.calendars[calendar];
  }

  /** The working pieces of a bar: its time without the row's breaks. */
  pieces(bar) {
    const closed = this.closed(this.row[bar]), found = [];
    let start = this.start[bar];
    for (let at = evenAfter(closed, start); at < closed.length && closed[at] < this.end[bar]; at += 2) {
      if (closed[at] > start) found.push([start, closed[at]]);
      start = Math.max(start, Math.min(closed[at + 1], this.end[bar]));
    }
    if (start < this.end[bar]) found.push([start, this.end[bar]]);
    return found.length ? found : [[this.start[bar], this.end[bar]]];
  }

  /** Load ÷ capacity per bucket of a row, from the payload's window start; null where nothing is open or asked. */
  load(row, bucket) {
    const key = `${row}/${bucket}`;
    if (this.loads.has(key)) return this.loads.get(key);
    const count = Math.ceil((this.to - this.from) / bucket) || 1, busy = new Float64Array(count), open = new Float64Array(count).fill(bucket * (this.rows[row].capacity || 1));
    const spread = (into, from, to, weight) => {
      for (let at = Math.max(0, Math.floor((from - this.from) / bucket)); at < count && this.from + at * bucket < to; at++) {
        const low = this.from + at * bucket;
        into[at] += weight * Math.max(0, Math.min(to, low + bucket) - Math.max(from, low));
      }
    };
    const closed = this.closed(row);
    for (let at = 0; at < closed.length; at += 2) spread(open, closed[at], closed[at + 1], -(this.rows[row].capacity || 1));
    for (const bar of this.byRow[row]) for (const [from, to] of this.pieces(bar)) spread(busy, from, to, 1);
    const load = Array.from(busy, (asked, at) => (open[at] > 0.5 ? asked / open[at] : asked > 0.5 ? 9 : null));
    this.loads.set(key, load);
    return load;
  }

  /** The bar at a minute of a row and lane, or -1; with a little tolerance for thin bars. */
  hit(row, lane, minute, slack) {
    let best = -1;
    for (const bar of this.inSight(row, minute - slack, minute + slack + 1)) {
      if (this.lane[bar] !== lane) continue;
      if (this.start[bar] <= minute && this.end[bar] >= minute) return bar;
      best = bar;
    }
    return best;
  }

  ofOrder(order) {
    const found = [];
    for (let bar = 0; bar < this.size; bar++) if (this.order[bar] === order) found.push(bar);
    return found.sort((a, b) => Number(this.op[a]) - Number(this.op[b]) || this.start[a] - this.start[b]);
  }

  /** Pairs of bars to join for an order. */
  joins(order) {
    const bars = this.ofOrder(order);
    if (!this.links) return bars.slice(1).map((bar, at) => [bars[at], bar]);
    const mine = new Set(bars);
    return this.links.map(([a, b]) => [this.place.get(a), this.place.get(b)]).filter(([a, b]) => a !== undefined && b !== undefined && (mine.has(a) || mine.has(b)));
  }
}

function first(reach, from) {
  let low = 0, high = reach.length;
  while (low < high) { const middle = (low + high) >> 1; if (reach[middle] > from) high = middle; else low = middle + 1; }
  return low;
}

function evenAfter(closed, start) {
  let low = 0, high = closed.length / 2;
  while (low < high) { const middle = (low + high) >> 1; if (closed[middle * 2 + 1] > start) high = middle; else low = middle + 1; }
  return low * 2;
}
