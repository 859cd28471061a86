/**
 * Files dropped anywhere on a pane go to its composer; dropped beside one they go nowhere (and don't replace the page).
 */

import { html, useEffect, useState } from "./vendor/htm-preact.js";

const FROM_HERE = "application/x-vera-page";

const hasFiles = ({ dataTransfer }) => Boolean(dataTransfer?.types.includes("Files"));

/** Whether somebody brings files: the page's own pictures are none, though the browser makes files of them. */
const bringsFiles = (event) => hasFiles(event) && !event.dataTransfer.types.includes(FROM_HERE);

/** Return `[isOver, handlers]` for a pane: `onFiles(files)` is called with what is dropped on it. */
export function useDrop(onFiles) {
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    if (!isOver) return;
    const end = () => setOver(false); // nothing else moves during a drag: it ended where nobody was told
    addEventListener("pointermove", end);
    return () => removeEventListener("pointermove", end);
  }, [isOver]);
  const onDragOver = (event) => {
    if (!bringsFiles(event)) return;
    event.preventDefault();
    setOver(true);
  };
  return [isOver, {
    onDragEnter: onDragOver,
    onDragOver,
    onDragLeave: (event) => event.currentTarget.contains(event.relatedTarget) || setOver(false),
    onDrop: (event) => {
      if (!bringsFiles(event)) return;
      event.preventDefault();
      setOver(false);
      onFiles(event.dataTransfer.files);
    },
  }];
}

export function DropOverlay({ where }) {
  return html`<div class="drop-overlay" aria-hidden="true"><p>Drop to share in <strong>${where}</strong></p></div>`;
}

/** Let no file that misses a pane be opened in the page's place, and tell what is dragged from the page itself. */
export function refuseStrayDrops() {
  addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
  addEventListener("drop", (event) => hasFiles(event) && event.preventDefault());
  addEventListener("dragstart", (event) => event.dataTransfer.setData(FROM_HERE, "here"));
}
