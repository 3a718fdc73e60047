// Pieces of a sheet of reasons: less, more, or typed; the sentence beside it says how many one tap books.
function show(step) {
  const input = step.querySelector("input"), said = input.value.trim();
  step.closest("dialog")?.querySelectorAll("[data-step-count]").forEach(each => { each.textContent = said || "–"; });
}

export function turn(button) {
  const step = button.closest("[data-step]"), input = step.querySelector("input"), now = Number(input.value.replace(",", ".")) || 0;
  input.value = String(Math.max(1, Number((now + Number(button.dataset.by)).toFixed(6))));
  show(step);
}

export function reset(step) {
  step.querySelector("input").value = "1";
  show(step);
}

document.addEventListener("input", event => {
  const step = event.target.closest("[data-step]");
  if (!step) return;
  // A comma is a point to whoever types it; letters are none of a number.
  event.target.value = event.target.value.replace(",", ".").replace(/[^\d.]/g, "");
  show(step);
});
