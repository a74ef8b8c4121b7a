// Pictures over the wire. XMLHttpRequest, because fetch does not tell how much has been sent.
import { ApiError, call, keyHeader, noAnswer, parse, readAnswer, seconds } from "./http.js";

// A phone on a train: as long as bytes move, the upload goes on. This is for silence.
const SILENCE = 60_000;

// Sends one picture and resolves to its media attachment. `progress` gets 0 to 1.
export function uploadMedia(file, alt, { progress, signal, purpose = null }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const headers = keyHeader();
    let silence;
    const listen = () => {
      clearTimeout(silence);
      silence = setTimeout(() => {
        reject(new ApiError("timeout"));
        request.abort();
      }, SILENCE);
    };
    request.open("POST", "/api/medias");
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.addEventListener("progress", (event) => {
      listen();
      if (event.lengthComputable) progress(event.loaded / event.total);
    });
    request.addEventListener("loadend", () => clearTimeout(silence));
    request.addEventListener("error", () => reject(noAnswer()));
    request.addEventListener("abort", () => reject(new DOMException("", "AbortError")));
    request.addEventListener("load", () => {
      const wait = seconds(request.getResponseHeader("retry-after"));
      try {
        const body = parse(request.responseText);
        resolve(readAnswer(request.status, body, wait, headers["api-key"]).media);
      } catch (error) {
        reject(error);
      }
    });
    signal.addEventListener("abort", () => request.abort(), { once: true });
    const form = new FormData();
    // Fields come before the file, so that the server knows them when the bytes arrive.
    if (alt) form.append("alt", alt);
    if (purpose) form.append("purpose", purpose);
    form.append("file", file, file.name || "picture");
    listen();
    request.send(form);
  });
}

/** @param {{alt?: string, focus?: import("./shapes.js").FocusJson | null}} description what changes */
export const describeMedia = async (id, description) => (await call("PATCH", `/medias/${id}`, { body: description })).media;
