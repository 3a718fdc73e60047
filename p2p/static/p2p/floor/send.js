// Sends an entry without leaving the page: no answer, a fault or a sign-out in between loses nothing that was typed.
// The form's key stays until the server has answered, so that sending again counts once.
import { stop, say, words } from "./notes.js";

const PATIENCE = 30000;

function key() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map(byte => byte.toString(16).padStart(2, "0")).join("");
}

function hidden(form, name, value) {
  form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
}

function filled(form, button) {
  if (!form.elements.key) hidden(form, "key", key());
  const body = new URLSearchParams(new FormData(form));
  if (button?.name) body.set(button.name, button.value);
  // The cookie's token holds even when somebody has signed in anew since the page was drawn.
  const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];
  if (token) body.set("csrfmiddlewaretoken", token);
  return body;
}

async function ask(url, body) {
  const patience = new AbortController(), timer = setTimeout(() => patience.abort(), PATIENCE);
  try {
    const answer = await fetch(url, { method: "POST", body, signal: patience.signal });
    if (answer.status >= 500) return { problem: "broken" };
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (page.getElementById("floor")) return { page, url: answer.redirected ? answer.url : "" };
    return answer.redirected && answer.ok ? { away: answer.url } : { problem: "denied" };
  } catch { return { problem: "lost" }; } finally { clearTimeout(timer); }
}

// `notes.before(body)` hears what goes out and says whether it is kept for later, `notes.after()` that it was answered.
export async function send(form, button, draw, notes) {
  if (form.dataset.sent) return;
  const sheet = form.closest("dialog"), body = filled(form, button);
  const kept = notes?.before(body);
  if (!navigator.onLine) { stop(words(kept ? "waits" : "offline"), sheet); return; }
  form.dataset.sent = "1";
  form.setAttribute("aria-busy", "true");
  say(words("sending"));
  const said = await ask(form.action, body);
  if (said.page || said.away) notes?.after();
  if (said.page) { draw(said.page, said.url); return; }
  // To the log-in: it brings back to the job, with what was typed.
  if (said.away) { location.assign(said.away); return; }
  delete form.dataset.sent;
  form.removeAttribute("aria-busy");
  stop(words(said.problem), sheet);
}
