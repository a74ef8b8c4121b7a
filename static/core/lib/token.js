// A name that nobody else chooses: 128 random bits. (crypto.randomUUID is there over HTTPS only.)
export const token = () =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
