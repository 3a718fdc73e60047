// Digits of a sheet that asks how much: they answer from the device.
export function digit(button) {
  const field = button.closest("form").querySelector("[data-amount]"), key = button.dataset.digit;
  if (key === "c") field.value = "";
  else if (key === "del") field.value = field.value.slice(0, -1);
  else if (key !== "." || !field.value.includes(".")) field.value += key;
}
