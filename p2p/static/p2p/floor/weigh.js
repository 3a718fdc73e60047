// What a scale types: summed up, less the tare, beside what is allowed. The server reads it again and decides.
const SAID = /^(?:[A-Z]{2},(?:[A-Z]{2},)?)?\s*\+?\s*(\d{1,12}(?:[.,]\d{1,9})?)\s*([^\d\s]*)$/;
const BETWEEN = /[\n;]|,(?=\s)|,$/;

const parts = text => text.split(BETWEEN).map(each => each.trim()).filter(Boolean);

// Null when a part is no weight, or in a unit that only the server can convert.
function weights(text, unit) {
  const found = parts(text).map(each => SAID.exec(each));
  if (found.some(each => !each || each[2] && each[2].toUpperCase() !== unit.toUpperCase())) return null;
  return found.map(each => Number(each[1].replace(",", ".")));
}

function draw(form) {
  const { unit } = form.dataset, gross = weights(form.elements.weighings.value, unit), tares = weights(form.elements.tare.value, unit);
  const known = gross?.length && tares, tare = known ? tares.reduce((sum, each) => sum + each, 0) : 0;
  const net = known ? Number(gross.reduce((sum, each) => sum + each - tare, 0).toFixed(9)) : null;
  const language = document.documentElement.dataset.numbers || document.documentElement.lang;
  form.querySelectorAll("[data-net]").forEach(each => { each.textContent = net === null ? "–" : net.toLocaleString(language, { maximumFractionDigits: 9 }); });
  if ("low" in form.dataset) bar(form, net);
}

function bar(form, net) {
  const [planned, low, high] = ["planned", "low", "high"].map(name => Number(form.dataset[name])), weight = net ?? 0;
  const all = Math.max(high, weight, 1e-9) * 1.05, at = value => Math.max(0, value / all * 100), set = (name, x, width) => {
    form.querySelector(`.bar .${name}`).setAttribute("x", x);
    if (width !== undefined) form.querySelector(`.bar .${name}`).setAttribute("width", Math.max(0, width));
  };
  const outside = net !== null && (net > high || net < low && !form.elements.more_comes?.checked);
  set("ok", at(low), at(high) - at(low));
  set("n", 0, at(weight));
  set("mark", Math.min(99.5, at(planned)));
  form.classList.toggle("out", outside);
  const why = form.querySelector("[data-outside]");
  if (why) why.hidden = !outside && net !== null;
}

const weighed = event => event.target.closest?.("form[data-weigh]");
document.addEventListener("input", event => { if (weighed(event)) draw(weighed(event)); });
document.addEventListener("change", event => { if (weighed(event)) draw(weighed(event)); });
document.addEventListener("click", event => {
  const form = event.target.closest("[data-tare]") && weighed(event);
  if (!form) return;
  const all = parts(form.elements.weighings.value), last = all.pop();
  if (!last) return;
  form.elements.tare.value = last;
  form.elements.weighings.value = all.map(each => `${each}\n`).join("");
  form.elements.weighings.focus();
  draw(form);
});

// A sheet opens where the scale types.
export function startWeighing(form) {
  form.closest("dialog")?.addEventListener("focus", () => form.elements.weighings.focus());
  draw(form);
}
