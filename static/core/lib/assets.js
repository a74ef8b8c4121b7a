// Files of the client that are no modules.

/** The address below which all files of this version lie. */
const base = /^.*\/static\/\w+\//.exec(import.meta.url)?.[0] ?? "/";

/** The address of a file, such as "icons/perch.svg". */
export const asset = (name) => base + name;
