// What the boards share: sending a change, taking it back, times on the clock.
import { say, toast } from "./shell.js";

const token = () => JSON.parse(document.body.getAttribute("hx-headers") || "{}")["X-CSRFToken"] || "";
export const given = () => JSON.parse(document.getElementById("board").textContent);

/** Send a change; the answer as JSON, or null after a toast with the server's sentence. */
export async function send(method, url, body, words) {
  const headers = { "Content-Type": "application/json", "X-CSRFToken": token(), "Idempotency-Key": crypto.randomUUID() };
  const answer = await fetch(url, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) }).catch(() => null);
  if (!answer) { toast(words.failed, { kind: "error" }); return null; }
  const told = answer.status === 204 ? {} : await answer.json().catch(() => ({}));
  if (answer.ok) return told;
  toast(told.detail || words.failed, { kind: "error" });
  say(told.detail || words.failed, true);
  return null;
}

/** What the page says of the calendar in figures, in its head and beside the board, is asked for again. */
export function figuresChanged() {
  document.body.dispatchEvent(new CustomEvent("p2p:head"));
  document.body.dispatchEvent(new CustomEvent("p2p:days"));
}

/** Undo and redo: each entry has `back()` and `again()`, both answer whether they worked. What is queued happens
    one after the other, so that Undo pressed while a change is on its way takes back that change. */
export class Past {
  constructor(root, words) {
    this.words = words; this.done = []; this.undone = []; this.line = Promise.resolve();
    this.buttons = { undo: root.querySelector("[data-undo]") || document.querySelector("[data-undo]"), redo: root.querySelector("[data-redo]") };
    this.buttons.undo?.addEventListener("click", () => this.undo());
    this.buttons.redo?.addEventListener("click", () => this.redo());
    document.addEventListener("keydown", event => {
      if (!(event.ctrlKey || event.metaKey) || document.querySelector("dialog[open]") || event.target.closest?.("input[type=search], input[type=date]")) return;
      const key = event.key.toLowerCase();
      if (key === "z" && !event.shiftKey) { event.preventDefault(); this.undo(); }
      else if (key === "y" || (key === "z" && event.shiftKey)) { event.preventDefault(); this.redo(); }
    });
    this.show();
  }
  queue(work) { this.line = this.line.then(work, work); return this.line; }
  add(entry) { this.done.push(entry); this.undone = []; this.show(); }
  undo() { return this.queue(() => this.step(this.done, this.undone, "back", this.words.undone)); }
  redo() { return this.queue(() => this.step(this.undone, this.done, "again", this.words.redone || this.words.saved)); }
  async step(from, to, name, words) {
    const entry = from.at(-1);
    if (!entry) { say(this.words.nothing); return; }
    if (await entry[name]()) { to.push(from.pop()); say(words); }
    this.show();
  }
  show() {
    this.buttons.undo?.setAttribute("aria-disabled", String(!this.done.length));
    this.buttons.redo?.setAttribute("aria-disabled", String(!this.undone.length));
  }
}

export const minutes = text => { const [hour, minute] = text.split(":").map(Number); return hour * 60 + minute; };
export const clock = value => { const inside = ((value % 1440) + 1440) % 1440; return `${String(Math.floor(inside / 60)).padStart(2, "0")}:${String(inside % 60).padStart(2, "0")}`; };
export const length = shift => { const span = minutes(shift.ends) - minutes(shift.starts); return span > 0 ? span : span + 1440; };

/** A field of a small form: label above, the input named. */
export function field(label, name, value, type = "text", more = {}) {
  const box = document.createElement("div"), words = document.createElement("label"), input = document.createElement("input");
  box.className = "p-field";
  Object.assign(input, { type, name, value: value ?? "", id: `f-${name}`, className: "form-control", ...more });
  words.htmlFor = input.id; words.textContent = label;
  box.append(words, input);
  return box;
}

/** Enter in a field presses the marked button; left alone it presses the first, which cancels or deletes. */
export function enterPressesMarked(dialog) {
  dialog.addEventListener("keydown", event => {
    if (event.key !== "Enter" || event.isComposing || event.target.tagName !== "INPUT") return;
    event.preventDefault();
    dialog.querySelector(".btn-primary").click();
  });
}
