// English for tweets and pictures.
export default {
  "tweet.title": "Tweet",
  "tweet.page_title": "Tweet by {name}",
  "tweet.gone": "Tweet not found",
  "tweet.replies_following": "People whom the author follows or mentions can reply.",
  "tweet.replies_mentioned": "People whom the author mentions can reply.",
  "tweet.replies_stopped": "You can no longer reply here. What you wrote stays in this browser.",
  "tweet.replies_nobody": "Only the author can reply.",
  "tweet.reposted_by": { one: "Reposted by {count} person", other: "Reposted by {count} people" },
  "tweet.liked_by": { one: "Liked by {count} person", other: "Liked by {count} people" },

  "thread.replies": "Replies",
  "thread.no_replies": "No replies yet",
  "thread.deleted": "Tweet unavailable",
  "thread.hidden": "Hidden reply.",
  "thread.show": "Show",
  "thread.earlier": "Earlier tweets",
  "thread.more": "More replies",

  "delete.done": "Tweet deleted",
  "delete.redraft": "Edit as new",

  "media.viewer": "Pictures",
  "media.tweet": "Tweet with a picture",
  "media.tweet_alt": "Tweet with a picture: {alt}",
  "media.place": "{at} of {of}",
  "media.previous": "Previous picture",
  "media.next": "Next picture",
  "media.no_alt": "Picture without a description",
  "media.failed": "This picture couldn't be loaded.",
  "media.copy_alt": "Copy description",

  "feed.newer": "Newer tweets",
  "feed.new": { one: "{count} new tweet", other: "{count} new tweets" },
  "feed.new_many": { one: "{count}+ new tweets", other: "{count}+ new tweets" },
};
