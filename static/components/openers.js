// What buttons and keys open from anywhere.
import { openDialog } from "../store/dialogs.js";

export const openComposer = () => openDialog(() => import("../compose/dialog.js"));
export const openShortcuts = () => openDialog(() => import("./shortcuts.js"));
