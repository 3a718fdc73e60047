// What scrolls sideways and has nothing in it to take the focus takes it itself: arrow keys move it.
const TAKES = "a[href], button, input, select, textarea, summary, [tabindex]";

function reach(box) {
  if (box.scrollWidth <= box.clientWidth + 1 || box.hasAttribute("tabindex") || box.querySelector(TAKES)) return;
  if (!["auto", "scroll"].includes(getComputedStyle(box).overflowX)) return;
  box.tabIndex = 0;
  box.setAttribute("role", "region");
  const head = box.closest(".p-card")?.querySelector("h2") ?? document.querySelector("h1");
  if (head) box.setAttribute("aria-label", head.textContent.trim());
}

function look() { document.querySelectorAll("#main .p-scroll, #main .p-card, #main .p-fragment").forEach(reach); }
document.body.addEventListener("htmx:afterSettle", look);
window.addEventListener("resize", look);
look();
