// Tooltips: the sentence of data-tip on hover and on focus, so that the keyboard reads a grey button's reason too.
const tip = Object.assign(document.createElement("div"), { className: "p-tipbox p-tip", hidden: true });
tip.setAttribute("role", "tooltip");
document.body.append(tip);
let owner = null;

function show(target) {
  owner = target;
  tip.textContent = target.dataset.tip;
  (target.closest("dialog") || document.body).append(tip);
  tip.hidden = false;
  const box = target.getBoundingClientRect(), own = tip.getBoundingClientRect();
  const below = box.bottom + 6 + own.height < innerHeight;
  tip.style.left = `${Math.max(8, Math.min(innerWidth - own.width - 8, box.right - own.width))}px`;
  tip.style.top = `${below ? box.bottom + 6 : box.top - own.height - 6}px`;
}

function hide() {
  owner = null;
  tip.hidden = true;
}

for (const [on, off] of [["pointerover", "pointerout"], ["focusin", "focusout"]]) {
  document.addEventListener(on, event => { const target = event.target.closest?.("[data-tip]"); if (target && target !== owner) show(target); });
  document.addEventListener(off, event => { if (owner && !owner.contains(event.relatedTarget)) hide(); });
}
document.addEventListener("keydown", event => { if (event.key === "Escape") hide(); });
document.addEventListener("scroll", hide, true);
