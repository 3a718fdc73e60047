// Keys that come before the page is ready: kept, and heard by the scanner's ear when it is there.
window.p2pEarly = [];
window.p2pKeep = event => window.p2pEarly.push(event);
document.addEventListener("keydown", window.p2pKeep, true);
