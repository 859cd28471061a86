/**
 * Files under a message: pictures as pictures, everything else as a card with its name, kind and size.
 */

import { Download, Page } from "./icons.js";
import { html } from "./vendor/htm-preact.js";

const PICTURES = ["image/png", "image/jpeg", "image/gif", "image/webp"];

/**
 * Files that aren't posted yet lead nowhere; a picture is shown from here then (`url`).
 *
 * @param {{files: {id: string, name: string, mimetype: string, size: number, url?: string}[],
 *   isPosted?: boolean}} props
 */
export function Files({ files, isPosted = true }) {
  return html`<div class="message-files">
    ${files.map((file) => (PICTURES.includes(file.mimetype)
      ? html`<${Picture} key=${file.id} file=${file} isPosted=${isPosted} />`
      : html`<${Card} key=${file.id} file=${file} isPosted=${isPosted} />`))}
  </div>`;
}

function Picture({ file, isPosted }) {
  if (!isPosted) return html`<span class="picture"><img src=${file.url} alt=${file.name} /></span>`;
  return html`<a class="picture" href=${addressOf(file)} target="_blank" rel="noopener noreferrer">
    <img src=${addressOf(file)} alt=${file.name} loading="lazy" />
  </a>`;
}

function Card({ file, isPosted }) {
  return html`<div class="file-card">
    <span class="file-sign"><${Page} /></span>
    <span class="file-words">
      <span class="file-name">${file.name}</span><span class="file-kind">${kindOf(file)}</span>
    </span>
    ${isPosted && html`<a class="icon-button" href=${addressOf(file)} download=${file.name}
      aria-label="Download ${file.name}" data-tip="Download"><${Download} /></a>`}
  </div>`;
}

const addressOf = (file) => `files/${file.id}/${encodeURIComponent(file.name)}`;

function kindOf({ name, size }) {
  const extension = /\.(\w{1,8})$/.exec(name)?.[1].toUpperCase();
  return [extension, sizeOf(size)].filter(Boolean).join(" · ");
}

const KB = 1024;

/** "12 KB": a number of bytes in words, counted as the limits are. */
export function sizeOf(bytes) {
  if (bytes < KB) return bytes === 1 ? "1 byte" : `${bytes} bytes`;
  return bytes < 999.5 * KB ? `${Math.round(bytes / KB)} KB` : `${(bytes / KB / KB).toFixed(1)} MB`;
}
