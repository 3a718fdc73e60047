// The pad: starts empty, says what the button will do, amber beyond the order, refused beyond the limit.
import { showExpected } from "../js/expected.js";
import { say } from "./notes.js";
import { ring } from "./sound.js";

export function startPad(form) {
  const read = name => Number(form.dataset[name] || 0), part = name => form.querySelector(`[data-${name}]`);
  const good = read("good"), target = read("target"), limit = Math.max(read("limit"), target), places = read("places");
  const left = "left" in form.dataset ? Math.max(0, read("left")) : Math.max(0, target - good), there = "there" in form.dataset ? read("there") : Infinity;
  const language = document.documentElement.dataset.numbers || document.documentElement.lang, input = form.elements.quantity, sheet = form.closest("dialog");
  const write = value => value.toLocaleString(language, { maximumFractionDigits: places }), point = (1.5).toLocaleString(language)[1];
  const whole = value => Number(value.toFixed(places));
  const before = form.dataset.typed || "";
  let typed = /^\d+(\.\d+)?$/.test(before) ? before : "", fresh = true;

  // Good pieces count against the order and its limit; scrap does not, here as in the rule that books them.
  function state(number) {
    if (!number) return "none";
    if (whole(good + number - limit) > 0) return "bad";
    if (number > there) return "few";
    if (whole(good + number - target) > 0) return "warn";
    return number > left ? "more" : "ok";
  }

  // Co- and by-products may come without a good piece.
  function besideSaid() {
    return [...form.querySelectorAll("[data-beside] input")].some(each => each.value.trim());
  }

  form.addEventListener("input", event => { if (event.target.closest("[data-beside]")) show(); });

  function show() {
    const number = Number(typed) || 0, now = state(number), note = part("note"), go = part("go"), ask = part("ask"), none = now === "none" && !besideSaid() || now === "bad";
    const tone = { bad: "bad", warn: "warn", few: "warn", more: "warn", ok: "ok" }[now] || "";
    const figures = { left, count: number || "", over: whole(good + number - target), beyond: whole(good + number - limit), more: whole(number - left), there, after: Math.max(0, whole(left - number)) };
    for (const [name, value] of Object.entries(figures)) form.querySelectorAll(`[data-${name}]`).forEach(each => { each.textContent = value === "" ? "" : write(value); });
    part("shown").textContent = typed.replace(".", point);
    part("shown").dataset.long = typed.length > 5 ? 2 : typed.length > 3 ? 1 : 0;
    form.querySelectorAll("[data-point]").forEach(each => { each.textContent = point; });
    form.querySelectorAll("[data-n]").forEach(each => { each.hidden = each.dataset.n !== now; });
    form.querySelector(".entry").className = `entry ${tone === "ok" ? "" : tone}`;
    note.className = `note ${tone}`;
    go.className = `btn go ${none ? "off" : "good"}`;
    go.setAttribute("aria-disabled", none);
    if (ask) ask.hidden = now !== "bad";
    input.value = typed;
    showExpected(form, number);
    bars(number);
  }

  function bars(number) {
    const all = Math.max(limit, good + number, 1), share = value => value / all * 100, within = Math.min(number, Math.max(0, target - good));
    for (const [name, from, width] of [["g", 0, good], ["p", good, within], ["w", good + within, number - within]]) {
      const bar = form.querySelector(`.scale .${name}`);
      bar.setAttribute("x", share(from));
      bar.setAttribute("width", Math.max(0, share(width)));
    }
    form.querySelector(".scale .mark").setAttribute("x", Math.min(99.5, share(target)));
  }

  function press(key) {
    if (key === "c") typed = "";
    else if (key === "del") typed = typed.slice(0, -1);
    else {
      if (fresh) typed = "";
      const next = (typed + key).replace(/^0+(?=\d)/, "");
      if (key === "." ? places && !typed.includes(".") : (next.split(".")[1] || "").length <= places && next.length <= 9) typed = next === "." ? "0." : next;
    }
    fresh = false;
    show();
  }

  form.addEventListener("click", event => {
    const button = event.target.closest("[data-k], [data-quick]");
    if (!button) return;
    if (button.dataset.k) press(button.dataset.k);
    else if (button.dataset.quick.startsWith("+")) { typed = String(whole((Number(typed) || 0) + Number(button.dataset.quick))); fresh = false; show(); }
    else { typed = button.dataset.quick; fresh = true; show(); }
  });

  // What stood here before a key: when the keys turn out to be a scanner's, that of its first one comes back.
  let past = [];
  sheet?.addEventListener("keydown", event => {
    if (event.target.matches("input:not([type=hidden])")) return;
    past = [...past.slice(-200), { at: event.timeStamp, typed, fresh }];
    if (/^[\d]$/.test(event.key)) press(event.key);
    if (event.key === "." || event.key === ",") press(".");
    if (event.key === "Backspace") press("del");
    if (event.key === "Enter" && !event.target.closest("button, a, summary")) { event.preventDefault(); form.requestSubmit(part("go")); }
  });
  form.addEventListener("floor:scanned", event => {
    const first = past.find(each => each.at >= event.detail.at);
    if (first) { ({ typed, fresh } = first); past = []; show(); }
  });
  form.addEventListener("floor:empty", () => { typed = ""; fresh = true; show(); });

  form.addEventListener("submit", event => {
    if (part("go").getAttribute("aria-disabled") !== "true") return;
    event.preventDefault();
    event.stopImmediatePropagation();
    say(part("note").innerText);
    ring("refused");
  }, true);
  show();
}
