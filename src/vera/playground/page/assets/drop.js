/**
 * Files dropped anywhere on a pane go to its composer; dropped beside one they go nowhere (and don't replace the page).
 */

import { html, useRef, useState } from "./vendor/htm-preact.js";

const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");

/** Return `[isOver, handlers]` for a pane: `onFiles(files)` is called with what is dropped on it. */
export function useDrop(onFiles) {
  const [isOver, setOver] = useState(false);
  const depth = useRef(0); // entering a child comes before leaving its parent
  const moved = (step) => (event) => {
    if (!hasFiles(event)) return;
    depth.current += step;
    setOver(depth.current > 0);
  };
  return [isOver, {
    onDragEnter: moved(1),
    onDragLeave: moved(-1),
    onDragOver: (event) => hasFiles(event) && event.preventDefault(),
    onDrop: (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      depth.current = 0;
      setOver(false);
      onFiles(event.dataTransfer.files);
    },
  }];
}

export function DropOverlay({ where }) {
  return html`<div class="drop-overlay" aria-hidden="true"><p>Drop to share in <strong>${where}</strong></p></div>`;
}

/** Let no file that misses a pane be opened in the page's place. */
export function refuseStrayDrops() {
  addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
  addEventListener("drop", (event) => hasFiles(event) && event.preventDefault());
}
