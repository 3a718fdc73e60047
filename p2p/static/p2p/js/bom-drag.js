// Lines dragged by their handle with mouse, pen or finger: a mark shows where they would stand, Esc lets go.
/** `drop(line, row)` is called with the line's key and the row it falls behind (a line or an operation's head). */
export function listen(card, body, drop) {
  const scroll = card.querySelector(".d-scroll"), mark = Object.assign(document.createElement("div"), { className: "d-mark", hidden: true });
  scroll.append(mark);
  let held = null, target = null;

  function stops() { return [...body.querySelectorAll("tr[data-line], tr.group")].filter(row => row !== held.row); }

  /** The last row whose middle lies above the pointer; its opened branch belongs to it. */
  function under(y) {
    let found = null;
    for (const row of stops()) { const box = row.getBoundingClientRect(); if (row.matches(".group") ? box.top < y : box.top + box.height / 2 < y) found = row; else break; }
    return found;
  }
  function end(row) { let last = row; while (Number(last.nextElementSibling?.getAttribute("aria-level")) > 1) last = last.nextElementSibling; return last; }

  function move(event) {
    const box = scroll.getBoundingClientRect();
    if (event.clientY > box.bottom - 40) scroll.scrollTop += 14; else if (event.clientY < box.top + 60) scroll.scrollTop -= 14;
    body.querySelector(".d-into")?.classList.remove("d-into");
    target = under(event.clientY);
    const first = stops()[0];
    if (!target && !first) return;
    const y = target ? end(target).getBoundingClientRect().bottom : first.getBoundingClientRect().top;
    if (target?.matches(".group")) target.classList.add("d-into");
    mark.style.top = `${y - box.top + scroll.scrollTop - 1}px`;
    mark.hidden = false;
  }
  function let_go() {
    held?.row.classList.remove("d-drag");
    body.querySelector(".d-into")?.classList.remove("d-into");
    mark.hidden = true;
    held = null;
    document.removeEventListener("keydown", cancel, true);
  }
  function cancel(event) { if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); let_go(); } }

  card.addEventListener("pointerdown", event => {
    const handle = event.target.closest(".d-handle");
    if (!handle || event.button) return;
    event.preventDefault();
    held = { row: handle.closest("tr"), y: event.clientY, moved: false };
    card.setPointerCapture(event.pointerId);
    document.addEventListener("keydown", cancel, true);
  });
  card.addEventListener("pointermove", event => {
    if (!held) return;
    if (!held.moved && Math.abs(event.clientY - held.y) < 4) return;
    held.moved = true;
    held.row.classList.add("d-drag");
    move(event);
  });
  card.addEventListener("pointerup", () => {
    if (!held) return;
    const { row, moved } = held, to = target || null;
    let_go();
    if (!moved) return;
    const before = row.previousElementSibling?.closest("tr[data-line], tr.group");
    if (to !== before) drop(Number(row.dataset.line), to || { dataset: { op: row.dataset.op } });
  });
  card.addEventListener("pointercancel", let_go);
}
