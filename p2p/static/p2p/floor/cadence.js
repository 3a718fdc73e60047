// Which keys a scanner sent: it types faster than a finger, evenly, and may stall in the middle of a code. Digits that a finger typed
// just before are not part of the code.
const FINGER = 100, EVEN = 5;

const digit = key => /^[\d.,]$/.test(key.sign);

/** How many of the keys a finger typed first: each of them was followed by a pause. One key alone may be a code that stalled behind
 * its first sign, unless it is a digit and the pause is long enough to reach for the scanner. */
function lead(keys, gap) {
  let first = 0;
  while (first < keys.length - 1 && keys[first + 1].at - keys[first].at > gap) first += 1;
  return first === 1 && !(digit(keys[0]) && keys[1].at - keys[0].at >= FINGER) ? 0 : first;
}

/** The keys of the code, and whether a scanner sent them: most came faster than a finger, and behind what was typed nearly all did.
 * `keys`: [{ sign, at }] since the last pause; `end`: when Enter came; `gap`: milliseconds from which on a key is a finger's. */
export function split(keys, end, gap) {
  const first = lead(keys, gap), code = keys.slice(first), times = [...code.map(key => key.at), end];
  const slow = times.filter((at, place) => place && at - times[place - 1] > gap).length, quick = times.length - 1 - slow;
  return { keys: code, fast: quick >= (first ? EVEN : 2) * slow };
}
