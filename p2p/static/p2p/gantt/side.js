// The panel about the selected bar, and the tooltip about the one under the pointer.
import { span } from "./clock.js";

function node(name, className, ...children) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children.filter(each => each !== null && each !== undefined && each !== ""));
  return made;
}

export function badge(state, words) {
  const made = node("span", "p-badge", words);
  made.dataset.s = state;
  return made;
}

/** What a bar says in one line: for the tooltip, the live region and the table. */
export function facts(plan, clock, bar, words) {
  const order = plan.orders[plan.order[bar]] || {}, state = plan.states[plan.state[bar]];
  return {
    order: order.number || plan.order[bar], item: order.item || "", op: plan.op[bar], name: plan.names[plan.name[bar]] || "", row: plan.rows[plan.row[bar]].code, state, stateWords: words.states[state] || state,
    when: clock.between(plan.start[bar], plan.end[bar]), setup: plan.setup[bar] ? span(plan.setup[bar]) : "", late: plan.late[bar] && order.late > 0 ? `${span(order.late)} ${words.late}` : plan.late[bar] ? words.late : "",
    due: order.due === null || order.due === undefined ? "" : clock.moment(order.due), url: order.url || "",
  };
}

export class Tip {
  constructor(stage) { this.element = node("div", "g-tip p-pop"); this.element.hidden = true; stage.append(this.element); this.bar = -1; }

  show(gantt, bar, x, y) {
    if (bar !== this.bar) {
      const said = facts(gantt.plan, gantt.clock, bar, gantt.words);
      this.element.replaceChildren(
        node("div", "row-x", node("b", "", `${said.order} · ${said.op} ${said.name}`), badge(said.state, said.stateWords), said.late && badge("late", said.late)),
        node("div", "t2", said.item), node("div", "num", `${said.row} · ${said.when}`), said.setup && node("div", "t3", `${gantt.words.setup} ${said.setup}`), said.due && node("div", "t3", `${gantt.words.due} ${said.due}`),
      );
      this.bar = bar;
    }
    this.element.hidden = false;
    const own = this.element.getBoundingClientRect();
    this.element.style.left = `${Math.max(4, Math.min(gantt.view.width - own.width - 8, x + 14))}px`;
    this.element.style.top = `${y + 18 + own.height > gantt.view.floor ? y - own.height - 10 : y + 18}px`;
  }

  hide() { this.element.hidden = true; this.bar = -1; }
}

export class Side {
  constructor(element, url) { Object.assign(this, { element, url }); this.empty = element ? [...element.childNodes] : []; }

  show(gantt, bar) {
    if (!this.element) return;
    if (bar < 0) { this.element.replaceChildren(...this.empty); return; }
    if (this.url) { window.htmx.ajax("GET", this.url.replace("/0/", `/${gantt.plan.id[bar]}/`), { target: this.element, swap: "innerHTML" }); return; }
    const said = facts(gantt.plan, gantt.clock, bar, gantt.words), words = gantt.words, list = node("dl", "p-dl");
    for (const [name, value] of [[words.resource, said.row], [words.when, said.when], [words.setup, said.setup || "–"], [words.due, said.due || "–"]]) list.append(node("dt", "", name), node("dd", "", value));
    const link = said.url ? Object.assign(node("a", "btn s", words.open), { href: said.url }) : null;
    this.element.replaceChildren(
      node("section", "", node("div", "row-x", node("h2", "", `${said.order} · ${said.op} ${said.name}`), node("span", "end", said.late ? badge("late", said.late) : badge(said.state, said.stateWords))), node("div", "sm t2", said.item), list, link),
      this.route(gantt, bar),
    );
  }

  route(gantt, bar) {
    const steps = gantt.plan.ofOrder(gantt.plan.order[bar]).map(each => {
      const said = facts(gantt.plan, gantt.clock, each, gantt.words), button = node("button", "g-step", node("b", "", String(said.op)), ` ${said.name} `, node("span", "t3", `${said.row}, ${said.when}`));
      button.type = "button";
      button.addEventListener("click", () => gantt.select(gantt.plan.id[each], { reveal: true }));
      const step = node("li", "", button);
      step.dataset.s = said.state;
      if (each === bar) step.setAttribute("aria-current", "true");
      return step;
    });
    return node("section", "", node("h3", "", gantt.words.route), node("ol", "why", ...steps));
  }
}
