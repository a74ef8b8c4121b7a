// A click on a row opens its tweet, unless it was meant for something in the row or selects text.
import { find } from "../../core/ui/find.js";
import { navigate } from "../../core/router.js";

// A press that slides off a button, or loses it to a redraw, ends in a click on what is around the button.
let pressed = null;
addEventListener("pointerdown", ({ target }) => (pressed = target), { capture: true, passive: true });

export function openRow(event) {
  if (event.target !== pressed || event.target.closest("a, button, form")) return;
  if (getSelection().toString()) return;
  const row = event.target.closest("[data-row]");
  if (!row || row.matches(".deleted")) return;
  const link = find(".opens", row);
  if (link) link.click();
  else if (/^\d+$/.test(row.dataset.row)) navigate(`/tweets/${row.dataset.row}`);
}
