// What stands in place of a page or a list of which nothing could be loaded. Fetched when it is needed; where
// that fails, the row takes its place.
import { lazy } from "./lazy.js";
import { Trouble } from "./rows.js";

export const Failure = lazy(() => import("./failure-panel.js"), { Failed: Trouble });
