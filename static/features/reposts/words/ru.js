// Russian for reposts. The button of a tweet is in core/words/common.
export default {
  "repost.by": "Репост: {who}",
  "repost.by_you": "Ваш репост",
};
