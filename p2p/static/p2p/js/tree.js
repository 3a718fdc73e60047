// Trees in tables: rows with aria-level; a closed row with data-children loads them once, then folds.
// Right opens, left closes or goes to the parent, up and down move, * opens the whole branch, Enter follows the link.
const level = row => Number(row.getAttribute("aria-level"));
const visible = row => row && !row.hidden;

function below(row) {
  const found = [];
  for (let next = row.nextElementSibling; next && level(next) > level(row); next = next.nextElementSibling) found.push(next);
  return found;
}

function reveal(row) {
  let closed = Infinity;
  for (const child of below(row)) {
    if (level(child) <= closed) closed = Infinity;
    child.hidden = level(child) > closed;
    if (closed === Infinity && child.getAttribute("aria-expanded") === "false") closed = level(child);
  }
}

export async function open(row) {
  if (row.getAttribute("aria-expanded") !== "false") return;
  if (row.dataset.children && !row.dataset.loaded) {
    row.setAttribute("aria-busy", "true");
    const answer = await fetch(row.dataset.children, { headers: { "HX-Request": "true" } }).catch(() => null);
    row.removeAttribute("aria-busy");
    if (!answer?.ok) return;
    const box = document.createElement("template");
    box.innerHTML = (await answer.text()).trim();
    const rows = [...box.content.querySelectorAll("tr")];
    rows.forEach(each => { each.tabIndex = -1; });
    row.after(...rows);
    row.dataset.loaded = "1";
  }
  row.setAttribute("aria-expanded", "true");
  reveal(row);
}

export function close(row) {
  if (row.getAttribute("aria-expanded") !== "true") return;
  row.setAttribute("aria-expanded", "false");
  below(row).forEach(child => { child.hidden = true; });
}

function focus(row) {
  if (!row) return;
  row.closest(".p-tree").querySelectorAll("tr[tabindex='0']").forEach(each => { each.tabIndex = -1; });
  row.tabIndex = 0;
  row.focus();
}

function step(row, way) {
  let next = row[way];
  while (next && !visible(next)) next = next[way];
  return next;
}

function parent(row) {
  let up = row.previousElementSibling;
  while (up && level(up) >= level(row)) up = up.previousElementSibling;
  return up;
}

async function branch(row, left = 200) {
  await open(row);
  for (const child of below(row)) {
    if (left-- <= 0) return;
    if (level(child) === level(row) + 1 && child.getAttribute("aria-expanded") === "false") await branch(child, left);
  }
}

document.addEventListener("click", event => {
  const caret = event.target.closest(".p-tree .car");
  if (!caret) return;
  const row = caret.closest("tr");
  focus(row);
  if (row.getAttribute("aria-expanded") === "true") close(row); else open(row);
});
document.addEventListener("keydown", event => {
  const row = event.target.closest?.(".p-tree tr[aria-level]");
  if (!row || event.target !== row) return;
  const expanded = row.getAttribute("aria-expanded");
  const act = {
    ArrowDown: () => focus(step(row, "nextElementSibling")),
    ArrowUp: () => focus(step(row, "previousElementSibling")),
    ArrowRight: () => (expanded === "false" ? open(row) : focus(below(row).find(visible))),
    ArrowLeft: () => (expanded === "true" ? close(row) : focus(parent(row))),
    "*": () => branch(row),
    Enter: () => row.querySelector("a")?.click(),
  }[event.key];
  if (!act) return;
  event.preventDefault();
  event.stopPropagation();
  act();
});
