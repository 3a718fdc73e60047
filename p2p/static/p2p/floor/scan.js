// A hand scanner types fast and ends with Enter: heard on every page, without a field in focus. The same code within two seconds counts once.
const FAST = 45, AGAIN = 2000, SHORTEST = 3;

export function hear(found) {
  let typed = "", last = 0, before = { code: "", at: 0 };
  document.addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    // When the key was pressed, not when a busy page came to hear of it.
    const now = event.timeStamp;
    if (now - last > FAST) typed = "";
    last = now;
    if (event.key.length === 1) { typed += event.key; return; }
    if (event.key !== "Enter" || typed.length < SHORTEST) return;
    const code = typed;
    typed = "";
    event.preventDefault();
    event.stopPropagation();
    if (event.target.matches?.("input:not([type=hidden])") && event.target.value.endsWith(code)) event.target.value = event.target.value.slice(0, -code.length);
    document.querySelectorAll("form[data-pad]").forEach(form => form.dispatchEvent(new Event("floor:scanned")));
    if (code === before.code && now - before.at < AGAIN) return;
    before = { code, at: now };
    found(code);
  }, true);
}
