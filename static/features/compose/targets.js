// What a draft is for: "new", or "reply-7" for a reply to the tweet 7.
const REPLY = /^reply-(\d+)$/;

/** The target of a reply to the tweet with this id, or of a new tweet. */
export const targetOf = (replyTo) => (replyTo === null ? "new" : `reply-${replyTo}`);

/** The id of the tweet that a draft of this target replies to, or null. */
export const replyTo = (target) => {
  const found = REPLY.exec(target);
  return found ? Number(found[1]) : null;
};
