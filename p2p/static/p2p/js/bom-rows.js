// The rows of a bill in its designer: changes sent and drawn, the figures beside them, long bills page by page.
// Each change carries the revision it was made on; when somebody else was quicker the entry stays and the page says so.
import { toast } from "./shell.js";

export const card = document.querySelector("[data-designer]");
export const body = card?.querySelector("tbody");
export const editable = card?.hasAttribute("data-editable");
const read = id => JSON.parse(document.getElementById(id)?.textContent || "{}");
export const choices = read("d-choices"), words = read("d-words");
const token = () => JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
const lines = () => [...body.querySelectorAll("tr[data-line]")];
let sending = false;
export const isSending = () => sending;

// An entry under way outlives a new drawing: who edits says what it holds and puts it back.
let entry = { hold: () => null, put: () => {} };
export function keepsEntry(keeper) { entry = keeper; }

// ---- talking to the server
export async function send(change) {
  sending = true;
  try {
    const answer = await fetch(card.dataset.edit, { method: "POST", headers: { "Content-Type": "application/json", "X-CSRFToken": token() }, body: JSON.stringify({ ...change, revision: Number(card.dataset.revision) }) });
    const said = await answer.json();
    if (said.stale) stale(said.text);
    return answer.ok ? said : { ...said, refused: true };
  } catch {
    return { refused: true, text: words.lost };
  } finally { sending = false; }
}

export async function settle(said) {
  card.dataset.revision = said.revision;
  if (said.row) {
    const old = body.querySelector(`tr[data-line="${said.line}"]`), box = document.createElement("template");
    box.innerHTML = said.row.trim();
    const fresh = box.content.querySelector("tr");
    if (old.getAttribute("aria-expanded") === "true") { while (Number(old.nextElementSibling?.getAttribute("aria-level")) > 1) old.nextElementSibling.remove(); }
    old.replaceWith(fresh);
    box.innerHTML = `<table>${said.figures}</table>`; // a foot without its table would be thrown away
    sumUp(box.content.querySelector("[data-sums]"));
    fit();
    headChanged();
  }
  if (said.renew || otherChain()) await renew();
  if (said.said) toast(said.said, { kind: "info" });
  const row = body.querySelector(`tr[data-line="${said.line}"]`);
  if (row && !(said.row && movedOn(said.line))) focus(row);
}

/** Whether somebody stands on another line by now: a key that comes next is meant for that one. */
export function movedOn(line) {
  const here = document.activeElement?.closest?.("tr[data-line]")?.dataset.line;
  return Boolean(here) && here !== String(line);
}

/** The sums below the lines, and what stands over and under them: how many, how long, how many without a cost. */
function sumUp(sums) {
  card.querySelector("[data-sums]").replaceWith(sums);
  const { count, chain, unpriced } = sums.dataset;
  card.querySelector("[data-linecount]").textContent = count;
  card.querySelector(".d-unpriced").textContent = unpriced;
  card.querySelector(".d-chain").hidden = !chain;
  card.querySelector(".d-chain span").textContent = chain;
  card.querySelector("[data-none]").hidden = count !== "0";
}

/** Another line than those marked is on the longest chain now. */
function otherChain() {
  const slow = new Set(card.querySelector("[data-sums]").dataset.critical.split(" "));
  return lines().some(row => row.classList.contains("d-crit") !== slow.has(row.dataset.line));
}

/** The count in the tab, the facts and what the buttons refuse follow the lines. */
const headChanged = () => document.body.dispatchEvent(new CustomEvent("p2p:head"));

/** Draw all loaded lines again; branches that stand open and are right stay open, an entry under way stays under way. */
export async function renew() {
  const kept = entry.hold();
  const branches = new Map(lines().filter(row => row.getAttribute("aria-expanded") === "true").map(row => [row.dataset.line, { rows: branch(row), at: row.dataset.children }]));
  const here = document.activeElement?.closest?.("tr")?.dataset.line;
  const url = new URL(card.dataset.rows, location.href);
  url.searchParams.set("to", Math.max(200, lines().length + 50));
  const answer = await fetch(url, { headers: { "HX-Request": "true" } });
  const box = document.createElement("template");
  box.innerHTML = `<table>${await answer.text()}</table>`;
  card.dataset.revision = answer.headers.get("P2P-Revision");
  sumUp(box.content.querySelector("[data-sums]"));
  body.replaceChildren(...box.content.querySelectorAll("tr[aria-level], tr.d-next"));
  for (const [line, { rows, at }] of branches) { // another address: its figures are others now
    const row = body.querySelector(`tr[data-line="${line}"][data-children]`);
    if (row?.dataset.children === at) { row.after(...rows); row.setAttribute("aria-expanded", "true"); row.dataset.loaded = "1"; }
  }
  card.querySelector(".d-stale").hidden = true;
  headChanged();
  start();
  if (here) { const row = body.querySelector(`tr[data-line="${here}"]`); if (row) focus(row); }
  entry.put(kept);
}

export function branch(row) {
  const found = [];
  for (let next = row.nextElementSibling; next && Number(next.getAttribute("aria-level")) > 1; next = next.nextElementSibling) found.push(next);
  return found;
}

export function stale(text) {
  const bar = card.querySelector(".d-stale");
  bar.querySelector("[data-text]").textContent = text;
  bar.hidden = false;
}

export function refuse(said, td) {
  if (!td) { toast(said.text, { kind: "error" }); return; }
  td.querySelector(".d-err")?.remove();
  const box = Object.assign(document.createElement("div"), { className: "d-err", textContent: said.text });
  box.setAttribute("role", "alert");
  box.id = "d-error";
  const input = td.querySelector("input, select");
  input?.setAttribute("aria-invalid", "true");
  input?.setAttribute("aria-describedby", "d-error");
  td.append(box);
  input?.focus();
}

export function focus(row) {
  body.querySelectorAll("tr[tabindex='0']").forEach(each => { each.tabIndex = -1; });
  row.tabIndex = 0;
  row.focus({ preventScroll: false });
}

// ---- long bills come page by page
const watch = new IntersectionObserver(found => found.forEach(async each => {
  if (!each.isIntersecting || each.target.dataset.busy) return;
  each.target.dataset.busy = "1";
  const answer = await fetch(each.target.dataset.next, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (!answer?.ok) { delete each.target.dataset.busy; return; }
  const box = document.createElement("template");
  box.innerHTML = await answer.text();
  each.target.replaceWith(...box.content.querySelectorAll("tr[aria-level], tr.d-next"));
  start();
}), { rootMargin: "600px" });

/** Where a number is longer than its column the columns of numbers are wider. */
function fit() {
  card.classList.remove("d-wide");
  const long = [...body.querySelectorAll("td.n")].some(cell => cell.scrollWidth > cell.clientWidth + 1 && cell.clientWidth > 0);
  card.classList.toggle("d-wide", long);
}

export function start() {
  fit();
  if (!body.querySelector("tr[tabindex='0']")) { const first = body.querySelector("tr[aria-level]"); if (first) first.tabIndex = 0; }
  const next = body.querySelector("tr.d-next");
  if (next) watch.observe(next);
}
