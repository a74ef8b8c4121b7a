// Whether the server has another version of the client than the one that runs here, which then lacks parts.
import { signal } from "@preact/signals";

const VERSION = /\/static\/(\w+)\//.exec(import.meta.url)?.[1];

export const outdated = signal(false);

export async function compareVersions() {
  const response = await fetch("/", { cache: "no-store" });
  const [, served] = /\/static\/(\w+)\//.exec(await response.text()) ?? [];
  if (served && served !== VERSION) outdated.value = true;
}

// To be called where a part of the client could not be fetched.
export const partMissing = () => compareVersions().catch(() => {});
