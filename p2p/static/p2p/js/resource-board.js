// The resource board: drag a resource to another work centre, say for which days; Undo takes it back.
import { Past, enterPressesMarked, given, send } from "./board.js";
import { say, toast } from "./shell.js";

const board = given(), words = board.words;
const past = new Past(document, words), dialog = document.getElementById("lend-dialog");
enterPressesMarked(dialog);
const lanes = () => [...document.querySelectorAll("[data-lane]")];
const fill = (text, names) => Object.entries(names).reduce((said, [name, value]) => said.replace(`{${name}}`, value), text);
let drag = null, held = null, asked = null;

/** The lanes drawn anew by the server, without losing the place. */
async function refresh(code) {
  const answer = await fetch(location.href).catch(() => null);
  if (!answer?.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("board-lanes");
  if (fresh) document.getElementById("board-lanes").replaceWith(fresh);
  if (code) document.querySelector(`[data-resource="${CSS.escape(code)}"]`)?.focus();
}

async function lend(stay) {
  const told = await send("POST", board.url, stay, words);
  if (told) await refresh(stay.resource);
  return told?.id ?? null;
}
async function end(id, code) {
  const told = await send("DELETE", `${board.url}${id}/`, undefined, words);
  if (told) await refresh(code);
  return Boolean(told);
}
const put = (stay, name, group) => past.queue(async () => {
  let id = await lend(stay);
  if (id === null) return;
  toast(fill(words.saved, { resource: name, group }));
  past.add({ back: () => end(id, stay.resource), again: async () => { id = await lend(stay); return id !== null; } });
});
const home = card => past.queue(async () => {
  const { resource, stay, from, to } = card.dataset, lane = card.closest("[data-lane]").dataset.lane;
  let id = stay;
  if (!await end(id, resource)) return;
  const before = { site: board.site, resource, group: lane, valid_from: from || null, valid_to: to || null };
  past.add({ back: async () => { id = await lend(before); return id !== null; }, again: () => end(id, resource) });
});

/** What letting a card go over a lane means: home ends the stay, elsewhere asks for days. */
function drop(card, lane) {
  if (!lane || lane === card.closest("[data-lane]")) { say(words.dropped); return; }
  if (card.dataset.stay && lane.dataset.lane === card.dataset.home) { home(card); return; }
  asked = { resource: card.dataset.resource, name: card.dataset.name, lane: lane.dataset.lane, group: lane.dataset.name };
  document.getElementById("lend-title").textContent = fill(words.lend, { resource: asked.name, group: asked.group });
  document.getElementById("lend-from").value = board.day;
  const until = new Date(`${board.day}T00:00Z`);
  until.setUTCDate(until.getUTCDate() + 6);
  document.getElementById("lend-to").value = until.toISOString().slice(0, 10);
  dialog.showModal();
}
dialog.addEventListener("close", () => {
  const save = dialog.returnValue === "save";
  dialog.returnValue = "";
  if (save && asked) put({ site: board.site, resource: asked.resource, group: asked.lane, valid_from: document.getElementById("lend-from").value || null, valid_to: document.getElementById("lend-to").value || null }, asked.name, asked.group);
  else if (asked) document.querySelector(`[data-resource="${CSS.escape(asked.resource)}"]`)?.focus();
  asked = null;
});

// ---- the pointer
const under = event => document.elementsFromPoint(event.clientX, event.clientY).map(each => each.closest("[data-lane]")).find(Boolean);
function light(lane) { lanes().forEach(each => each.classList.toggle("over", each === lane)); }
if (board.may) document.addEventListener("pointerdown", event => {
  const card = event.target.closest("[data-resource]");
  if (!card || event.button || event.target.closest("a")) return;
  drag = { card, x: event.clientX, y: event.clientY, ghost: null };
});
document.addEventListener("pointermove", event => {
  if (!drag) return;
  if (!drag.ghost && Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < 6) return;
  if (!drag.ghost) {
    drag.ghost = drag.card.cloneNode(true);
    drag.ghost.classList.add("ghost");
    drag.ghost.style.width = `${drag.card.offsetWidth}px`;
    document.body.append(drag.ghost);
    drag.card.classList.add("away");
  }
  drag.ghost.style.left = `${event.clientX + 8}px`;
  drag.ghost.style.top = `${event.clientY + 8}px`;
  light(under(event));
});
function stop() { const was = drag; drag = null; was?.ghost?.remove(); was?.card.classList.remove("away"); light(null); return was; }
document.addEventListener("pointerup", event => { const lane = drag?.ghost && under(event), was = stop(); if (was?.ghost) drop(was.card, lane); });
document.addEventListener("pointercancel", stop);

// ---- the keyboard: Enter picks up, arrows choose a lane, Enter puts down, Esc puts back
document.addEventListener("keydown", event => {
  if (document.querySelector("dialog[open]") || event.target.closest?.("input, select, a, button, summary")) return;
  const card = event.target.closest?.("[data-resource]");
  if (event.key === "Escape" && (held || drag)) { stop(); if (held) { held.card.focus(); held.card.classList.remove("away"); held = null; } light(null); say(words.dropped); return; }
  if (held) {
    const all = lanes(), step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step) { held.at = (held.at + step + all.length) % all.length; light(all[held.at]); all[held.at].scrollIntoView({ block: "nearest", inline: "nearest" }); say(all[held.at].dataset.name); event.preventDefault(); }
    else if (event.key === "Enter" || event.key === " ") { event.preventDefault(); const { card: mine, at } = held; held = null; mine.classList.remove("away"); light(null); drop(mine, all[at]); }
    return;
  }
  if (card && board.may && (event.key === "Enter" || event.key === " ")) {
    event.preventDefault();
    held = { card, at: lanes().indexOf(card.closest("[data-lane]")) };
    card.classList.add("away");
    light(lanes()[held.at]);
    say(fill(words.picked, { resource: card.dataset.name }));
  }
});
document.querySelector("[data-filters]")?.addEventListener("change", event => event.currentTarget.requestSubmit());
