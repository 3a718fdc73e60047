// Lines dragged by their handle with mouse, pen or finger: a mark shows where they would stand, Esc lets go.
/** `drop(line, row)` is called with the line's key and the row it falls behind (a line or an operation's head). */
export function listen(card, body, drop) {
  const scroll = card.querySelector(".d-scroll"), mark = Object.assign(document.createElement("div"), { className: "d-mark", hidden: true });
  scroll.append(mark);
  let held = null, target = null, edge = 0;

  function stops() { return [...body.querySelectorAll("tr[data-line], tr.group")].filter(row => row !== held.row); }

  /** The last row whose middle lies above the pointer; its opened branch belongs to it. */
  function under(y) {
    let found = null;
    for (const row of stops()) { const box = row.getBoundingClientRect(); if (row.matches(".group") ? box.top < y : box.top + box.height / 2 < y) found = row; else break; }
    return found;
  }
  function end(row) { let last = row; while (Number(last.nextElementSibling?.getAttribute("aria-level")) > 1) last = last.nextElementSibling; return last; }

  /** What moves when the finger nears the edge: the table where it has a height of its own, else the page. */
  function roll() {
    if (!held?.moved) { edge = 0; return; }
    const own = scroll.scrollHeight > scroll.clientHeight + 1, view = own ? scroll : document.getElementById("main");
    const box = view.getBoundingClientRect(), low = Math.min(box.bottom, innerHeight) - 48;
    const high = own ? box.top + 60 : (document.getElementById("head")?.getBoundingClientRect().bottom ?? box.top) + 48;
    const was = view.scrollTop;
    if (held.at > low) view.scrollTop += 6; else if (held.at < high) view.scrollTop -= 6;
    if (view.scrollTop !== was) point();
    edge = requestAnimationFrame(roll);
  }

  function point() {
    const box = scroll.getBoundingClientRect();
    body.querySelector(".d-into")?.classList.remove("d-into");
    target = under(held.at);
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
    cancelAnimationFrame(edge);
    edge = 0;
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
    held.at = event.clientY;
    held.row.classList.add("d-drag");
    point();
    if (!edge) edge = requestAnimationFrame(roll);
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
