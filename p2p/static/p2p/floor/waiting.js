// Scans that came while the one before was on its way, or while there was no connection: kept on the device in their order, sent one by one.
// The one that is on its way is kept with its key until it is answered: after a reload it is sent again and counts once.
const KEY = "p2p-scans";
const here = form => new URL(form.action).pathname;

function read() {
  try { return JSON.parse(sessionStorage.getItem(KEY)) || []; } catch { return []; }
}
function write(scans) {
  try { if (scans.length) sessionStorage.setItem(KEY, JSON.stringify(scans)); else sessionStorage.removeItem(KEY); } catch { /* no room: they are told on the page all the same */ }
}

export const count = () => read().length;
export const unanswered = () => read().some(each => each.out);

export function add(form, code) { write([...read(), { code, where: here(form) }]); }

// The scan that goes out now; one that waits is no longer waiting.
export function sending(form, code, key) {
  const [first, ...rest] = read(), same = first?.code === code && first.where === here(form);
  write([{ code, key, where: here(form), out: true }, ...(same ? rest : read().filter(each => !each.out))]);
}
export function answered() { write(read().filter(each => !each.out)); }

// What is to be sent on this page next; scans meant for another page are given back to be told, never sent here.
export function next(form) {
  const scans = read(), mine = scans.filter(each => form && each.where === here(form));
  return { scan: mine[0] || null, lost: scans.filter(each => !mine.includes(each)).map(each => each.code) };
}
export function forget() { write([]); }
