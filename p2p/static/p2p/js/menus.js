// Menus (details.p-menu): one that opens inside a table or another clipped box floats free of it; arrows walk its items.
const BOXES = "td, .p-scroll, .p-tabs";

function float(menu) {
  const pop = menu.querySelector(":scope > .p-pop"), at = menu.querySelector(":scope > summary").getBoundingClientRect();
  pop.classList.add("free");
  const own = pop.getBoundingClientRect();
  const below = at.bottom + 4 + own.height < innerHeight || at.top < own.height;
  const left = menu.classList.contains("left") ? at.left : at.right - own.width;
  pop.style.left = `${Math.max(8, Math.min(innerWidth - own.width - 8, left))}px`;
  pop.style.top = `${below ? at.bottom + 4 : at.top - own.height - 4}px`;
}

// "toggle" does not bubble; it is caught on its way down.
document.addEventListener("toggle", event => {
  const menu = event.target;
  if (menu.matches?.("details.p-menu[open]") && menu.closest(BOXES)) float(menu);
}, true);

const freed = () => document.querySelectorAll("details.p-menu[open] > .p-pop.free");
document.addEventListener("scroll", event => freed().forEach(pop => { if (!pop.contains(event.target)) pop.parentElement.open = false; }), true);
addEventListener("resize", () => freed().forEach(pop => { pop.parentElement.open = false; }));

document.addEventListener("keydown", event => {
  const menu = event.target.closest?.("details.p-menu[open]");
  if (!menu || !["ArrowDown", "ArrowUp"].includes(event.key) || event.target.closest("input, select, textarea")) return;
  const items = [...menu.querySelectorAll(".p-popitem")];
  if (!items.length) return;
  event.preventDefault();
  event.stopPropagation();
  const turn = event.key === "ArrowDown" ? 1 : -1, at = items.indexOf(document.activeElement);
  items[at < 0 ? (turn > 0 ? 0 : items.length - 1) : (at + turn + items.length) % items.length].focus();
}, true);

// A menu is done with once something of it is chosen, and the focus is back on its button: a dialog that opens now gives
// it back there. Caught on its way down, before anything answers the click.
document.addEventListener("click", event => {
  const item = event.target.closest?.("details.p-menu[open] .p-popitem"), menu = item?.closest("details.p-menu");
  if (!menu || item.getAttribute("aria-disabled") === "true") return;
  const back = menu.querySelector(":scope > summary");
  if (menu.contains(document.activeElement) || document.activeElement === document.body) back.focus({ preventScroll: true });
  menu.open = false;
}, true);
