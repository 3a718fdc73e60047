// The pad: starts empty, says what the button will do, amber beyond the order, refused beyond the limit.
function start(form) {
  const read = name => Number(form.dataset[name] || 0), part = name => form.querySelector(`[data-${name}]`);
  const good = read("good"), scrap = read("scrap"), target = read("target"), limit = Math.max(read("limit"), target), places = read("places"), left = "left" in form.dataset ? Math.max(0, read("left")) : Math.max(0, target - good);
  const language = document.documentElement.dataset.numbers || document.documentElement.lang, input = form.elements.quantity;
  const write = value => value.toLocaleString(language, { maximumFractionDigits: places });
  let typed = "", fresh = true;

  function state(number) { return !number ? "none" : good + number > limit ? "bad" : number > left ? "warn" : "ok"; }

  function show() {
    const number = Number(typed) || 0, now = state(number), entry = form.querySelector(".entry"), note = part("note"), go = part("go"), ask = part("ask");
    part("shown").textContent = typed;
    part("left").textContent = write(left);
    form.querySelectorAll("[data-count]").forEach(each => { each.textContent = number ? write(number) : ""; });
    form.querySelectorAll("[data-over]").forEach(each => { each.textContent = write(number - left); });
    form.querySelectorAll("[data-after]").forEach(each => { each.textContent = write(Math.max(0, left - number)); });
    form.querySelectorAll("[data-n]").forEach(each => { each.hidden = each.dataset.n !== now; });
    entry.className = `entry ${now === "warn" || now === "bad" ? now : ""}`;
    note.className = `note ${now === "none" ? "" : now}`;
    go.className = `btn go ${now === "ok" || now === "warn" ? "good" : "off"}`;
    go.setAttribute("aria-disabled", now === "none" || now === "bad");
    if (ask) ask.hidden = now !== "bad";
    input.value = typed;
    bars(number);
  }

  function bars(number) {
    const whole = Math.max(limit, good + scrap + number, 1), share = value => value / whole * 100;
    const within = Math.min(number, left), widths = [["g", 0, good], ["s", good, scrap], ["p", good + scrap, within], ["w", good + scrap + within, number - within]];
    for (const [name, from, width] of widths) { const bar = form.querySelector(`.scale .${name}`); bar.setAttribute("x", share(from)); bar.setAttribute("width", Math.max(0, share(width))); }
    form.querySelector(".scale .mark").setAttribute("x", share(target));
  }

  function press(key) {
    if (key === "c") typed = "";
    else if (key === "del") typed = typed.slice(0, -1);
    else {
      if (fresh) typed = "";
      const next = (typed + key).replace(/^0+(?=\d)/, "");
      if (key === "." ? places && !typed.includes(".") : (next.split(".")[1] || "").length <= places && next.length <= 9) typed = next;
    }
    fresh = false;
    show();
  }

  form.addEventListener("click", event => {
    const button = event.target.closest("[data-k], [data-quick]");
    if (!button) return;
    if (button.dataset.k) press(button.dataset.k);
    else if (button.dataset.quick.startsWith("+")) { typed = String((Number(typed) || 0) + Number(button.dataset.quick)); fresh = false; show(); }
    else { typed = button.dataset.quick; fresh = true; show(); }
  });
  form.closest("dialog")?.addEventListener("keydown", event => {
    if (/^[\d.]$/.test(event.key)) press(event.key);
    if (event.key === "Backspace") press("del");
  });
  form.addEventListener("submit", event => { if (part("go").getAttribute("aria-disabled") === "true") { event.preventDefault(); event.stopImmediatePropagation(); } }, true);
  show();
}

document.querySelectorAll("form[data-pad]").forEach(start);
