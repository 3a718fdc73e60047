// The floor: sheets, entries, clocks, sounds, scanner, connection. Every touch answers from the device at once.
import { digit } from "./amount.js";
import { clear, say, stop, words } from "./notes.js";
import { startPad } from "./pad.js";
import { hear, running } from "./scan.js";
import { send } from "./send.js";
import { ring } from "./sound.js";
import { reset, turn } from "./step.js";
import * as waiting from "./waiting.js";
import { startWeighing } from "./weigh.js";

const part = value => String(value).padStart(2, "0");

// The sheet itself has the focus: digits go to its pad, and no button is under Enter by chance. A sheet of several numbers begins with its first.
function show(sheet) {
  sheet.showModal();
  (sheet.querySelector("[data-first]") || sheet).focus();
}

// ---- a page that has just come, whole or in place of the one before
function wake() {
  document.querySelectorAll("form[data-pad]").forEach(startPad);
  document.querySelectorAll("form[data-weigh]").forEach(startWeighing);
  document.querySelectorAll("dialog[data-open]").forEach(each => { delete each.dataset.open; show(each); });
  document.querySelectorAll("[data-sound]:not([data-rung])").forEach(each => { each.dataset.rung = "1"; ring(each.dataset.sound); });
  const said = [...document.querySelectorAll("[data-said]")].map(each => each.innerText).join(" ");
  if (said) say(said);
  tick();
  net();
  aim();
  goOn();
}

// The page's scan field has the focus without a keyboard on the screen; a tap into it brings the keyboard.
// A refused code still stands in it, all of it marked: the next one typed takes its place.
function aim() {
  const field = document.querySelector("[data-focus]");
  if (!field || document.querySelector("dialog[open]")) return;
  field.focus({ preventScroll: true });
  if (field.value === field.defaultValue) field.select();
}
document.addEventListener("pointerdown", event => { if (event.target.matches?.("[data-focus]")) event.target.inputMode = event.target.dataset.focus || "text"; });
document.addEventListener("click", () => { if (document.activeElement === document.body || document.activeElement?.id === "main") aim(); });

function draw(page, url) {
  document.getElementById("floor").replaceWith(document.importNode(page.getElementById("floor"), true));
  document.title = page.title;
  if (url && url !== location.href) history[new URL(url).pathname === location.pathname ? "replaceState" : "pushState"]({}, "", url);
  wake();
  if (!document.querySelector("dialog[open], [data-focus]")) document.getElementById("main").focus({ preventScroll: true });
}
addEventListener("popstate", () => location.reload());

document.addEventListener("submit", event => {
  const form = event.target;
  if (!("once" in form.dataset)) return;
  event.preventDefault();
  const scan = "scan" in form.dataset && { before: body => { if (body.get("scanned")) waiting.sending(form, body.get("code"), body.get("key")); return body.get("scanned"); }, after: waiting.answered };
  send(form, event.submitter, draw, scan || undefined);
});

// ---- touches
const typedIn = sheet => [...sheet.querySelectorAll("form[data-pad] [name=quantity], [name=note]:not([type=hidden])")].some(each => each.value);

function open(sheet) {
  clear(sheet);
  sheet.querySelectorAll("[data-step]").forEach(reset);
  sheet.querySelectorAll("details input[name=note], [data-amount]").forEach(each => { each.value = ""; });
  sheet.querySelectorAll("form[data-pad]").forEach(each => each.dispatchEvent(new Event("floor:empty")));
  show(sheet);
}

// A tap beside the sheet closes it; one on its own edge does not, and no stray tap loses a number.
function outside(event, sheet) {
  const box = sheet.getBoundingClientRect();
  return event.detail && (event.clientY < box.top || event.clientX < box.left || event.clientX > box.right) && !typedIn(sheet);
}

document.addEventListener("click", event => {
  const on = selector => event.target.closest(selector);
  if (on("[data-sheet]")) open(document.getElementById(on("[data-sheet]").dataset.sheet));
  if (on("[data-close]")) on("dialog").close();
  if (event.target.nodeName === "DIALOG" && outside(event, event.target)) event.target.close();
  if (on("[data-dismiss]")) { on(".stopnote").remove(); aim(); }
  if (on("[data-why]")) stop(on("[data-why]").dataset.why);
  if (on("[data-theme-turn]")) window.p2pTheme.choose(document.documentElement.dataset.bsTheme === "dark" ? "light" : "dark");
  if (on("[data-by]")) turn(on("[data-by]"));
  if (on("[data-digit]")) digit(on("[data-digit]"));
});

