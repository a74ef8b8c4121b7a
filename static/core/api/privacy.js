// The viewer's data: export and deletion.
import { call, keyHeader, noAnswer, parse, readAnswer } from "./http.js";

export const fetchExport = async () => (await call("GET", "/users/me/export")).export;

export const askExport = async () => (await call("POST", "/users/me/export")).export;

// The archive, which may be large: it takes as long as it takes.
export async function fetchArchive() {
  let response;
  try {
    response = await fetch("/api/users/me/export/archive", { headers: keyHeader(), cache: "no-store" });
    if (response.ok) return await response.blob();
  } catch {
    throw noAnswer();
  }
  return readAnswer(response.status, parse(await response.text()));
}

export const deleteAccount = async (handle) =>
  (await call("DELETE", "/users/me", { body: { handle } })).deletion;

// For the key of an account that is being deleted: it isn't signed in, and allows only these two.
export const fetchDeletion = async (key) => (await call("GET", "/users/me/deletion", { key })).deletion;

export const keepAccount = (key) => call("DELETE", "/users/me/deletion", { key });
