// A hand scanner types fast and ends with Enter or Tab: heard on every page, without a field in focus. The same code within two seconds counts once.
// How fast, how long a code is at least, and what scanners send before it, the page says; with such a beginning a slow scanner is heard too.
const told = document.body.dataset, AGAIN = 2000, PAUSE = 1000, STALL = 500, LATEST = 10000, TORN = "p2p-torn";
const SHORTEST = Number(told.scanShortest) || 3, BEFORE = told.scanPrefix || "";
export const GAP = Number(told.scanGap) || 45;
const FNC1 = "\x1d";

const marked = typed => BEFORE !== "" && typed.startsWith(BEFORE);

// What a key adds to a code. Scanners send FNC1 as Ctrl and ].
function sign(event) {
  if (event.ctrlKey && event.key === "]") return FNC1;
  return event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey ? event.key : "";
}

// A field that is there for a code (a plate, serial numbers) keeps it.
function keeps(field, code) {
  if (!field.matches?.("[data-takes]")) return false;
  field.value = field.value.slice(0, -code.raw.length) + code.text + (field.dataset.takes === "list" ? ", " : "");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  return true;
}

// One buffer for the document, which outlives every swap of the page in it. A stall within a code does not cut its beginning off:
// all that came since the last pause belongs to it, and it is a scanner's when most of it came faster than a finger.
let typed = "", last = 0, quick = 0, slow = 0, before = { code: "", at: 0 };
const forget = () => { typed = ""; quick = slow = 0; };
const fast = () => marked(typed) || quick >= 2 * slow;
export const running = () => typed !== "" && performance.now() - last < PAUSE;

// A code that was begun on the page before is not whole here: whatever ends it is not taken.
let torn = false;
try {
  torn = Date.now() - Number(sessionStorage.getItem(TORN)) < LATEST;
  sessionStorage.removeItem(TORN);
} catch { /* no room: nothing is known of the page before */ }
addEventListener("pagehide", () => { try { if (running()) sessionStorage.setItem(TORN, String(Date.now())); } catch { /* no room */ } });
document.addEventListener("pointerdown", forget, true);

function paced(now) {
  const gap = now - last;
  last = now;
  if (!typed) return;
  if (gap > (marked(typed) ? PAUSE : STALL)) forget();
  else if (gap > GAP) slow += 1;
  else quick += 1;
}

// What ended in Enter or Tab, when a scanner sent it.
function ended(event) {
  const all = BEFORE && typed.includes(BEFORE) ? typed.slice(typed.lastIndexOf(BEFORE)) : typed;
  const scanned = fast() && all.length >= (marked(all) ? BEFORE.length + 1 : SHORTEST);
  forget();
  if (!scanned) return "";
  event.preventDefault();
  event.stopPropagation();
  return all;
}

export function hear(found, cut) {
  function key(event) {
    if ((event.ctrlKey || event.metaKey || event.altKey) && !sign(event)) return;
    // When the key was pressed, not when a busy page came to hear of it.
    const now = event.timeStamp;
    paced(now);
    const next = sign(event);
    if (next === FNC1 && typed) event.preventDefault();
    if (next) { typed += next; return; }
    if (event.key === "Backspace") forget();
    if (event.key !== "Enter" && event.key !== "Tab") return;
    const raw = ended(event), code = marked(raw) ? raw.slice(BEFORE.length) : raw;
    if (!raw) return;
    if (torn) { torn = false; cut(); return; }
    if (keeps(event.target, { raw: raw.replaceAll(FNC1, ""), text: code })) return;
    const shown = raw.replaceAll(FNC1, "");
    if (event.target.matches?.("input:not([type=hidden])") && event.target.value.endsWith(shown)) event.target.value = event.target.value.slice(0, -shown.length);
    document.querySelectorAll("form[data-pad]").forEach(form => form.dispatchEvent(new Event("floor:scanned")));
    if (code === before.code && now - before.at < AGAIN) return;
    before = { code, at: now };
    found(code);
  }
  document.addEventListener("keydown", key, true);
  document.removeEventListener("keydown", window.p2pKeep, true);
  (window.p2pEarly || []).splice(0).forEach(key);
}
