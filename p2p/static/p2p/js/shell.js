// The shell of every page: dialogs, menus, tooltips, toasts, keys, rail, theme switch, Ctrl+K.
import { openPalette } from "./palette.js";
import { startExpected } from "./expected.js";
import "./asked.js";
import "./find.js";
import "./menus.js";
import "./scrolls.js";
import "./tips.js";
import "./tree.js";
import "./tabs.js";
import "./within.js";

startExpected();

const $ = id => document.getElementById(id);

/** Speak to a screen reader without moving the focus. */
export function say(text, urgent = false) {
  const place = $(urgent ? "alert" : "live");
  place.textContent = "";
  requestAnimationFrame(() => { place.textContent = text; });
}

/** A toast; `undo` is a URL that is posted to. Toasts with undo stay until they are closed. */
export function toast(text, { kind = "success", undo = "" } = {}) {
  const box = document.createElement("div");
  box.className = "p-toast";
  box.dataset.kind = kind;
  const words = document.createElement("span");
  words.className = "grow";
  words.textContent = text;
  box.append(words);
  if (undo) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "btn s", textContent: $("toasts").dataset.wUndo });
    button.addEventListener("click", () => { box.remove(); window.htmx.ajax("POST", undo, { target: document.body, swap: "none" }); });
    box.append(button);
  } else box.dataset.fades = "";
  const close = Object.assign(document.createElement("button"), { type: "button", className: "p-iconbtn", textContent: "×" });
  close.dataset.close = "";
  close.setAttribute("aria-label", $("toasts").dataset.wClose);
  box.append(close);
  $("toasts").append(box);
  fade(box);
}

function fade(box) {
  if (!("fades" in box.dataset) || box.dataset.kind.includes("error")) return;
  setTimeout(() => { if (!box.matches(":hover, :focus-within")) box.remove(); else fade(box); }, 7000);
}
document.querySelectorAll(".p-toast").forEach(fade);

// ---- dialogs: a link with data-dialog opens its page's form in place
const dialog = $("dialog");
let opener = null;
async function openForm(link) {
  opener = link;
  await window.htmx.ajax("GET", link.href, { target: "#dialog-body", swap: "innerHTML", headers: { "P2P-Dialog": "1" } });
}
document.body.addEventListener("htmx:configRequest", event => {
  if (event.detail.elt.closest?.("#dialog-body")) event.detail.headers["P2P-Dialog"] = "1";
});
// What polls rests while nobody looks (htmx's own event filters would need eval, which the policy forbids).
document.body.addEventListener("htmx:beforeRequest", event => {
  if (document.visibilityState !== "visible" && /every/.test(event.detail.elt.getAttribute("hx-trigger") || "")) event.preventDefault();
});
document.body.addEventListener("htmx:afterSettle", event => {
  if (event.detail.target?.id !== "dialog-body") return;
  if (!event.detail.target.children.length) { dialog.close(); return; }
  if (!dialog.open) dialog.showModal();
  const title = dialog.querySelector("h2");
  if (title) dialog.setAttribute("aria-label", title.textContent);
  focusFirst(dialog);
});
function focusFirst(root) {
  const target = root.querySelector("[aria-invalid='true']") || root.querySelector("[autofocus], input:not([type=hidden]), select, textarea, .btn-primary");
  target?.focus();
  const stop = root.querySelector(".p-note.stop");
  if (stop) say(stop.textContent.trim(), true);
}
dialog.addEventListener("close", () => { opener?.focus(); opener = null; });
document.body.addEventListener("p2p:done", event => { if (dialog.open) dialog.close(); const { text, undo } = event.detail; if (text) toast(text, { undo }); });
document.body.addEventListener("p2p:toast", event => toast(event.detail.text, event.detail));
document.body.addEventListener("htmx:responseError", event => {
  const { xhr } = event.detail;
  const text = xhr.getResponseHeader("P2P-Sentence");
  toast(text ? decodeURIComponent(text) : $("toasts").dataset.wFault, { kind: "error" });
});
document.body.addEventListener("htmx:sendError", () => toast($("toasts").dataset.wLost, { kind: "error" }));
addEventListener("DOMContentLoaded", () => { const page = document.querySelector("[data-formpage]"); if (page) focusFirst(page); });

// ---- confirm by name, only where the template asks for it
let pending = null;
document.addEventListener("submit", event => {
  const button = event.submitter;
  if (!button?.dataset.confirm || button.dataset.sure) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  pending = button;
  $("confirm-text").textContent = button.dataset.confirm;
  $("confirm-yes").textContent = button.textContent.trim();
  $("confirm").showModal();
}, true);
$("confirm-yes").addEventListener("click", () => {
  $("confirm").close();
  if (!pending) return;
  pending.dataset.sure = "1";
  pending.click();
  delete pending.dataset.sure;
  pending = null;
});

