// Records to choose while one types: number or name; arrows choose, Enter takes, Esc closes, a tap takes.
// What is typed stays as it is: the server checks it, and without this script the field is a plain one.
let lists = 0;

/** `taken` is called with the record that was chosen. */
export function suggest(input, address, none, taken = () => {}) {
  if (input.getAttribute("role") === "combobox") return;
  const id = `find-${++lists}`;
  const list = Object.assign(document.createElement("ul"), { className: "d-list p-choices", id, hidden: true });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.labels?.[0]?.textContent.trim() || input.getAttribute("aria-label") || none || "");
  Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-controls": id, "aria-expanded": "false", autocomplete: "off", spellcheck: "false" }).forEach(([name, value]) => input.setAttribute(name, value));
  input.after(list);
  let found = [], at = -1, waiting = 0, asked = "";

  function show() {
    const shown = found.length > 0 || asked.length > 1;
    list.dataset.asked = asked;
    list.hidden = !shown;
    input.setAttribute("aria-expanded", String(shown));
    list.replaceChildren(...found.map(option));
    if (shown && !found.length) list.append(Object.assign(document.createElement("li"), { textContent: none, className: "t3 none" }));
    if (at >= 0) input.setAttribute("aria-activedescendant", `${id}-${at}`); else input.removeAttribute("aria-activedescendant");
    list.children[at]?.scrollIntoView({ block: "nearest" });
  }
  function option(record, index) {
    const row = Object.assign(document.createElement("li"), { id: `${id}-${index}` });
    row.setAttribute("role", "option");
    row.setAttribute("aria-selected", String(index === at));
    for (const [text, css] of [[record.number, "mono"], [record.name, ""], [record.unit || "", "t3"]]) row.append(Object.assign(document.createElement("span"), { textContent: text, className: css }));
    row.addEventListener("click", () => take(index));
    return row;
  }
  function take(index) { const record = found[index]; input.value = record.number; hide(); input.dispatchEvent(new Event("change", { bubbles: true })); taken(record); }
  function hide() { list.hidden = true; at = -1; found = []; asked = ""; input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); }
  async function ask() {
    asked = input.value.trim();
    if (!asked) { hide(); return; }
    const other = input.dataset.within ? input.form?.elements.namedItem(input.dataset.within)?.value.trim() : "";
    const answer = await fetch(`${address}?q=${encodeURIComponent(asked)}${other ? `&within=${encodeURIComponent(other)}` : ""}`).catch(() => null);
    if (!answer?.ok || input.value.trim() !== asked || document.activeElement !== input) return;
    found = (await answer.json()).items;
    at = found.length === 1 && found[0].number.toUpperCase() !== asked.toUpperCase() ? 0 : -1;
    show();
  }

  // A press on the list must not take the focus from the field; the tap itself chooses, so that fingers can scroll.
  list.addEventListener("mousedown", event => event.preventDefault());
  input.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(ask, 120); });
  input.addEventListener("keydown", event => {
    if (list.hidden) { if (event.key === "ArrowDown" && input.value.trim()) { event.preventDefault(); ask(); } return; }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") { at = Math.max(0, Math.min(found.length - 1, at + (event.key === "ArrowDown" ? 1 : -1))); show(); }
    else if (event.key === "Enter" && at >= 0) take(at);
    else if (event.key === "Escape") hide();
    else return;
    event.preventDefault();
    if (event.key === "Escape") event.stopPropagation();
  });
  input.addEventListener("blur", () => { clearTimeout(waiting); hide(); });
}

// Forms come and go with dialogs: a field is made ready when it gets the focus.
document.addEventListener("focusin", event => {
  const input = event.target;
  if (input.matches?.("input[data-find]")) suggest(input, input.dataset.find, input.dataset.none);
});
