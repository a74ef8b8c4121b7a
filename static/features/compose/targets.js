// What a draft is for: "new", "reply-7" for a reply to the tweet 7, "quote-7" for a quote of it, or "edit-7" for an
// edit of it; further tweets of a thread have "new~2" and so on.
const REPLY = /^reply-(\d+)(~\d+)?$/;
const QUOTE = /^quote-(\d+)(~\d+)?$/;

/** The target of a reply to the tweet with this id, or of a new tweet. */
export const targetOf = (replyTo) => (replyTo === null ? "new" : `reply-${replyTo}`);

/** The target of a tweet that quotes the tweet with this id. */
export const targetOfQuote = (id) => `quote-${id}`;

/** The id of the tweet that a draft of this target quotes, or null. */
export const quoteOf = (target) => {
  const found = QUOTE.exec(target);
  return found ? Number(found[1]) : null;
};

/** The target of an edit of the tweet with this id. */
export const targetOfEdit = (id) => `edit-${id}`;

/** The id of the tweet that a draft of this target edits, or null. */
export const editOf = (target) => (target.startsWith("edit-") ? Number(target.slice("edit-".length)) : null);

/** The id of the tweet that a draft of this target replies to, or null. */
export const replyTo = (target) => {
  const found = REPLY.exec(target);
  return found ? Number(found[1]) : null;
};

/** The target of a further tweet of the thread, whose number is 2 or more. */
export const targetOfPart = (target, number) => `${target}~${number}`;

/** What the thread is for to which a draft of this target belongs. */
export const targetOfWhole = (target) => target.replace(/~\d+$/, "");