// ---- clocks: the hour of the plant, and how long a job has run
function tick() {
  const now = new Date();
  document.querySelectorAll("[data-clock]").forEach(each => {
    const there = new Date(now.getTime() + Number(each.dataset.before || 0) * 1000);
    each.textContent = there.toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: each.dataset.zone || undefined });
  });
  document.querySelectorAll("[data-since]").forEach(each => {
    const seconds = Math.max(0, Math.floor((now - new Date(each.dataset.since)) / 1000) + Number(each.dataset.before || 0));
    each.textContent = `${Math.floor(seconds / 3600)}:${part(Math.floor(seconds % 3600 / 60))}:${part(seconds % 60)}`;
  });
}
setInterval(tick, 1000);

// ---- an empty queue looks again by itself
setInterval(() => {
  const empty = document.querySelector("[data-again]");
  if (!empty || document.hidden || running() || document.querySelector("#main > .stopnote")) return;
  empty.dataset.waited = Number(empty.dataset.waited || 0) + 1;
  if (Number(empty.dataset.waited) >= Number(empty.dataset.again) && navigator.onLine) location.reload();
}, 1000);

// ---- connection
function net() {
  document.querySelectorAll(".net[data-net]").forEach(each => {
    each.classList.toggle("off", !navigator.onLine);
    each.querySelector("[data-on]").hidden = !navigator.onLine;
    each.querySelector("[data-off]").hidden = navigator.onLine;
  });
}
addEventListener("online", net);
addEventListener("offline", net);

// ---- scanner: fills the page's scan form, or tells the page; a number that is not sent yet is not thrown away
// What a scanner read is marked: digits of it are a code, those of a hand may be a quantity.
function fill(form, code, key) {
  form.elements.code.value = code;
  if (form.elements.scanned) form.elements.scanned.value = "1";
  if (key && !form.elements.key) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "key", value: key }));
}

// Scans that wait go out one after the other; a refusal or a question holds the rest until somebody has looked.
function goOn() {
  const form = document.querySelector("form[data-scan]"), { scan, lost } = waiting.next(form), held = document.querySelector("#main > .stopnote, .which");
  if (lost.length) { waiting.forget(); stop(`${words("unsent")} ${lost.join(", ")}`); return; }
  if (!scan || form.dataset.sent || !navigator.onLine) { showWaiting(); return; }
  if (held) { showWaiting(); return; }
  fill(form, scan.code, scan.key);
  form.requestSubmit();
}
function showWaiting() {
  const number = waiting.count();
  document.querySelectorAll("[data-waiting]").forEach(each => { each.hidden = !number; each.querySelector("b").textContent = number; });
}
// Back again: what had no answer goes out once more, with its key.
addEventListener("online", () => { if (waiting.unanswered()) clear(); setTimeout(goOn, 0); });
document.addEventListener("click", event => {
  if (event.target.closest("[data-dismiss]")) setTimeout(goOn, 0);
  if (event.target.closest("[data-throw]")) { waiting.forget(); showWaiting(); }
});
document.addEventListener("input", event => {
  const form = event.target.closest("form[data-scan]");
  if (form?.elements.scanned) form.elements.scanned.value = "";
});
hear(code => {
  const sheet = document.querySelector("dialog[open]");
  if (sheet && typedIn(sheet)) { stop(words("busy"), sheet); return; }
  clear();
  say(code);
  const form = document.querySelector("form[data-scan]");
  if (form && (form.dataset.sent || waiting.count())) { waiting.add(form, code); goOn(); return; }
  // What a finger typed and did not send goes first, as Enter would send it; the scan waits for its answer.
  const typed = form && !form.elements.scanned?.value && form.elements.code.value;
  if (typed && typed !== form.elements.code.defaultValue) { waiting.add(form, code); form.requestSubmit(); return; }
  if (form) { fill(form, code); form.requestSubmit(); return; }
  document.dispatchEvent(new CustomEvent("floor:scan", { detail: { code } }));
}, () => stop(words("torn")));

// ---- lock after so many seconds without a touch; jobs and clocks go on
const lock = Number(document.body.dataset.lockAfter || 0);
if (lock && document.body.dataset.lockUrl) {
  let last = Date.now();
  for (const touch of ["pointerdown", "keydown"]) addEventListener(touch, () => { last = Date.now(); }, true);
  setInterval(() => { if (Date.now() - last > lock * 1000) location.href = document.body.dataset.lockUrl; }, 1000);
}
wake();
