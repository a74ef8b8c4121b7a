// English for pinned tweets.
export default {
  "pins.title": "Pinned",
  "pins.pin": "Pin to your profile",
  "pins.unpin": "Unpin from your profile",
  "pins.pinned": "Pinned to your profile.",
  "pins.unpinned": "Unpinned from your profile.",
};
