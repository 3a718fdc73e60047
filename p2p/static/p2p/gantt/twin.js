// The table twin: the bars in sight as rows, the same selection, for those who cannot or will not use the picture.
import { facts } from "./side.js";
const PAGE = 200;

export class Twin {
  constructor(element) { this.element = element; this.limit = PAGE; }

  get open() { return !this.element.hidden; }

  draw(gantt) {
    const { plan, view, clock, words } = gantt, found = [];
    for (let row = 0; row < plan.rows.length; row++) for (const bar of plan.inSight(row, view.from, view.to)) if (!gantt.ui.lateOnly || plan.late[bar]) found.push(bar);
    const table = document.createElement("table");
    table.className = "p-table";
    const caption = table.createCaption();
    caption.className = "visually-hidden";
    caption.textContent = `${words.table}: ${clock.moment(view.from)} – ${clock.moment(view.to)}`;
    const head = table.createTHead().insertRow();
    for (const name of words.columns) { const cell = document.createElement("th"); cell.scope = "col"; cell.textContent = name; head.append(cell); }
    const body = table.createTBody();
    for (const bar of found.slice(0, this.limit)) this.row(gantt, body, bar);
    this.element.replaceChildren(table);
    if (found.length > this.limit) this.element.append(this.more(gantt, found.length));
    if (!found.length) this.element.append(Object.assign(document.createElement("p"), { className: "p-empty", textContent: words.nothing }));
  }

  row(gantt, body, bar) {
    const said = facts(gantt.plan, gantt.clock, bar, gantt.words), line = body.insertRow();
    line.dataset.id = gantt.plan.id[bar];
    line.setAttribute("aria-selected", bar === gantt.ui.bar);
    for (const value of [said.row, null, said.op, said.name, said.when, said.stateWords, said.late || "–", said.setup || "–", said.item]) line.insertCell().textContent = value ?? "";
    const button = Object.assign(document.createElement("button"), { type: "button", className: "g-link", textContent: said.order });
    button.addEventListener("click", () => { gantt.select(gantt.plan.id[bar]); body.querySelectorAll("tr").forEach(each => each.setAttribute("aria-selected", each === line)); });
    line.cells[1].append(button);
    if (said.late) line.cells[6].className = "bad b";
  }

  more(gantt, all) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "btn s", textContent: `${this.limit} / ${all}: +${PAGE}` });
    button.addEventListener("click", () => { this.limit += PAGE; this.draw(gantt); });
    const box = Object.assign(document.createElement("div"), { className: "p-more" });
    box.append(button);
    return box;
  }
}
