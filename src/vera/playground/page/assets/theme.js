/**
 * Light, dark, or as the system has it; the choice is kept in this browser.
 */

import { IconButton } from "./buttons.js";
import { Moon, Screen, Sun } from "./icons.js";
import { html, useState } from "./vendor/htm-preact.js";

const KEY = "vera.theme";
const NEXT = { system: "light", light: "dark", dark: "system" };
const ICONS = { system: Screen, light: Sun, dark: Moon };

/** "system", "light" or "dark". */
export const chosenTheme = () => (localStorage.getItem(KEY) in NEXT ? localStorage.getItem(KEY) : "system");

/** Put a theme on the page: the stylesheet does the rest. */
export function applyTheme(theme) {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

export function ThemeButton() {
  const [theme, setTheme] = useState(chosenTheme);
  const cycle = () => {
    const next = NEXT[theme];
    localStorage.setItem(KEY, next);
    applyTheme(next);
    setTheme(next);
  };
  return html`<${IconButton} name="Theme: ${theme}" icon=${ICONS[theme]} onClick=${cycle} />`;
}
