// English for reposts. The button of a tweet is in core/words/common.
export default {
  "repost.by": "{who} reposted",
  "repost.by_you": "You reposted",
};
