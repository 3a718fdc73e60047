// Tabs that do not fit beside each other move sideways: the current one is in sight.
function show(root = document) {
  for (const tab of root.querySelectorAll(".p-tabs > [aria-current]")) {
    const bar = tab.parentElement;
    if (bar.scrollWidth > bar.clientWidth) bar.scrollLeft = tab.offsetLeft - bar.offsetLeft - (bar.clientWidth - tab.offsetWidth) / 2;
  }
}
document.body.addEventListener("htmx:afterSettle", () => show());
show();
