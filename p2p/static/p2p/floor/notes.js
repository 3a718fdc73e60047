// What the page says by itself: a refusal that stays, words for ears.
import { ring } from "./sound.js";

const live = document.getElementById("live");

export function say(words) { live.textContent = ""; requestAnimationFrame(() => { live.textContent = words; }); }

export function words(name) { return document.getElementById("words").dataset[name]; }

// In the open sheet, else on the page: it stays until the next entry, the next scan or a tap on Understood.
export function stop(text, sheet = document.querySelector("dialog[open]")) {
  clear(sheet);
  const note = document.getElementById("stop").content.firstElementChild.cloneNode(true);
  note.querySelector("[data-words]").textContent = text;
  note.dataset.rung = "1";
  if (sheet) sheet.querySelector(".sheethead").after(note); else document.getElementById("main").prepend(note);
  note.scrollIntoView({ block: "nearest" });
  ring("refused");
}

export function clear(sheet) { (sheet || document.getElementById("main")).querySelectorAll(".stopnote").forEach(each => each.remove()); }
