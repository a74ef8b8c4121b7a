// The title of the page, which is also what screen readers hear when the page changes.
import { useEffect } from "preact/hooks";
import { withoutDirection } from "../core/words/text.js";
import { announce } from "../core/store/notices.js";
import { instance } from "../core/store/session.js";

let spoken = null;

export function useTitle(title) {
  const full = `${withoutDirection(title)} · ${instance.value.name}`;
  useEffect(() => {
    document.title = full;
    // A count before the title changes by itself and is announced where it is shown.
    const name = title.replace(/^\(\d+\) /, "");
    if (spoken !== null && spoken !== name) announce(name);
    spoken = name;
  }, [full]);
}
