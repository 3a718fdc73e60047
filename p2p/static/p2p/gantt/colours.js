// Colours come from the page's tokens, read again when the theme changes.
const PLAIN = ["bg", "surface", "sunken", "line", "line-strong", "text", "text-2", "text-3", "primary", "grid", "break", "selected"];
const STATES = ["proposed", "firm", "scheduled", "released", "started", "finished", "late", "hold", "outside", "setup"];

export function colours(context) {
  const style = getComputedStyle(document.documentElement), read = name => style.getPropertyValue(name).trim();
  const found = Object.fromEntries(PLAIN.map(name => [name, read(`--p-${name}`)]));
  for (const state of STATES) {
    found[state] = read(`--s-${state}`);
    found[`${state}-bg`] = read(`--s-${state}-bg`) || found.surface;
    found[`${state}-fg`] = read(`--s-${state}-fg`) || found.text;
  }
  found.hatch = hatch(context, found.setup);
  return found;
}

function hatch(context, colour) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 6;
  const pen = tile.getContext("2d");
  pen.strokeStyle = colour;
  pen.lineWidth = 1.5;
  pen.beginPath();
  for (const shift of [-6, 0, 6]) { pen.moveTo(shift - 1, 7); pen.lineTo(shift + 7, -1); }
  pen.stroke();
  return context.createPattern(tile, "repeat");
}
