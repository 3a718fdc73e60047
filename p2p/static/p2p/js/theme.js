// Before the first paint: the theme this person chose, or the system's. No module: it must not wait.
(function () {
  const root = document.documentElement, dark = matchMedia("(prefers-color-scheme: dark)");
  function choice() {
    try { return localStorage.getItem("p2p-theme") || "auto"; } catch { return "auto"; }
  }
  function paint() {
    const chosen = choice();
    root.dataset.themeChoice = chosen;
    root.dataset.bsTheme = chosen === "auto" ? (dark.matches ? "dark" : "light") : chosen;
    dispatchEvent(new Event("p2p:theme"));
  }
  dark.addEventListener("change", paint);
  addEventListener("storage", event => { if (event.key === "p2p-theme") paint(); });
  window.p2pTheme = {
    choice,
    choose(name) { try { localStorage.setItem("p2p-theme", name); } catch { /* private window: lasts for the page */ } root.dataset.themeChoice = name; paint(); },
  };
  paint();
})();
