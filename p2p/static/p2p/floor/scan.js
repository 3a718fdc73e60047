// A hand scanner types fast and ends with Enter or Tab: heard on every page, without a field in focus. The same code within two seconds counts once.
// How fast, how long a code is at least, and what scanners send before it, the page says; with such a beginning a slow scanner is heard too.
const told = document.body.dataset, AGAIN = 2000, PAUSE = 1000;
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

export function hear(found) {
  let typed = "", last = 0, before = { code: "", at: 0 };
  document.addEventListener("keydown", event => {
    if ((event.ctrlKey || event.metaKey || event.altKey) && !sign(event)) return;
    // When the key was pressed, not when a busy page came to hear of it.
    const now = event.timeStamp;
    if (now - last > (marked(typed) ? PAUSE : GAP)) typed = "";
    last = now;
    const next = sign(event);
    if (next === FNC1 && typed) event.preventDefault();
    if (next) { typed += next; return; }
    if (event.key !== "Enter" && event.key !== "Tab" || typed.length < (marked(typed) ? BEFORE.length + 1 : SHORTEST)) return;
    const raw = typed, code = marked(raw) ? raw.slice(BEFORE.length) : raw;
    typed = "";
    event.preventDefault();
    event.stopPropagation();
    if (keeps(event.target, { raw: raw.replaceAll(FNC1, ""), text: code })) return;
    const shown = raw.replaceAll(FNC1, "");
    if (event.target.matches?.("input:not([type=hidden])") && event.target.value.endsWith(shown)) event.target.value = event.target.value.slice(0, -shown.length);
    document.querySelectorAll("form[data-pad]").forEach(form => form.dispatchEvent(new Event("floor:scanned")));
    if (code === before.code && now - before.at < AGAIN) return;
    before = { code, at: now };
    found(code);
  }, true);
}
