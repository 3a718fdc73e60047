// Plant time: minutes since origin as local days and hours, right through daylight saving, and the marks of the axis.
const DAY = 1440;
const STEPS = [1, 5, 10, 15, 30, 60, 120, 180, 360, 720];

export class Clock {
  constructor(origin, zone, language) {
    this.base = Date.parse(origin);
    const tongue = language === "en" ? "en-GB" : language;   // the house writes 18 Nov, not Nov 18
    const make = options => new Intl.DateTimeFormat(tongue, { timeZone: zone, ...options });
    this.parts = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", weekday: "short", hour: "numeric", minute: "numeric" });
    this.words = {
      day: make({ weekday: "short", day: "numeric", month: "short" }), short: make({ day: "numeric", month: "short" }), number: make({ weekday: "short", day: "numeric" }),
      month: make({ month: "long", year: "numeric" }), brief: make({ month: "short" }), year: make({ year: "numeric" }),
      hour: make({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" }),
    };
    this.known = new Map();
  }

  date(minute) { return new Date(this.base + minute * 60_000); }
  say(kind, minute) { return this.words[kind].format(this.date(minute)).replace(",", ""); }
  moment(minute) { return `${this.say("day", minute)} ${this.say("hour", minute)}`; }
  between(from, to) { return this.midnight(from) === this.midnight(to) ? `${this.moment(from)}–${this.say("hour", to)}` : `${this.moment(from)} – ${this.moment(to)}`; }

  local(minute) {
    if (!this.known.has(minute)) {
      if (this.known.size > 4000) this.known.clear();
      const found = Object.fromEntries(this.parts.formatToParts(this.date(minute)).map(part => [part.type, part.value]));
      this.known.set(minute, { ofDay: Number(found.hour) * 60 + Number(found.minute), day: Number(found.day), month: Number(found.month), weekday: found.weekday });
    }
    return this.known.get(minute);
  }

  midnight(minute) {
    const whole = Math.floor(minute), guess = whole - this.local(whole).ofDay, rest = this.local(guess).ofDay;
    return rest === 0 ? guess : rest < DAY / 2 ? guess - rest : guess + DAY - rest;   // the clocks changed that day
  }

  nextDay(midnight) { return this.midnight(midnight + DAY + DAY / 2); }

  /** Marks of the axis: {minor: [[minute, text]], major: [[minute, text]]} for a window at so many minutes per pixel. */
  marks(from, to, mpp) {
    const step = STEPS.find(each => each / mpp >= 44);
    const days = [];
    for (let day = this.midnight(from); day < to && days.length < 1200; day = this.nextDay(day)) days.push(day);
    if (step) return { minor: days.flatMap(day => this.hours(day, step, from, to)), major: days.map(day => [day, this.say("day", day)]), step };
    const months = days.filter(day => this.local(day).day === 1), starts = [days[0], ...months.filter(day => day !== days[0])];
    if (DAY / mpp >= 36) return { minor: days.map(day => [day, this.say("number", day)]), major: starts.map(day => [day, this.say("month", day)]), step: DAY };
    if (DAY * 7 / mpp >= 44) return { minor: days.filter(day => this.local(day).weekday === "Mon").map(day => [day, this.say("short", day)]), major: starts.map(day => [day, this.say("month", day)]), step: DAY * 7 };
    return { minor: months.map(day => [day, this.say("brief", day)]), major: starts.filter((day, at) => at === 0 || this.local(day).month === 1).map(day => [day, this.say("year", day)]), step: DAY * 30 };
  }

  hours(day, step, from, to) {
    const found = [], end = this.nextDay(day);
    for (let minute = day; minute < Math.min(end, to); minute += step) if (minute >= from - step) found.push([minute, step < 60 || minute % 60 ? this.say("hour", minute) : this.say("hour", minute).slice(0, 2)]);
    return found;
  }
}

/** "3 d 6 h", as everywhere. */
export function span(minutes) {
  const whole = Math.abs(Math.round(minutes)), days = Math.floor(whole / DAY), hours = Math.floor(whole % DAY / 60), rest = whole % 60, sign = minutes < 0 ? "−" : "";
  if (days) return `${sign}${days} d${hours ? ` ${hours} h` : ""}`;
  if (hours) return `${sign}${hours} h${rest ? ` ${String(rest).padStart(2, "0")}` : ""}`;
  return `${sign}${rest} min`;
}
