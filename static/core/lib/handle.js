// What a handle may be, and the nearest one to what somebody typed.

const MAX_LENGTH = 30;

const LETTERS = {
  а: "a", б: "b", в: "v", г: "g", д: "d", е: "e", ё: "e", ж: "zh", з: "z", и: "i", й: "i", к: "k", л: "l",
  м: "m", н: "n", о: "o", п: "p", р: "r", с: "s", т: "t", у: "u", ф: "f", х: "kh", ц: "ts", ч: "ch", ш: "sh",
  щ: "shch", ъ: "", ы: "y", ь: "", э: "e", ю: "iu", я: "ia", ß: "ss", æ: "ae", ø: "o", ł: "l",
};

// The word for what is wrong: "characters", "long", or null where nothing is.
export function wrongWith(handle) {
  if (!/^[a-z0-9_]*$/.test(handle)) return "characters";
  return handle.length > MAX_LENGTH ? "long" : null;
}

export function nearest(text) {
  const letters = [...text.trim().normalize("NFC").toLowerCase()].map((letter) => LETTERS[letter] ?? letter);
  return letters
    .join("")
    .normalize("NFKD")
    .replace(/[\s.-]+/g, "_")
    .replace(/[^a-z0-9_]/g, "")
    .slice(0, MAX_LENGTH);
}
