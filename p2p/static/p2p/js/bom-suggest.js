// Components to choose while one types: number or name; arrows choose, Enter takes, Esc closes.
/** `taken` is called with the item that was chosen. */
export function suggest(input, address, none, taken = () => {}) {
  const list = Object.assign(document.createElement("ul"), { className: "d-list", id: "d-list", hidden: true });
  list.setAttribute("role", "listbox");
  Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-controls": "d-list", "aria-expanded": "false", spellcheck: "false" }).forEach(([name, value]) => input.setAttribute(name, value));
  input.after(list);
  let found = [], at = -1, waiting = 0, asked = "";

  function show() {
    const shown = found.length > 0 || asked.length > 1;
    list.hidden = !shown;
    input.setAttribute("aria-expanded", String(shown));
    list.replaceChildren(...found.map((item, index) => {
      const row = document.createElement("li");
      row.setAttribute("role", "option");
      row.setAttribute("aria-selected", String(index === at));
      for (const [text, css] of [[item.number, "mono"], [item.name, ""], [item.unit, "t3"]]) row.append(Object.assign(document.createElement("span"), { textContent: text, className: css }));
      row.addEventListener("mousedown", event => { event.preventDefault(); take(index); });
      return row;
    }));
    if (shown && !found.length) list.append(Object.assign(document.createElement("li"), { textContent: none, className: "t3" }));
    list.children[at]?.scrollIntoView({ block: "nearest" });
  }
  function take(index) { const item = found[index]; input.value = item.number; hide(); taken(item); }
  function hide() { list.hidden = true; at = -1; found = []; asked = ""; input.setAttribute("aria-expanded", "false"); }

  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      asked = input.value.trim();
      if (!asked) { hide(); return; }
      const answer = await fetch(`${address}?q=${encodeURIComponent(asked)}`).catch(() => null);
      if (!answer?.ok || input.value.trim() !== asked) return;
      found = (await answer.json()).items;
      at = found.length === 1 ? 0 : -1;
      show();
    }, 120);
  });
  input.addEventListener("keydown", event => {
    if (list.hidden) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") { at = Math.max(0, Math.min(found.length - 1, at + (event.key === "ArrowDown" ? 1 : -1))); show(); }
    else if (event.key === "Enter" && at >= 0) take(at);
    else if (event.key === "Escape") hide();
    else return;
    event.preventDefault();
    if (event.key === "Escape") event.stopPropagation();
  });
  input.addEventListener("blur", () => { clearTimeout(waiting); hide(); });
}
