/**
 * Where the page begins.
 */

import { App } from "./app.js";
import { refuseStrayDrops } from "./drop.js";
import { Store } from "./store.js";
import { applyTheme, chosenTheme } from "./theme.js";
import { html, render } from "./vendor/htm-preact.js";

const ADA = "U0ADALOVEL"; // whom every playground has

applyTheme(chosenTheme());
refuseStrayDrops();
const store = new Store(sessionStorage.getItem("vera.as") ?? ADA);
render(html`<${App} store=${store} />`, document.getElementById("page"));
store.connect(store.state.as, ADA);
