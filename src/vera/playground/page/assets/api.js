/**
 * The page's server, as functions that return promises. Every address is relative to the
 * page's, which holds the token.
 */

/** A refused request: `message` is a sentence for people, `status` 0 where nobody answered. */
export class Refused extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

const SILENT = "The playground does not answer.";
const PATIENCE_MS = 30_000;
const LATE = `The playground did not answer within ${PATIENCE_MS / 1000} seconds.`;

/** GET `path` (with `body`: POST it as JSON) and return the JSON of the answer. Throws `Refused`. */
export async function ask(path, body) {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const post = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  let response;
  let text;
  try {
    response = await fetch(path, body === undefined ? { signal } : { ...post, signal });
    text = await response.text();
  } catch (error) {
    throw new Refused(error.name === "TimeoutError" ? LATE : SILENT, 0);
  }
  const answer = parsed(text);
  if (!response.ok) throw new Refused(answer.error || `The playground answered ${response.status}.`, response.status);
  return answer;
}

/**
 * Put one file into the playground, to be posted with a message.
 *
 * `onProgress` hears of the part that is there, from 0 to 1. Returns `{done, cancel}`; `done` resolves to
 * `{id, name, size, mimetype}` or rejects with `Refused`. (fetch tells no progress, so this is an XMLHttpRequest.)
 */
export function upload(file, person, onProgress) {
  const request = new XMLHttpRequest();
  const done = new Promise((resolve, reject) => {
    request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total);
    request.onerror = () => reject(new Refused(SILENT, 0));
    request.onabort = () => reject(new Refused("The upload was cancelled.", 0));
    request.onload = () => {
      const answer = parsed(request.responseText);
      if (request.status < 300) resolve(answer);
      else reject(new Refused(answer.error || `The playground answered ${request.status}.`, request.status));
    };
    request.open("PUT", `uploads?${new URLSearchParams({ as: person, name: file.name })}`);
    request.setRequestHeader("content-type", file.type || "application/octet-stream");
    request.send(file);
  });
  return { done, cancel: () => request.abort() };
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
