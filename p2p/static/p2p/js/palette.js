// Ctrl+K: pages of the rail at once, then what the search endpoint finds. Arrows move, Enter opens.
const dialog = document.getElementById("palette"), input = document.getElementById("palette-q"), list = document.getElementById("palette-list");
let chosen = 0, asked = 0, timer = 0;

export function openPalette() {
  if (dialog.open) return;
  dialog.showModal();
  input.value = "";
  draw("");
  input.focus();
}

function line(href, title, end) {
  const link = document.createElement("a");
  link.className = "p-pal";
  link.href = href;
  link.setAttribute("role", "option");
  link.append(title);
  if (end) link.append(Object.assign(document.createElement("span"), { className: "end", textContent: end }));
  return link;
}

function group(title) {
  return Object.assign(document.createElement("div"), { className: "p-palgroup", textContent: title });
}

function commands(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = [...document.querySelectorAll("#rail a.p-nav")].map(link => ({
    href: link.href, title: link.querySelector(".trunc").textContent, area: link.closest("details")?.querySelector("summary").textContent.trim() || "",
  }));
  document.querySelectorAll(".p-actions a.btn, .p-actions a.p-popitem").forEach(link => { if (link.href) found.unshift({ href: link.href, title: link.textContent.trim(), area: document.title.split(" · ")[0] }); });
  return found.filter(one => words.every(word => `${one.title} ${one.area}`.toLowerCase().includes(word))).slice(0, text ? 8 : 40);
}

function draw(text) {
  const found = commands(text);
  list.replaceChildren();
  if (found.length) list.append(group(list.dataset.pages), ...found.map(one => line(one.href, one.title, one.area)));
  choose(0);
  clearTimeout(timer);
  if (text.length > 1 && list.dataset.search) timer = setTimeout(() => search(text), 120);
  else if (!found.length) none();
}

function none() {
  if (!list.querySelector(".p-pal")) list.replaceChildren(Object.assign(document.createElement("div"), { className: "p-palnone", textContent: list.dataset.none }));
}

async function search(text) {
  const mine = ++asked;
  const answer = await fetch(`${list.dataset.search}?q=${encodeURIComponent(text)}`, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (mine !== asked || !answer?.ok) return;
  const html = await answer.text();
  if (mine !== asked) return;
  const box = document.createElement("template");
  box.innerHTML = html;
  list.querySelector(".p-palnone")?.remove();
  list.prepend(box.content);
  none();
  choose(0);
}

function choose(at) {
  const lines = [...list.querySelectorAll(".p-pal")];
  chosen = lines.length ? (at + lines.length) % lines.length : 0;
  lines.forEach((one, index) => { one.id = `pal-${index}`; one.setAttribute("role", "option"); one.setAttribute("aria-selected", index === chosen); });
  if (lines[chosen]) { input.setAttribute("aria-activedescendant", lines[chosen].id); lines[chosen].scrollIntoView({ block: "nearest" }); }
}

input?.addEventListener("input", () => draw(input.value.trim()));
dialog?.addEventListener("keydown", event => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) { event.preventDefault(); choose(chosen + step); }
  // A search box would take the first Escape to empty itself.
  if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); dialog.close(); }
  if (event.key === "Enter") { event.preventDefault(); list.querySelector(".p-pal[aria-selected='true']")?.click(); }
});
list?.addEventListener("click", event => { if (event.target.closest(".p-pal")) dialog.close(); });
