/**
 * The page's icons, drawn on a 20 by 20 grid in the colour of the text around them. They say nothing by themselves: the
 * buttons that hold them have names.
 */

import { html } from "./vendor/htm-preact.js";

function icon(...paths) {
  return function Icon() {
    return html`<svg class="icon" viewBox="0 0 20 20" fill="none" stroke="currentColor" stroke-width="1.5"
      stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">
      ${paths.map((d) => html`<path d=${d} />`)}
    </svg>`;
  };
}

/** Vera's mark: a V that holds a spark. */
export function Mark() {
  return html`<svg class="icon mark" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
    <path class="mark-v" d="M4.5 5.2 10 15l5.5-9.8" fill="none" stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round" />
    <circle class="mark-spark" cx="10" cy="5.6" r="1.7" />
  </svg>`;
}

export const Hash = icon("M8 3.5 6.3 16.5M13.7 3.5 12 16.5M4 7.5h12.8M3.2 12.5H16");
export const Lock = icon("M5 9.2h10v7H5zM7 9V6.5a3 3 0 0 1 6 0V9");
export const Plus = icon("M10 4v12M4 10h12");
export const Cross = icon("M5 5l10 10M15 5 5 15");
export const Back = icon("M12.5 4.5 7 10l5.5 5.5");
export const Menu = icon("M3.5 6h13M3.5 10h13M3.5 14h13");
export const Send = icon("M3.2 16.6 17.5 10 3.2 3.4 5 10zM5 10h5.5");
export const Stop = icon("M5.5 5.5h9v9h-9z");
export const Smile = icon("M10 2.8a7.2 7.2 0 1 1 0 14.4 7.2 7.2 0 0 1 0-14.4M7 11.6c.6 1.3 1.7 2 3 2s2.4-.7 3-2M7.6 7.7v.4M12.4 7.7v.4");
export const AddReaction = icon(
  "M16.8 9.3a7 7 0 1 1-6-6M6.8 11.3c.6 1.3 1.7 2 3 2s2.4-.7 3-2M7.4 7.5v.4M12 7.5v.4M15.5 1.8v5M13 4.3h5",
);
export const ThumbUp = icon("M6.5 9.2 9.6 3.2c1.3 0 2 .8 2 2l-.6 3h4.2a1.4 1.4 0 0 1 1.4 1.7l-1 5a1.6 1.6 0 0 1-1.6 1.3H6.5zM6.5 9.2H3.6v7h2.9");
export const ThumbDown = icon("M13.5 10.8 10.4 16.8c-1.3 0-2-.8-2-2l.6-3H4.8a1.4 1.4 0 0 1-1.4-1.7l1-5A1.6 1.6 0 0 1 6 3.8h7.5zM13.5 10.8h2.9v-7h-2.9");
export const At = icon("M13 10a3 3 0 1 1-6 0 3 3 0 0 1 6 0v1.2a2.1 2.1 0 0 0 4.2 0V10a7.2 7.2 0 1 0-2.9 5.8");
export const Reply = icon(
  "M4 3.7h12a1.3 1.3 0 0 1 1.3 1.3v7.4a1.3 1.3 0 0 1-1.3 1.3h-5l-3.8 3v-3H4a1.3 1.3 0 0 1-1.3-1.3V5A1.3 1.3 0 0 1 4 3.7M6.5 7.2h7M6.5 10.2h4.5",
);
export const Pulse = icon("M2.5 10.5h3.3l2-6 3.6 11 2.3-7 1 2h2.8");
export const More = icon("M10 3.6a1 1 0 1 1 0 2 1 1 0 0 1 0-2M10 9a1 1 0 1 1 0 2 1 1 0 0 1 0-2M10 14.4a1 1 0 1 1 0 2 1 1 0 0 1 0-2");
export const Pencil = icon("M12.8 4.2l3 3L7 16l-3.7.7L4 13zM11 6l3 3");
export const Bin = icon("M4 5.7h12M8 5.5V3.7h4v1.8M5.5 5.9l.8 10.4h7.4l.8-10.4M8.6 9v4.5M11.4 9v4.5");
export const Copy = icon("M7.2 7.2h9v9h-9zM4 12.8V4h8.8");
export const Page = icon("M5 2.8h6.5L15.2 6.5v10.7H5zM11.3 2.9v3.8h3.8");
export const Download = icon("M10 3.5v9M6.3 9.2 10 12.8l3.7-3.6M4 16.3h12");
export const Again = icon("M16 6.3A7 7 0 1 0 17 10M16.3 2.8v3.7h-3.7");
export const Down = icon("M10 4v12M5 11l5 5 5-5");
export const Chevron = icon("M6 8l4 4 4-4");
export const Warning = icon("M10 3.2 17.6 16.4H2.4zM10 8v4M10 14.2v.01");
export const Bold = icon("M6 3.8h4.6a3 3 0 0 1 0 6H6zM6 9.8h5.4a3.2 3.2 0 0 1 0 6.4H6z");
export const Italic = icon("M8.5 4h6M5.5 16h6M11.7 4 8.3 16");
export const Strike = icon("M3.5 10h13M13.8 6.3C13.2 4.7 11.8 4 10 4 7.8 4 6.2 5.2 6.2 7c0 1.4 1 2.3 2.6 3M6 13.5c.5 1.7 2 2.5 4 2.5 2.3 0 4-1.1 4-3 0-.8-.3-1.5-.8-2");
export const Code = icon("M7 5.5 2.5 10 7 14.5M13 5.5 17.5 10 13 14.5");
export const CodeBlock = icon("M4 3.5h12a1 1 0 0 1 1 1v11a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1v-11a1 1 0 0 1 1-1M8 7.5 5.7 10 8 12.5M12 7.5l2.3 2.5-2.3 2.5");
export const Bullets = icon("M7.5 5.5H17M7.5 10H17M7.5 14.5H17M3.7 5.5v.01M3.7 10v.01M3.7 14.5v.01");
export const Quote = icon("M4 4v12M8 6h8.5M8 10h8.5M8 14h5");
export const Sun = icon("M10 6.7a3.3 3.3 0 1 1 0 6.6 3.3 3.3 0 0 1 0-6.6M10 2.5v1.3M10 16.2v1.3M2.5 10h1.3M16.2 10h1.3M4.7 4.7l.9.9M14.4 14.4l.9.9M15.3 4.7l-.9.9M5.6 14.4l-.9.9");
export const Moon = icon("M16.5 11.8A7 7 0 0 1 8.2 3.5a7 7 0 1 0 8.3 8.3");
export const Screen = icon("M3 4.2h14v9.3H3zM7.5 16.5h5M10 13.6v2.8");
export const Keyboard = icon("M2.5 5.5h15v9h-15zM5.5 8.3v.01M8.5 8.3v.01M11.5 8.3v.01M14.5 8.3v.01M6.5 11.7h7");
export const Bulb = icon("M7.3 13.3c0-1.5-2-2.3-2-5a4.7 4.7 0 0 1 9.4 0c0 2.7-2 3.5-2 5zM8 16.3h4");
