// Chosen files, kept in this browser until they are published or given up, so that neither a reload nor a
// crash in the middle of an upload loses them. A browser that keeps none (a private window, a full disk)
// costs no more than that: every function here resolves, and says what it could do.

const DATABASE = "perch";
const STORE = "files";
// Many drafts' worth: what is beyond it lives as long as the page.
const MOST_BYTES = 200 << 20;
// A file may be kept for a moment before the draft that names it.
const GRACE = 60_000;

let opening = null;

function open() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "id" });
    request.onsuccess = () => {
      const database = request.result;
      // Signing out, here or in another tab, deletes all of it.
      database.onversionchange = database.onclose = () => {
        database.close();
        opening = null;
      };
      resolve(database);
    };
    request.onerror = () => reject(request.error);
  });
  return opening;
}

// Runs `work` on the store and resolves to its result once it is safely written.
async function inStore(mode, work) {
  try {
    const database = await open();
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, mode);
      const request = work(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request?.result);
      transaction.onabort = () => reject(transaction.error);
    });
  } catch {
    opening = null;
    return undefined;
  }
}

// Resolves to whether the file is kept.
export async function keepFile(id, file) {
  const others = (await inStore("readonly", (store) => store.getAll())) ?? [];
  const bytes = others.reduce((sum, one) => sum + one.file.size, file.size);
  if (bytes > MOST_BYTES) return false;
  return (await inStore("readwrite", (store) => store.put({ id, file, at: Date.now() }))) !== undefined;
}

// Resolves to the file, or to null where it is not here.
export async function readFile(id) {
  return (await inStore("readonly", (store) => store.get(id)))?.file ?? null;
}

export async function dropFile(id) {
  await inStore("readwrite", (store) => store.delete(id));
}

// Drops what nothing names any more: `named` is a set of ids.
export async function dropOthers(named) {
  const all = (await inStore("readonly", (store) => store.getAll())) ?? [];
  const gone = all.filter((one) => !named.has(one.id) && one.at < Date.now() - GRACE);
  await Promise.all(gone.map((one) => dropFile(one.id)));
}
