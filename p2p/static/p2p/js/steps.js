// Steps of work instructions: dragged to another place, or moved with Alt and an arrow.
import { say } from "./shell.js";

let held = null;

async function move(step, position) {
  const list = step.closest("[data-steps]"), key = step.dataset.step;
  await window.htmx.ajax("POST", step.dataset.move, { target: list, swap: "outerHTML", values: { position } });
  const moved = document.querySelector(`[data-step="${key}"]`);
  moved?.focus();
  if (moved) say(`${moved.querySelector(".no").textContent}`);
}
const places = step => [...step.closest("[data-steps]").querySelectorAll("[data-step]")];

document.addEventListener("dragstart", event => {
  const step = event.target.closest?.("[data-move]");
  if (!step) return;
  held = step;
  event.dataTransfer.effectAllowed = "move";
  step.classList.add("held");
});
document.addEventListener("dragover", event => {
  const over = event.target.closest?.("[data-move]");
  if (!held || !over || over.closest("[data-steps]") !== held.closest("[data-steps]")) return;
  event.preventDefault();
  document.querySelectorAll(".r-step.over").forEach(each => { if (each !== over) each.classList.remove("over"); });
  over.classList.toggle("over", over !== held);
});
document.addEventListener("drop", event => {
  const over = event.target.closest?.("[data-move]");
  if (!held || !over || over === held || over.closest("[data-steps]") !== held.closest("[data-steps]")) return;
  event.preventDefault();
  move(held, places(held).indexOf(over) + 1);
});
document.addEventListener("dragend", () => {
  held?.classList.remove("held");
  document.querySelectorAll(".r-step.over").forEach(each => each.classList.remove("over"));
  held = null;
});
document.addEventListener("keydown", event => {
  const step = event.target.closest?.("[data-move]");
  if (!step || event.target !== step || !event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
  event.preventDefault();
  const at = places(step).indexOf(step), to = at + (event.key === "ArrowUp" ? -1 : 1);
  if (to >= 0 && to < places(step).length) move(step, to + 1);
});
