// English for hashtags.
export default {
  "hashtag.follow": "Follow",
  "hashtag.following": "Following",
  "hashtag.following_name": "Following {hashtag}",
  "hashtag.follow_name": "Follow {hashtag}",
  "hashtag.followed": "Followed hashtags",
  "hashtag.followed_about": "Tweets with them appear on Following. Only you can see this list.",
  "hashtag.none_followed": "You don't follow any hashtags. Open one to follow it.",
};