// ---- one press, one post: a second submit of the same form waits for the first to be answered
document.addEventListener("submit", event => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) { event.preventDefault(); event.stopImmediatePropagation(); return; }
  form.dataset.sent = "1";
  setTimeout(() => { delete form.dataset.sent; }, 10_000);
}, true);
addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(form => { delete form.dataset.sent; }));
document.body.addEventListener("htmx:afterRequest", event => { delete event.detail.elt.closest?.("form")?.dataset.sent; });

// ---- clicks
document.addEventListener("click", event => {
  const on = selector => event.target.closest(selector);
  if (on("[aria-disabled='true']")) { event.preventDefault(); event.stopPropagation(); const why = on("[aria-disabled='true']").dataset.tip; if (why) say(why, true); return; }
  document.querySelectorAll("details.p-menu[open]").forEach(menu => { if (!menu.contains(event.target)) menu.open = false; });
  const link = on("a[data-dialog]");
  if (link && !event.ctrlKey && !event.metaKey) { event.preventDefault(); openForm(link); return; }
  if (on("[data-close]")) { (on(".p-toast") || { remove: () => on("dialog")?.close() }).remove(); return; }
  if (event.target.nodeName === "DIALOG") { event.target.close(); return; }
  if (on("[data-palette]")) openPalette();
  if (on("[data-help]")) $("help").showModal();
  if (on("[data-theme-switch]")) switchTheme(on("[data-theme-switch]"));
  if (on("[data-rail]")) { foldRail($("rail").classList.contains("open")); if ($("rail").classList.contains("open")) $("rail").querySelector("a").focus(); }
  else if (!on("#rail")) foldRail(true);
}, true);

/** On narrow screens the rail lies over the page: what opens it says whether it is open, and gets the focus back. */
function foldRail(folded) {
  const rail = $("rail"), burger = document.querySelector("[data-rail]");
  if (!rail) return;
  if (folded && rail.contains(document.activeElement) && rail.classList.contains("open")) burger.focus();
  rail.classList.toggle("open", !folded);
  burger.setAttribute("aria-expanded", String(!folded));
}

function switchTheme(button) {
  const order = ["light", "dark", "auto"], next = order[(order.indexOf(window.p2pTheme.choice()) + 1) % 3];
  window.p2pTheme.choose(next);
  say(button.dataset[next]);
}

// ---- keys
const typing = event => event.target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable]");
document.addEventListener("keydown", event => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") { event.preventDefault(); openPalette(); return; }
  if (event.key === "Escape") document.querySelectorAll("details.p-menu[open]").forEach(menu => { menu.open = false; menu.querySelector("summary").focus(); });
  if (event.key === "Escape" && $("rail")?.classList.contains("open")) foldRail(true);
  if (typing(event) || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.key === "?") { event.preventDefault(); $("help").showModal(); }
  if (event.key.toLowerCase() === "e") document.querySelector(".p-actions .btn-primary:not([aria-disabled]), .p-actions [data-edit]")?.click();
});

document.querySelector("#rail [aria-current]")?.scrollIntoView({ block: "nearest" });

// ---- rail: what is folded is remembered; counts come after the page
const groups = [...document.querySelectorAll(".p-group")], remembered = group => localStorage.getItem(`p2p-rail-${group.dataset.area}`);
// Before anybody has folded anything, areas fold until the rail fits the window: a line out of sight is a line not found.
for (const group of groups) if ($("rail").scrollHeight > $("rail").clientHeight && remembered(group) === null && !group.querySelector("[aria-current]")) { group.open = false; group.dataset.folded = ""; }
groups.forEach(group => {
  const key = `p2p-rail-${group.dataset.area}`;
  if (remembered(group) === "0" && !group.querySelector("[aria-current]")) group.open = false;
  group.addEventListener("toggle", () => {
    if ("folded" in group.dataset) { delete group.dataset.folded; return; }  // nobody pressed it
    localStorage.setItem(key, group.open ? "1" : "0");
  });
});
async function countRail() {
  const rail = $("rail");
  if (!rail || document.visibilityState !== "visible") return;
  const answer = await fetch(rail.dataset.counts, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok) return;
  const counts = await answer.json();
  rail.querySelectorAll("[data-count]").forEach(line => {
    const known = counts[line.dataset.count], place = line.querySelector(".cnt");
    place.textContent = known ? known.n.toLocaleString(document.documentElement.dataset.numbers || document.documentElement.lang) : "";
    place.classList.toggle("hot", Boolean(known?.hot));
  });
}
countRail();
setInterval(countRail, 60_000);
