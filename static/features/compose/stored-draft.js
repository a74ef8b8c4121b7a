// How drafts are stored in this browser.
import { token } from "../../core/lib/token.js";
import { load, names, save } from "../../core/store/storage.js";
import { saveAndTell } from "../../core/store/watch.js";
import { targetOfWhole } from "./targets.js";

/** @import { ChoicesJson } from "../../core/api/shapes.js" */

export const PREFIX = "draft.";
export const NOTHING = { text: "", media: [] };

/** @param {ChoicesJson} choices */
const spelled = (choices = {}) => {
  const { visibility = null, who_may_reply: who = null, who_may_quote: quoting = null, warning, sensitive = null, poll = null } = choices;
  const { publish_at: at = null, draft_id: id = null, draft_key: key = null, language = null } = choices;
  return [visibility, who, warning || null, sensitive, poll, quoting, at, id, key, language];
};

// What a stored draft says, whoever stored it and however far its pictures are.
export const meaning = (stored) =>
  JSON.stringify([stored.text, stored.media.map((one) => [one.file ?? one.media?.id, one.alt, one.focus ?? null]), spelled(stored.choices)]);

export const complete = ({ text, media, choices, once }) => JSON.stringify([text, media, spelled(choices), once ?? null]);

export const nameOf = (whose, target) => `${PREFIX}${whose ?? "nobody"}.${target}`;

// A picture as stored with a draft: the id of its file in this browser, and its media attachment on the server.
export const toStored = (one) => ({
  file: one.fileId,
  name: one.name,
  alt: one.alt.value,
  focus: one.focus.value,
  media: one.media.value,
  ...(one.published && { published: true }),
});

// Moves a draft to the outbox (outbox.js), which shows it as not sent.
export const putAside = (stored, target, whose) => {
  const once = stored.once ?? token();
  const entry = { ...stored, target: targetOfWhole(target), once, owner: whose, at: Date.now(), kept: true };
  saveAndTell(`outbox.${once}`, entry);
};

// What is stored, of whichever account.
export const storedDrafts = () =>
  names()
    .filter((name) => name.startsWith(PREFIX))
    .map(load);

// Earlier releases of Perch stored the choices as `audience`.
for (const name of names().filter((one) => one.startsWith(PREFIX) || one.startsWith("outbox."))) {
  const { audience, ...stored } = load(name) ?? {};
  if (audience) save(name, { choices: audience, ...stored });
}
