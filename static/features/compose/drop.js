// Pictures may be dropped anywhere on the window.
import { t } from "../../core/words/words.js";
import { openDialog } from "../../core/store/dialogs.js";
import "./words.js";

const COMPOSER = ".composer[data-target]";

const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");

export function startDrop() {
  // Entering a child fires before leaving its parent: only a count tells "outside" from "inside".
  let depth = 0;
  const hint = document.createElement("p");
  hint.className = "drop-hint";
  hint.ariaHidden = "true";
  const show = (inside) => {
    hint.textContent = t("compose.drop");
    hint.classList.toggle("shown", inside);
  };
  document.body.append(hint);
  addEventListener("dragenter", (event) => {
    if (!carriesFiles(event)) return;
    depth += 1;
    show(true);
  });
  addEventListener("dragleave", (event) => {
    if (!carriesFiles(event)) return;
    depth = Math.max(0, depth - 1);
    show(depth > 0);
  });
  addEventListener("dragover", (event) => {
    if (carriesFiles(event)) event.preventDefault();
  });
  addEventListener("drop", async (event) => {
    depth = 0;
    show(false);
    if (!carriesFiles(event)) return;
    // Without this the browser leaves the page to show the file.
    event.preventDefault();
    // Read before anything is awaited: the list is emptied after its event.
    const files = [...event.dataTransfer.files];
    // Where one is writing; and what is in a dialog is in front of any other.
    const composer = /** @type {HTMLElement | null} */ (
      document.activeElement.closest(COMPOSER) ??
        document.querySelector(`dialog ${COMPOSER}`) ??
        document.querySelector(COMPOSER)
    );
    if (composer) composer.scrollIntoView({ block: "nearest" });
    else openDialog(() => import("./dialog.js"));
    const [{ addFiles }, { draftFor }] = await Promise.all([import("./attachments.js"), import("./draft.js")]);
    addFiles(draftFor(composer?.dataset.target ?? "new"), files);
  });
}
