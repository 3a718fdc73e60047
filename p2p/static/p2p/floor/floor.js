// The floor: sheets, pad, steps, clocks, sounds, scanner, connection. Every touch answers from the device at once.
import "./pad.js";
import { hear } from "./scan.js";
import { ring } from "./sound.js";

const live = document.getElementById("live");
function say(words) { live.textContent = ""; requestAnimationFrame(() => { live.textContent = words; }); }

// One key per entry: a second tap or a repeated send books nothing twice.
export function key() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map(byte => byte.toString(16).padStart(2, "0")).join("");
}

function stop(words) {
  document.querySelector("#main > .stopnote")?.remove();
  const note = Object.assign(document.createElement("div"), { className: "stopnote" });
  note.setAttribute("role", "alert");
  note.append(Object.assign(document.createElement("span"), { textContent: words }), Object.assign(document.createElement("button"), { type: "button", className: "btn sm", textContent: "OK" }));
  note.lastChild.dataset.dismiss = "";
  document.getElementById("main").prepend(note);
  ring("refused");
}

document.addEventListener("submit", event => {
  const form = event.target;
  if (!("once" in form.dataset)) return;
  if (!navigator.onLine) { event.preventDefault(); stop(document.querySelector("[data-off]").textContent.trim()); return; }
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "1";
  if (!form.elements.key) { const hidden = Object.assign(document.createElement("input"), { type: "hidden", name: "key", value: key() }); form.append(hidden); }
  form.setAttribute("aria-busy", "true");
});
addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(form => { delete form.dataset.sent; form.removeAttribute("aria-busy"); form.elements.key?.remove(); }));

document.addEventListener("click", event => {
  const on = selector => event.target.closest(selector);
  const opener = on("[data-sheet]");
  if (opener) document.getElementById(opener.dataset.sheet)?.showModal();
  if (on("[data-close]")) on("dialog")?.close();
  if (event.target.nodeName === "DIALOG") event.target.close();
  if (on("[data-dismiss]")) on(".stopnote")?.remove();
  if (on("[data-why]")) { stop(on("[data-why]").dataset.why); document.getElementById("main").scrollTop = 0; }
  if (on("[data-theme-turn]")) window.p2pTheme.choose(document.documentElement.dataset.bsTheme === "dark" ? "light" : "dark");
  const turn = on("[data-step] [data-by]");
  if (turn) {
    const step = turn.closest("[data-step]"), input = step.querySelector("input"), next = Math.max(1, Math.min(Number(step.dataset.most || 9999), Number(input.value) + Number(turn.dataset.by)));
    input.value = next;
    step.querySelector("b").textContent = next;
  }
});

// ---- clocks: the hour, and how long a job has run
function tick() {
  const now = new Date();
  document.querySelectorAll("[data-clock]").forEach(each => { each.textContent = now.toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }); });
  document.querySelectorAll("[data-since]").forEach(each => {
    const seconds = Math.max(0, Math.floor((now - new Date(each.dataset.since)) / 1000) + Number(each.dataset.before || 0)), part = value => String(value).padStart(2, "0");
    each.textContent = `${Math.floor(seconds / 3600)}:${part(Math.floor(seconds % 3600 / 60))}:${part(seconds % 60)}`;
  });
}
tick();
setInterval(tick, 1000);

// ---- connection
function net() {
  document.querySelectorAll("[data-net]").forEach(each => {
    each.classList.toggle("off", !navigator.onLine);
    each.querySelector("[data-on]").hidden = !navigator.onLine;
    each.querySelector("[data-off]").hidden = navigator.onLine;
  });
}
addEventListener("online", net);
addEventListener("offline", net);
net();

// ---- sounds of what the server answered
function sounds() { document.querySelectorAll("[data-sound]:not([data-rung])").forEach(each => { each.dataset.rung = "1"; ring(each.dataset.sound); }); }
sounds();
document.body.addEventListener("htmx:afterSettle", sounds);

// ---- scanner: fills the page's scan form, or tells the page
hear(code => {
  document.querySelector("#main > .stopnote")?.remove();
  say(code);
  const form = document.querySelector("form[data-scan]");
  if (form) { form.elements.code.value = code; form.requestSubmit(); return; }
  document.dispatchEvent(new CustomEvent("floor:scan", { detail: { code } }));
});

// ---- lock after so many seconds without a touch; jobs and clocks go on
const lock = Number(document.body.dataset.lockAfter || 0);
if (lock && document.body.dataset.lockUrl) {
  let last = Date.now();
  for (const touch of ["pointerdown", "keydown"]) addEventListener(touch, () => { last = Date.now(); }, true);
  setInterval(() => { if (Date.now() - last > lock * 1000) location.href = document.body.dataset.lockUrl; }, 1000);
}
