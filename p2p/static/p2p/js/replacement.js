// The preview of a mass replacement: heading and question count the bills that are ticked.
const form = document.querySelector("[data-replacement]");
if (form) form.addEventListener("change", event => { if (event.target.name === "keep") count(); });

function count() {
  const boxes = [...form.querySelectorAll("[name='keep']")], keys = list => new Set(list.map(box => box.value));
  const kept = keys(boxes.filter(box => box.checked)), out = keys(boxes.filter(box => !kept.has(box.value))); // a bill may have two lines
  const { bills, one, many, askOne, askMany } = form.dataset, locale = document.documentElement.dataset.numbers || document.documentElement.lang;
  const left = Number(bills) - out.size, said = new Intl.NumberFormat(locale).format(left);
  const button = form.querySelector("[data-confirm]"), head = form.querySelector("[data-bills-head]");
  head.textContent = (left === 1 ? one : many).replace("#", said);
  button.dataset.confirm = (left === 1 ? askOne : askMany).replace("#", said);
  button.disabled = left < 1;
}
