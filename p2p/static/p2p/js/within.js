// A choice within a choice: `data-within` names another list of the form; of this one only the group that is called
// like what is chosen there can be taken. Without this script all groups stand there, and the server checks.
function narrow(list) {
  const other = list.form?.elements[list.dataset.within];
  if (!other) return;
  const wanted = other.selectedOptions[0]?.text, groups = [...list.querySelectorAll("optgroup")];
  groups.forEach(each => { each.hidden = each.disabled = each.label !== wanted; });
  if (list.selectedOptions[0]?.closest("optgroup")?.disabled) list.value = "";
  list.disabled = groups.every(each => each.disabled);
}

export function narrowAll(root = document) { root.querySelectorAll("select[data-within]").forEach(narrow); }
document.addEventListener("change", event => {
  event.target.form?.querySelectorAll(`select[data-within="${event.target.name}"]`).forEach(narrow);
});
document.body.addEventListener("htmx:afterSettle", event => narrowAll(event.detail.target ?? document));
narrowAll();
