"""What the journeys of the floor need: a released order, a device that remembers its tones, and measures of a page."""

from __future__ import annotations

from typing import Any

from execution.services.release import release
from p2p.core.models import User
from planning.models import ProductionOrder
from tests.factories import make_group, make_item, make_order, make_reason, make_site, make_user, make_worker

JOB = "/floor/job/MO-000077/10/"
SIZES = {"landscape": (1024, 768), "portrait": (768, 1024), "desktop": (1440, 900)}

LISTEN = """window.heard = [];
AudioContext.prototype.createOscillator = new Proxy(AudioContext.prototype.createOscillator, {
  apply(make, context) {
    const tone = Reflect.apply(make, context, []);
    const start = tone.start.bind(tone);
    tone.start = at => { window.heard.push(tone.frequency.value); start(at); };
    return tone;
  } });"""

SMALL = """() => [...document.querySelectorAll('a:not(.f-skip), button, summary, input:not([type=hidden])')]
  .filter(each => each.checkVisibility() && !each.closest('dialog:not([open])'))
  .filter(each => { const box = each.getBoundingClientRect(); return box.width < 48 || box.height < 48; })
  .map(each => each.textContent.trim() || each.outerHTML.slice(0, 80))"""

LENGTHEN = """() => {
  const walk = document.createTreeWalker(document.getElementById('floor'), NodeFilter.SHOW_TEXT);
  const more = word => word + 'w'.repeat(Math.ceil(word.length * 0.4));
  window.before = [];
  while (walk.nextNode()) {
    window.before.push([walk.currentNode, walk.currentNode.data]);
    walk.currentNode.data = walk.currentNode.data.replace(/[A-Za-z]{2,}/g, more);
  }
}"""
SHORTEN = "() => window.before.forEach(([node, words]) => { node.data = words; })"

# Words that stick out of the button, tile or panel they are in, out of the window, or that are cut by a clip.
CUT = """() => {
  const seen = each => each.checkVisibility() && !each.closest('dialog:not([open])') && !each.closest('.sr');
  const open = document.querySelector('dialog[open]') || document.getElementById('floor'), found = [];
  const boxes = 'button, a, summary, .badge, .chip, .note, .stopnote, .donenote, .tcard, .undo, .facts div,'
    + '.head, .line, .wc, .entry';
  const walk = document.createTreeWalker(open, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const text = walk.currentNode, parent = text.parentElement;
    if (!text.data.trim() || !seen(parent)) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    const box = parent.closest(boxes)?.getBoundingClientRect();
    for (const line of range.getClientRects()) {
      const room = parent.closest(boxes + ', .card')?.getBoundingClientRect();
      const sideways = room && (line.right > room.right + 1 || line.left < room.left - 1);
      const upright = box && (line.bottom > box.bottom + 2 || line.top < box.top - 2);
      if (line.right > innerWidth + 1 || line.left < -1) found.push('window: ' + text.data.trim());
      else if (sideways || upright) found.push('box: ' + text.data.trim());
    }
    for (let each = parent; each && each !== open; each = each.parentElement) {
      const hides = getComputedStyle(each).overflow.includes('hidden');
      const more = each.scrollWidth > each.clientWidth + 1 || each.scrollHeight > each.clientHeight + 2;
      if (hides && more) found.push('clipped: ' + text.data.trim());
    }
  }
  const pairs = ['.prog .of|.prog .togo', '.prog .g|.prog .of', '.entry .typed|.entry .togo'];
  for (const [one, two] of pairs.map(each => each.split('|'))) {
    const [a, b] = [one, two].map(name => open.querySelector(name)?.getBoundingClientRect());
    if (!a || !b || !a.width || !b.width) continue;
    const across = a.right > b.left + 1 && b.right > a.left + 1, along = a.bottom > b.top + 1 && b.bottom > a.top + 1;
    if (across && along) found.push(one + ' runs into ' + two);
  }
  if (document.documentElement.scrollWidth > innerWidth) found.push('the page is wider than the window');
  return [...new Set(found)];
}"""


def make_floor(*, quantity: int = 10, **site: Any) -> ProductionOrder:
    """MO-000077: ten road bicycles at one work centre, released; olinda works there."""
    shop = make_site("SHOP", **site)
    group = make_group(shop, "60", name="Final assembly")
    for code, name in (("S01", "Gouge in metal"), ("S02", "Paint process failed")):
        make_reason(code, name=name)
    for number in range(10, 22):
        make_reason(f"S{number}", name=f"Reason with number {number}")
    by = make_user("operator", site=shop, username="olinda", first_name="Olinda", last_name="Turner")
    make_worker(shop, user=by, group=group)
    made = make_order(
        make_item("BIKE", name="Road bicycle"),
        quantity,
        site=shop,
        number="MO-000077",
        operations=[{"group": group, "name": "Assemble", "run_seconds": 3600}],
    )
    release(orders=[made], by=None)
    return made


def olinda() -> User:
    return User.objects.get(username="olinda")


def type_good(page: Any, digits: str) -> None:
    """Open the pad and tap a number into it."""
    page.get_by_role("button", name="Report good").click()
    for digit in digits:
        page.locator(f"dialog[open] [data-k='{digit}']").click()


def go(page: Any) -> Any:
    return page.locator("dialog[open] [data-go]")


def booked(page: Any, words: str) -> None:
    page.locator(".undo.ok, .undo.warn").get_by_text(words).wait_for()


def turn(page: Any, way: str) -> None:
    width, height = SIZES[way]
    page.set_viewport_size({"width": width, "height": height})


def scan(page: Any, code: str) -> None:
    """A hand scanner: all keys at once and Enter, to whatever has the focus, however busy this machine is."""
    page.evaluate(
        """code => { for (const key of [...code, 'Enter']) {
        const pressed = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true });
        document.activeElement.dispatchEvent(pressed); } }""",
        code,
    )
