// A field that only some answers ask for: `data-asked="kind=capability skill"` names another field of the form and
// what has to be chosen there. Out of sight it is not sent either. Without this script all fields stand there, and
// the server says which of them do not go together.
function fit(field, chosen) {
  const [name, answers] = field.dataset.asked.split("="), other = field.closest("form")?.elements[name];
  if (!other) return;
  const controls = [...field.querySelectorAll("input, select, textarea")], wanted = answers.split(" ").includes(other.value);
  const kept = !chosen && (field.classList.contains("bad") || controls.some(each => each.value && each.value !== "0"));
  field.hidden = !wanted && !kept; // what was kept once, or was refused, is only put away by a choice
  controls.forEach(each => { each.disabled = field.hidden; });
}

export function fitAll(root = document) { root.querySelectorAll("[data-asked]").forEach(each => fit(each, false)); }
document.addEventListener("change", event => {
  event.target.form?.querySelectorAll(`[data-asked^="${event.target.name}="]`).forEach(each => fit(each, true));
});
document.body.addEventListener("htmx:afterSettle", event => fitAll(event.detail.target ?? document));
fitAll();
