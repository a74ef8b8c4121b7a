// Shows a block or mute that begins or ends, wherever it was decided.
import { forgetAnswers } from "../lib/kept.js";
import { everyFeed } from "../store/feeds.js";
import { showRelation } from "../store/relations.js";
import { resyncAll } from "./resync.js";

/**
 * @param {number} id of the other person
 * @param {import("../api/shapes.js").RelationJson} relation
 */
export function related(id, relation) {
  if (relation.blocking || relation.blocked_by) forgetAnswers();
  if (!showRelation(id, relation)) return;
  // What is there again belongs between what was read: so that is read anew, as is what showed nothing.
  for (const feed of everyFeed()) if (!feed.shown || feed.ids.value.length === 0) feed.reset();
  resyncAll();
}
