// Paper: the button prints the page as its print style draws it.
document.addEventListener("click", event => { if (event.target.closest("[data-print]")) print(); });
