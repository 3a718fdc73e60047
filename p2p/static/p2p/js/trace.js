// The trace: zoom of the flow picture, and the panel of the node that is clicked or chosen with Enter.
const SMALLEST = 0.3, LARGEST = 2.5;

function zoom(box, factor) {
  const svg = box.querySelector("svg");
  const width = Number(box.dataset.width);
  svg.setAttribute("width", String(Math.round(width * factor)));
  svg.setAttribute("height", String(Math.round(svg.viewBox.baseVal.height * factor)));
  box.dataset.factor = String(factor);
}

function turned(box, way) {
  const now = Number(box.dataset.factor || 1);
  if (way === "fit") return Math.min(1, Math.max(SMALLEST, (box.clientWidth - 2) / Number(box.dataset.width)));
  return Math.min(LARGEST, Math.max(SMALLEST, now * (way === "1" ? 1.25 : 0.8)));
}

async function show(node) {
  const side = document.getElementById("trace-node");
  if (!side) return;
  document.querySelectorAll(".t-node.here").forEach(each => each.classList.remove("here"));
  node.classList.add("here");
  const chosen = side.dataset.chosen = node.dataset.node;
  const answer = await fetch(`${side.dataset.url}?of=${encodeURIComponent(node.dataset.node)}`, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (!answer?.ok) return;
  const words = await answer.text();
  if (side.dataset.chosen === chosen) side.innerHTML = words;
}

// The first node is asked for when the page opens; who has chosen another meanwhile keeps that.
document.addEventListener("htmx:beforeSwap", event => {
  if (event.detail.target?.id === "trace-node" && event.detail.target.dataset.chosen) event.detail.shouldSwap = false;
});

document.addEventListener("click", event => {
  const button = event.target.closest?.("[data-zoom]");
  if (button) {
    const box = button.closest(".p-card").querySelector(".t-scroll");
    zoom(box, turned(box, button.dataset.zoom));
    return;
  }
  const node = event.target.closest?.(".t-node");
  if (node) show(node);
});
document.addEventListener("keydown", event => {
  const node = event.target.closest?.(".t-node");
  if (node && (event.key === "Enter" || event.key === " ")) { event.preventDefault(); show(node); return; }
  const box = event.target.closest?.(".t-scroll");
  if (box && ["+", "-", "0"].includes(event.key)) zoom(box, turned(box, { "+": "1", "-": "-1", 0: "fit" }[event.key]));
});

// A large picture opens where the trace begins, not in its upper left corner.
function begin() {
  document.querySelectorAll(".t-scroll:not([data-begun])").forEach(box => {
    box.dataset.begun = "1";
    const start = box.querySelector(".t-node.start");
    if (!start) return;
    const at = start.getBoundingClientRect(), frame = box.getBoundingClientRect();
    box.scrollLeft += at.left + at.width / 2 - frame.left - box.clientWidth / 2;
    box.scrollTop += at.top + at.height / 2 - frame.top - box.clientHeight / 2;
  });
}
// Styles decide how large the frame is: they come first.
if (document.readyState === "complete") begin(); else addEventListener("load", begin);
document.addEventListener("htmx:afterSettle", () => { if (document.readyState === "complete") setTimeout(begin, 60); });
