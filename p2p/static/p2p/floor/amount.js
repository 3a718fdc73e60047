// Digits of a sheet that asks how much: they answer from the device. Of two fields (pieces, weight) the one that was touched last takes them.
export function digit(button) {
  const form = button.closest("form"), fields = [...form.querySelectorAll("[data-amount]")], key = button.dataset.digit;
  const field = fields.find(each => each === form.lastTouched) || fields[0];
  if (key === "c") field.value = "";
  else if (key === "del") field.value = field.value.slice(0, -1);
  else if (key !== "." || !field.value.includes(".")) field.value += key;
}
document.addEventListener("focusin", event => { if (event.target.matches?.("[data-amount]")) event.target.form.lastTouched = event.target; });
