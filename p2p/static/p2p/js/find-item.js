// Fields that name an item offer items while one types.
import { suggest } from "./bom-suggest.js";

document.querySelectorAll("input[data-find]").forEach(input => suggest(input, input.dataset.find, input.dataset.none));
