// What comes out beside the product, as the good pieces are typed: the same rule by which the report books it.
export function expected(said, good) {
  const read = name => Number(said[name] || 0), digits = read("digits"), planned = read("planned"), done = read("done") + good;
  const step = 10 ** digits, whole = done >= planned && done <= planned ? read("needed") : read("needed") * done / planned;
  if (done <= 0 || planned <= 0) return 0;
  return Math.max(0, Number((Math.floor(Number((whole * step).toFixed(6))) / step - read("issued")).toFixed(digits)));
}

export function showExpected(place, good) {
  const language = document.documentElement.dataset.numbers || document.documentElement.lang;
  for (const each of place.querySelectorAll("[data-needed]")) {
    each.textContent = expected(each.dataset, good).toLocaleString(language, { maximumFractionDigits: Number(each.dataset.digits || 0) });
  }
}

function follow(event) {
  const form = event.target.closest?.("form"), place = form?.querySelector("[data-beside]");
  const input = place && form.elements[place.dataset.beside];
  if (input && (event.target === input || event.type !== "input")) showExpected(place, Number(String(input.value).replace(",", ".")) || 0);
}

export function startExpected() {
  document.addEventListener("input", follow);
  document.addEventListener("focusin", follow);
}
