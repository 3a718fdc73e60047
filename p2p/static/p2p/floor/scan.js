// A hand scanner types fast and ends with Enter or Tab: heard on every page, without a field in focus. The same code within two seconds counts once.
// How fast, how long a code is at least, and what scanners send before it, the page says; with such a beginning a slow scanner is heard too.
import { split } from "./cadence.js";

const told = (document.querySelector("[data-scan-gap]") || document.body).dataset, AGAIN = 2000, PAUSE = 1000, STALL = 500, LATEST = 10000, TORN = "p2p-torn";
const SHORTEST = Number(told.scanShortest) || 3, BEFORE = told.scanPrefix || "";
const GAP = Number(told.scanGap) || 45;
const FNC1 = "\x1d";

const marked = typed => BEFORE !== "" && typed.startsWith(BEFORE);
const text = keys => keys.map(key => key.sign).join("");

// What a key adds to a code. Scanners send FNC1 as Ctrl and ].
function sign(event) {
  if (event.ctrlKey && event.key === "]") return FNC1;
  return event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey ? event.key : "";
}

// A field that is there for a code (a plate, serial numbers) keeps it: of one, it takes the place of what was typed.
function keeps(field, code) {
  if (!field.matches?.("[data-takes]")) return false;
  const list = field.dataset.takes === "list";
  field.value = list ? `${field.value.slice(0, -code.raw.length)}${code.text}, ` : code.text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  return true;
}

// One buffer for the document, which outlives every swap of the page in it. A stall within a code does not cut its beginning off:
// all that came since the last pause belongs to it, but for what a finger typed first.
let keys = [], before = { code: "", at: 0 };
const forget = () => { keys = []; };
export const running = () => keys.length > 0 && performance.now() - keys.at(-1).at < PAUSE;

// A code that was begun on the page before is not whole here: whatever ends it is not taken.
let torn = false;
try {
  torn = Date.now() - Number(sessionStorage.getItem(TORN)) < LATEST;
  sessionStorage.removeItem(TORN);
} catch { /* no room: nothing is known of the page before */ }
addEventListener("pagehide", () => { try { if (running()) sessionStorage.setItem(TORN, String(Date.now())); } catch { /* no room */ } });
document.addEventListener("pointerdown", forget, true);

// What ended in Enter or Tab, when a scanner sent it, and when its first key came.
function ended(event) {
  const all = keys, typed = text(all), at = BEFORE ? typed.lastIndexOf(BEFORE) : -1;
  const code = at >= 0 ? { keys: all.slice(at), fast: true } : split(all, event.timeStamp, GAP), raw = text(code.keys);
  forget();
  if (!code.fast || raw.length < (marked(raw) ? BEFORE.length + 1 : SHORTEST)) return null;
  event.preventDefault();
  event.stopPropagation();
  return { raw, at: code.keys[0].at };
}

// The code goes out of the field again; what was typed there before it stays.
function giveBack(field, shown) {
  if (field.matches?.("input:not([type=hidden]), textarea") && field.value.endsWith(shown)) field.value = field.value.slice(0, -shown.length);
}

export function hear(found, cut) {
  function key(event) {
    if ((event.ctrlKey || event.metaKey || event.altKey) && !sign(event)) return;
    // When the key was pressed, not when a busy page came to hear of it.
    const at = event.timeStamp, next = sign(event);
    if (keys.length && at - keys.at(-1).at > (marked(text(keys)) ? PAUSE : STALL)) forget();
    if (next === FNC1 && keys.length) event.preventDefault();
    if (next) { keys.push({ sign: next, at }); return; }
    if (event.key === "Backspace") forget();
    if (event.key !== "Enter" && event.key !== "Tab") return;
    const sent = ended(event);
    if (!sent) return;
    if (torn) { torn = false; cut(); return; }
    const { raw } = sent, code = marked(raw) ? raw.slice(BEFORE.length) : raw, shown = raw.replaceAll(FNC1, "");
    if (keeps(event.target, { raw: shown, text: code })) return;
    giveBack(event.target, shown);
    document.querySelectorAll("form[data-pad]").forEach(form => form.dispatchEvent(new CustomEvent("floor:scanned", { detail: { at: sent.at } })));
    if (code === before.code && at - before.at < AGAIN) return;
    before = { code, at };
    found(code);
  }
  document.addEventListener("keydown", key, true);
  document.removeEventListener("keydown", window.p2pKeep, true);
  (window.p2pEarly || []).splice(0).forEach(key);
}
